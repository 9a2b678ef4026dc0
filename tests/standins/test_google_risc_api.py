"""Registering a receiver of security events, and the refusals of the error code reference."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from google.auth import jwt

from tests.sandbox.google.risc_events import PUSH, URIS
from tests.sandbox.google.service_accounts import AUDIENCE
from tests.standins.google_setting import Setting, opened
from tests.standins.receiver import Receiver, receiving


@pytest.fixture(scope="module")
def fresh() -> Iterator[Callable[[], Setting]]:
    with opened() as made:
        yield made


@pytest.fixture
def setting(fresh: Callable[[], Setting]) -> Setting:
    return fresh()


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def bearer(setting: Setting, credentials: str | None = None, **claims: Any) -> str:
    """A token that google-auth itself signs with a service account's key."""
    info = json.loads(credentials or setting.google.service_account())
    now = int(setting.clock.now().timestamp())
    email = info["client_email"]
    whole = {"iss": email, "sub": email, "aud": AUDIENCE, "iat": now, "exp": now + 3600, **claims}
    made: bytes = jwt.encode(_signer(info), whole)  # type: ignore[no-untyped-call] # google-auth's own
    return made.decode()


def _signer(info: dict[str, Any]) -> Any:
    return jwt.Credentials.from_service_account_info(info, audience=AUDIENCE)._signer  # type: ignore[no-untyped-call] # noqa: SLF001 - it checks the file's format


def ask(setting: Setting, path: str, body: Any = None, token: str | None = None) -> tuple[int, dict[str, Any]]:
    headers = {"authorization": f"Bearer {bearer(setting) if token is None else token}"}
    method = "GET" if body is None else "POST"
    answer = requests.request(method, f"{setting.url}/v1beta/{path}", json=body, headers=headers, timeout=5)
    return answer.status_code, answer.json()


def configuration(url: str, *events: str) -> dict[str, Any]:
    wanted = [URIS[event] for event in events or ("tokens-revoked", "verification")]
    return {"delivery": {"delivery_method": PUSH, "url": url}, "events_requested": wanted}


def refused(answer: tuple[int, dict[str, Any]]) -> tuple[int, str]:
    status, body = answer
    assert body["error"]["code"] == status
    assert body["error"]["status"] in {"INVALID_ARGUMENT", "UNAUTHENTICATED", "PERMISSION_DENIED", "NOT_FOUND"}
    return status, body["error"]["message"]


def test_the_configuration_names_issuer_keys_and_method(setting: Setting) -> None:
    found = requests.get(f"{setting.url}/.well-known/risc-configuration", timeout=5).json()
    assert found["issuer"] == "https://accounts.google.com/"
    assert found["jwks_uri"] == f"{setting.url}/risc/jwks"
    assert found["delivery_methods_supported"] == [PUSH]


def test_a_receiver_is_registered_read_back_and_verified(setting: Setting, receiver: Receiver) -> None:
    receiver.tokens.clear()
    assert refused(ask(setting, "stream")) == (404, "Project has no RISC configuration.")
    assert ask(setting, "stream:update", configuration(receiver.url)) == (200, {})
    status, found = ask(setting, "stream")
    assert (status, found["delivery"]["url"]) == (200, receiver.url)
    assert ask(setting, "stream:update", found) == (200, {}), "what was read can be written back"
    assert ask(setting, "stream:verify", {"state": "hello"}) == (200, {})
    setting.google.risc.settle()
    assert receiver.events == [{URIS["verification"]: {"state": "hello"}}]


def test_the_stream_is_stopped_and_goes_on(setting: Setting, receiver: Receiver) -> None:
    receiver.tokens.clear()
    none = "Project has no existing RISC configuration, cannot update status."
    assert refused(ask(setting, "stream/status:update", {"status": "enabled"})) == (404, none)
    ask(setting, "stream:update", configuration(receiver.url))
    assert ask(setting, "stream/status:update", {"status": "disabled"}) == (200, {})
    assert ask(setting, "stream/status") == (200, {"status": "disabled"})
    ask(setting, "stream:verify", {"state": "unheard"})
    setting.google.risc.settle()
    assert receiver.tokens == []
    assert refused(ask(setting, "stream/status:update", {"status": "paused"}))[0] == 403
    assert ask(setting, "stream/status:update", {"status": "enabled"}) == (200, {})
    assert ask(setting, "stream/status") == (200, {"status": "enabled"})


@pytest.mark.parametrize("name", ["delivery", "delivery_method", "url", "events_requested"])
def test_no_field_may_be_missing(setting: Setting, name: str) -> None:
    body = configuration("https://bot.acme.example/google/risc")
    body.pop(name, None)
    body.get("delivery", {}).pop(name, None)
    said = f"Stream configuration must contain {name} field."
    assert refused(ask(setting, "stream:update", body)) == (400, said)


def test_addresses_are_https_and_of_the_projects_domains(setting: Setting) -> None:
    insecure = configuration("http://bot.acme.example/google/risc")
    assert refused(ask(setting, "stream:update", insecure)) == (403, "The delivery endpoint must be an HTTPS URL.")
    there = configuration("https://bot.acme.example/google/risc")
    said = "The delivery endpoint does not belong to any of your project's domains."
    assert refused(ask(setting, "stream:update", there)) == (403, said)
    setting.google.client.authorized_domains.add("acme.example")
    assert ask(setting, "stream:update", there) == (200, {})


@pytest.mark.parametrize(
    "body",
    [
        {"colour": "red"},
        {**configuration("https://127.0.0.1/"), "events_requested": ["https://schemas.openid.net/none"]},
        {**configuration("https://127.0.0.1/"), "delivery": {"delivery_method": "poll", "url": "https://127.0.0.1/"}},
        [],
    ],
)
def test_what_makes_no_sense_is_a_400(setting: Setting, body: Any) -> None:
    assert refused(ask(setting, "stream:update", body))[0] == 400


def test_only_the_right_token_opens_the_api(setting: Setting) -> None:
    now = int(setting.clock.now().timestamp())
    wrong = [
        "",
        "ya29.nothing",
        bearer(setting, aud="https://risc.googleapis.com/"),
        bearer(setting, sub="somebody@else.example"),
        bearer(setting, iss="nobody@nowhere.example"),
        bearer(setting, iat=now - 7200, exp=now - 3600),
        bearer(setting, exp=now + 7200),
        bearer(setting, iat=now + 3600, exp=now + 7200),
        bearer(setting)[:-4] + "AAAA",
    ]
    for token in wrong:
        assert refused(ask(setting, "stream", token=token)) == (401, "Unauthorized.")
    info = json.loads(setting.google.service_account())
    info["private_key_id"] = "0" * 40
    assert refused(ask(setting, "stream", token=bearer(setting, json.dumps(info))))[0] == 401


def test_the_right_token_of_the_wrong_caller_is_a_403(setting: Setting) -> None:
    def said(token: str) -> str:
        status, message = refused(ask(setting, "stream", token=token))
        assert status == 403
        return message

    plain = setting.google.service_account("plain", admin=False)
    assert said(bearer(setting, plain)) == "Service account needs permission to access your RISC configuration"
    foreign = setting.google.service_account("theirs", foreign=True)
    assert "at least one OAuth client" in said(bearer(setting, foreign))
    person = setting.connected().token
    assert said(str(person)) == "Stream management APIs should only be called by a service account."
