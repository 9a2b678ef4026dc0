"""Consent goes wrong in every way it can; each ends in its own words, with nothing half-connected."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from tests.sandbox.faults import Fault
from tests.sandbox.world import World

ANA = "ana@acme.example"
GMAIL = "ana.lima@gmail.example"
CLEO = "cleo@acme.example"


def nothing_is_connected(world: World) -> bool:
    world.ana.types("/calendar status")
    return "No Google Calendar is connected" in world.ana.answer


def test_cancelling_at_google_leaves_the_link_good(world: World) -> None:
    page = world.ana.connects_google(ANA, deny=True)
    assert "Nothing was connected" in page.page
    assert nothing_is_connected(world)
    page.presses("Try again")
    assert "Connected" in world.ana.consents(ANA).page


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ("calendar.events", "could not be written"),
        ("calendar.freebusy", "booked twice"),
        ("calendar.calendarlist", "could not choose any calendar"),
    ],
)
def test_an_unticked_box_is_named_with_what_it_breaks(world: World, scope: str, words: str) -> None:
    page = world.ana.connects_google(ANA, untick=[scope])
    assert words in page.page
    assert nothing_is_connected(world)
    page.presses("Choose permissions again")
    assert "Connected" in world.ana.consents(ANA).page
    assert world.ana.sees("Not you?")


def test_another_account_is_refused_by_name(world: World) -> None:
    page = world.ana.connects_google(GMAIL)
    assert GMAIL in page.page
    assert ANA in page.page, "the account that was expected is named too"
    assert nothing_is_connected(world)
    assert world.google.grants(GMAIL) == [], "what Google gave us was given back"
    page.presses("Choose another account")
    assert "Connected" in world.ana.consents(ANA).page


def test_another_account_counts_once_the_browser_proves_the_slack_side(world: World) -> None:
    page = world.ana.connects_google(GMAIL)
    page.presses("Confirm with Slack")
    assert page.address.startswith(world.slack.base_url)
    world.ana.consents(GMAIL)
    assert "Connected" in page.page
    world.ana.types("/calendar status")
    assert GMAIL in world.ana.answer


def test_a_forwarded_link_gives_nobody_the_victims_calendar(world: World) -> None:
    """The attacker is Ana; Cleo opens Ana's link and consents with her own account."""
    world.ana.types("/calendar connect")
    victim = world.cleo.browser.opens(world.ana.link)
    assert "Ana Lima" in victim.page, "whom the link is for stands in large type"
    victim.presses("Continue")
    world.cleo.consents(CLEO)
    assert CLEO in victim.page
    assert nothing_is_connected(world)
    assert world.google.grants(CLEO) == []
    assert world.cleo.sees("Ana Lima"), "the owner of the account is told"
    assert world.ana.sees(CLEO), "and so is the owner of the link"
    victim.presses("Confirm with Slack")
    world.cleo.consents(CLEO)
    assert "Slack" in victim.page
    assert nothing_is_connected(world)
    assert world.google.grants(CLEO) == []


def test_a_forwarded_link_does_not_cut_off_a_victim_who_is_connected(world: World) -> None:
    world.cleo.connects_google(CLEO)
    world.ana.types("/calendar connect")
    world.cleo.browser.opens(world.ana.link).presses("Continue")
    world.cleo.consents(CLEO)
    assert nothing_is_connected(world)
    world.cleo.types("/calendar status")
    assert f"{CLEO} is connected" in world.cleo.answer, "revoking would have ended Cleo's own grant"


def test_nobody_is_lured_into_finishing_with_somebody_elses_account(world: World) -> None:
    """The attacker's Google account at the end of the victim's own link: appointments would leak."""
    world.ana.types("/calendar connect")
    world.ana.opens_link().presses("Continue")
    world.ana.consents(CLEO)
    assert nothing_is_connected(world)


def test_another_sites_form_cannot_start(world: World) -> None:
    world.ana.types("/calendar connect")
    start = f"{world.ana.link}/start"
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {}):
        answer = requests.post(start, headers=headers, allow_redirects=False, timeout=5)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


def test_a_stranger_with_the_state_but_not_the_cookie_cannot_burn_the_flow(world: World) -> None:
    callback = _callback_of(world)
    assert requests.get(callback, allow_redirects=False, timeout=5).status_code == 400
    other = {"flow": "somebody-elses-cookie"}
    assert requests.get(callback, cookies=other, allow_redirects=False, timeout=5).status_code == 400
    assert "Connected" in world.ana.browser.opens(callback).page


def test_fifty_parallel_callbacks_make_one_exchange(world_on_either: World) -> None:
    world = world_on_either
    callback, cookie = _callback_of(world), world.ana.browser.cookies["flow"]
    together = Barrier(50)

    def arrive(_: int) -> int:
        together.wait()
        return requests.get(callback, cookies={"flow": cookie}, allow_redirects=False, timeout=30).status_code

    with ThreadPoolExecutor(50) as racers:
        statuses = sorted(racers.map(arrive, range(50)))
    world.settles()
    assert statuses == [303] + [400] * 49
    assert len([call for call in world.google.journal if call.path == "/token"]) == 1
    world.ana.types("/calendar status")
    assert f"{ANA} is connected" in world.ana.answer


def test_a_code_of_another_flow_is_worth_nothing(world: World) -> None:
    ana, cleo = _callback_of(world), _callback_of(world, cleo=True)
    state, code = parse_qs(urlsplit(ana).query)["state"][0], parse_qs(urlsplit(cleo).query)["code"][0]
    page = world.ana.browser.opens(f"{ana.partition('?')[0]}?{urlencode({'state': state, 'code': code})}")
    assert "no longer good" in page.page
    assert nothing_is_connected(world)


