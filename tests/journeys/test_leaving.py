"""People leave, guests' time runs out, workspaces remove the app: nothing of theirs goes on, others lose nothing."""

from datetime import timedelta

import pytest

from tests.journeys.attacking import rows
from tests.journeys.outages import ANA, CLEO, GUS, Letters, loses_the_grant
from tests.sandbox.faults import Fault
from tests.sandbox.world import TEAM, Persona, World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BETA, BEA = "T0BETA", "bea@beta.example"
LIMITED = {"ok": False, "error": "ratelimited"}


def audited(world: World) -> list[str]:
    return rows(world, "SELECT user_id || ' ' || action FROM audit WHERE action LIKE '%left' ORDER BY 1")


def held(world: World) -> list[str]:
    """Who is connected."""
    return rows(world, 'SELECT google_email FROM connection WHERE "grant" IS NOT NULL ORDER BY 1')


def later(world: World, by: timedelta) -> None:
    """The time goes by at once, and the jobs about everybody run."""
    world.time_leaps(by)
    world.bot.rolling.compare()
    world.jobs_run()


@pytest.fixture
def connected(world: World) -> World:
    world.ana.connects_google(ANA)
    world.cleo.connects_google(CLEO)
    return world


def test_a_deactivation_ends_grant_links_and_reminders(connected: World) -> None:
    loses_the_grant(connected, CLEO)
    connected.ana.types("/calendar connect")
    for user_id in ("U0ANA", "U0CLEO"):
        assert connected.slack.deactivates(user_id).ok
    connected.settles()
    assert (held(connected), connected.google.grants(ANA)) == ([], [])
    assert audited(connected) == ["U0ANA left", "U0CLEO left"]
    assert rows(connected, "SELECT count(*) FROM ticket WHERE closed_at IS NULL") == [0]
    letters = [Letters(connected.ana), Letters(connected.cleo)]
    later(connected, 3 * DAY)
    assert [each.new for each in letters] == [[], []]


def test_a_guest_whose_time_is_over_is_let_go(world: World) -> None:
    world.slack.makes_guest("U0GUS", until=world.clock.now() + HOUR)
    world.gus.connects_google(GUS)
    later(world, 2 * HOUR)
    assert world.slack.guests_expire() == ["U0GUS"]
    world.settles()
    assert (held(world), world.google.grants(GUS)) == ([], [])


@pytest.mark.parametrize("cut_short", [False, True])
def test_the_nightly_comparison_finds_who_left_unheard(connected: World, *, cut_short: bool) -> None:
    later(connected, HOUR)
    connected.slack.state.users["U0ANA"].deleted = True
    if cut_short:
        connected.slack.script.add(Fault("users.list", status=429, body=LIMITED, headers={"Retry-After": "90"}))
    later(connected, DAY)
    if cut_short:
        assert held(connected) == [ANA, CLEO], "half a list says nothing of anybody"
        later(connected, timedelta(seconds=100))
    assert held(connected) == [CLEO]
    assert audited(connected) == ["U0ANA left"]


def test_whoever_is_missing_from_the_list_is_asked_about_and_stays(connected: World) -> None:
    later(connected, HOUR)
    ana = connected.slack.state.users.pop("U0ANA")
    ana_s = connected.slack.state.users
    later(connected, DAY)
    ana_s["U0ANA"] = ana
    assert held(connected) == [ANA, CLEO], "Slack does not know them, which is not that they have left"


def test_the_moment_of_leaving_is_the_first_one(connected: World) -> None:
    connected.slack.deactivates("U0ANA")
    later(connected, HOUR)
    (first,) = rows(connected, "SELECT deactivated_at FROM person WHERE user_id = 'U0ANA'")
    later(connected, DAY)
    assert rows(connected, "SELECT deactivated_at FROM person WHERE user_id = 'U0ANA'") == [first]
    connected.slack.reactivates("U0ANA")
    connected.settles()
    assert rows(connected, "SELECT deactivated_at FROM person WHERE user_id = 'U0ANA'") == [None]


