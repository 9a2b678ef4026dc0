"""Security event tokens: what Google signed for us is believed, and nothing else is."""

import hashlib
import json
import random
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import jwt
import pytest

from bot.domain.risc import RiscEvent, RiscKind, token_hash, token_prefix
from bot.google.risc import Refusal, RiscRefused, RiscVerifier
from bot.google.risc_keys import BETWEEN_FETCHES, RiscUnavailable
from bot.google.transport import Transport
from tests.google.issuer import CLIENT, ISSUER, OAUTH, RISC, SUB, Issuer, serving
from tests.sandbox.faults import Fault
from tests.sandbox.google import jws

REFRESH_TOKEN = "1//0gCanaryRefreshToken-abcdefghijklmnopqrstuvwxyz"
SUBJECT = {"subject_type": "iss-sub", "iss": ISSUER, "sub": SUB}


class Rig:
    def __init__(self, issuer: Issuer, transport: Transport) -> None:
        self.issuer = issuer
        self.verifier = RiscVerifier(issuer.config_url, ["another-client", CLIENT], issuer.clock, transport)

    def one(self, token: bytes | str) -> RiscEvent:
        (event,) = self.verifier.events(token)
        return event

    def believes(self, token: str) -> None:
        assert self.one(token).sub == SUB

    def refuses(self, token: bytes | str) -> Refusal:
        with pytest.raises(RiscRefused) as refused:
            self.verifier.events(token)
        assert refused.value.__context__ is None
        return refused.value.reason


@pytest.fixture(scope="module")
def party() -> Iterator[tuple[Issuer, Transport]]:
    with serving() as served:
        yield served


@pytest.fixture
def rig(party: tuple[Issuer, Transport]) -> Rig:
    """A verifier that knows nothing yet, and an issuer as good as new."""
    issuer, transport = party
    issuer.is_new()
    return Rig(issuer, transport)


# --- what is believed -----------------------------------------------------------------------------------------------


def test_the_event_of_googles_page(rig: Rig) -> None:
    event = rig.one(rig.issuer.token(iat=1508184845))
    assert event == RiscEvent(
        kind=RiscKind.ACCOUNT_DISABLED,
        jti="756E69717565206964656E746966696572",
        issued_at=datetime(2017, 10, 16, 20, 14, 5, tzinfo=UTC),
        sub=SUB,
        reason="hijacking",
    )


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        (f"{RISC}sessions-revoked", RiscKind.SESSIONS_REVOKED),
        (f"{OAUTH}tokens-revoked", RiscKind.TOKENS_REVOKED),
        (f"{RISC}tokens-revoked", RiscKind.TOKENS_REVOKED),
        (f"{OAUTH}token-revoked", RiscKind.TOKEN_REVOKED),
        (f"{RISC}account-disabled", RiscKind.ACCOUNT_DISABLED),
        (f"{RISC}account-enabled", RiscKind.ACCOUNT_ENABLED),
        (f"{RISC}account-credential-change-required", RiscKind.ACCOUNT_CREDENTIAL_CHANGE_REQUIRED),
        (f"{RISC}account-purged", RiscKind.ACCOUNT_PURGED),
        (f"{RISC}verification", RiscKind.VERIFICATION),
        (f"{RISC}identifier-changed", RiscKind.UNKNOWN),
        (f"{RISC}unknown", RiscKind.UNKNOWN),
        (f"https://evil.example/{RISC}tokens-revoked", RiscKind.UNKNOWN),
        ("", RiscKind.UNKNOWN),
    ],
)
def test_every_kind_by_its_address(rig: Rig, uri: str, kind: RiscKind) -> None:
    event = rig.one(rig.issuer.of(uri, subject=SUBJECT))
    assert (event.kind, event.sub) == (kind, SUB)


