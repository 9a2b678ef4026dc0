"""`POST /google/risc`: what is accepted, what is refused and how that is said, and that nothing is lost on our side."""

import json
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import StringIO

import pytest
from fastapi import FastAPI

from bot import telemetry
from bot.domain.risc import RiscEvent, RiscKind
from bot.google.risc import RiscVerifier
from bot.google.transport import Transport
from handlers import edge, http_google
from handlers.background import Background
from handlers.rendering import Pages
from tests.edge.asgi import Answer, Caller
from tests.edge.conftest import SCALE, settings_for
from tests.google.issuer import CLIENT, ISSUER, OAUTH, RISC, SUB, Issuer, serving
from tests.sandbox.faults import Fault
from tests.sandbox.google import jws

PATH = http_google.RISC
SET = ("content-type", "application/secevent+jwt")


@dataclass
class Receiver:
    """Whoever is told, and knows each ``jti`` once."""

    told: list[RiscEvent] = field(default_factory=list)
    effects: dict[str, Sequence[RiscEvent]] = field(default_factory=dict)
    raises: Exception | None = None

    def __call__(self, events: Sequence[RiscEvent]) -> None:
        if self.raises is not None:
            raise self.raises
        self.told += events
        self.effects.setdefault(events[0].jti, events)


@dataclass
class Side:
    issuer: Issuer
    receiver: Receiver
    background: Background
    http: FastAPI

    def posts(self, body: str | bytes, *headers: tuple[str, str]) -> Answer:
        raw = body.encode() if isinstance(body, str) else body
        return Caller(self.http).post(PATH, raw, headers or [SET])


@pytest.fixture(scope="module")
def party() -> Iterator[tuple[Issuer, Transport]]:
    with serving() as served:
        yield served


@pytest.fixture
def side(party: tuple[Issuer, Transport]) -> Iterator[Side]:
    issuer, transport = party
    issuer.is_new()
    verifier = RiscVerifier(issuer.config_url, [CLIENT], issuer.clock, transport)
    receiver, background = Receiver(), Background(4, 400, "risc")
    http = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    edge.harden(http, Pages(), settings_for("https://calendar.example.com"))
    http.include_router(http_google.router(receiver, verifier, background))
    yield Side(issuer, receiver, background, http)
    background.stop()


def test_a_token_of_googles_is_accepted_and_told(side: Side, logged: StringIO) -> None:
    answer = side.posts(side.issuer.token())
    assert (answer.status, answer.body) == (202, b"")
    assert [(event.kind, event.sub) for event in side.receiver.told] == [(RiscKind.ACCOUNT_DISABLED, SUB)]
    assert '"event": "risc_event"' in logged.getvalue()
    assert SUB not in logged.getvalue()


@pytest.mark.parametrize(
    "headers",
    [
        [("content-type", "application/secevent+jwt; charset=utf-8")],
        [("content-type", "APPLICATION/SECEVENT+JWT")],
        [("content-type", "application/jwt")],
        [("accept", "application/json")],
    ],
    ids=str,
)
def test_how_else_a_token_may_come(side: Side, headers: list[tuple[str, str]]) -> None:
    assert side.posts(side.issuer.token() + "\n", *headers).status == 202


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "text/html", "jwt"])
def test_what_is_not_called_a_token_is_none(side: Side, kind: str) -> None:
    assert side.posts(side.issuer.token(), ("content-type", kind)).status == 400
    assert side.receiver.told == []


def test_a_refusal_is_said_as_rfc_8935_has_it(side: Side) -> None:
    key = jws.key("current")
    refused: dict[str, list[str | bytes]] = {
        "invalid_request": [b"", "no token", side.issuer.token(jti=None), b"\xff\xfe"],
        "invalid_key": [
            side.issuer.token("forger"),
            jws.signed({"alg": "none", "kid": key.kid}, side.issuer.claims(), b""),
            jws.signed({"alg": "HS256", "kid": key.kid}, side.issuer.claims(), key.public_pem),
        ],
        "authentication_failed": [side.issuer.token("forger", {"kid": key.kid})],
        "invalid_issuer": [side.issuer.token(iss="https://evil.example/")],
        "invalid_audience": [side.issuer.token(aud="somebody-else")],
    }
    for error, bodies in refused.items():
        for body in bodies:
            answer = side.posts(body)
            said = json.loads(answer.body)
            assert (answer.status, said["err"], set(said)) == (400, error, {"err", "description"})
            assert answer.headers["content-type"] == "application/json"
            assert answer.headers["content-language"] == "en"
    assert side.receiver.told == []


