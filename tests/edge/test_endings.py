"""How a flow ended, and what can be done about it."""

import html

import pytest

from bot.domain.journey import PENDING, Result
from bot.domain.permissions import PERMISSIONS
from bot.domain.reasons import REASONS
from bot.errors import NotAnEmployee, OperatorMustMend, SlackUnavailable
from tests.edge.asgi import Answer
from tests.edge.conftest import Edge, cookie
from tests.edge.consent import TICKET

OURS = [("sec-fetch-site", "same-origin")]
PERSONAL = f"/connect/{TICKET}"


def result_page(edge: Edge, ending: Result) -> Answer:
    edge.consent.ending = ending
    return edge.caller.get("/connected", [cookie(edge)])


def test_the_end_names_the_account_and_offers_the_way_out(web: Edge) -> None:
    page = result_page(web, Result("connected", account="ana@acme.example", person_name="Ana Lima"))
    assert page.status == 200
    assert "ana@acme.example" in page.text
    assert "go back to Slack" in page.text
    assert 'action="/connected/disconnect"' in page.text


@pytest.mark.parametrize("outcome", sorted(REASONS))
def test_every_refusal_has_its_own_words_and_its_button(web: Edge, outcome: str) -> None:
    page = result_page(web, Result(outcome, account="x@y.example", expected_email="ana@acme.example", can_retry=True))
    assert page.status == 200
    assert f"<h1>{REASONS[outcome].title}</h1>" in page.text
    assert REASONS[outcome].sentence in html.unescape(page.text)
    assert page.text.count("<button") == 1
    assert 'action="/connected/again"' in page.text


def test_a_missing_permission_is_named_with_what_it_breaks(web: Edge) -> None:
    page = result_page(web, Result("permission_missing", missing=PERMISSIONS[-2:], can_retry=True)).text
    assert all(permission.asks in page and permission.breaks in page for permission in PERMISSIONS[-2:])
    assert PERMISSIONS[0].asks not in page
    assert "Choose permissions again" in page


def test_another_account_can_be_chosen_or_proven(web: Edge) -> None:
    page = result_page(web, Result("other_account", account="x@y.example", can_retry=True, can_prove=True)).text
    assert "Choose another account" in page
    assert "Confirm with Slack" in page


def test_what_nobody_can_retry_has_no_button(web: Edge) -> None:
    assert "<button" not in result_page(web, Result("config_problem")).text


def test_an_unfinished_flow_is_looked_at_again(web: Edge) -> None:
    assert "Look again" in result_page(web, Result(PENDING)).text


def test_a_browser_without_a_flow_is_sent_back_to_slack(web: Edge) -> None:
    page = web.caller.get("/connected")
    assert page.status == 200
    assert "go back to Slack" in page.text


@pytest.mark.parametrize(("target", "change"), [("again", "again prove=False"), ("prove", "again prove=True")])
def test_trying_again_starts_over_with_a_fresh_cookie(web: Edge, target: str, change: str) -> None:
    answer = web.caller.post(f"/connected/{target}", headers=[*OURS, cookie(web)])
    assert answer.status == 303
    assert answer.headers["set-cookie"].startswith("__Host-flow=")
    assert web.consent.changes == [change]


def test_not_you_ends_it_and_forgets_the_browser(any_edge: Edge) -> None:
    answer = any_edge.caller.post("/connected/disconnect", headers=[*OURS, cookie(any_edge)])
    assert (answer.status, answer.headers["location"]) == (303, "/disconnected")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert any_edge.consent.changes == ["disconnect"]
    assert "no longer connected" in any_edge.caller.get("/disconnected").text


@pytest.mark.parametrize("error", [(SlackUnavailable(), 503), (NotAnEmployee(), 403), (OperatorMustMend(), 503)])
def test_what_goes_wrong_behind_has_a_page(web: Edge, error: tuple[Exception, int]) -> None:
    web.consent.raises, status = error
    page = web.caller.get(PERSONAL)
    assert page.status == status
    assert "<h1>" in page.text
