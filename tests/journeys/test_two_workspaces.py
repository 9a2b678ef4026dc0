"""A21: two workspaces with the same people in one database, by Slack's ids: nothing of the one shows in the other."""

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO, StringIO
from typing import Any

import pytest
import requests

from bot.domain.api_keys import Scope
from bot.domain.rollout import Audience, Choice
from handlers import reports
from tests.journeys.attacking import file_of, rows
from tests.journeys.diary import booked, meet, next_monday, wish
from tests.journeys.doors import Caller, Knock, knock, listeners, remembered
from tests.sandbox.world import TEAM, World, world_with

BETA = "T0BETA"
OK, NOT_FOUND = 200, 404
_OURS = {"T0ACME": BETA, "acme.example": "zeta.example", "Ana Lima": "Zoe Zeta", "Ben Okafor": "Zed Zeta"}
_OURS |= {
    "key-1": "key-2",
    "Ada Admin": "Zia Zeta",
    "Cleo Park": "Zac Zeta",
    "Gus Guest": "Zap Zeta",
    "Plan the launch": "Zeta launch",
}
_THEIRS = re.compile(r"T0BETA|zeta", re.IGNORECASE)
_ID = re.compile(r"\b(?:[0-9a-f]{32}){1,2}\b")
_NOT_COPIED = {"once", "quota", "errand", "canary", "instance", "incident", "alembic_version", "word"}
"""What is nobody's, and messages that wait: they would be sent in the middle of it."""
_LAST = ("click disconnect", "click my_data_erase")
_SLACKS_OWN = ("event app_uninstalled", "event tokens_revoked", "event user_change", "event team_join")
WORDS = ("connect", "status", "agenda", "team", "invite", "doctor", "help", "free <@U0ANA> tomorrow", "why <@U0ANA>")


@pytest.fixture
def world(sqlite_database_url: str, logged: StringIO) -> Iterator[World]:  # noqa: ARG001 - before the bot
    """Acme in full swing: people invited and connected, an appointment, a day that was counted."""
    with world_with(sqlite_database_url) as made:
        made.bot.rolling.roster.read(TEAM)
        made.ada.types("/calendar invite")
        made.ada.submits()
        made.ada.submits()
        made.jobs_run()
        ana, ben = meet(made)
        booked(made, wish([ana, ben], next_monday(made)))
        made.bot.rolling.tallies.run()
        made.settles()
        yield made


def twin(text: object) -> object:
    """The same in the other workspace: other ids of ours and other names, but the same ids of Slack's."""
    if not isinstance(text, str):
        return text
    for ours, theirs in _OURS.items():
        text = text.replace(ours, theirs)
    return _ID.sub(lambda found: hashlib.sha256(found[0].encode()).hexdigest()[: len(found[0])], text)


def settle_next_door(world: World) -> None:
    """Copy every row of Acme's for a workspace of the same people."""
    with closing(sqlite3.connect(file_of(world))) as database, database:
        named = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for table in {name for (name,) in named} - _NOT_COPIED:
            for row in database.execute(f'SELECT * FROM "{table}"').fetchall():  # noqa: S608 - its own names
                copy = [twin(value) for value in row]
                if copy != list(row):
                    places = ", ".join("?" * len(row))
                    database.execute(f'INSERT INTO "{table}" VALUES ({places})', copy)  # noqa: S608 - its own names


def foreign(world: World, people: list[str]) -> frozenset[tuple[str, str]]:
    """Every row of the other workspace: with its name, or with the id of one of its people."""
    return frozenset(row for row in remembered(world) if BETA in row[1] or any(each in row[1] for each in people))


def neighbours(world: World) -> list[str]:
    return rows(world, f"SELECT id FROM person WHERE team_id = '{BETA}'")  # noqa: S608 - our words


