"""A20: every command, button, menu and window, and who may: one table. Whatever Bolt listens for has a row in it."""

from collections.abc import Iterator
from io import StringIO

import pytest
import structlog

from bot import telemetry
from bot.domain.rollout import Audience, Choice
from bot.slack import answers, invite_views, plans
from storage import rounds
from tests.journeys.attacking import ANA, rows
from tests.journeys.doors import Caller, Knock, knock, listeners
from tests.sandbox.slack.refusal import Json
from tests.sandbox.world import TEAM, World, world_with

BETA = "T0BETA"

# --- the table ------------------------------------------------------------------------------------------------------

ADMINS = {
    "click team_open": "*Ben Okafor*",
    "click team_filter": "*Ben Okafor*",
    "click team_next": "*Cleo Park*",
    "click team_back": "*Ben Okafor*",
    "click team_again": "*Ben Okafor*",
    "click team_download": "+audit",
    "click team_nudge": "+invitation",
    "click team_nudge_all": "+invitation",
    "submit team": "*Ben Okafor*",
    "click invite_open": "Everyone in this workspace",
    "click invite_audience": "Everyone in this workspace",
    "click invite_back": "Everyone in this workspace",
    "suggest invite_groups": "Sales",
    "submit invite": "invited*",
    "submit invite_send": "+round",
    "click round_resume": "+round",
    "click round_pause": "+round",
    "click round_stop": "+round",
    "click release_messages": "+incident",
    **{f"{how} {word}": "" for how in ("command /calendar", "say") for word in ("doctor", "invite", "team")},
}
"""Only an admin of this workspace, as Slack has it at that moment: what they then see, or the table that differs."""
ANYBODY = {
    *(f"{how} {word}" for how in ("command /calendar", "say") for word in ("connect", "status", "help", "disconnect")),
    *(
        f"{how} {word}"
        for how in ("command /calendar", "say")
        for word in ("agenda", "calendars", "free", "book", "why")
    ),
    *("click connect", "click disconnect", "click keep_connection", "click change_calendars", "submit calendars"),
    *("suggest pick_linked", "suggest pick_conflicts", "click save_picks", "event app_home_opened"),
    *("click my_data_send", "click my_data_erase", "click remind_tomorrow", "click decline_invitation"),
    *("click agenda_again", "click appointment_cancel", "click appointment_move", "click hours_open", "submit hours"),
    *("shortcut book_with_author", "click booking_open", "click booking_people", "click booking_optional"),
    *("click booking_length", "click booking_day", "click booking_earlier", "click booking_later"),
    *("click booking_again", "click booking_back", *(f"click {slot}" for slot in plans.SLOTS), "submit booking"),
}
"""Everybody for themselves: nothing of anybody else's is changed, whoever they are and whatever they send along."""
COLLEAGUES = {"click booking_nudge"}
"""People of the workspace may ask a colleague to connect. Who has left, bots and strangers may not."""
ACKNOWLEDGED = {
    *("click connect_open", "click pick_linked", "click pick_conflicts", "click team_search", "click hours_field"),
    *("click invite_groups", "click invite_channels", "click invite_people", "click invite_options"),
    *("click booking_title", "click booking_place", "click booking_video"),
}
"""Taken note of, and nothing else."""
SLACKS_OWN = {"event team_join", "event user_change", "event app_uninstalled", "event tokens_revoked"}
"""What Slack tells of people and workspaces; it is asked before it is believed, and nobody can click it."""
SPOKEN = {"command /calendar", "event message"}
"""Every word is a row of its own above."""

FROM_ELSEWHERE = "admin of another workspace"
"""In a channel that both workspaces share, for example."""

WHO = {
    "employee": Caller("U0BEN"),
    "guest": Caller("U0GUS"),
    "ex-admin with an open modal": Caller("U0EVA"),
    "deactivated": Caller("U0DEA"),
    "bot": Caller("U0ROB"),
    FROM_ELSEWHERE: Caller("U0BOB", home=BETA),
    "admin of another workspace, from there": Caller("U0BOB", home=BETA, team=BETA),
}
_NAMELESS = ("erasure", "audit")
"""A deletion leaves marks that name nobody; that no other act is told of anybody is looked at by itself."""
STRANGERS = ("deactivated", "bot", FROM_ELSEWHERE)
ADMIN = Caller("U0ADA")


def test_every_listener_has_its_row(world: World) -> None:
    rows_of_the_table = ADMINS.keys() | ANYBODY | COLLEAGUES | ACKNOWLEDGED | SLACKS_OWN | SPOKEN
    words = {door for door in rows_of_the_table if door.startswith(("command /calendar ", "say "))}
    assert listeners(world) == rows_of_the_table - words


# --- the company ----------------------------------------------------------------------------------------------------


@pytest.fixture
def logged() -> Iterator[StringIO]:
    stream = StringIO()
    telemetry.configure(stream)
    yield stream
    structlog.reset_defaults()


@pytest.fixture
def world(sqlite_database_url: str, logged: StringIO) -> Iterator[World]:  # noqa: ARG001 - before the bot
    """Beside Acme's people one of each kind, and another workspace with an admin of its own."""
    with world_with(sqlite_database_url) as made:
        slack = made.slack
        slack.add_user(TEAM, "U0EVA", name="Eva Once", email="eva@acme.example", tz="UTC", admin=True)
        slack.add_user(TEAM, "U0DEA", name="Dea Gone", email="dea@acme.example", tz="UTC", admin=True, deleted=True)
        slack.add_user(TEAM, "U0ROB", name="Rob Bot", email="", tz="UTC", admin=True, bot=True, bot_id="B0ROB")
        slack.add_user_group(TEAM, "S0SALES", "sales", ["U0ANA"], name="Sales")
        slack.add_team(BETA, "Beta", "beta")
        slack.add_user(BETA, "U0BOB", name="Bob Beta", email="bob@beta.example", tz="UTC", admin=True)
        made.joined("U0BOB").browser.opens(f"{made.bot_url}/slack/install").presses("Allow")
        made.settles()
        yield made


