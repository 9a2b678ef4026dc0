"""One bot, several workspaces: installing, leaving, and nobody seeing anybody else's."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest
import requests

from storage import workspaces
from tests.sandbox.faults import Fault
from tests.sandbox.world import Persona, World

SetUp = Callable[[Mapping[str, str]], World]

ANA, GMAIL, BEA = "ana@acme.example", "ana.lima@gmail.example", "bea@beta.example"
BETA = "T0BETA"


@pytest.fixture
def world(world_set_up: SetUp) -> Iterator[World]:
    """Acme and Beta, a bot without SLACK_BOT_TOKEN, and no workspace of which it knows."""
    made = world_set_up({"SLACK_BOT_TOKEN": ""})
    made.slack.add_team(BETA, "Beta", "beta")
    made.slack.add_user(BETA, "U0BEA", name="Bea Beta", email=BEA, tz="Europe/Rome", admin=True, owner=True)
    made.google.add_account(BEA, name="Bea Beta", hd="beta.example", owner="U0BEA")
    made.google.add_calendar(BEA, BEA, primary=True, time_zone="Europe/Rome")
    yield made
    assert made.slack.faults == []


@pytest.fixture
def bea(world: World) -> Persona:
    return world.joined("U0BEA")


def installs(world: World, person: Persona) -> str:
    """By the browser, through Slack's own page. What the last page says."""
    page = person.browser.opens(f"{world.bot_url}/slack/install")
    assert page.address.startswith(f"{world.slack.base_url}/oauth/v2/authorize")
    return page.presses("Allow").page


def stored(world: World) -> list[str]:
    with world.bot.database.reading() as session:
        return [row.team_id for row in workspaces.all(session)]


@contextmanager
def living_in(world: World, person: Persona, team_id: str, email: str) -> Iterator[None]:
    """For the length of a block the same user id means somebody of another workspace."""
    state = world.slack.state
    user = state.users[person.user_id]
    home, address, line = user.team_id, user.email, state.channels.pop(user.im_id, None)
    said = state.messages.pop(user.im_id, {})
    user.team_id, user.email = team_id, email
    yield
    user.team_id, user.email = home, address
    state.channels.pop(user.im_id, None)
    if line:
        state.channels[user.im_id], state.messages[user.im_id] = line, said


def test_a_workspace_is_installed_and_its_people_connect(world: World, bea: Persona) -> None:
    page = installs(world, bea)
    assert "Calendar Bot is in your workspace" in page
    assert bea.browser.address == f"{world.bot_url}/slack/installed"
    assert stored(world) == [BETA]
    assert "Connected" in bea.connects_google(BEA).page
    bea.types("/calendar status")
    assert f"{BEA} is connected" in bea.answer


def test_the_token_is_stored_sealed(world: World, bea: Persona) -> None:
    installs(world, bea)
    with world.bot.database.reading() as session:
        row = workspaces.of(session, BETA)
        assert row is not None
        assert (row.name, row.bot_user_id) == ("Beta", "UBOT0BETA")
        assert b"xox" not in row.bot_token


def test_who_is_not_installed_hears_where_it_can_be(world: World) -> None:
    """Acme has the app at Slack, but never came by our installation."""
    world.ana.types("/calendar connect")
    assert "not installed" in world.ana.answer
    assert f"{world.bot_url}/slack/install" in world.ana.answer
    for ack in (world.slack.opens_home("U0ANA"), world.slack.say("U0ANA", "status")):
        assert (ack.status, ack.body) == (200, "")
    assert world.ana.messages() == []


def test_installing_again_is_the_same_workspace(world: World, bea: Persona) -> None:
    installs(world, bea)
    installs(world, bea)
    assert stored(world) == [BETA]
    bea.types("/calendar status")
    assert "No Google Calendar" in bea.answer


@pytest.mark.parametrize("tried", ["another browser", "another state", "no state"])
def test_only_the_browser_that_began_may_end(world: World, bea: Persona, tried: str) -> None:
    browser = bea.browser.opens(f"{world.bot_url}/slack/install")
    browser.stops_before = f"{world.bot_url}/slack/oauth_redirect"
    browser.presses("Allow")
    way_back, browser.stops_before = browser.stopped_at, None
    if tried == "another browser":
        status = world.ana.browser.opens(way_back).status
    elif tried == "another state":
        status = browser.opens(way_back.replace("state=install.", "state=install.x")).status
    else:
        status = browser.opens(way_back.partition("&state=")[0]).status
    assert status == 400
    assert stored(world) == []
    assert "in your workspace" in browser.opens(way_back).page, "nobody has burnt it"
    assert browser.opens(way_back).status == 400, "and it is good once"