@pytest.mark.parametrize("spelling", ["https://accounts.google.com", "https://accounts.google.com/"])
@pytest.mark.parametrize("published", ["https://accounts.google.com", "https://accounts.google.com/"])
def test_the_issuer_with_and_without_its_slash(rig: Rig, spelling: str, published: str) -> None:
    rig.issuer.issuer = published
    assert rig.one(rig.issuer.token(iss=spelling)).sub == SUB


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": 1},
        {"exp": "never"},
        {"nbf": 2**40},
        {"aud": ["somebody-else", CLIENT]},
        {"aud": "another-client"},
        {"iat": 0},
        {"iat": 1508184845.5},
        {"sub": SUB},
    ],
    ids=str,
)
def test_what_does_not_make_a_token_worse(rig: Rig, changed: dict[str, Any]) -> None:
    """``exp`` least of all: it tells what has happened, and that does not expire."""
    assert rig.one(rig.issuer.token(**changed)).kind is RiscKind.ACCOUNT_DISABLED


@pytest.mark.parametrize("wrapped", ["{}", "{}\n", "  {}  "])
def test_a_token_as_text_and_as_bytes(rig: Rig, wrapped: str) -> None:
    token = wrapped.format(rig.issuer.token())
    assert rig.one(token) == rig.one(token.encode())


def test_several_events_in_one_token_share_its_jti(rig: Rig) -> None:
    events = {f"{RISC}sessions-revoked": {"subject": SUBJECT}, f"{RISC}verification": {"state": "seen"}}
    told = rig.verifier.events(rig.issuer.token(events=events))
    assert [event.kind for event in told] == [RiscKind.SESSIONS_REVOKED, RiscKind.VERIFICATION]
    assert len({event.jti for event in told}) == 1
    assert told[1].state == "seen"


# --- whom it is about -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "sub"),
    [
        ({"subject_type": "iss_sub", "iss": "https://accounts.google.com", "sub": SUB}, SUB),
        ({"format": "iss_sub", "iss": "accounts.google.com", "sub": SUB}, SUB),
        ({"subject_type": "id_token_claims", "iss": ISSUER, "sub": SUB, "email": "ana@acme.example"}, SUB),
        ({"sub": SUB}, SUB),
        ({"subject_type": "iss-sub", "iss": "https://login.evil.example/", "sub": SUB}, None),
        ({"subject_type": "iss-sub", "iss": 5, "sub": SUB}, None),
        ({"subject_type": "iss-sub", "iss": ISSUER, "sub": 110}, None),
        ({"subject_type": "iss-sub", "iss": ISSUER, "sub": "\ud800"}, None),
        ({"subject_type": "iss-sub", "iss": ISSUER, "sub": "1" * 256}, None),
        ({"subject_type": "email", "email": "ana@acme.example"}, None),
        ([SUB], None),
        (None, None),
    ],
    ids=str,
)
def test_an_account_is_known_by_the_sub_that_google_gave_it(rig: Rig, subject: object, sub: str | None) -> None:
    assert rig.one(rig.issuer.of(f"{OAUTH}tokens-revoked", subject=subject)).sub == sub


def by_hash(**changed: Any) -> dict[str, Any]:
    usual = {"subject_type": "oauth_token", "token_type": "refresh_token", "token": token_hash(REFRESH_TOKEN)}
    return {**usual, "token_identifier_alg": "hash_base64_sha512_sha512", **changed}


def by_prefix(**changed: Any) -> dict[str, Any]:
    return by_hash(token_identifier_alg="prefix", token=REFRESH_TOKEN[:16], **changed)


URLSAFE = urlsafe_b64encode(hashlib.sha512(hashlib.sha512(REFRESH_TOKEN.encode()).digest()).digest()).decode()


@pytest.mark.parametrize(
    "subject",
    [by_hash(), by_hash(subject_type="oauth-token"), by_hash(token=URLSAFE), by_hash(token=URLSAFE.rstrip("="))],
)
def test_a_token_is_known_by_its_double_hash(rig: Rig, subject: dict[str, Any]) -> None:
    for told in ({"subject": subject}, subject):
        event = rig.one(rig.issuer.token(events={f"{OAUTH}token-revoked": told}))
        assert (event.token_hash, event.token_prefix, event.sub) == (token_hash(REFRESH_TOKEN), None, None)