def test_nothing_of_the_other_workspace_is_shown_or_touched_in_slack(world: World, logged: StringIO) -> None:
    before = world.bot.rolling.rollout.preview(TEAM, Choice(Audience.EVERYONE, again=True))
    counts = world.bot.rolling.board.counts(TEAM)
    settle_next_door(world)
    people = neighbours(world)
    theirs = foreign(world, people)
    assert len(theirs) > 20
    assert world.bot.rolling.rollout.preview(TEAM, Choice(Audience.EVERYONE, again=True)) == before
    assert world.bot.rolling.board.counts(TEAM) == counts
    (round_id,) = rows(world, f"SELECT id FROM round WHERE team_id = '{BETA}'")  # noqa: S608 - our words
    (appointment,) = rows(world, f"SELECT id FROM booking WHERE team_id = '{BETA}'")  # noqa: S608 - our words
    world.ada.types("/calendar team")
    view = world.slack.modals("U0ADA")[-1]
    doors = [door for door in sorted(listeners(world)) if not door.startswith("click booking_slot_")]
    spoken = [f"{how} {words}" for how in ("command /calendar", "say") for words in WORDS]
    for door in (*(each for each in (*doors, *spoken) if each not in (*_LAST, *_SLACKS_OWN)), *_LAST):
        value = {"click appointment_cancel": appointment, "click team_nudge_all": "connected"}.get(door, round_id)
        for user_id in ("U0ADA", "U0ANA"):
            seen = knock(world, logged, door, Caller(user_id), Knock(value, view=view))
            assert not _THEIRS.search(seen.said), (door, user_id)
            assert foreign(world, people) == theirs, (door, user_id)
    world.jobs_run()
    sent = json.dumps([[message.text, message.blocks] for message in world.slack.dm("U0ADA")], ensure_ascii=False)
    assert not _THEIRS.search(sent)


def test_nothing_of_the_other_workspace_is_in_files_and_answers_to_programs(world: World) -> None:
    settle_next_door(world)
    people = neighbours(world)
    theirs = foreign(world, people)
    for team, other in ((TEAM, "zeta"), (BETA, "acme")):
        file = BytesIO()
        count = reports.write_csv(file, ((team, line) for line in world.bot.rolling.board.everybody(team)))
        assert count == 4, "neither bots nor guests who were not asked"
        assert other not in file.getvalue().decode("utf-8-sig").lower()
    for team, mine, others in ((BETA, "zeta.example", "acme"), (TEAM, "acme.example", "zeta")):
        asks = Program(world, team)
        (person,) = rows(world, f"SELECT id FROM person WHERE user_id = 'U0ANA' AND team_id <> '{team}'")  # noqa: S608 - our words
        (appointment,) = rows(world, f"SELECT id FROM booking WHERE team_id <> '{team}'")  # noqa: S608 - our words
        found = asks("GET", "/people", email=f"ana@{mine}").json()["items"]
        assert [each["id"] for each in found] != [person]
        assert len(found) == 1
        assert asks("GET", "/people", email=f"ana@{others}.example").json()["items"] == []
        listed = asks("GET", "/appointments").text
        assert appointment not in listed
        assert others not in listed.lower()
        start = next_monday(world)
        window: dict[str, Any] = {
            "length": 30,
            "start": start.isoformat(),
            "end": start.replace(hour=start.hour + 1).isoformat(),
        }
        hidden, nobody = (asks("GET", f"/people/{each}/availability", **window) for each in (person, "0" * 32))
        assert hidden.status_code == nobody.status_code != OK
        assert (hidden.json()["title"], hidden.json()["detail"]) == (nobody.json()["title"], nobody.json()["detail"])
        for method in ("GET", "DELETE"):
            assert asks(method, f"/appointments/{appointment}").status_code == NOT_FOUND
        assert asks("GET", "/availability", people=person, **window).status_code != OK
    (unchanged,) = {state for _, state in _states(world)}
    assert unchanged == "confirmed"
    assert theirs - foreign(world, people) == set()


class Program:
    """A booking system with a key of this workspace."""

    def __init__(self, world: World, team: str) -> None:
        _, self._key = world.bot.booking.keys.create(team, "Booking system", list(Scope), "test")
        self._base = f"{world.bot_url}/api/v1"

    def __call__(self, method: str, path: str, **query: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self._key}"}
        return requests.request(method, self._base + path, headers=headers, params=query, timeout=30)


def _states(world: World) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(file_of(world))) as database:
        return [(str(team), str(state)) for team, state in database.execute("SELECT team_id, state FROM booking")]