def test_a_state_of_googles_is_worth_nothing_on_slacks_way_back(world: World) -> None:
    callback = _callback_of(world).replace("/oauth/google/callback", "/slack/oauth_redirect")
    assert world.ana.browser.opens(callback).status == 400


def test_a_consent_that_took_too_long_is_asked_for_again(world: World) -> None:
    callback = _callback_of(world)
    world.time_passes(timedelta(minutes=11))
    assert world.ana.browser.opens(callback).status == 400
    assert nothing_is_connected(world)


def test_a_newer_link_ends_a_trip_under_way(world: World) -> None:
    callback = _callback_of(world)
    world.ana.types("/calendar connect")
    assert world.ana.browser.opens(callback).status == 404
    assert nothing_is_connected(world)


def test_one_google_account_for_one_employee(world_on_either: World) -> None:
    world = world_on_either
    world.ana.connects_google(ANA)
    page = world.cleo.connects_google(ANA)
    page.presses("Confirm with Slack")
    world.cleo.consents(ANA)
    assert "already" in page.page
    assert "Ana Lima" not in page.page, "whose it is stays private"
    world.ana.types("/calendar status")
    assert f"{ANA} is connected" in world.ana.answer


def test_without_a_refresh_token_consent_is_asked_for_once_more_by_itself(world: World) -> None:
    world.google.client.without_refresh_token = 1
    page = world.ana.connects_google(ANA)
    assert "Connected" in page.page
    assert len([call for call in world.google.journal if call.path == "/token"]) == 2


def test_a_second_time_without_a_refresh_token_is_told(world: World) -> None:
    world.google.client.without_refresh_token = 2
    page = world.ana.connects_google(ANA)
    assert "Connected" not in page.page
    assert nothing_is_connected(world)
    page.presses("Try again")
    assert "Connected" in world.ana.consents(ANA).page


def test_an_unverified_address_proves_nothing(world: World) -> None:
    world.google.add_account("cleo2@acme.example", name="C", hd="acme.example", verified=False, owner="U0CLEO")
    page = world.cleo.connects_google("cleo2@acme.example")
    assert "Nothing was connected" in page.page or "not" in page.page
    world.cleo.types("/calendar status")
    assert "No Google Calendar is connected" in world.cleo.answer


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("POST /token", status=502, body="<html>Bad Gateway</html>"), "Nothing was changed"),
        (Fault("POST /token", kind="drop"), "Nothing was changed"),
        (Fault("POST /token", kind="drop", when="after"), "Nothing was changed"),
        (Fault("POST /token", status=200, body="<html>Hotel Wi-Fi</html>"), "Nothing was changed"),
        (Fault("GET /v1/userinfo", status=500), "Nothing was changed"),
        (Fault("POST /token", status=400, body={"error": "invalid_grant"}), "no longer good"),
        (Fault("POST /token", status=400, body={"error": "admin_policy_enforced"}), "administrator"),
        (Fault("POST /token", status=403, body={"error": "org_internal"}), "company"),
    ],
)
def test_every_failed_exchange_has_its_words_and_can_be_tried_again(world: World, fault: Fault, words: str) -> None:
    world.google.script.add(fault)
    page = world.ana.connects_google(ANA)
    assert page.status == 200
    assert words in page.page
    assert "code=" not in page.address
    world.google.script.clear()
    assert nothing_is_connected(world)
    assert "Connected" in world.ana.connects_google(ANA).page


@pytest.mark.parametrize("error", ["invalid_client", "deleted_client", "unauthorized_client"])
def test_a_fault_of_ours_blames_nobody_else_and_alerts_the_operators_once(world: World, error: str) -> None:
    world.google.script.add(Fault("POST /token", status=401, body={"error": error}, times=-1))
    for person, account in ((world.ana, ANA), (world.cleo, CLEO)):
        assert "did nothing wrong" in person.connects_google(account).page
    alerts = [message for message in world.ada.messages() if "Google" in message.text]
    assert len(alerts) == 1
    assert world.ana.messages()[-1].text.startswith("Connect your Google Calendar"), "no DM blames the employee"


def test_a_guest_proves_the_slack_side_first(world: World) -> None:
    world.gus.types("/calendar connect")
    world.gus.opens_link().presses("Continue")
    assert world.gus.browser.address.startswith(world.slack.base_url)
    page = world.gus.consents("gus@partner.example")
    assert "Connected" in page.page
    assert world.gus.sees("gus@partner.example")


def test_the_clean_page_at_the_end_holds_no_secret(world: World) -> None:
    page = world.ana.connects_google(ANA)
    assert page.address == f"{world.bot_url}/connected"
    assert page.response is not None
    assert page.response.headers["referrer-policy"] == "no-referrer"
    assert page.response.headers["cache-control"] == "no-store"


def test_not_you_on_the_page_disconnects(world: World) -> None:
    page = world.ana.connects_google(ANA)
    page.presses("Disconnect")
    world.settles()
    assert "no longer connected" in page.page
    assert nothing_is_connected(world)
    assert world.google.grants(ANA) == []


def _callback_of(world: World, *, cleo: bool = False) -> str:
    """The address that Google would send the browser back to, not yet opened there."""
    person, account = (world.cleo, CLEO) if cleo else (world.ana, ANA)
    person.types("/calendar connect")
    person.opens_link().presses("Continue")
    return person.stops_before_returning(account)