def test_saying_no_at_slack_installs_nothing(world: World, bea: Persona) -> None:
    page = bea.browser.opens(f"{world.bot_url}/slack/install").presses("Cancel")
    assert "Nothing was installed" in page.page
    assert stored(world) == []


def test_slack_failing_in_between_is_worth_another_try(world: World, bea: Persona) -> None:
    world.slack.script.add(Fault("oauth.v2.access", status=503))
    bea.browser.opens(f"{world.bot_url}/slack/install").presses("Allow")
    assert bea.browser.status == 503
    assert stored(world) == []
    assert "in your workspace" in installs(world, bea)


@pytest.mark.parametrize(
    "event", [{"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"bot": ["UBOT"]}}]
)
def test_leaving_erases_the_token(world: World, bea: Persona, event: dict[str, object]) -> None:
    installs(world, bea)
    world.slack.uninstall(BETA)
    world.slack.event(BETA, event)
    world.slack.retry()
    world.settles()
    assert stored(world) == []
    installs(world, bea)
    bea.types("/calendar status")
    assert "No Google Calendar" in bea.answer


def test_a_late_goodbye_does_not_remove_who_is_back(world: World, bea: Persona) -> None:
    installs(world, bea)
    world.slack.uninstall(BETA)
    installs(world, bea)
    world.slack.event(BETA, {"type": "app_uninstalled"})
    world.settles()
    assert stored(world) == [BETA]


def test_a_person_leaving_ends_nothing(world: World, bea: Persona) -> None:
    installs(world, bea)
    world.slack.uninstall(BETA)
    world.slack.event(BETA, {"type": "tokens_revoked", "tokens": {"oauth": ["U0BEA"]}})
    world.settles()
    assert stored(world) == [BETA]


def test_a_modal_left_open_says_that_the_app_is_gone(world: World, bea: Persona) -> None:
    installs(world, bea)
    bea.connects_google(BEA)
    bea.types("/calendar calendars")
    bea.chooses("pick_linked", BEA, on="modal")
    with world.bot.database.transaction() as session:
        workspaces.remove(session, BETA)  # as another replica would
    world.hours_pass(0.1)
    bea.submits()
    assert "not installed" in bea.modal


def test_the_same_user_id_in_two_workspaces_is_two_people(world: World, bea: Persona) -> None:
    installs(world, world.ada)
    installs(world, bea)
    assert "Connected" in world.ana.connects_google(ANA).page
    world.ana.picks(ANA, "Team")
    with living_in(world, world.ana, BETA, GMAIL):
        world.ana.types("/calendar status")
        assert "No Google Calendar is connected" in world.ana.answer
        world.ana.opens_home()
        assert ANA not in world.ana.home
        page = world.ana.connects_google(GMAIL)
        assert "Connected" in page.page
        world.ana.types("/calendar status")
        assert f"{GMAIL} is connected" in world.ana.answer
        page.presses("Disconnect")
        world.settles()
        assert world.google.grants(GMAIL) == []
    world.ana.types("/calendar status")
    assert f"{ANA} is connected" in world.ana.answer
    assert "Team" in world.ana.answer


def test_one_google_account_may_serve_in_two_workspaces_and_lives_until_both_let_go(world: World, bea: Persona) -> None:
    installs(world, world.ada)
    installs(world, bea)
    world.ana.connects_google(ANA)
    with living_in(world, world.ana, BETA, ANA):
        page = world.ana.connects_google(ANA)
        assert "Connected" in page.page
        page.presses("Disconnect")
        world.settles()
    assert world.google.grants(ANA) != []
    world.ana.types("/calendar status")
    assert f"{ANA} is connected" in world.ana.answer


def test_with_one_workspace_of_its_own_the_token_is_for_that_one_alone(world_set_up: SetUp) -> None:
    world = world_set_up({"SLACK_CLIENT_ID": "", "SLACK_CLIENT_SECRET": ""})
    world.slack.add_team(BETA, "Beta", "beta")
    world.slack.install(BETA, ["commands", "chat:write"])
    world.ana.types("/calendar status")
    before = len(world.slack.journal)
    with living_in(world, world.ana, BETA, ANA):
        world.ana.types("/calendar connect")
        assert world.ana.answer.startswith("Calendar Bot is not installed in this workspace.")
        assert world.slack.opens_home("U0ANA").ok
        assert world.ana.messages() == []
    assert world.slack.journal[before:] == [], "no call was made with the token of Acme"
    assert requests.get(f"{world.bot_url}/slack/install", timeout=5).status_code == 404
    assert world.slack.faults == []