def test_the_same_token_a_hundred_times_at_once(side: Side) -> None:
    """All are accepted; who is told knows by the ``jti`` that it is one."""
    token = side.issuer.token()
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: side.posts(token).status, range(100)))
    assert set(answers) == {202}
    assert len(side.receiver.told) == 100
    assert len(side.receiver.effects) == 1
    assert side.issuer.fetches == 1


def test_a_flood_of_keys_that_nobody_knows(side: Side) -> None:
    strays = [side.issuer.token("forger", {"kid": f"stray-{number}"}) for number in range(100)]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda token: side.posts(token).status, strays))
    assert set(answers) == {400}
    assert side.issuer.fetches == 1


def test_while_googles_keys_cannot_be_had_google_is_asked_to_come_again(side: Side) -> None:
    side.issuer.script.add(Fault("/certs", kind="drop", times=-1))
    assert side.posts(side.issuer.token()).status == 503
    assert side.receiver.told == []


@pytest.mark.parametrize("trouble", [RuntimeError("the database hunter2 is away"), ConnectionError()], ids=repr)
def test_what_could_not_be_stored_is_brought_again(side: Side, trouble: Exception) -> None:
    side.receiver.raises = trouble
    answer = side.posts(side.issuer.token())
    assert (answer.status, answer.body) == (503, b"")
    side.receiver.raises = None
    assert side.posts(side.issuer.token()).status == 202
    assert len(side.receiver.effects) == 1


def test_a_test_event_can_be_recognised_in_the_log(side: Side, logged: StringIO) -> None:
    side.posts(side.issuer.of(f"{RISC}verification", state="test-of-today"))
    line = next(json.loads(each) for each in logged.getvalue().splitlines() if '"risc_event"' in each)
    assert (line["outcome"], line["given"]) == ("verification", "test-of-today")


def test_what_is_refused_leaves_no_trace_of_itself(side: Side, logged: StringIO) -> None:
    before = telemetry.counted("risc_refused", "audience")
    subject = {"subject_type": "iss-sub", "iss": ISSUER, "sub": "canary-sub"}
    token = side.issuer.token(aud="canary-aud", events={f"{OAUTH}tokens-revoked": {"subject": subject}})
    answer = side.posts(token)
    said = logged.getvalue() + answer.text + str(answer.headers.items())
    assert not any(secret in said for secret in ("canary", *token.split(".")))
    assert telemetry.counted("risc_refused", "audience") == before + 1


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_only_post(side: Side, method: str) -> None:
    assert Caller(side.http).get(PATH, method=method).status == 405


def test_a_body_without_end_is_not_read_to_its_end(side: Side) -> None:
    assert side.posts(b"a" * (1024 * 1024 + 1)).status == 413
    assert side.posts(b"a." * 1000 * 100).status == 400


def test_ten_thousand_bodies_and_not_one_upsets_us(side: Side, logged: StringIO) -> None:
    """A hundredth of them; PROOF_SCALE=100 sends all."""
    dice = random.Random(35)  # noqa: S311 - no secret; the same bodies in every run
    good = side.issuer.token().encode()
    answers = {side.posts(_bent(good, dice)).status for _ in range(int(10_000 * SCALE))}
    assert answers == {400}
    assert side.receiver.told == []
    assert side.issuer.fetches <= 2
    assert '"event": "bug"' not in logged.getvalue()


def _bent(good: bytes, dice: random.Random) -> bytes:
    """Noise, or a good token of which something was cut, doubled or changed."""
    at, to = sorted(dice.sample(range(len(good) + 1), 2))
    ways = (
        dice.randbytes(dice.randint(0, 2000)),
        good[:at],
        good[to:],
        good[:at] + good[at:to] * 2 + good[to:],
        good[:at] + dice.randbytes(3) + good[at + 3 :],
        b".".join([*dice.sample(good.split(b"."), 3)[:2], b"e30"]),
    )
    bent = dice.choice(ways)
    return bent if bent.strip() != good else b""
