"""What Slack sends by itself, how long it waits, and how often it tries again."""

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from threading import Event

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.sandbox.clock import SandboxClock
from tests.sandbox.server import Served
from tests.sandbox.slack.delivery import post
from tests.sandbox.slack.refusal import SlackRefused
from tests.sandbox.slack.serving import SCOPES
from tests.sandbox.slack.standin import SlackStandIn
from tests.standins.slack_setting import Bot, Line, acme_on, line, listening


@pytest.fixture(scope="module")
def slack_line() -> Iterator[Line]:
    with line() as opened:
        yield opened


@pytest.fixture(scope="module")
def bot_line() -> Iterator[Line]:
    with line() as opened:
        yield opened


@pytest.fixture
def clock() -> SandboxClock:
    return SandboxClock()


@pytest.fixture
def slack(slack_line: Line, clock: SandboxClock) -> Iterator[SlackStandIn]:
    with acme_on(slack_line, clock) as standin:
        yield standin


@pytest.fixture
def bot(slack: SlackStandIn, bot_line: Line) -> Iterator[Bot]:
    bot = Bot()
    bot_line.app = listening(bot, slack.install("T0ACME", SCOPES), slack)
    slack.point_at(bot_line.served.url)
    yield bot
    slack.close()
    assert slack.faults == []


def test_messages_and_visits_are_events(slack: SlackStandIn, bot: Bot) -> None:
    slack.say("U0ANA", "status <please>")
    heard = bot.last("event")
    assert (heard["text"], heard["channel_type"], heard["user"]) == ("status &lt;please&gt;", "im", "U0ANA")
    slack.opens_home("U0ANA")
    assert bot.last("event")["tab"] == "home"
    assert slack.retry(number=2).status == 200
    assert bot.headers[-1]["x-slack-retry-num"] == "2"
    slack.install("T0ACME", ["chat:write"])
    with pytest.raises(SlackRefused, match="missing_scope"):
        slack.say("U0ANA", "status")


def test_the_handshake_and_the_unsigned_check(slack: SlackStandIn, bot: Bot) -> None:
    assert slack.url_verification().status == 200
    assert slack.ssl_check().status == 200
    assert bot.heard == []


def test_a_request_with_a_wrong_or_an_old_signature_is_the_bots_to_refuse(slack: SlackStandIn, bot: Bot) -> None:
    slack.command("U0ANA", "/calendar now")
    sent = slack.last_request
    assert sent is not None
    assert post(sent).status == 200
    old = slack.signed(sent.body, at=int(time.time()) - 600)
    assert post(type(sent)(sent.url, sent.body, {**sent.headers, **old})).status == 401
    assert post(type(sent)(sent.url, sent.body + b"x", sent.headers)).status == 401
    assert len(bot.heard) == 2


def test_an_event_nobody_acknowledges_comes_three_more_times(slack: SlackStandIn, clock: SandboxClock) -> None:
    slack.install("T0ACME", SCOPES)
    seen: list[tuple[str | None, str | None]] = []

    async def broken(request: Request) -> Response:
        assert json.loads(await request.body())["event"]["type"] == "app_home_opened"
        seen.append((request.headers.get("x-slack-retry-num"), request.headers.get("x-slack-retry-reason")))
        return PlainTextResponse("no", status_code=500)

    served = Served(Starlette(routes=[Route("/slack/events", broken, methods=["POST"])]))
    slack.point_at(served.url)
    slack.opens_home("U0ANA")
    for minutes in (0, 2, 6):
        clock.advance(timedelta(minutes=minutes))
        slack.post_office.settle()
    slack.close()
    served.stop()
    assert seen == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    assert slack.post_office.pending == 0
    assert set(slack.faults) == {"event app_home_opened: answered with status 500"}


def test_an_answer_that_comes_too_late_is_a_fault(slack: SlackStandIn) -> None:
    slack.install("T0ACME", SCOPES)
    answer = Event()

    async def slow(request: Request) -> Response:
        await request.body()
        await asyncio.to_thread(answer.wait, 10)
        return PlainTextResponse("")

    served = Served(Starlette(routes=[Route("/slack/events", slow, methods=["POST"])]))
    slack.point_at(served.url)
    slack.delivery.patience = 0.05
    assert slack.command("U0ANA", "/calendar").trouble == "http_timeout"
    assert slack.faults == ["command /calendar: not acknowledged within 0.05 s"]
    assert slack.notices("U0ANA") == ['/calendar failed with the error "operation_timeout"']
    answer.set()
    served.stop()


def test_somebody_who_leaves_can_do_nothing_more(slack: SlackStandIn, bot: Bot) -> None:
    slack.deactivates("U0ANA")
    assert bot.last("event")["user"]["deleted"]
    with pytest.raises(SlackRefused, match="account_inactive"):
        slack.command("U0ANA", "/calendar")


def test_a_bot_that_is_not_there_is_noticed(slack: SlackStandIn) -> None:
    slack.install("T0ACME", SCOPES)
    slack.point_at("http://127.0.0.1:9")
    assert slack.command("U0ANA", "/calendar").status == 0
    assert slack.notices("U0ANA") == ['/calendar failed with the error "dispatch_failed"']


def test_somebody_who_watches_is_told_of_every_change(slack: SlackStandIn, bot: Bot) -> None:
    changes: list[int] = []
    slack.on_change(lambda: changes.append(1))
    slack.command("U0ANA", "/calendar")
    assert len(changes) >= 2
    assert bot.heard