class Company:
    """A roll-out under way: a board, a form, a round and messages that are held back."""

    def __init__(self, world: World) -> None:
        self._world, slack = world, world.slack
        world.ana.connects_google(ANA)
        world.ana.picks(ANA)
        for team in (TEAM, BETA):
            world.bot.rolling.roster.read(team)
        eva = world.joined("U0EVA")
        self._views = {}
        for person in (world.ada, eva):
            person.types("/calendar team")
            board = slack.modals(person.user_id)[-1]
            person.types("/calendar invite")
            self._views[person.user_id] = {"team": board, "invite": slack.modals(person.user_id)[-1]}
        slack.makes_member("U0EVA")
        world.settles()
        (self.ben,) = rows(world, "SELECT id FROM person WHERE user_id = 'U0BEN'")
        with world.bot.database.transaction() as session:
            self.round = rounds.start(session, TEAM, "U0ADA", world.clock.now(), [self.ben], {}).id
            rounds.turn(session, self.round, [rounds.RUNNING], rounds.PAUSED, world.clock.now())
        world.bot.watching.incidents.meet("mass", "mass", TEAM, touched=7)
        world.settles()
        (self.incident,) = rows(world, "SELECT id FROM incident WHERE key = 'mass'")

    def with_(self, door: str, caller: Caller) -> Knock:
        """What an admin's own request would carry; an admin of yesterday has a window of their own still open."""
        name = door.split(" ", 1)[1]
        views: dict[str, Json] = self._views.get(caller.user_id, self._views["U0ADA"])
        view = views["invite" if name.startswith("invite") else "team"]
        if door in COLLEAGUES:
            view = {}  # it stands in an answer
        if name in ("invite_send", "invite_back"):
            view = {**view, "private_metadata": invite_views.dump(Choice(Audience.EVERYONE))}
        values = {
            "team_next": self.ben,
            "team_nudge": "U0CLEO",
            "team_nudge_all": "not_invited",
            "booking_nudge": "U0CLEO",
            "release_messages": self.incident,
            "invite_groups": "sal",
        }
        value = self.round if name.startswith("round_") else values.get(name, "")
        return Knock(value, "not_invited" if name == "team_filter" else "", view)

    def ids_of(self, caller: Caller) -> list[str]:
        """By which a row is known to be theirs."""
        told = f"user_id = '{caller.user_id}' AND team_id = '{caller.team}'"
        return [caller.user_id, *rows(self._world, f"SELECT id FROM person WHERE {told}")]  # noqa: S608 - our words


# --- who may ----------------------------------------------------------------------------------------------------------


def test_admins_alone_and_refusals_are_logged_and_change_nothing(world: World, logged: StringIO) -> None:
    company = Company(world)
    for door in ADMINS:
        for who, caller in WHO.items():
            seen = knock(world, logged, door, caller, company.with_(door, caller))
            if caller.team == BETA:  # they run another workspace, and see and change that one alone
                assert not [row for row in seen.changed if TEAM in row[1] or company.ben in row[1]], (door, who)
                assert seen.refused == [], (door, who)
                assert "Okafor" not in seen.said, (door, who)
                continue
            assert (seen.ack.status, len(seen.refused)) == (200, 1), (door, who)
            assert seen.changed == frozenset(), (door, who)
            assert "Okafor" not in seen.said, (door, who)
            assert "Sales" not in seen.said, (door, who)
    for door, proof in ADMINS.items():
        seen = knock(world, logged, door, ADMIN, company.with_(door, ADMIN))
        assert seen.refused == [], door
        assert answers.ADMINS_ONLY not in seen.said, door
        assert proof[1:] in seen.tables if proof.startswith("+") else proof in seen.said, (door, seen.said[-2000:])


def test_everybody_for_themselves_and_strangers_for_nobody(world: World, logged: StringIO) -> None:
    company = Company(world)
    alike = {f"click {slot}" for slot in plans.SLOTS[1:]}
    for door in (*sorted(ANYBODY - alike), *sorted(COLLEAGUES), *sorted(ACKNOWLEDGED)):
        for who, caller in sorted(WHO.items(), key=lambda each: each[0] not in STRANGERS):
            before = company.ids_of(caller)
            seen = knock(world, logged, door, caller, company.with_(door, caller))
            theirs = {*before, *company.ids_of(caller)}
            others = [
                row for row in seen.changed if not (row[0] in _NAMELESS or any(each in row[1] for each in theirs))
            ]
            assert seen.ack.status == 200, (door, who)
            assert door not in ACKNOWLEDGED or (seen.changed, seen.said) == (frozenset(), "[]"), (door, who)
            told = [row[1] for row in seen.changed if row[0] == "audit" and "data_erased" not in row[1]]
            assert all(caller.user_id in each for each in told), (door, who, told)
            assert others == [] or (door in COLLEAGUES and who not in STRANGERS), (door, who, others)
            assert others or door not in COLLEAGUES or who != "employee", "the first of them has asked"
            assert "Rolling out" not in seen.said or caller.team == BETA, (door, who)
            assert who not in STRANGERS or "grant" not in seen.tables, (door, who)
            assert who != FROM_ELSEWHERE or seen.changed == frozenset(), (door, "leaves a trace")
