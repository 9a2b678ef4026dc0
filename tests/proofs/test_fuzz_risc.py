"""T18 and A14: ten thousand security events that Google has not sent, or not to us, or about nobody we know."""

import random
from collections import Counter
from datetime import timedelta
from io import StringIO
from typing import Any

from bot import telemetry
from handlers.http_google import RISC
from tests.proofs.flood import Ask, flood
from tests.proofs.rows import everything
from tests.proofs.scale import size
from tests.sandbox.google import jws
from tests.sandbox.google.risc import CONTENT_TYPE
from tests.sandbox.google.risc_events import ISSUER, URIS
from tests.sandbox.world import World

ANA, CLEO = "ana@acme.example", "cleo@acme.example"


class Forger:
    """Knows everything but Google's private key: whom we serve, how tokens look, and a genuine one of another app."""

    def __init__(self, seed: int, world: World) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._risc = world.google.risc
        self._now = int(world.clock.now().timestamp())
        self._genuine = self._risc.token(self._claims(aud="another-app.apps.googleusercontent.com"))
        self._key = jws.key("forger")

    def body(self) -> bytes:
        """One token that must have no effect."""
        ways = (self._forged, self._forged, self._meant_for_others, self._bent)
        return self._chance.choice(ways)()

    def _claims(self, **changed: Any) -> dict[str, Any]:
        kind = self._chance.choice(("tokens-revoked", "account-disabled", "sessions-revoked"))
        claims = self._risc.claims(kind, email=ANA)
        return {name: value for name, value in {**claims, **changed}.items() if value is not None}

    def _forged(self) -> bytes:
        """Signed by somebody else, or by nobody."""
        kid, public = self._risc.key.kid, self._risc.key.public_pem
        ways: list[tuple[dict[str, Any], jws.Key | bytes]] = [
            ({"alg": "RS256", "kid": kid}, self._key),
            ({"alg": "RS256", "kid": self._key.kid}, self._key),
            ({"alg": "RS256", "kid": self._chance.randbytes(8).hex()}, self._key),
            ({"alg": "RS256", "kid": kid, "jwk": self._key.jwk}, self._key),
            ({"alg": "RS256", "kid": kid, "jku": "https://evil.example/certs"}, self._key),
            ({"alg": "RS512", "kid": kid}, self._key),
            ({"alg": "HS256", "kid": kid}, public),
            ({"alg": "none", "kid": kid}, b""),
            ({"alg": "None", "kid": kid}, b""),
            ({"alg": "RS256", "kid": ["x"]}, self._key),
            ({"alg": "RS256"}, self._key),
        ]
        header, key = self._chance.choice(ways)
        return jws.signed(header, self._claims(), key).encode()

    def _meant_for_others(self) -> bytes:
        """Signed by Google, and yet nothing to us."""
        changes: list[dict[str, Any]] = [
            {"aud": "another-app.apps.googleusercontent.com"},
            {"aud": []},
            {"aud": None},
            {"iss": "https://evil.example/"},
            {"iss": f"{ISSUER}x"},
            {"iss": None},
            {"jti": None},
            {"jti": ""},
            {"jti": {"x": 1}},
            {"iat": self._now + 86_400},
            {"iat": "now"},
            {"iat": None},
            {"events": None},
            {"events": []},
            {"events": {}},
            {"events": {URIS["tokens-revoked"]: "x"}},
            {"events": {f"https://evil.example/{number}": {} for number in range(200)}},
        ]
        return self._risc.token(self._claims(**self._chance.choice(changes))).encode()

    def _bent(self) -> bytes:
        """A genuine one of another app, cut, doubled or mixed; or noise."""
        good = self._genuine.encode()
        at, to = sorted(self._chance.sample(range(len(good)), 2))
        head, claims, signature = good.split(b".")
        mine = jws.signed({"alg": "RS256", "kid": self._risc.key.kid}, self._claims(), self._key).encode().split(b".")
        return self._chance.choice(
            [
                self._chance.randbytes(self._chance.randint(0, 2000)),
                good[:at] + good[to:],
                good + good,
                good[:at] + b"\x00" + good[at:],
                b".".join([head, mine[1], signature]),
                b".".join([mine[0], claims, signature]),
                b".".join([head, mine[1], b""]),
                b"." * 10_000,
                b"a" * 100_000,
                b'{"token":"' + good + b'"}',
            ]
        )


def test_what_google_has_not_sent_us_changes_nothing(world: World, logged: StringIO) -> None:
    world.ana.connects_google(ANA)
    world.ana.picks(ANA)
    bugs, forger = telemetry.counted("bug"), Forger(18, world)
    kind = ("Content-Type", CONTENT_TYPE)
    before = everything(world.environment()["DATABASE_URL"])
    asked = len(world.google.journal)
    answers = flood(world.bot_url, [Ask("POST", RISC, (kind,), forger.body()) for _ in range(size(10_000))])
    world.settles()
    statuses = Counter(answer.status for answer in answers)
    assert set(statuses) == {400}, statuses
    assert everything(world.environment()["DATABASE_URL"]) == before
    assert telemetry.counted("bug") == bugs, logged.getvalue()[-3000:]
    assert len(world.google.journal) - asked <= 4, "Google's keys are not fetched for every stranger"
    assert all(len(answer.body) < 300 and b"eyJ" not in answer.body for answer in answers), "nothing is echoed"


def test_what_google_tells_counts_once_and_about_those_it_names(world: World) -> None:
    world.ana.connects_google(ANA)
    world.cleo.connects_google(CLEO)
    world.time_leaps(timedelta(seconds=2))
    risc, kind = world.google.risc, ("Content-Type", CONTENT_TYPE)
    stranger = {"subject_type": "iss-sub", "iss": ISSUER, "sub": "100000000000000000000"}
    claims = risc.claims("tokens-revoked", email=ANA)
    about_nobody = [
        risc.token({**claims, "jti": f"nobody-{number}", "events": {URIS["tokens-revoked"]: {"subject": stranger}}})
        for number in range(10)
    ]
    late = risc.token({**claims, "jti": "late", "iat": claims["iat"] - 86_400})
    states, count = everything(world.environment()["DATABASE_URL"])["connection"], len(world.ana.messages())
    answers = flood(world.bot_url, [Ask("POST", RISC, (kind,), each.encode()) for each in (*about_nobody, late)])
    world.settles()
    assert {answer.status for answer in answers} == {202}
    assert everything(world.environment()["DATABASE_URL"])["connection"] == states
    world.google.expire_grant(ANA)
    genuine = risc.token(claims).encode()
    answers = flood(world.bot_url, [Ask("POST", RISC, (kind,), genuine)] * 50)
    world.settles()
    world.jobs_run()
    assert {answer.status for answer in answers} == {202}
    assert len(world.ana.messages()) == count + 1, "once, however often it is delivered"
    assert world.ana.sees("Reconnect")
    assert "Reconnect" not in str([message.text for message in world.cleo.messages()])
