"""Outgoing webhooks: written down with what happened, signed, retried for three days, then given up and told once."""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Barrier, RLock

import pytest
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.domain.webhooks import PAUSES, Answer, Event
from bot.outgoing.sender import WebhookSender
from bot.services.webhooks import MOST_ENDPOINTS, NoSuchEndpoint, TargetRefused, Webhooks, enqueue
from storage import webhooks as rows
from storage.crypto import Sealer
from storage.database import Database
from tests.sandbox.clock import SandboxClock
from tests.sandbox.server import Served

TEAM = "T0ACME"


@dataclass
class Recorded:
    """A sender that notes what it would send, and answers as it is told to."""

    codes: list[int | None] = field(default_factory=list)
    sent: list[tuple[str, str, str]] = field(default_factory=list)
    at: list[datetime] = field(default_factory=list)
    lock: RLock = field(default_factory=RLock)

    def check(self, url: str) -> str | None:
        return None if url.startswith("https://") else "no"

    def send(self, url: str, secret: str, message_id: str, body: str, now: datetime) -> Answer:
        assert secret.startswith("whsec_")
        with self.lock:
            self.sent.append((url, message_id, body))
            self.at.append(now)
            return Answer(self.codes.pop(0) if self.codes else 204)


@dataclass
class Rig:
    service: Webhooks
    database: Database
    clock: SandboxClock
    sender: Recorded
    told: list[tuple[str, str]]

    def happens(self, *, team: str = TEAM, data: dict[str, object] | None = None) -> int:
        with self.database.transaction() as session:
            return enqueue(session, team, Event.CONFIRMED, data or {"appointment_id": "a"}, self.clock.now())


@pytest.fixture
def rig(database: Database) -> Rig:
    clock, sender, told = SandboxClock(), Recorded(), list[tuple[str, str]]()
    service = Webhooks(
        database, Sealer([bytes(32)]), sender, clock, lambda team, endpoint: told.append((team, endpoint))
    )
    return Rig(service, database, clock, sender, told)


def test_what_happened_is_told_if_it_happened_and_to_nobody_elses_address(rig: Rig) -> None:
    rig.service.add(TEAM, "https://one.example/", "cli")
    rig.service.add(TEAM, "https://two.example/", "cli")
    rig.service.add("T0OTHER", "https://other.example/", "cli")
    with suppress(ConnectionError), rig.database.transaction() as session:
        enqueue(session, TEAM, Event.CANCELLED, {}, rig.clock.now())
        raise ConnectionError
    assert rig.happens() == 2
    assert rig.service.deliver() == 2
    assert {url for url, _, _ in rig.sender.sent} == {"https://one.example/", "https://two.example/"}
    body = json.loads(rig.sender.sent[0][2])
    assert (body["type"], body["data"]) == ("appointment.confirmed", {"appointment_id": "a"})
    assert rig.service.deliver() == 0
    rig.clock.advance(timedelta(days=31))
    rig.service.purge()
    assert len(rig.sender.sent) == 2


def test_it_is_tried_again_with_growing_pauses_then_given_up_and_told_once(rig: Rig) -> None:
    endpoint, _ = rig.service.add(TEAM, "https://down.example/", "cli")
    rig.happens()
    rig.sender.codes = [500, None, 302, *[503] * (len(PAUSES) - 2)]
    attempts = 0
    for pause in (*PAUSES, timedelta(days=2)):
        attempts += rig.service.deliver()
        assert rig.service.deliver() == 0, "not before its time"
        rig.clock.advance(pause)
    assert attempts == len(PAUSES) + 1 == len(rig.sender.sent)
    assert len({message_id for _, message_id, _ in rig.sender.sent}) == 1, "the same id at every attempt"
    gaps = [later - earlier for earlier, later in zip(rig.sender.at, rig.sender.at[1:], strict=False)]
    assert all(pause <= gap < pause + timedelta(seconds=30) for gap, pause in zip(gaps, PAUSES, strict=True))
    assert timedelta(days=3) <= sum(PAUSES, timedelta()) < timedelta(days=4)
    assert rig.told == [(TEAM, endpoint.id)]
    assert rig.service.listing(TEAM)[0].disabled_at is not None
    assert rig.happens() == 0
    assert rig.service.deliver() == 0


def test_a_success_in_between_keeps_the_address(rig: Rig) -> None:
    rig.service.add(TEAM, "https://flaky.example/", "cli")
    rig.happens()
    for attempt, pause in enumerate(PAUSES):
        rig.sender.codes = [500]
        rig.service.deliver()
        if attempt == 6:
            rig.happens()
            assert rig.service.deliver() == 1
        rig.clock.advance(pause)
    rig.sender.codes = [500]
    assert rig.service.deliver() == 1
    assert rig.told == []
    assert rig.service.deliver() == 0
    assert rig.happens() == 1
    assert rig.service.deliver() == 1


