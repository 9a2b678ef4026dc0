"""Attacks on the connect flow, by the rows of the catalogue; docs/security.md says which guard stops each one."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.journeys.attacking import ANA, CLEO, GMAIL, callback_of, gated, is_connected, meanwhile, rows
from tests.sandbox.faults import Fault
from tests.sandbox.world import World
from tests.serving.program import becomes_so

# --- A1, A2: whose account is it? -----------------------------------------------------------------------------------


def test_a1_who_was_deactivated_on_the_way_leaves_no_grant_behind(world: World) -> None:
    callback = callback_of(world.ana, ANA)
    world.slack.state.users["U0ANA"].deleted = True
    page = world.ana.browser.opens(callback)
    assert "no longer an active member" in page.page
    assert rows(world, "SELECT COUNT(*) FROM connection") == [0]
    assert world.google.grants(ANA) == [], "what is not kept is given back"


def test_a1_a_consent_that_could_not_be_judged_leaves_no_grant_behind(world: World) -> None:
    callback = callback_of(world.ana, ANA)
    world.slack.script.add(Fault("users.info", status=503))
    assert "try again" in world.ana.browser.opens(callback).page
    assert world.google.grants(ANA) == []
    world.ana.browser.presses("Try again")
    assert "Connected" in world.ana.consents(ANA).page


def test_a1_who_became_a_guest_on_the_way_has_to_prove_the_slack_side(world: World) -> None:
    callback = callback_of(world.ana, ANA)
    world.slack.state.users["U0ANA"].guest = True
    page = world.ana.browser.opens(callback)
    assert any("Confirm with Slack" in button for button in page.buttons())
    assert rows(world, "SELECT COUNT(*) FROM connection") == [0]


def test_a1_the_address_that_counts_is_the_one_slack_knows_in_the_end(world: World) -> None:
    callback = callback_of(world.ana, ANA)
    world.slack.state.users["U0ANA"].email = "ana.newname@acme.example"
    assert "another Google account" in world.ana.browser.opens(callback).page
    assert rows(world, "SELECT COUNT(*) FROM connection") == [0]


def test_a1_letters_that_only_look_alike_are_no_same_address(world: World) -> None:
    """Case folding turns the Kelvin sign into k and ß into ss: two mailboxes would count as one."""
    world.google.add_account("mark@acme.example", name="Mark", hd="acme.example", owner="U0CLEO")
    world.slack.state.users["U0CLEO"].email = "mar\u212a@acme.example"
    assert "another Google account" in world.cleo.connects_google("mark@acme.example").page
    assert rows(world, "SELECT COUNT(*) FROM connection") == [0]


def test_a1_nobody_is_written_to_about_an_address_that_google_has_not_verified(world: World) -> None:
    """Anybody can type in anybody's address when making a Google account."""
    world.google._accounts.of(CLEO).verified = False  # noqa: SLF001 - the stand-in has no other way to say it
    world.ana.connects_google(CLEO)
    assert world.cleo.messages() == []


def test_a1_a_proof_is_worth_nothing_on_somebody_elses_link(world: World) -> None:
    """Cleo has proved herself on her own link; the cookie of that trip does not carry over to Ana's."""
    world.cleo.types("/calendar connect")
    world.cleo.opens_link().presses("Continue")
    world.cleo.consents(GMAIL)
    world.cleo.browser.presses("Confirm with Slack").presses("Allow")
    assert world.cleo.browser.address.startswith(world.google.base_url), "proved, and at Google"
    world.ana.types("/calendar connect")
    world.cleo.browser.opens(world.ana.link).presses("Continue")
    world.cleo.consents(CLEO)
    assert rows(world, "SELECT COUNT(*) FROM connection") == [0]
    assert world.google.grants(CLEO) == []


# --- A3, A4: one trip, one browser, one link ------------------------------------------------------------------------


def test_a3_a_link_replaced_while_google_is_asked_connects_nothing(world: World) -> None:
    with gated(world, GOOGLE_TOKEN_URI="/token") as gate:
        callback = callback_of(world.ana, ANA)
        gate.shut("/token")
        with meanwhile(world.ana.browser.opens, callback) as page:
            assert gate.reached.wait(10)
            world.slack.command("U0ANA", "/calendar connect")
            becomes_so(world, lambda: "replaced" in world.ana.messages()[0].text)
            gate.opened.set()
        assert "no longer valid" in page.result().page
        assert rows(world, "SELECT COUNT(*) FROM connection") == [0]
        assert world.google.grants(ANA) == []


@pytest.mark.parametrize("button", ["Choose another account", "Confirm with Slack"])
def test_a3_no_button_of_an_older_trip_outlives_its_link(world: World, button: str) -> None:
    page = world.ana.connects_google(GMAIL)
    world.ana.types("/calendar connect")
    assert page.presses(button).status == 404
    assert "no longer valid" in page.page


def test_a3_a_proof_under_way_ends_with_its_link(world: World) -> None:
    page = world.ana.connects_google(GMAIL).presses("Confirm with Slack")
    world.ana.types("/calendar connect")
    assert page.presses("Allow").status == 404
    assert "no longer valid" in page.opens(f"{world.bot_url}/connected").page


def test_a4_a_cookie_is_forgotten_here_too_after_an_hour(world: World) -> None:
    world.ana.connects_google(ANA)
    world.time_passes(timedelta(minutes=61))
    page = world.ana.browser.opens(f"{world.bot_url}/connected")
    assert (page.status, ANA in page.page) == (400, False)
    assert is_connected(world.ana, ANA)


