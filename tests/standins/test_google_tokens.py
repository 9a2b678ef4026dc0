"""Codes, tokens and identity, asked for by Google's own libraries."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import requests
from google.auth import jwt
from oauthlib.oauth2 import InvalidClientError, InvalidGrantError

from tests.sandbox.faults import Fault
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


def _exchange(setting: Setting, given: str, verifier: str, **changes: str) -> requests.Response:
    form = {"grant_type": "authorization_code", "code": given, "redirect_uri": REDIRECT, "code_verifier": verifier}
    return _token(setting, **{**_client(setting), **form, **changes})


def test_a_code_becomes_tokens_and_a_signed_identity(setting: Setting) -> None:
    flow = setting.flow()
    code = setting.code(flow, nonce="n-0S6_WzA2Mj")
    answer = flow.fetch_token(code=code)
    assert answer["access_token"].startswith("ya29.")
    assert answer["refresh_token"].startswith("1//")
    assert (answer["expires_in"], answer["token_type"]) == (3599, "Bearer")
    assert set(answer["scope"]) == set(SCOPES)
    assert "refresh_token_expires_in" not in answer
    claims = jwt.decode(answer["id_token"], verify=False)  # type: ignore[no-untyped-call] # google-auth's own
    assert claims["iss"] == "https://accounts.google.com"
    assert claims["aud"] == claims["azp"] == setting.google.client_id
    assert (claims["email"], claims["email_verified"], claims["hd"]) == (ANA, True, "acme.example")
    assert claims["nonce"] == "n-0S6_WzA2Mj"
    assert len(claims["sub"]) == 21
    info = requests.get(f"{setting.url}/tokeninfo", params={"id_token": answer["id_token"]}, timeout=5).json()
    assert info["sub"] == claims["sub"]


def test_short_scope_names_come_back_long(setting: Setting) -> None:
    """Which is why oauthlib raises for those who ask for them."""
    flow = setting.flow(["openid", "email"])
    with pytest.raises(Warning, match="Scope has changed"):
        flow.fetch_token(code=setting.code(flow))


def test_an_unticked_box_is_missing_from_the_answer(setting: Setting) -> None:
    flow = setting.flow()
    with pytest.raises(Warning, match="Scope has changed") as raised:
        flow.fetch_token(code=setting.code(flow, ticks=[LISTS]))
    token = raised.value.token  # type: ignore[attr-defined] # oauthlib hangs it there
    assert set(token["scope"]) == {*SCOPES[:3], LISTS}


def test_a_code_works_once(setting: Setting) -> None:
    flow = setting.flow()
    code = setting.code(flow)
    flow.fetch_token(code=code)
    with pytest.raises(InvalidGrantError):
        flow.fetch_token(code=code)


def test_of_twenty_who_race_with_one_code_one_wins(setting: Setting) -> None:
    flow = setting.flow()
    code, verifier = setting.code(flow), flow.code_verifier
    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(lambda _: _exchange(setting, code, verifier).status_code, range(20)))
    assert sorted(statuses) == [200] + [400] * 19


def test_a_code_lives_ten_minutes(setting: Setting) -> None:
    flow = setting.flow()
    code = setting.code(flow)
    setting.clock.advance(timedelta(minutes=10))
    with pytest.raises(InvalidGrantError):
        flow.fetch_token(code=code)


@pytest.mark.parametrize(
    ("changes", "error", "description"),
    [
        ({"code_verifier": "x" * 43}, "invalid_grant", "Invalid code verifier."),
        ({"code_verifier": ""}, "invalid_grant", "Invalid code verifier."),
        ({"redirect_uri": REDIRECT + "?x"}, "redirect_uri_mismatch", "Bad Request"),
        ({"code": "4/0Anothing"}, "invalid_grant", "Malformed auth code."),
        ({"code": ""}, "invalid_request", "Missing required parameter: code"),
        ({"grant_type": "password"}, "unsupported_grant_type", "Invalid grant_type: password"),
    ],
)
def test_a_wrong_exchange_is_refused(setting: Setting, changes: dict[str, str], error: str, description: str) -> None:
    flow = setting.flow()
    code = setting.code(flow)
    answer = _exchange(setting, code, flow.code_verifier, **changes)
    assert answer.status_code == 400
    assert answer.json() == {"error": error, "error_description": description}


def test_a_code_of_another_flow_fails_on_its_verifier(setting: Setting) -> None:
    ours, theirs = setting.flow(), setting.flow()
    stolen = setting.code(theirs)
    setting.ask(ours)
    with pytest.raises(InvalidGrantError, match="Invalid code verifier"):
        ours.fetch_token(code=stolen)


def test_without_a_challenge_a_verifier_is_too_much_and_with_one_it_is_a_must(setting: Setting) -> None:
    plain = setting.flow(autogenerate_code_verifier=False)
    answer = _exchange(setting, setting.code(plain), "x" * 43)
    assert answer.json()["error_description"] == "code_verifier or verifier is not needed"
    flow = setting.flow()
    code = setting.code(flow)
    answer = _token(setting, grant_type="authorization_code", code=code, redirect_uri=REDIRECT, **_client(setting))
    assert answer.json() == {"error": "invalid_grant", "error_description": "Missing code verifier."}


def test_the_client_says_who_it_is_by_header_or_in_the_body(setting: Setting) -> None:
    setting.google.client_secrets.insert(0, "GOCSPX-new:secret")
    header, body = setting.flow(), setting.flow()
    header.fetch_token(code=setting.code(header))
    body.fetch_token(code=setting.code(body), include_client_id=True)
    old = setting.flow()
    code = setting.code(old)
    assert _exchange(setting, code, old.code_verifier, client_secret="GOCSPX-sandbox-secret").status_code == 200


def test_an_unknown_client_is_told_so_and_the_code_stays_good(setting: Setting) -> None:
    """So that a rotated secret can be tried after the old one."""
    flow = setting.flow()
    code = setting.code(flow)
    for wrong in ({"client_secret": "GOCSPX-old"}, {"client_id": "nobody"}):
        answer = _exchange(setting, code, flow.code_verifier, **wrong)
        assert answer.status_code == 401
        assert answer.json() == {"error": "invalid_client", "error_description": "Unauthorized"}
    assert _exchange(setting, code, flow.code_verifier).status_code == 200


def test_a_dead_client_exchanges_nothing(setting: Setting) -> None:
    flow = setting.flow()
    code = setting.code(flow)
    setting.google.set_client_state("invalid_client")
    with pytest.raises(InvalidClientError):
        flow.fetch_token(code=code)


def test_userinfo_tells_what_the_scopes_allow(setting: Setting) -> None:
    def asks(token: str) -> requests.Response:
        return requests.get(f"{setting.url}/v1/userinfo", headers={"authorization": f"Bearer {token}"}, timeout=5)

    everything = asks(str(setting.connected().token)).json()
    assert everything["email"] == ANA
    assert (everything["email_verified"], everything["name"], everything["hd"]) == (True, "Ana Lima", "acme.example")
    refused = asks("ya29.nothing")
    assert refused.status_code == 401
    assert refused.json() == {"error": "invalid_request", "error_description": "Invalid Credentials"}
    setting.google.revoke(ANA)
    flow = setting.flow(["openid", BUSY])
    flow.fetch_token(code=setting.code(flow))
    assert list(asks(str(flow.credentials.token)).json()) == ["sub"]


def test_an_exchange_whose_answer_was_lost_has_happened(setting: Setting) -> None:
    flow = setting.flow()
    code = setting.code(flow)
    setting.google.script.add(Fault("POST /token", kind="drop", when="after"))
    with pytest.raises(requests.ConnectionError):
        flow.fetch_token(code=code, timeout=5)
    with pytest.raises(InvalidGrantError):
        flow.fetch_token(code=code)


def test_a_fault_before_the_exchange_leaves_the_code_good(setting: Setting) -> None:
    flow = setting.flow()
    code = setting.code(flow)
    setting.google.script.add(Fault("POST /token", status=502, body="<html>Bad Gateway</html>"))
    assert _exchange(setting, code, flow.code_verifier).status_code == 502
    assert _exchange(setting, code, flow.code_verifier).status_code == 200
