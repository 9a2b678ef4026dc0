"""Whose Google account may it be? ACCOUNT_MATCH by email, domain and strict, and Sign in with Slack as the proof."""

from collections.abc import Callable, Mapping

import pytest

from tests.sandbox.browser import Browser
from tests.sandbox.world import Persona, World

SetUp = Callable[[Mapping[str, str]], World]

ANA, GMAIL, CLEO, GUS = "ana@acme.example", "ana.lima@gmail.example", "cleo@acme.example", "gus@partner.example"
NO_SIGN_IN = {"SLACK_CLIENT_ID": "", "SLACK_CLIENT_SECRET": ""}
STRICT = {"ACCOUNT_MATCH": "strict"}
DOMAIN = {"ACCOUNT_MATCH": "domain", "GOOGLE_DOMAINS": "acme.example"}


def leaves(person: Persona) -> Browser:
    """From a fresh link to wherever the first press leads."""
    person.types("/calendar connect")
    return person.opens_link().presses("Continue")


def is_connected(person: Persona, account: str) -> bool:
    person.types("/calendar status")
    return f"{account} is connected" in person.answer


def exchanges(world: World) -> int:
    return len([call for call in world.google.journal if call.path == "/token"])


def at_slack(world: World, browser: Browser) -> bool:
    return browser.address.startswith(f"{world.slack.base_url}/openid/connect/authorize")


# --- email


def test_the_same_address_needs_no_proof_whatever_its_case(world: World) -> None:
    world.slack.state.users["U0CLEO"].email = "Cleo@Acme.Example"
    assert "Connected" in world.cleo.connects_google(CLEO).page
    assert not any(world.slack.base_url in address for address in world.cleo.browser.visited)


def test_without_sign_in_another_account_is_refused_and_no_proof_is_offered(world_set_up: SetUp) -> None:
    world = world_set_up(NO_SIGN_IN)
    page = world.ana.connects_google(GMAIL)
    assert GMAIL in page.page
    assert not any("Slack" in button for button in page.buttons())
    assert not is_connected(world.ana, GMAIL)
    assert world.google.grants(GMAIL) == []
    page.presses("Choose another account")
    assert "Connected" in world.ana.consents(ANA).page


def test_without_sign_in_a_guest_hears_what_is_missing_and_google_is_never_asked(world_set_up: SetUp) -> None:
    world = world_set_up(NO_SIGN_IN)
    page = leaves(world.gus)
    assert "SLACK_CLIENT_ID" in page.page
    assert not any(address.startswith(world.google.base_url) for address in page.visited)
    assert exchanges(world) == 0


def test_a_guest_proves_first_even_with_the_same_address(world: World) -> None:
    assert at_slack(world, leaves(world.gus))
    assert "Connected" in world.gus.consents(GUS).page


def test_an_address_slack_calls_unconfirmed_speaks_for_nobody(world: World) -> None:
    world.slack.state.users["U0ANA"].email_confirmed = False
    assert at_slack(world, leaves(world.ana))
    assert "Connected" in world.ana.consents(ANA).page


def test_an_address_slack_says_nothing_more_about_counts_as_confirmed(world: World) -> None:
    """Most answers of users.info leave `is_email_confirmed` out."""
    world.slack.state.users["U0ANA"].email_confirmed = None  # type: ignore[assignment]  # null is as good as left out
    assert not at_slack(world, leaves(world.ana))
    assert "Connected" in world.ana.consents(ANA).page


def test_somebody_without_an_address_in_slack_proves_first(world: World) -> None:
    world.slack.state.users["U0ANA"].email = ""
    assert at_slack(world, leaves(world.ana))
    assert "Connected" in world.ana.consents(GMAIL).page
    assert is_connected(world.ana, GMAIL)


def test_cancelling_at_slack_leaves_the_link_good(world: World) -> None:
    page = leaves(world.gus).presses("Cancel")
    assert page.address == f"{world.bot_url}/connected"
    assert "Nothing was connected" in page.page
    page.presses("Try again")
    assert "Connected" in world.gus.consents(GUS).page


# --- strict


def test_strict_proves_first_and_then_takes_any_account(world_set_up: SetUp) -> None:
    world = world_set_up(STRICT)
    page = leaves(world.ana)
    assert at_slack(world, page)
    assert exchanges(world) == 0
    assert "Connected" in world.ana.consents(GMAIL).page
    assert is_connected(world.ana, GMAIL)


def test_strict_never_asks_google_for_a_browser_of_somebody_else(world_set_up: SetUp) -> None:
    """The attacker is Ana. Cleo opens her link and says yes to everything."""
    world = world_set_up(STRICT)
    world.ana.types("/calendar connect")
    victim = world.cleo.browser.opens(world.ana.link).presses("Continue").presses("Allow")
    world.settles()
    assert victim.address == f"{world.bot_url}/connected"
    assert "somebody else in Slack" in victim.page
    assert not any(address.startswith(world.google.base_url) for address in victim.visited)
    assert exchanges(world) == 0
    assert world.cleo.sees("Ana Lima"), "whoever sat at the browser is told"
    assert world.ana.sees("somebody else"), "and so is the link's owner"
    assert not is_connected(world.ana, CLEO)


def test_strict_cannot_be_talked_out_of_by_trying_again(world_set_up: SetUp) -> None:
    world = world_set_up(STRICT)
    page = leaves(world.ana).presses("Cancel")
    page.presses("Try again")
    assert at_slack(world, page)
    assert exchanges(world) == 0


def test_strict_takes_no_state_of_slacks_for_googles(world_set_up: SetUp) -> None:
    world = world_set_up(STRICT)
    page = leaves(world.ana)
    page.stops_before = f"{world.bot_url}/slack/oauth_redirect"
    page.presses("Allow")
    page.stops_before = None
    assert page.opens(page.stopped_at.replace("/slack/oauth_redirect", "/oauth/google/callback")).status == 400
    assert exchanges(world) == 0


def test_a_proof_is_for_one_use(world_set_up: SetUp) -> None:
    world = world_set_up(STRICT)
    page = leaves(world.ana)
    page.stops_before = f"{world.bot_url}/slack/oauth_redirect"
    page.presses("Allow")
    page.stops_before = None
    assert page.opens(page.stopped_at).address.startswith(world.google.base_url)
    assert page.opens(page.stopped_at).status == 400


# --- domain


@pytest.mark.parametrize(("account", "words"), [("ana@acme.example", "Connected"), (GMAIL, "work account")])
def test_domain_takes_any_account_of_the_domain_after_the_proof(world_set_up: SetUp, account: str, words: str) -> None:
    world = world_set_up(DOMAIN)
    world.slack.state.users["U0ANA"].email = "lima@acme.example"  # another alias than Google's
    assert at_slack(world, leaves(world.ana))
    assert words in world.ana.consents(account).page
    assert is_connected(world.ana, account) is (words == "Connected")
    assert world.google.grants(GMAIL) == []


def test_google_domains_bind_the_email_rule_too(world_set_up: SetUp) -> None:
    world = world_set_up({"GOOGLE_DOMAINS": "other.example, Acme.Example"})
    assert "Connected" in world.ana.connects_google(ANA).page
    leaves(world.gus)
    assert "work account" in world.gus.consents(GUS).page
    assert world.google.grants(GUS) == []
