"""Sign in with Slack and installation, against the stand-in's own pages."""

import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.domain.people import Who
from bot.errors import OperatorMustMend, SlackUnavailable, StateRejected
from bot.ports import Installation
from bot.slack.workspaces import BOT_SCOPES
from tests.sandbox.faults import Fault
from tests.slack.rig import REDIRECT, TEAM, Rig, approved
from tests.slack.samples import ANA


def _code(slack: Rig, nonce: str = "nonce-1") -> str:
    return approved(slack.sign_in.url(state="state-1", nonce=nonce, team_id=TEAM), "U0ANA")


def test_the_browser_is_sent_to_slack_with_everything_slack_wants(slack: Rig) -> None:
    url = urlsplit(slack.sign_in.url(state="state-1", nonce="nonce-1", team_id=TEAM))
    assert url.path == "/openid/connect/authorize"
    assert parse_qs(url.query) == {
        "response_type": ["code"],
        "scope": ["openid profile email"],
        "client_id": [slack.standin.client_id],
        "state": ["state-1"],
        "nonce": ["nonce-1"],
        "team": [TEAM],
        "redirect_uri": [REDIRECT],
    }


def test_whoever_signed_in_is_who_comes_back(slack: Rig) -> None:
    assert slack.sign_in.exchange(code=_code(slack), nonce="nonce-1") == ANA


def test_a_code_is_good_once(slack: Rig) -> None:
    code = _code(slack)
    slack.sign_in.exchange(code=code, nonce="nonce-1")
    with pytest.raises(StateRejected):
        slack.sign_in.exchange(code=code, nonce="nonce-1")


def test_a_code_of_another_sign_in_is_refused_for_its_nonce(slack: Rig) -> None:
    with pytest.raises(StateRejected):
        slack.sign_in.exchange(code=_code(slack, "nonce-2"), nonce="nonce-1")


def test_a_made_up_code_is_refused(slack: Rig) -> None:
    with pytest.raises(StateRejected):
        slack.sign_in.exchange(code="1.2.3", nonce="nonce-1")


def test_a_wrong_client_secret_is_the_operators_matter(slack: Rig) -> None:
    with pytest.raises(OperatorMustMend):
        slack.sign_in_as(slack.standin.client_id, "wrong").exchange(code=_code(slack), nonce="nonce-1")


def _token(**claims: object) -> str:
    return f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.c2ln"


@pytest.mark.parametrize(
    "id_token",
    [
        None,
        "",
        "not-a-token",
        "e30.%%%.c2ln",
        "e30.W10.c2ln",
        "e30.gA.c2ln",
        _token(),
        _token(nonce="nonce-1", aud="somebody-else", sub="U0ANA"),
        _token(nonce=["nonce-1"], aud="CLIENT", sub="U0ANA"),
        _token(nonce="nonce-2", aud="CLIENT", sub="U0ANA"),
        _token(nonce="nonce-1", aud=["other"], sub="U0ANA"),
    ],
)
def test_an_id_token_that_is_not_ours_is_refused(slack: Rig, id_token: str | None) -> None:
    sign_in = slack.sign_in_as("CLIENT")
    body = {"ok": True, "access_token": "xoxp-1", "token_type": "Bearer", "id_token": id_token}
    slack.standin.script.add(Fault("openid.connect.token", status=200, body=body))
    with pytest.raises(StateRejected):
        sign_in.exchange(code="1.2.3", nonce="nonce-1")
    assert not slack.calls("openid.connect.userInfo")


@pytest.mark.parametrize(
    "person",
    [
        {"sub": "U0BEN", "https://slack.com/user_id": "U0BEN", "https://slack.com/team_id": TEAM},
        {"sub": "U0ANA"},
        {"sub": "U0ANA", "https://slack.com/user_id": "U0ANA", "https://slack.com/team_id": ""},
        {},
    ],
)
def test_user_info_must_agree_with_the_id_token(slack: Rig, person: dict[str, object]) -> None:
    slack.standin.script.add(Fault("openid.connect.userInfo", status=200, body={"ok": True, **person}))
    with pytest.raises(StateRejected):
        slack.sign_in.exchange(code=_code(slack), nonce="nonce-1")


def test_when_slack_is_down_nobody_is_refused(slack: Rig) -> None:
    for method in ("openid.connect.token", "openid.connect.userInfo"):
        code = _code(slack)
        slack.standin.script.add(Fault(method, status=502, body="<html>"))
        with pytest.raises(SlackUnavailable):
            slack.sign_in.exchange(code=code, nonce="nonce-1")


def test_without_client_credentials_it_is_not_available(slack: Rig) -> None:
    assert slack.sign_in.available
    assert not slack.sign_in_as(None).available


def test_a_workspace_installs_the_app(slack: Rig) -> None:
    code = approved(slack.installer.install_url("state-1"), "U0ADA")
    installed = slack.installer.installed(code)
    assert isinstance(installed, Installation)
    assert (installed.team_id, installed.team_name) == (TEAM, "Acme")
    assert set(installed.scopes.split(",")) == set(BOT_SCOPES)
    assert installed.bot_user_id
    assert installed.bot_id
    assert installed.bot_token not in repr(installed)
    slack.tokens[TEAM] = installed.bot_token
    assert slack.directory.profile(Who(TEAM, "U0ANA")).name == "Ana Lima"
    with pytest.raises(StateRejected):
        slack.installer.installed(code)


def test_an_installation_for_a_whole_organisation_is_refused(slack: Rig) -> None:
    body = {"ok": True, "access_token": "xoxb-1", "team": None, "is_enterprise_install": True}
    slack.standin.script.add(Fault("oauth.v2.access", status=200, body=body))
    with pytest.raises(OperatorMustMend):
        slack.installer.installed("1.2.3")