def test_a_token_is_known_by_its_first_sixteen_characters(rig: Rig) -> None:
    event = rig.one(rig.issuer.of(f"{OAUTH}token-revoked", subject=by_prefix()))
    assert (event.token_hash, event.token_prefix) == (None, token_prefix(REFRESH_TOKEN))
    assert REFRESH_TOKEN[:16] not in repr(event)


@pytest.mark.parametrize(
    "subject",
    [
        by_hash(token_type="access_token"),
        by_hash(token_identifier_alg="plain"),
        by_hash(token_identifier_alg=None),
        by_hash(token=None),
        by_hash(token="no base64!"),
        by_hash(token=b64encode(b"short").decode()),
        by_prefix() | {"token": "1//0g"},
        by_prefix() | {"token": REFRESH_TOKEN},
    ],
    ids=str,
)
def test_a_token_that_is_not_named_is_nobodys(rig: Rig, subject: dict[str, Any]) -> None:
    event = rig.one(rig.issuer.of(f"{OAUTH}token-revoked", subject=subject))
    assert (event.kind, event.token_hash, event.token_prefix) == (RiscKind.TOKEN_REVOKED, None, None)


def test_only_the_event_about_a_token_names_one(rig: Rig) -> None:
    event = rig.one(rig.issuer.of(f"{OAUTH}tokens-revoked", subject=by_hash()))
    assert (event.token_hash, event.sub) == (None, None)


@pytest.mark.parametrize("reason", ["Hijacking!", 7, ["hijacking"], "x" * 65])
def test_a_reason_that_is_no_word_is_left_out(rig: Rig, reason: object) -> None:
    assert rig.one(rig.issuer.of(f"{RISC}account-disabled", subject=SUBJECT, reason=reason)).reason is None


@pytest.mark.parametrize("state", [7, "line\nbreak", "\u202egnp", "\ud800", "x" * 257])
def test_a_state_that_cannot_be_shown_is_left_out(rig: Rig, state: object) -> None:
    assert rig.one(rig.issuer.of(f"{RISC}verification", state=state)).state is None


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"iss": "https://accounts.google.com.evil.example/"}, Refusal.ISSUER),
        ({"iss": "https://accounts.google.com//"}, Refusal.ISSUER),
        ({"iss": "accounts.google.com"}, Refusal.ISSUER),
        ({"iss": ["https://accounts.google.com/"]}, Refusal.ISSUER),
        ({"iss": None}, Refusal.ISSUER),
        ({"aud": "somebody-else"}, Refusal.AUDIENCE),
        ({"aud": ["somebody-else"]}, Refusal.AUDIENCE),
        ({"aud": []}, Refusal.AUDIENCE),
        ({"aud": CLIENT[:-1]}, Refusal.AUDIENCE),
        ({"aud": {CLIENT: CLIENT}}, Refusal.AUDIENCE),
        ({"aud": [CLIENT, 5]}, Refusal.AUDIENCE),
        ({"aud": None}, Refusal.AUDIENCE),
        ({"jti": None}, Refusal.MALFORMED),
        ({"jti": 5}, Refusal.MALFORMED),
        ({"jti": ""}, Refusal.MALFORMED),
        ({"jti": "\ud800"}, Refusal.MALFORMED),
        ({"jti": "j" * 256}, Refusal.MALFORMED),
        ({"iat": None}, Refusal.MALFORMED),
        ({"iat": "1508184845"}, Refusal.MALFORMED),
        ({"iat": True}, Refusal.MALFORMED),
        ({"iat": -1}, Refusal.MALFORMED),
        ({"iat": 10**400}, Refusal.MALFORMED),
        ({"iat": float("inf")}, Refusal.MALFORMED),
        ({"iat": float("nan")}, Refusal.MALFORMED),
        ({"events": None}, Refusal.MALFORMED),
        ({"events": {}}, Refusal.MALFORMED),
        ({"events": [f"{OAUTH}tokens-revoked"]}, Refusal.MALFORMED),
        ({"events": {f"{OAUTH}tokens-revoked": SUB}}, Refusal.MALFORMED),
        ({"events": {f"{OAUTH}{number}": {} for number in range(17)}}, Refusal.MALFORMED),
    ],
    ids=lambda value: str(value)[:60],
)
def test_claims_that_are_wrong(rig: Rig, changed: dict[str, Any], reason: Refusal) -> None:
    assert rig.refuses(rig.issuer.token(**changed)) is reason


