"""Security events as the stand-in sends them: really signed, retried, and told by themselves."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator

import pytest
import requests
from cryptography.exceptions import InvalidSignature

from tests.sandbox.google import identity, jws
from tests.sandbox.google.risc import NotSent
from tests.sandbox.google.risc_events import URIS
from tests.standins.google_setting import ANA, CLEO, Setting, opened
from tests.standins.receiver import Receiver, checked, receiving


@pytest.fixture(scope="module")
def fresh() -> Iterator[Callable[[], Setting]]:
    with opened() as made:
        yield made


@pytest.fixture(scope="module")
def listening() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def receiver(listening: Receiver) -> Receiver:
    for kept in (listening.answers, listening.tokens, listening.types):
        kept.clear()
    return listening


@pytest.fixture
def setting(fresh: Callable[[], Setting], receiver: Receiver) -> Setting:
    """With the receiver registered for everything."""
    setting = fresh()
    setting.google.risc.register(receiver.url)
    return setting


def test_an_event_is_a_signed_token_about_an_account(setting: Setting, receiver: Receiver) -> None:
    assert setting.google.send_risc("account-disabled", email=ANA, reason="hijacking") == 202
    assert receiver.types == ["application/secevent+jwt"]
    header, claims = checked(receiver.tokens[0], setting.url)
    assert (header["typ"], header["alg"]) == ("secevent+jwt", "RS256")
    (account,) = [each for each in setting.google.accounts() if each.email == ANA]
    subject = {"subject_type": "iss-sub", "iss": "https://accounts.google.com/", "sub": account.sub}
    assert claims["events"] == {URIS["account-disabled"]: {"subject": subject, "reason": "hijacking"}}
    assert (claims["iss"], claims["aud"]) == ("https://accounts.google.com/", setting.google.client_id)
    assert abs(claims["iat"] - setting.clock.now().timestamp()) < 5
    assert set(claims) == {"iss", "aud", "iat", "jti", "events"}, "such tokens never expire"


def test_a_single_token_is_named_by_its_hash_or_its_beginning(setting: Setting, receiver: Receiver) -> None:
    token = str(setting.connected().refresh_token)
    setting.google.send_risc("token-revoked", email=ANA)
    setting.google.send_risc("token-revoked", refresh_token=token, algorithm="prefix", audience=["other", "ours"])
    by_hash, by_prefix = (event[URIS["token-revoked"]]["subject"] for event in receiver.events)
    twice = hashlib.sha512(hashlib.sha512(token.encode()).digest()).digest()
    assert by_hash == {
        "subject_type": "oauth_token",
        "token_type": "refresh_token",
        "token_identifier_alg": "hash_base64_sha512_sha512",
        "token": base64.b64encode(twice).decode(),
    }
    assert (by_prefix["token_identifier_alg"], by_prefix["token"]) == ("prefix", token[:16])
    assert checked(receiver.tokens[1], setting.url)[1]["aud"] == ["other", "ours"]


def test_what_is_not_accepted_is_sent_again_with_the_same_name(setting: Setting, receiver: Receiver) -> None:
    receiver.answers = [500, 400]
    assert setting.google.send_risc("sessions-revoked", email=ANA) == 202
    assert len(receiver.tokens) == 3
    assert len(set(receiver.tokens)) == 1
    receiver.answers = [503] * 3
    assert setting.google.send_risc("sessions-revoked", email=CLEO) == 503
    assert [delivery.accepted for delivery in setting.google.risc.sent] == [True, False]
    assert setting.google.risc.redeliver() == [202]
    assert setting.google.risc.redeliver() == []
    assert setting.google.risc.redeliver(accepted_too=True) == [202, 202]
    assert setting.google.send_risc("sessions-revoked", email=ANA, url="http://127.0.0.1:1/") == 0


def test_what_happens_is_told_by_itself(setting: Setting, receiver: Receiver) -> None:
    """Of people who let the app know who they are, and only while the stream is open."""
    for email in (ANA, CLEO):
        setting.connected(email)
    setting.google.revoke(ANA)
    setting.google.set_account_state(CLEO, "disabled")
    setting.google.set_account_state(CLEO, "disabled")
    setting.google.set_account_state(CLEO, "ok")
    setting.google.set_account_state(CLEO, "deleted")
    said = [next(iter(event)) for event in receiver.events]
    names = ("tokens-revoked", "account-disabled", "account-enabled", "account-purged")
    assert said == [URIS[name] for name in names]
    setting.google.set_account_state(ANA, "disabled")
    assert len(receiver.tokens) == 4, "Ana has no more to do with the app"
    setting.google.risc.automatic = False
    setting.google.revoke(CLEO)
    assert len(receiver.tokens) == 4


def test_many_changes_are_told_once_all_are_made(setting: Setting, receiver: Receiver) -> None:
    for email in (ANA, CLEO):
        setting.connected(email)
    with setting.google.changing():
        setting.google.revoke(ANA)
        setting.google.revoke(CLEO)
        assert receiver.tokens == [], "nobody is told while the lock is held"
    assert len(receiver.tokens) == 2


def test_removing_the_app_on_googles_own_page_is_told_too(setting: Setting, receiver: Receiver) -> None:
    setting.connected()
    requests.post(f"{setting.url}/permissions", data={"account": ANA}, timeout=5)
    assert [next(iter(event)) for event in receiver.events] == [URIS["tokens-revoked"]]


def test_nothing_is_sent_that_nobody_asked_for(setting: Setting, receiver: Receiver) -> None:
    setting.google.risc.register(receiver.url, ["tokens-revoked"])
    with pytest.raises(NotSent, match="did not ask"):
        setting.google.send_risc("sessions-revoked", email=ANA)
    stream = setting.google.risc.stream
    assert stream is not None
    stream.status = "disabled"
    with pytest.raises(NotSent, match="stopped"):
        setting.google.send_risc("tokens-revoked", email=ANA)
    setting.google.risc.stream = None
    with pytest.raises(NotSent, match="No receiver"):
        setting.google.send_risc("tokens-revoked", email=ANA)
    setting.connected()
    setting.google.revoke(ANA)
    assert receiver.tokens == []


def test_keys_rotate_and_every_fetch_is_counted(setting: Setting, receiver: Receiver) -> None:
    risc = setting.google.risc
    before = risc.key.kid
    setting.google.send_risc("sessions-revoked", email=ANA)
    after = risc.rotate_keys()
    setting.google.send_risc("sessions-revoked", email=ANA)
    kids = [checked(token, setting.url)[0]["kid"] for token in receiver.tokens]
    assert kids == [before, after]
    assert (risc.key_fetches, risc.configuration_fetches) == (2, 2)
    risc.rotate_keys(keep_old=False)
    published = {key["kid"] for key in risc.jwks()["keys"]}
    assert published == {identity.key().kid, risc.key.kid}, "ID tokens are signed with keys of the same set"
    with pytest.raises(KeyError):
        checked(receiver.tokens[0], setting.url)


def test_attackers_forge_what_they_like(setting: Setting, receiver: Receiver) -> None:
    risc = setting.google.risc
    claims = risc.claims("tokens-revoked", email=ANA)
    bare = risc.token(claims, header={"alg": "none"})
    assert bare.endswith(".")
    confused = risc.token(claims, header={"alg": "HS256"}, key=risc.key.public_pem)
    payload, _, signature = confused.rpartition(".")
    assert jws.decoded(signature) == hmac.digest(risc.key.public_pem, payload.encode(), "sha256")
    foreign = risc.token(claims, key=jws.key("an attacker's"))
    with pytest.raises(InvalidSignature):
        checked(foreign, setting.url)
    with pytest.raises(KeyError):
        checked(risc.token(claims, header={"kid": "unknown"}), setting.url)
    receiver.answers = [400]
    risc.tries = 1
    assert risc.deliver(foreign) == 400
    assert risc.deliver("no token at all", receiver.url) == 202
