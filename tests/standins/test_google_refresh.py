"""Refresh tokens: when there is one, and the many ways in which it ends."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from google.auth.exceptions import RefreshError

from tests.sandbox.google.model import ClientState
from tests.standins.google_setting import ANA, BUSY, LISTS, REDIRECT, SCOPES, Setting, opened


@pytest.fixture(scope="module")
def fresh() -> Iterator[Callable[[], Setting]]:
    with opened() as made:
        yield made


@pytest.fixture
def setting(fresh: Callable[[], Setting]) -> Setting:
    return fresh()


def _token(setting: Setting, **form: str) -> requests.Response:
    return requests.post(f"{setting.url}/token", data=form, timeout=5)


def _client(setting: Setting) -> dict[str, str]:
    return {"client_id": setting.google.client_id, "client_secret": setting.google.client_secrets[0]}


def _ended(credentials: Any, setting: Setting) -> dict[str, str]:
    with pytest.raises(RefreshError) as refused:
        setting.again(credentials)
    body: dict[str, str] = refused.value.args[1]
    return body


def test_a_dead_client_is_the_operators_problem(setting: Setting) -> None:
    credentials = setting.connected()
    states: list[ClientState] = ["invalid_client", "deleted_client", "unauthorized_client"]
    for state in states:
        setting.google.set_client_state(state)
        assert _ended(credentials, setting)["error"] == state
    setting.google.set_client_state("ok")
    assert setting.again(credentials).token


def test_a_refresh_token_comes_with_consent_only(setting: Setting) -> None:
    setting.connected()
    again = setting.flow()
    assert "refresh_token" not in again.fetch_token(code=setting.code(again, prompt="select_account"))
    asked = setting.flow()
    assert "refresh_token" in asked.fetch_token(code=setting.code(asked))


def test_online_access_has_no_refresh_token(setting: Setting) -> None:
    flow = setting.flow()
    assert "refresh_token" not in flow.fetch_token(code=setting.code(flow, access_type="online"))


def test_a_refresh_gives_a_new_access_token_and_no_more_than_was_granted(setting: Setting) -> None:
    credentials = setting.connected(scopes=[*SCOPES[:3], LISTS, BUSY])
    renewed = setting.again(credentials)
    assert renewed.token != credentials.token
    assert renewed.refresh_token == credentials.refresh_token
    with pytest.raises(RefreshError, match="invalid_scope"):
        setting.again(credentials, scopes=SCOPES)


def test_removing_the_app_kills_every_token_of_the_account(setting: Setting) -> None:
    first, second = setting.connected(), setting.connected()
    setting.google.revoke(ANA)
    for credentials in (first, second):
        assert _ended(credentials, setting) == {
            "error": "invalid_grant",
            "error_description": "Token has been expired or revoked.",
        }


def test_revoking_one_token_revokes_the_whole_grant(setting: Setting) -> None:
    first, second = setting.connected(), setting.connected()
    revoked = requests.post(f"{setting.url}/revoke", data={"token": first.refresh_token}, timeout=5)
    assert (revoked.status_code, revoked.json()) == (200, {})
    assert _ended(second, setting)["error"] == "invalid_grant"
    again = requests.post(f"{setting.url}/revoke", params={"token": first.token}, timeout=5)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_token")


def test_the_hundred_and_first_refresh_token_ends_the_oldest(setting: Setting) -> None:
    first = setting.connected()
    last = ""
    for _ in range(100):
        flow = setting.flow(autogenerate_code_verifier=False)
        form = {"grant_type": "authorization_code", "code": setting.code(flow), "redirect_uri": REDIRECT}
        last = _token(setting, **_client(setting), **form).json()["refresh_token"]
    assert _ended(first, setting)["error"] == "invalid_grant"
    assert setting.again(first, refresh_token=last).token
    assert len(setting.google.grants(ANA)[0].refresh_tokens) == 100


def test_tokens_die_by_the_clock(setting: Setting) -> None:
    setting.google.set_refresh_lifetime(timedelta(days=7))
    flow = setting.flow()
    answer = flow.fetch_token(code=setting.code(flow))
    assert answer["refresh_token_expires_in"] == 7 * 24 * 3600
    setting.clock.advance(timedelta(days=6))
    assert setting.again(flow.credentials).token
    setting.clock.advance(timedelta(days=1))
    assert _ended(flow.credentials, setting)["error"] == "invalid_grant"
    setting.google.set_refresh_lifetime(None)
    unused = setting.connected()
    setting.clock.advance(timedelta(days=183))
    assert _ended(unused, setting)["error"] == "invalid_grant"


def test_an_administrator_stops_refreshing(setting: Setting) -> None:
    credentials = setting.connected()
    setting.google.set_account_state(ANA, "admin_policy_enforced")
    assert _ended(credentials, setting)["error"] == "admin_policy_enforced"
    setting.google.set_account_state(ANA, "invalid_rapt")
    with pytest.raises(RefreshError, match="Reauthentication is needed"):
        setting.again(credentials)
    form = {"grant_type": "refresh_token", "refresh_token": str(credentials.refresh_token)}
    assert _token(setting, **_client(setting), **form).json()["error_subtype"] == "invalid_rapt"