def test_a_token_from_the_future(rig: Rig) -> None:
    now = rig.issuer.clock.now()
    soon, later = now + timedelta(minutes=4), now + timedelta(minutes=6)
    rig.believes(rig.issuer.token(iat=int(soon.timestamp())))
    assert rig.refuses(rig.issuer.token(iat=int(later.timestamp()))) is Refusal.MALFORMED


def test_an_id_token_of_googles_for_us_is_no_security_event(rig: Rig) -> None:
    """Google signs them with the same keys."""
    token = rig.issuer.token(sub=SUB, email="ana@acme.example", events=None)
    assert rig.refuses(token) is Refusal.MALFORMED


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
def test_a_token_that_nobody_signed(rig: Rig, algorithm: str) -> None:
    kid = jws.key("current").kid
    token = jws.signed({"alg": "none", "kid": kid}, rig.issuer.claims(), b"")
    header = urlsafe_b64encode(json.dumps({"alg": algorithm, "kid": kid}).encode()).rstrip(b"=").decode()
    assert rig.refuses(f"{header}.{token.split('.')[1]}.") is Refusal.ALGORITHM


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_the_public_key_is_no_shared_secret(rig: Rig, algorithm: str) -> None:
    key = jws.key("current")
    secrets = [key.public_pem, key.public_pem.strip(), json.dumps(key.jwk).encode(), key.jwk["n"].encode()]
    for secret in secrets:
        token = jws.signed({"alg": algorithm, "kid": key.kid}, rig.issuer.claims(), secret)
        assert rig.refuses(token) is Refusal.ALGORITHM
    assert rig.issuer.asked == []


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256", "ES256", "EdDSA", None, 5, ["RS256"]])
def test_another_algorithm_with_the_right_key(rig: Rig, algorithm: object) -> None:
    key = jws.key("current")
    right = jwt.encode(rig.issuer.claims(), key.private, "RS256", {"kid": key.kid}).split(".")
    header = urlsafe_b64encode(json.dumps({"alg": algorithm, "kid": key.kid}).encode()).rstrip(b"=").decode()
    assert rig.refuses(".".join([header, *right[1:]])) is Refusal.ALGORITHM


def test_a_forger_who_uses_googles_key_id(rig: Rig) -> None:
    forged = rig.issuer.token("forger", {"kid": jws.key("current").kid})
    assert rig.refuses(forged) is Refusal.SIGNATURE


def test_a_forger_who_brings_a_key_along(rig: Rig) -> None:
    forger = jws.key("forger")
    brought = {"jwk": forger.jwk, "jku": f"{rig.issuer.base_url}/forged", "x5u": f"{rig.issuer.base_url}/forged"}
    assert rig.refuses(rig.issuer.token("forger", {**brought, "kid": jws.key("current").kid})) is Refusal.SIGNATURE
    assert rig.refuses(rig.issuer.token("forger", brought)) is Refusal.KEY
    assert set(rig.issuer.asked) == {"configuration", "certs"}


@pytest.mark.parametrize("header", [{"kid": None}, {"kid": 5}, {"kid": ["x"]}, {"kid": ""}, {"crit": ["exp"]}], ids=str)
def test_headers_that_are_wrong(rig: Rig, header: dict[str, Any]) -> None:
    token = rig.issuer.token(header=header)
    assert rig.refuses(token) in {Refusal.KEY, Refusal.MALFORMED}


