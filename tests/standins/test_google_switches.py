"""What people, administrators and the operator do at Google, and how it shows to whoever holds a token."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from tests.sandbox.google.model import AccountState
from tests.sandbox.google.visitor import Visitor
from tests.standins.google_setting import ANA, CLEO, EVENTS, SCOPES, Setting, opened, refusal

GMAIL = "ana.lima@gmail.example"
REVOKED = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}


@pytest.fixture(scope="module")
def fresh() -> Iterator[Callable[[], Setting]]:
    with opened() as made:
        yield made


@pytest.fixture
def setting(fresh: Callable[[], Setting]) -> Setting:
    return fresh()


def refreshed(setting: Setting, credentials: Any, secret: str | None = None) -> tuple[int, dict[str, Any]]:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": credentials.refresh_token,
        "client_id": setting.google.client_id,
        "client_secret": secret or setting.google.client_secrets[0],
    }
    answer = requests.post(f"{setting.url}/token", data=form, timeout=5)
    return answer.status_code, answer.json()


def page(setting: Setting, email: str) -> str:
    """The page at which consent for this account ends."""
    visitor = Visitor()
    assert visitor.consents(setting.ask(setting.flow()), email) is None
    assert visitor.page is not None
    return visitor.page.text


def test_a_rotated_secret_stops_everybody_until_it_is_restored(setting: Setting) -> None:
    credentials, old = setting.connected(), setting.google.client_secrets[0]
    new = setting.google.rotate_client_secret()
    refused = (401, {"error": "invalid_client", "error_description": "Unauthorized"})
    assert refreshed(setting, credentials, old) == refused
    assert refreshed(setting, credentials, new)[0] == 200
    assert setting.google.secret_rotated
    setting.google.restore_client_secret()
    assert refreshed(setting, credentials, old)[0] == refreshed(setting, credentials, new)[0] == 200
    third = setting.google.rotate_client_secret(keep_old=True)
    assert setting.google.client_secrets[0] == third
    assert not setting.google.secret_rotated
    assert refreshed(setting, credentials, old)[0] == 200


@pytest.mark.parametrize(
    ("state", "said"),
    [("deleted_client", "The OAuth client was deleted."), ("disabled_client", "The OAuth client was disabled.")],
)
def test_a_client_that_is_gone_is_said_so_everywhere(setting: Setting, state: Any, said: str) -> None:
    credentials, question = setting.connected(), setting.ask(setting.flow())
    setting.google.set_client_state(state)
    assert refreshed(setting, credentials) == (401, {"error": state, "error_description": said})
    shown = requests.get(question, timeout=5)
    assert (shown.status_code, f"Error 401: {state}" in shown.text) == (401, True)


def test_an_organization_blocks_the_app_for_its_people_alone(setting: Setting) -> None:
    setting.google.add_account(GMAIL, name="Ana Lima")
    ana, gmail = setting.connected(), setting.connected(GMAIL)
    setting.google.block_app(domain="acme.example")
    status, body = refreshed(setting, ana)
    assert (status, body["error"], set(body)) == (400, "admin_policy_enforced", {"error", "error_description"})
    assert refreshed(setting, gmail)[0] == 200
    assert "Error 400: admin_policy_enforced" in page(setting, ANA)
    setting.google.unblock_app(domain="acme.example")
    assert refreshed(setting, ana)[0] == 200


def test_an_administrator_blocks_the_app_for_one_account(setting: Setting) -> None:
    ana, cleo = setting.connected(), setting.connected(CLEO)
    setting.google.block_app(email=ANA)
    assert refreshed(setting, ana)[1]["error"] == "admin_policy_enforced"
    assert refreshed(setting, cleo)[0] == 200
    assert "admin_policy_enforced" in page(setting, ANA)
    setting.google.unblock_app(email=ANA)
    assert refreshed(setting, ana)[0] == 200
    with pytest.raises(ValueError, match="either"):
        setting.google.block_app()


def test_a_session_that_ended_is_mended_by_a_new_consent(setting: Setting) -> None:
    first = setting.connected()
    setting.google.end_session(ANA)
    status, body = refreshed(setting, first)
    assert (status, body["error"], body["error_subtype"]) == (400, "invalid_grant", "invalid_rapt")
    assert setting.google.session_ended(ANA)
    second = setting.connected()
    assert refreshed(setting, second)[0] == 200
    assert refreshed(setting, first)[1]["error_subtype"] == "invalid_rapt"
    assert not setting.google.session_ended(ANA)


def test_a_session_length_ends_sessions_by_the_clock(setting: Setting) -> None:
    setting.google.set_session_length("acme.example", timedelta(hours=16))
    credentials = setting.connected()
    setting.clock.advance(timedelta(hours=15))
    assert refreshed(setting, credentials)[0] == 200
    setting.clock.advance(timedelta(hours=1))
    assert refreshed(setting, credentials)[1]["error_subtype"] == "invalid_rapt"
    setting.google.set_session_length("acme.example", None)
    assert refreshed(setting, credentials)[0] == 200


def test_one_permission_is_taken_back_and_the_others_live_on(setting: Setting) -> None:
    credentials = setting.connected()
    service = setting.calendar(credentials)
    setting.google.remove_scope(ANA, EVENTS)
    assert refusal(service.events().list(calendarId="primary")) == (403, "insufficientPermissions")
    assert service.calendarList().list().execute()["items"]
    status, body = refreshed(setting, credentials)
    assert (status, set(body["scope"].split())) == (200, set(SCOPES) - {EVENTS})
    headers = {"authorization": f"Bearer {body['access_token']}"}
    answer = requests.get(f"{setting.url}/calendar/v3/calendars/primary/events", headers=headers, timeout=5)
    assert answer.status_code == 403
    assert answer.json()["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    assert setting.google.grants(ANA)[0].scopes == set(SCOPES) - {EVENTS}
    with pytest.raises(KeyError):
        setting.google.remove_scope(ANA, EVENTS)


def test_expired_access_looks_like_revoked_access(setting: Setting) -> None:
    credentials = setting.connected()
    setting.google.expire_grant(ANA)
    assert refreshed(setting, credentials) == (400, REVOKED)
    assert setting.google.grants(ANA) == []
    with pytest.raises(KeyError):
        setting.google.expire_grant(ANA)


def test_access_for_a_time_ends_on_the_day_it_was_said_to(setting: Setting) -> None:
    setting.google.set_refresh_lifetime(timedelta(days=2), email=ANA)
    flow = setting.flow()
    assert flow.fetch_token(code=setting.code(flow))["refresh_token_expires_in"] == 2 * 24 * 3600
    (grant,) = setting.google.grants(ANA)
    assert grant.expires_at is not None
    assert timedelta(days=2) <= grant.expires_at - grant.granted_at < timedelta(days=2, minutes=1)
    setting.clock.advance(timedelta(days=1, hours=23, minutes=50))
    renewed = refreshed(setting, flow.credentials)[1]
    assert 0 < renewed["refresh_token_expires_in"] <= 600
    setting.clock.advance(timedelta(minutes=10))
    headers = {"authorization": f"Bearer {renewed['access_token']}"}
    answer = requests.get(f"{setting.url}/calendar/v3/users/me/calendarList", headers=headers, timeout=5)
    assert answer.status_code == 401, "an access token does not outlive it either"
    assert refreshed(setting, flow.credentials) == (400, REVOKED)
    assert setting.google.grants(ANA) == []
    cleo = setting.flow()
    assert "refresh_token_expires_in" not in cleo.fetch_token(code=setting.code(cleo, CLEO))


@pytest.mark.parametrize(
    ("state", "said"),
    [("disabled", "Token has been expired or revoked."), ("deleted", "Account has been deleted")],
)
def test_without_an_account_no_token_is_worth_anything(setting: Setting, state: AccountState, said: str) -> None:
    credentials = setting.connected()
    service = setting.calendar(credentials)
    setting.google.set_account_state(ANA, state)
    assert refreshed(setting, credentials) == (400, {"error": "invalid_grant", "error_description": said})
    headers = {"authorization": f"Bearer {credentials.token}"}
    for path in ("calendar/v3/users/me/calendarList", "v1/userinfo"):
        assert requests.get(f"{setting.url}/{path}", headers=headers, timeout=5).status_code == 401
    assert "Error 400: invalid_request" in page(setting, ANA)
    setting.google.set_account_state(ANA, "ok")
    assert service.calendarList().list().execute()["items"], "an account that comes back finds its tokens as they were"


def test_calendar_can_be_switched_off_for_an_account(setting: Setting) -> None:
    service = setting.calendar(setting.connected())
    setting.google.set_account_state(ANA, "not_a_calendar_user")
    assert refusal(service.calendarList().list()) == (403, "notACalendarUser")
    assert refreshed(setting, setting.connected())[0] == 200, "the grant itself is well"
