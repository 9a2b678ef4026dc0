"""Sign in with Slack and installing the app: the browser's pages and the exchange of codes."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.sandbox.slack.serving import SCOPES, add_acme, slack_served
from tests.sandbox.slack.standin import SlackStandIn

REDIRECT = "http://127.0.0.1:9/slack/oauth_redirect"


@pytest.fixture(scope="module")
def slack() -> Iterator[SlackStandIn]:
    with slack_served() as standin:
        add_acme(standin)
        standin.redirect_uris.add(REDIRECT)
        yield standin


@pytest.fixture
def client(slack: SlackStandIn) -> WebClient:
    return WebClient(base_url=f"{slack.base_url}/api/")


def address(slack: SlackStandIn, path: str = "openid/connect/authorize", **changed: str) -> str:
    query = {
        "client_id": slack.client_id,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": "openid email profile",
        "state": "s 1",
        "nonce": "n1",
        **changed,
    }
    return f"{slack.base_url}/{path}?{urlencode(query)}"


def answered(url: str, answer: str = "allow", person: str = "U0ANA") -> dict[str, str]:
    """Press a button of the page; the query of the address Slack sends the browser to."""
    fields = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    reply = requests.post(
        url, data={**fields, "answer": answer}, cookies={"sandbox_person": person}, allow_redirects=False, timeout=5
    )
    assert reply.status_code == 303, reply.text
    assert reply.headers["location"].startswith(REDIRECT)
    return {name: values[0] for name, values in parse_qs(urlsplit(reply.headers["location"]).query).items()}


def test_a_person_signs_in_and_is_named_by_token_and_userinfo(slack: SlackStandIn, client: WebClient) -> None:
    page = requests.get(address(slack), cookies={"sandbox_person": "U0ANA"}, timeout=5)
    assert "Sign in to Acme as Ana Lima" in page.text
    query = answered(address(slack))
    assert query["state"] == "s 1"
    keys: dict[str, Any] = {
        "client_id": slack.client_id,
        "client_secret": slack.client_secret,
        "redirect_uri": REDIRECT,
    }
    token = client.openid_connect_token(code=query["code"], **keys)
    payload = token["id_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert (claims["nonce"], claims["aud"], claims["https://slack.com/team_id"]) == ("n1", slack.client_id, "T0ACME")
    info = WebClient(token["access_token"], base_url=client.base_url).openid_connect_userInfo()
    assert (info["sub"], info["email"], info["email_verified"]) == ("U0ANA", "ana@acme.example", True)
    with pytest.raises(SlackApiError, match="code_already_used"):
        client.openid_connect_token(code=query["code"], **keys)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"client_secret": "wrong"}, "bad_client_secret"),
        ({"client_id": "wrong"}, "invalid_client_id"),
        ({"redirect_uri": "http://127.0.0.1:9/elsewhere"}, "bad_redirect_uri"),
        ({"code": "wrong"}, "invalid_code"),
    ],
)
def test_a_code_is_only_for_the_one_it_was_given_to(
    slack: SlackStandIn, client: WebClient, changed: dict[str, str], code: str
) -> None:
    given = {
        "code": answered(address(slack))["code"],
        "client_id": slack.client_id,
        "client_secret": slack.client_secret,
        "redirect_uri": REDIRECT,
        **changed,
    }
    with pytest.raises(SlackApiError) as error:
        client.openid_connect_token(**given)
    assert error.value.response["error"] == code


def test_who_cancels_is_sent_back_with_an_error(slack: SlackStandIn) -> None:
    assert answered(address(slack), "cancel") == {"error": "access_denied", "state": "s 1"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"redirect_uri": "https://evil.example/"}, "bad_redirect_uri"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "email"}, "invalid_scope"),
        ({"team": "T0OTHER"}, "invalid_team_for_non_distributed_app"),
    ],
)
def test_a_wrong_address_leads_nowhere(slack: SlackStandIn, changed: dict[str, str], code: str) -> None:
    url = address(slack, **changed)
    page = requests.get(url, cookies={"sandbox_person": "U0ANA"}, allow_redirects=False, timeout=5)
    assert (page.status_code, code in page.text) == (400, True)


def test_a_browser_slack_does_not_know_is_asked_who_it_is(slack: SlackStandIn) -> None:
    page = requests.get(address(slack), timeout=5)
    assert "Choose who you are" in page.text
    assert "Cleo Park" in page.text


def test_the_app_is_installed_with_the_scopes_that_were_allowed(slack: SlackStandIn, client: WebClient) -> None:
    url = address(slack, "oauth/v2/authorize", scope="chat:write,commands")
    code = answered(url, person="U0ADA")["code"]
    # slack_sdk sends the client's credentials as HTTP Basic here
    body = client.oauth_v2_access(
        code=code, client_id=slack.client_id, client_secret=slack.client_secret, redirect_uri=REDIRECT
    )
    assert (body["team"]["id"], body["enterprise"], body["scope"]) == ("T0ACME", None, "chat:write,commands")
    assert body["access_token"].startswith("xoxb-")
    assert WebClient(body["access_token"], base_url=client.base_url).auth_test()["user_id"] == body["bot_user_id"]
    assert slack.install("T0ACME", SCOPES) == body["access_token"], "installing again keeps the token"
    page = requests.get(url, cookies={"sandbox_person": "U0GUS"}, timeout=5)
    assert "Guests cannot install apps" in page.text
