"""The weekly digest: on Mondays, once, with what has changed; and never where nobody was ever asked."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta

import pytest

from storage import tallies
from storage.rollout_tables import Tally
from tests.journeys.outages import ANA, CLEO, MONDAY, at_noon_on, loses_the_grant
from tests.sandbox.faults import Fault
from tests.sandbox.slack.messages import Message
from tests.sandbox.world import TEAM, World

OPERATORS = "C0OPERATORS"
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@pytest.fixture
def watched(world_set_up: Callable[[Mapping[str, str]], World]) -> Iterator[World]:
    """Its operators have a channel."""
    world = world_set_up({"OPERATOR_CHANNEL": OPERATORS})
    world.slack.add_channel(TEAM, OPERATORS, "operators", ["U0ADA"], bot_is_member=True)
    yield world
    assert world.slack.faults == []


def digests(world: World) -> list[Message]:
    """What stands there, after two runs: a new picture is left alone by the first one."""
    for _ in range(2):
        world.bot.rolling.digest.run()
        world.time_leaps(timedelta(minutes=2))
    return [each for each in world.slack.channel(OPERATORS) if "The roll-out this week" in each.text]


def leaps_before_monday(world: World) -> None:
    """To Sunday evening, so that what follows happens before a digest falls due."""
    now = world.clock.now()
    sunday = now.date() + DAY * (6 - now.weekday() + 7)
    world.time_leaps(datetime.combine(sunday, time(18), UTC) - now)


def test_it_comes_on_monday_morning_once_a_week_with_what_has_changed(watched: World) -> None:
    leaps_before_monday(watched)
    watched.bot.rolling.tallies.run()
    assert digests(watched) == [], "nobody was ever asked"
    watched.ana.connects_google(ANA)
    watched.ana.picks(ANA)
    watched.cleo.connects_google(CLEO)
    watched.bot.rolling.roster.read(TEAM)
    watched.bot.rolling.tallies.run()
    assert digests(watched) == [], "it is Sunday"
    watched.time_leaps(timedelta(hours=14))
    assert watched.clock.now().hour == 8
    assert digests(watched) == [], "it is early"
    watched.time_leaps(timedelta(hours=1))
    (first,) = digests(watched)
    assert "Next week there is something to compare with." in first.text
    watched.bot.rolling.tallies.run()
    watched.time_leaps(timedelta(days=3))
    for _ in range(3):
        watched.bot.jobs.table["purge"][0]()
    assert len(digests(watched)) == 1, "not again in this week, though what was claimed is purged"

    loses_the_grant(watched, ANA)
    watched.bot.rolling.tallies.run()
    at_noon_on(watched, MONDAY, UTC)
    watched.bot.rolling.tallies.run()
    _, second = digests(watched)
    assert ": -1 connected, +1 broken." in second.text
    assert "*Broken longest*\n• Ana Lima: Google no longer accepts our access, since" in second.text
    assert [block["type"] for block in second.blocks].count("image") == 1


def test_what_slack_did_not_take_is_posted_later_and_a_picture_it_does_not_show_is_left_out(watched: World) -> None:
    watched.bot.rolling.roster.read(TEAM)
    now = watched.clock.now().date()
    with watched.bot.database.transaction() as session:
        for ago in (20, 10):
            tallies.keep(session, Tally(team_id=TEAM, day=now - ago * DAY, connected=1, invited=9, broken=0))
    at_noon_on(watched, MONDAY, UTC)
    watched.slack.files.delay = DAY
    watched.slack.script.add(Fault("chat.postMessage", status=429, headers={"Retry-After": "1"}))
    assert digests(watched) == []
    (late,) = digests(watched)
    assert [block for block in late.blocks if block["type"] == "image"] == []
    assert late.blocks[0]["type"] == "header"


def test_without_a_channel_nothing_is_posted_and_where_it_is_not_it_is_tried_once(world: World) -> None:
    def tried() -> list[object]:
        return [call.response.get("error") for call in world.slack.journal if call.args.get("channel") == OPERATORS]

    world.ana.connects_google(ANA)
    at_noon_on(world, MONDAY, UTC)
    world.bot.rolling.digest.run()
    assert tried() == []
    world.stop_bot()
    world.start_bot({"OPERATOR_CHANNEL": OPERATORS})
    for _ in range(3):
        world.bot.rolling.digest.run()
    assert tried() == ["channel_not_found"]