def test_claims_that_were_changed_after_signing(rig: Rig) -> None:
    head, _, signature = rig.issuer.token().split(".")
    other = rig.issuer.token(jti="another").split(".")[1]
    assert rig.refuses(f"{head}.{other}.{signature}") is Refusal.SIGNATURE
    assert rig.refuses(f"{head}.{other}.") is Refusal.SIGNATURE


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b".",
        b"..",
        b"a.b",
        b"a.b.c.d",
        b"\xff\xfe.\x00.\x80",
        "é.é.é".encode(),
        b"{}",
        b"[" * 5000 + b"." + b"[" * 5000 + b".",
        urlsafe_b64encode(b"[" * 9000).rstrip(b"=") + b".e30.e30",
        urlsafe_b64encode(b'{"alg":"RS256","kid":"\\ud800"').rstrip(b"=") + b".e30.e30",
        b"a" * 20000,
        b"e30.e30.e30\ne30.e30.e30",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_token_at_all(rig: Rig, body: bytes) -> None:
    assert rig.refuses(body) in {Refusal.MALFORMED, Refusal.ALGORITHM}
    assert rig.issuer.asked == []


def test_a_signed_token_can_be_too_long(rig: Rig) -> None:
    told = {f"{RISC}verification": {"state": "x" * 20000}}
    assert rig.refuses(rig.issuer.token(events=told)) is Refusal.MALFORMED


def test_claims_too_deep_to_be_read(rig: Rig) -> None:
    """Signed, so that they are read."""
    deep: Any = {}
    for _ in range(900):
        deep = {"a": deep}
    assert rig.one(rig.issuer.of(f"{RISC}verification", state=deep)).state is None
    key = jws.key("current")
    head = urlsafe_b64encode(json.dumps({"alg": "RS256", "kid": key.kid}).encode()).rstrip(b"=")
    signed = jwt.api_jws.encode(b"[" * 10000, key.private, "RS256", {"kid": key.kid})
    assert signed.startswith(head.decode()[:4])
    assert rig.refuses(signed) is Refusal.MALFORMED


def test_bent_tokens_are_refused_one_by_one(rig: Rig) -> None:
    """A hundredth of the proof's ten thousand; each differs from a good one by a few characters."""
    dice = random.Random(14)  # noqa: S311 - no secret; the same bends in every run
    good = rig.issuer.token()
    rig.one(good)
    for _ in range(100):
        bent = list(good)
        for _ in range(dice.randint(1, 4)):
            bent[dice.randrange(len(bent))] = dice.choice("AZaz09-_.=%\x00é")
        if "".join(bent) != good:
            rig.refuses("".join(bent))
    assert rig.issuer.fetches <= 2


# --- Google's keys --------------------------------------------------------------------------------------------------


def test_a_flood_of_unknown_keys_has_them_fetched_once_a_minute(rig: Rig) -> None:
    for minute in range(3):
        for number in range(200):
            stray = rig.issuer.token("forger", {"kid": f"stray-{minute}-{number}"})
            assert rig.refuses(stray) is Refusal.KEY
            rig.believes(rig.issuer.token())
        rig.issuer.clock.advance(BETWEEN_FETCHES)
    assert rig.issuer.fetches == 3


def test_threads_share_one_fetch(rig: Rig) -> None:
    token, start = rig.issuer.token(), Barrier(16)

    def together() -> RiscEvent:
        start.wait()
        return rig.one(token)

    with ThreadPoolExecutor(16) as pool:
        told = [each.result() for each in [pool.submit(together) for _ in range(16)]]
    assert {event.sub for event in told} == {SUB}
    assert rig.issuer.fetches == 1


def test_a_new_key_is_found_when_it_is_first_used(rig: Rig) -> None:
    rig.one(rig.issuer.token())
    rig.issuer.keys = [jws.key("fresh").jwk]
    assert rig.refuses(rig.issuer.token("fresh")) is Refusal.KEY
    rig.issuer.clock.advance(BETWEEN_FETCHES)
    rig.believes(rig.issuer.token("fresh"))
    assert rig.refuses(rig.issuer.token("current")) is Refusal.KEY