def test_gone_ends_it_at_once(rig: Rig) -> None:
    endpoint, _ = rig.service.add(TEAM, "https://gone.example/", "cli")
    rig.happens()
    rig.happens()
    rig.sender.codes = [410]
    rig.service.deliver()
    rig.clock.advance(timedelta(days=1))
    assert rig.service.deliver() == 0
    assert (len(rig.sender.sent), rig.told) == (1, [(TEAM, endpoint.id)])
    assert rig.service.test(TEAM, endpoint.id).code == 204
    with pytest.raises(NoSuchEndpoint):
        rig.service.test("T0OTHER", endpoint.id)
    rig.service.remove(TEAM, endpoint.id, "cli")
    assert rig.service.listing(TEAM) == []


def test_of_two_deliverers_each_message_is_sent_by_one(rig: Rig) -> None:
    for number in range(6):
        rig.service.add(TEAM, f"https://{number}.example/", "cli")
    for _ in range(12):
        rig.happens()
    start = Barrier(2)

    def deliver(_: int) -> None:
        start.wait()
        while rig.service.deliver():
            pass

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(deliver, range(2)))
    rig.service.deliver()
    ids = [message_id for _, message_id, _ in rig.sender.sent]
    assert len(ids) == len(set(ids)) == 72


def test_whoever_died_over_a_message_loses_it_in_time(rig: Rig) -> None:
    endpoint, _ = rig.service.add(TEAM, "https://one.example/", "cli")
    rig.happens()
    now = rig.clock.now()
    with rig.database.transaction() as session:
        until = now + timedelta(minutes=5)
        claimed = rows.claim(session, endpoint.id, now=now, lease="dead", until=until, limit=10)
    assert claimed is not None
    assert rig.service.deliver() == 0
    rig.clock.advance(timedelta(minutes=5, seconds=1))
    assert rig.service.deliver() == 1
    with rig.database.transaction() as session:
        assert not rows.arrived(session, claimed[1][0], "dead", 200, now), "the dead one's word no longer counts"


def test_addresses_are_refused_and_counted(rig: Rig) -> None:
    with pytest.raises(TargetRefused):
        rig.service.add(TEAM, "http://inside/", "cli")
    for number in range(MOST_ENDPOINTS):
        rig.service.add(TEAM, f"https://{number}.example/", "cli")
    with pytest.raises(TargetRefused, match="at most"):
        rig.service.add(TEAM, "https://more.example/", "cli")


@dataclass
class Receiver:
    """A booking system that keeps what it is told."""

    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def hook(self, request: Request) -> Response:
        self.got.append((dict(request.headers), await request.body()))
        return Response(status_code=204)

    async def away(self, _request: Request) -> Response:
        return RedirectResponse("/hook", 307)

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[Route("/hook", self.hook, methods=["POST"]), Route("/away", self.away, methods=["POST"])]
        )


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, str]]:
    made = Receiver()
    served = Served(made.app)
    yield made, served.url
    served.stop()


def test_the_signature_is_one_that_the_library_accepts_and_redirects_are_not_followed(
    receiver: tuple[Receiver, str], sqlite_database_url: str
) -> None:
    made, url = receiver
    clock, database = SandboxClock(), Database(sqlite_database_url)
    sender = WebhookSender(loopback=True)
    service = Webhooks(database, Sealer([bytes(32)]), sender, clock)
    _, secret = service.add(TEAM, f"{url}/hook?x=1", "cli")
    with database.transaction() as session:
        enqueue(session, TEAM, Event.MOVED, {"appointment_id": "a"}, clock.now())
    assert service.deliver() == 1
    database.close()
    headers, body = made.got[0]
    told = Webhook(secret).verify(body, headers)
    assert told["type"] == "appointment.moved"
    assert sender.send(f"{url}/away", secret, "id", "{}", clock.now()).code == 307
    assert len(made.got) == 1
    assert WebhookSender().send(f"{url}/hook", secret, "id", "{}", clock.now()).trouble == "refused"


def test_whoever_never_comes_to_an_end_is_cut_off() -> None:
    """Each read succeeds at once, so that no time limit of the socket ever strikes."""
    listening = socket.create_server(("127.0.0.1", 0))

    def chatter() -> None:
        line, _ = listening.accept()
        with line, suppress(OSError):
            while True:
                line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    with ThreadPoolExecutor(1) as pool, listening:
        talking = pool.submit(chatter)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        sender = WebhookSender(loopback=True, whole=0.2)
        assert sender.send(url, "whsec_" + "A" * 44, "id", "{}", SandboxClock().now()).trouble == "too_slow"
        talking.result()