def test_a4_an_old_page_does_not_end_a_newer_connection(world: World) -> None:
    page = world.ana.connects_google(ANA)
    phone = type(page)("U0ANA")
    world.ana.types("/calendar disconnect")
    world.ana.clicks("Disconnect", on="ephemeral")
    world.ana.types("/calendar connect")
    world.ana.opens_link(phone).presses("Continue")
    world.ana.consents(GMAIL, browser=phone)
    phone.presses("Confirm with Slack")
    world.ana.consents(GMAIL, browser=phone)
    assert is_connected(world.ana, GMAIL)
    assert page.presses("Disconnect").status == 400
    assert is_connected(world.ana, GMAIL)
    phone.close()


def test_a4_a_neighbours_cookie_does_not_pass_for_ours(world: World) -> None:
    """A page on another host under the same domain may set cookies for ours, but none that is called __Host-."""
    callback, cookie = callback_of(world.ana, ANA), world.ana.browser.cookies["flow"]
    for around in ("x=1; \xa0flow={}", "flow=x; flow={}", "flow={}; flow=x", "FLOW={}", "x=1,flow={}"):
        tossed = {"Cookie": around.format(cookie)}
        answer = requests.get(callback, headers=tossed, allow_redirects=False, timeout=5)
        assert answer.status_code == 400, around
    assert "Connected" in world.ana.browser.opens(callback).page


def test_a4_somebody_else_who_starts_in_the_same_browser_takes_it_over(world: World) -> None:
    """Ana has not finished; Cleo starts her own link there. Nothing of Ana's is connected or shown."""
    callback = callback_of(world.ana, ANA)
    world.cleo.types("/calendar connect")
    world.cleo.opens_link(world.ana.browser).presses("Continue")
    assert world.ana.browser.opens(callback).status == 400
    assert rows(world, "SELECT COUNT(*) FROM connection") == [0]
    assert "Ana" not in world.ana.browser.opens(f"{world.bot_url}/connected").page


# --- A6, A7, A9: where browsers are sent, and by whom ---------------------------------------------------------------


def test_a6_the_ways_back_cannot_be_mixed_up(world: World) -> None:
    """An installation's state at Google's door, a sign-in's among installations, and each with the other's cookie."""
    world.gus.types("/calendar connect")
    world.gus.browser.stops_before = f"{world.bot_url}/slack/oauth_redirect"
    world.gus.opens_link().presses("Continue").presses("Allow")
    sign_in, flow = world.gus.browser.stopped_at, world.gus.browser.cookies["flow"]
    world.ada.browser.stops_before = f"{world.bot_url}/slack/oauth_redirect"
    world.ada.browser.opens(f"{world.bot_url}/slack/install").presses("Allow")
    install, installing = world.ada.browser.stopped_at, world.ada.browser.cookies["install"]
    google = f"{world.bot_url}/oauth/google/callback?{sign_in.partition('?')[2]}"
    both = {"flow": flow, "install": installing}
    state = parse_qs(urlsplit(sign_in).query)["state"][0]
    for address, cookies in (
        (google, both),
        (install, {"flow": installing}),
        (install, {"install": flow}),
        (sign_in.replace("state=", "state=install."), {"flow": flow, "install": state}),
        (sign_in.replace("state=", "state=install."), both),
    ):
        assert requests.get(address, cookies=cookies, allow_redirects=False, timeout=5).status_code == 400
    assert rows(world, "SELECT COUNT(*) FROM workspace") == [0]
    assert world.gus.browser.opens(sign_in).address.startswith(world.google.base_url), "each is good at its own door"


def test_a7_the_host_that_a_request_names_leads_nobody_astray(world: World) -> None:
    world.ana.types("/calendar connect")
    named = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    page = requests.get(world.ana.link, headers=named, timeout=5)
    assert page.text == world.ana.opens_link().html
    start = requests.post(
        f"{world.ana.link}/start?next=https://evil.example&return_to=//evil.example",
        headers=named | {"Sec-Fetch-Site": "same-origin"},
        allow_redirects=False,
        timeout=5,
    )
    assert start.status_code == 303
    assert start.headers["location"].startswith(f"{world.google.base_url}/o/oauth2/v2/auth?")
    assert "evil" not in str(start.headers)
    back = parse_qs(urlsplit(start.headers["location"]).query)["redirect_uri"]
    assert back == [f"{world.bot_url}/oauth/google/callback"]


def test_a8_a_way_back_is_gone_by_get_alone(world: World) -> None:
    callback = callback_of(world.ana, ANA)
    cookies = {"flow": world.ana.browser.cookies["flow"]}
    override = {"X-HTTP-Method-Override": "GET", "Sec-Fetch-Site": "same-origin"}
    for method in ("HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        answer = requests.request(method, callback, cookies=cookies, headers=override, timeout=5)
        assert answer.status_code == 405, method
    assert "Connected" in world.ana.browser.opens(callback).page


# --- A31: one account, one person -----------------------------------------------------------------------------------


def test_a31_two_who_consent_with_one_account_at_once_are_one_too_many(world_on_either: World) -> None:
    world = world_on_either
    with gated(world, GOOGLE_TOKEN_URI="/token") as gate:
        world.slack.state.users["U0CLEO"].email = ANA  # as if an address were shared
        callbacks = [callback_of(person, ANA) for person in (world.ana, world.cleo)]
        gate.shut("/token")
        with (
            meanwhile(world.ana.browser.opens, callbacks[0]) as first,
            meanwhile(world.cleo.browser.opens, callbacks[1]) as second,
        ):
            assert gate.reached.wait(10)
            gate.opened.set()
        pages = sorted("already connected" in each.result().page for each in (first, second))
        world.settles()
    assert pages == [False, True]
    assert world.google.grants(ANA) != [], "and the one who has it keeps it"
    assert sorted(is_connected(person, ANA) for person in (world.ana, world.cleo)) == [False, True]