def test_a_key_that_was_withdrawn_is_not_believed_for_long(rig: Rig) -> None:
    rig.one(rig.issuer.token())
    rig.issuer.keys = [jws.key("next").jwk]
    rig.issuer.clock.advance(timedelta(hours=1))
    assert rig.refuses(rig.issuer.token("current")) is Refusal.KEY


def test_without_google_the_keys_we_have_serve_for_a_day(rig: Rig) -> None:
    rig.one(rig.issuer.token())
    rig.issuer.script.add(Fault("/certs", kind="drop", times=-1))
    rig.issuer.clock.advance(timedelta(hours=23))
    rig.believes(rig.issuer.token())
    with pytest.raises(RiscUnavailable):
        rig.verifier.events(rig.issuer.token("fresh"))
    rig.issuer.clock.advance(timedelta(hours=2))
    with pytest.raises(RiscUnavailable):
        rig.verifier.events(rig.issuer.token())
    rig.issuer.script.clear()
    rig.issuer.clock.advance(BETWEEN_FETCHES)
    rig.believes(rig.issuer.token())


@pytest.mark.parametrize(
    "fault",
    [
        Fault("/.well-known", kind="drop", times=-1),
        Fault("/.well-known", status=500, times=-1),
        Fault("/.well-known", status=200, body="<html>Sign in to the Wi-Fi</html>", times=-1),
        Fault("/.well-known", status=302, headers={"location": "/certs"}, times=-1),
        Fault("/.well-known", status=200, body={"issuer": ISSUER}, times=-1),
        Fault("/certs", kind="drop", times=-1),
        Fault("/certs", status=503, times=-1),
        Fault("/certs", status=200, body=[], times=-1),
        Fault("/certs", status=200, body={"keys": []}, times=-1),
    ],
    ids=str,
)
def test_without_keys_nothing_is_believed_and_nothing_refused(rig: Rig, fault: Fault) -> None:
    """And Google is not asked more often for it."""
    rig.issuer.script.add(fault)
    for _ in range(5):
        with pytest.raises(RiscUnavailable):
            rig.verifier.events(rig.issuer.token())
    assert len(rig.issuer.script.met) == 1
    rig.issuer.script.clear()
    rig.issuer.clock.advance(BETWEEN_FETCHES)
    rig.believes(rig.issuer.token())


@pytest.mark.parametrize(
    "address", ["http://keys.evil.example/certs", "file:///etc/passwd", "gopher://x/", 5, "/certs"]
)
def test_keys_are_fetched_only_where_we_may_ask(rig: Rig, address: object) -> None:
    rig.issuer.jwks_uri = address
    with pytest.raises(RiscUnavailable):
        rig.verifier.events(rig.issuer.token())
    assert rig.issuer.asked == ["configuration"]


def test_keys_that_cannot_be_google_s_are_passed_over(rig: Rig) -> None:
    current = jws.key("current").jwk
    rig.issuer.keys = [
        "no key",
        {"kty": "oct", "kid": "shared", "k": "c2VjcmV0"},
        {**current, "kid": None},
        {**current, "kid": "for-encryption", "use": "enc"},
        {**current, "kid": "for-another", "alg": "RS512"},
        {**current, "kid": "broken", "n": "!"},
        {**current, "kid": "no-modulus", "n": None},
        {**current, "kid": "weak", "n": urlsafe_b64encode(b"\xc1" * 128).decode()},
        {name: value for name, value in current.items() if name not in {"use", "alg"}},
    ]
    rig.believes(rig.issuer.token())
    for kid in ("shared", "for-encryption", "for-another", "broken", "no-modulus", "weak"):
        assert rig.refuses(rig.issuer.token(header={"kid": kid})) is Refusal.KEY


def test_the_two_marks_of_a_token() -> None:
    twice = hashlib.sha512(hashlib.sha512(REFRESH_TOKEN.encode()).digest()).digest()
    assert token_hash(REFRESH_TOKEN) == b64encode(twice).decode()
    assert token_prefix(REFRESH_TOKEN) == "1//0gCanaryRefre"