@pytest.mark.parametrize(("down_for", "told"), [(2 * HOUR, "yes"), (21 * HOUR, "no")])
def test_google_is_told_when_it_is_back_and_erased_is_within_a_day(
    connected: World, down_for: timedelta, told: str
) -> None:
    connected.google.script.add(Fault("POST /revoke", status=503, times=-1))
    connected.slack.deactivates("U0ANA")
    connected.settles()
    assert held(connected) == [ANA, CLEO]
    later(connected, down_for)
    if told == "yes":
        connected.google.script.clear()
        later(connected, HOUR)
    assert held(connected) == [CLEO]
    assert rows(connected, "SELECT detail FROM audit WHERE action = 'left'") == [f'{{"google_told": "{told}"}}']


# --- workspaces -----------------------------------------------------------------------------------------------------


@pytest.fixture
def bea(connected: World) -> Persona:
    """Another workspace, whose only member is connected; an invitation is on its way to her colleague."""
    world = connected
    world.slack.add_team(BETA, "Beta", "beta")
    world.slack.add_user(BETA, "U0BEA", name="Bea", email=BEA, tz="UTC", admin=True, owner=True)
    world.google.add_account(BEA, name="Bea", hd="beta.example", owner="U0BEA")
    world.google.add_calendar(BEA, BEA, primary=True, time_zone="UTC")
    bea = world.joined("U0BEA")
    bea.browser.opens(f"{world.bot_url}/slack/install").presses("Allow")
    bea.connects_google(BEA)
    return bea


@pytest.mark.parametrize(
    "event", [{"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"bot": ["UBOT"]}}]
)
@pytest.mark.usefixtures("bea")
def test_a_workspace_without_the_app_is_ended_and_the_other_is_not(connected: World, event: dict[str, object]) -> None:
    world = connected
    world.slack.uninstall(BETA)
    world.slack.event(BETA, event)
    world.settles()
    assert rows(world, "SELECT team_id FROM workspace") == []
    assert held(world) == [ANA, BEA, CLEO], "they may be back in a moment"
    calls = len(world.slack.journal)
    later(world, HOUR + timedelta(minutes=1))
    assert (held(world), world.google.grants(BEA)) == ([ANA, CLEO], [])
    assert " workspace_left" in audited(world)
    mine = [call.method for call in world.slack.journal[calls:] if not call.response.get("ok")]
    assert mine == [], "nothing was tried with a dead token"
    assert rows(world, "SELECT count(*) FROM errand WHERE key LIKE 'ending:%'") == [0]


def test_a_workspace_that_is_back_within_the_hour_keeps_everything(connected: World, bea: Persona) -> None:
    world = connected
    world.slack.uninstall(BETA)
    world.slack.event(BETA, {"type": "app_uninstalled"})
    world.settles()
    bea.browser.opens(f"{world.bot_url}/slack/install").presses("Allow")
    later(world, 2 * HOUR)
    assert held(world) == [ANA, BEA, CLEO]


def test_a_token_that_is_only_dead_is_not_leaving(connected: World) -> None:
    connected.slack.refuse_token(TEAM)
    later(connected, 3 * DAY)
    assert held(connected) == [ANA, CLEO]


def test_ending_a_workspace_goes_on_after_a_crash(connected: World) -> None:
    """Of the only workspace, whose token stands in the settings; Google stumbles in the middle."""
    world = connected
    world.slack.uninstall(TEAM)
    world.slack.event(TEAM, {"type": "app_uninstalled"})
    world.settles()
    world.google.script.add(Fault("POST /revoke", status=503, times=1))
    later(world, HOUR + timedelta(minutes=1))
    assert held(world) == [ANA, CLEO]
    world.stop_bot()
    world.start_bot()
    later(world, HOUR)
    assert held(world) == []
    assert world.google.grants(ANA) == world.google.grants(CLEO) == []
