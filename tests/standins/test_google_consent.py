"""The consent screen, as a browser without script walks it."""

from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.sandbox.google.visitor import Visitor
from tests.standins.google_setting import ANA, BUSY, CLEO, EVENTS, LISTS, REDIRECT, SCOPES, Setting, opened


@pytest.fixture(scope="module")
def fresh() -> Iterator[Callable[[], Setting]]:
    with opened() as made:
        yield made


@pytest.fixture
def setting(fresh: Callable[[], Setting]) -> Setting:
    return fresh()


def _query(address: str | None) -> dict[str, str]:
    assert address is not None
    assert address.startswith(REDIRECT)
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_consent_comes_back_with_code_state_and_granted_scopes(setting: Setting) -> None:
    """Both spellings of the sign-in scopes stand in the address, as at Google."""
    back = _query(Visitor("U0ANA").consents(setting.ask(setting.flow(), state="s t/a+te"), ANA))
    assert back["state"] == "s t/a+te"
    assert back["code"].startswith("4/0A")
    assert set(back["scope"].split()) == {*SCOPES, "email", "profile"}
    assert (back["hd"], back["prompt"]) == ("acme.example", "consent")


def test_cancel_is_access_denied_with_the_state(setting: Setting) -> None:
    back = _query(Visitor().consents(setting.ask(setting.flow(), state="abc"), ANA, decision="deny"))
    assert (back["error"], back["state"]) == ("access_denied", "abc")
    assert "code" not in back
    assert setting.google.grants(ANA) == []


def test_no_box_is_ticked_until_somebody_ticks_it(setting: Setting) -> None:
    visitor = Visitor("U0ANA")
    assert visitor.opens(setting.ask(setting.flow(), login_hint=ANA)) is None
    form = visitor.form()
    assert form is not None
    assert (form.boxes, form.ticked) == ([LISTS, BUSY, EVENTS], [])
    visitor.submits(form, [], ("select_all", "1"))
    form = visitor.form()
    assert form is not None
    assert form.ticked == [LISTS, BUSY, EVENTS]


def test_one_permission_alone_has_no_box(setting: Setting) -> None:
    visitor = Visitor("U0ANA")
    visitor.opens(setting.ask(setting.flow(["openid", EVENTS]), login_hint=ANA))
    form = visitor.form()
    assert form is not None
    assert form.boxes == []
    back = visitor.submits(form, [], ("decision", "allow"))
    assert EVENTS in _query(back)["scope"]


def test_the_chooser_offers_this_browsers_accounts_and_all_others_on_request(setting: Setting) -> None:
    setting.google.add_account("ana.lima@gmail.example", name="Ana Lima", owner="U0ANA")
    visitor = Visitor("U0ANA")
    visitor.opens(setting.ask(setting.flow()))
    form = visitor.form()
    assert form is not None
    assert form.buttons == [("account", ANA), ("account", "ana.lima@gmail.example"), ("another", "1")]
    visitor.submits(form, [], ("another", "1"))
    form = visitor.form()
    assert form is not None
    assert ("account", CLEO) in form.buttons


def test_a_hint_skips_the_chooser_unless_it_is_asked_for_or_foreign(setting: Setting) -> None:
    flow = setting.flow()

    def lands(hint: str, prompt: str) -> str:
        visitor = Visitor("U0ANA")
        visitor.opens(setting.ask(flow, login_hint=hint, prompt=prompt))
        assert visitor.page is not None
        return urlsplit(visitor.page.url).path

    assert lands(ANA.upper(), "consent") == "/signin/oauth/consent"
    assert lands(ANA, "consent select_account") == "/v3/signin/accountchooser"
    assert lands(CLEO, "consent") == "/v3/signin/accountchooser"


def test_what_was_granted_is_not_asked_again(setting: Setting) -> None:
    setting.connected()
    visitor = Visitor("U0ANA")
    back = visitor.opens(setting.ask(setting.flow(), login_hint=ANA, prompt="select_account"))
    assert back is None
    form = visitor.form()
    assert form is not None
    back = visitor.submits(form, [], ("account", ANA))
    assert _query(back)["prompt"] == "none"


