"""The bounded pool. Threads are steered by events; nothing here waits for time to pass."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Event, get_ident

import pytest
import structlog

from bot import telemetry
from bot.errors import NotConnected
from handlers.background import Background, Busy, TooSlow
from tests.edge.asgi import run


@pytest.fixture
def pool() -> Background:
    return Background(workers=1, waiting=1, name="tested")


def test_what_is_handed_over_is_done_elsewhere(pool: Background) -> None:
    done: list[tuple[int, str]] = []
    assert pool.hand_over(lambda word: done.append((get_ident(), word)), "now")
    assert pool.drain()
    assert [word for _, word in done] == ["now"]
    assert done[0][0] != get_ident()


def test_what_does_not_fit_is_turned_away_and_counted(pool: Background) -> None:
    gate = Event()
    before = telemetry.counted("turned_away")
    taken = [pool.hand_over(gate.wait) for _ in range(4)]
    gate.set()
    assert taken == [True, True, False, False]
    assert telemetry.counted("turned_away") == before + 2
    assert pool.drain()
    assert (
        pool.hand_over(
            print,
            "",
        )
        is True
    )
    pool.stop()


def test_an_answer_comes_back_without_blocking_the_loop(pool: Background) -> None:
    gate = Event()

    async def two_at_once() -> int:
        asking = asyncio.create_task(pool.ask(lambda: 7 if gate.wait(60) else 0, budget=60))
        await asyncio.sleep(0)  # the loop is free while the pool works
        gate.set()
        return await asking

    assert run(two_at_once()) == 7


def test_an_error_comes_back_as_itself(pool: Background) -> None:
    def refuses() -> None:
        raise NotConnected

    with pytest.raises(NotConnected):
        run(pool.ask(refuses, budget=60))


def test_a_full_pool_says_busy(pool: Background) -> None:
    gate = Event()
    assert pool.hand_over(gate.wait)
    assert pool.hand_over(gate.wait)
    with pytest.raises(Busy):
        run(pool.ask(print, budget=60))
    gate.set()
    pool.stop()


def test_past_the_budget_the_work_goes_on_and_its_future_is_handed_out(pool: Background) -> None:
    gate = Event()

    async def impatient() -> TooSlow:
        with pytest.raises(TooSlow) as slow:
            await pool.ask(lambda: "late" if gate.wait(60) else "never", budget=0)
        return slow.value

    slow = run(impatient())
    gate.set()
    assert slow.future.result(60) == "late"


def test_a_failure_after_the_budget_is_still_written_down(pool: Background, logged: StringIO) -> None:
    gate = Event()

    def fails_late() -> None:
        gate.wait(60)
        raise ZeroDivisionError

    async def impatient() -> None:
        with pytest.raises(TooSlow):
            await pool.ask(fails_late, budget=0)

    run(impatient())
    gate.set()
    assert pool.drain()
    assert [line["event"] for line in _lines(logged)] == ["too_slow", "bug"]


def test_a_bug_is_never_lost_and_shows_no_locals(pool: Background, logged: StringIO) -> None:
    def has_a_bug() -> None:
        secret = "a-local-value"
        raise LookupError(len(secret))

    pool.hand_over(has_a_bug)
    pool.drain()
    (line,) = _lines(logged)
    assert (line["event"], line["level"]) == ("bug", "error")
    assert "LookupError: 13" in line["exception"]
    assert "a-local-value" not in line["exception"].replace('secret = "a-local-value"', "")


def test_an_expected_failure_is_no_bug(pool: Background, logged: StringIO) -> None:
    def refuses() -> None:
        raise NotConnected

    pool.hand_over(refuses)
    pool.drain()
    (line,) = _lines(logged)
    assert (line["event"], line["error"]) == ("work_failed", "NotConnected")


def test_whoever_handed_over_may_hear_of_the_failure(pool: Background, logged: StringIO) -> None:
    heard: list[BaseException] = []

    def refuses() -> None:
        raise NotConnected

    pool.hand_over(refuses, on_error=heard.append)
    assert pool.drain(), "idle means that the failure was dealt with, too"
    assert [type(error) for error in heard] == [NotConnected]
    assert not _lines(logged)


def test_a_listener_that_fails_itself_is_written_down(pool: Background, logged: StringIO) -> None:
    def refuses() -> None:
        raise NotConnected

    def fails_too(_: BaseException) -> None:
        raise ZeroDivisionError

    pool.hand_over(refuses, on_error=fails_too)
    pool.drain()
    assert [line["event"] for line in _lines(logged)] == ["bug"]


def test_log_lines_keep_the_request_they_belong_to(pool: Background, logged: StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request="r-1"):
        pool.hand_over(lambda: structlog.get_logger().info("worked"))
    pool.drain()
    (line,) = _lines(logged)
    assert line["request"] == "r-1"


def test_a_stopped_pool_finishes_and_takes_nothing_more() -> None:
    pool, gate, done = Background(1, 5, "stopped"), Event(), list[int]()
    pool.hand_over(gate.wait)
    pool.hand_over(done.append, 1)
    with ThreadPoolExecutor(1) as other:
        stopping = other.submit(pool.stop)
        gate.set()
        stopping.result(60)
    assert done == [1]
    assert not pool.hand_over(done.append, 2)


def test_how_full_it_is_can_be_read_from_the_metrics(pool: Background) -> None:
    gate = Event()
    pool.hand_over(gate.wait)
    assert 'calendar_bot_background_calls{pool="tested"} 1.0' in telemetry.metrics_text()
    gate.set()
    pool.drain()
    assert 'calendar_bot_background_calls{pool="tested"} 0.0' in telemetry.metrics_text()


def _lines(stream: StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]