def test_prompt_none_never_shows_a_page(setting: Setting) -> None:
    ask = setting.ask(setting.flow(), login_hint=ANA, prompt="none")
    assert _query(Visitor("U0ANA").opens(ask))["error"] == "interaction_required"
    setting.connected()
    assert "code" in _query(Visitor("U0ANA").opens(ask))


def test_a_consent_is_given_once(setting: Setting) -> None:
    visitor = Visitor("U0ANA")
    visitor.opens(setting.ask(setting.flow(), login_hint=ANA))
    form = visitor.form()
    assert form is not None
    assert visitor.submits(form, [("scope", BUSY)], ("decision", "allow")) is not None
    assert visitor.submits(form, [("scope", BUSY)], ("decision", "allow")) is None
    assert visitor.page is not None
    assert "Error 400: invalid_request" in visitor.page.text


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"client_id": "somebody-else"}, "Error 401: invalid_client"),
        ({"redirect_uri": REDIRECT + "/"}, "Error 400: redirect_uri_mismatch"),
        ({"response_type": "token"}, "Error 400: unsupported_response_type"),
        ({"scope": "openid calendars"}, "Error 400: invalid_scope"),
        ({"scope": ""}, "Error 400: invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "Error 400: invalid_request"),
        ({"code_challenge_method": "S512"}, "Error 400: invalid_request"),
        ({"access_type": "sometimes"}, "Error 400: invalid_request"),
        ({"prompt": "none consent"}, "Error 400: invalid_request"),
        ({"state": ["one", "two"]}, "Error 400: invalid_request"),
    ],
)
def test_a_wrong_request_is_shown_as_an_error_page(
    setting: Setting, changes: dict[str, str | list[str]], shown: str
) -> None:
    right = {
        "client_id": setting.google.client_id,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": "openid",
    }
    answer = requests.get(f"{setting.url}/o/oauth2/v2/auth", params={**right, **changes}, timeout=5)
    assert shown in answer.text
    assert answer.status_code == int(shown.split()[1].rstrip(":"))


def test_administrators_and_test_mode_keep_people_out(setting: Setting) -> None:
    setting.google.add_account("ana.lima@gmail.example", name="Ana Lima", owner="U0ANA")

    def shown(email: str) -> str:
        visitor = Visitor()
        back = visitor.consents(setting.ask(setting.flow()), email)
        assert visitor.page is not None
        return visitor.page.text if back is None else "let in"

    setting.google.set_policy("org_internal", domain="acme.example")
    assert "Error 403: org_internal" in shown("ana.lima@gmail.example")
    assert shown(ANA) == "let in"
    setting.google.set_policy("access_denied_testing")
    assert "Error 403: access_denied" in shown(ANA)
    setting.google.set_policy("disallowed_useragent")
    assert "Error 403: disallowed_useragent" in shown(ANA)
    setting.google.set_policy(None)
    setting.google.set_policy("admin_policy_enforced", email=CLEO)
    assert "Error 400: admin_policy_enforced" in shown(CLEO)
    assert shown(ANA) == "let in"


def test_the_permissions_page_removes_access(setting: Setting) -> None:
    credentials = setting.connected()
    visitor = Visitor("U0ANA")
    visitor.opens(f"{setting.url}/permissions")
    form = visitor.form()
    assert form is not None
    visitor.submits(form, [], ("account", ANA))
    assert visitor.page is not None
    assert "No app has access" in visitor.page.text
    assert setting.google.grants(ANA) == []
    me = requests.get(f"{setting.url}/v1/userinfo", headers={"authorization": f"Bearer {credentials.token}"}, timeout=5)
    assert me.status_code == 401


def test_somebody_elses_access_is_not_removed(setting: Setting) -> None:
    setting.connected(CLEO)
    requests.post(f"{setting.url}/permissions", data={"account": CLEO}, cookies={"sandbox_person": "U0ANA"}, timeout=5)
    assert len(setting.google.grants(CLEO)) == 1
