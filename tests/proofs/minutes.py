"""Minutes that pass for a bot and its operators, and what these get to see."""

import json
from collections import Counter
from datetime import datetime, timedelta
from io import StringIO

from sqlmodel import col, select

from storage.watch_tables import Incident
from tests.sandbox.slack.messages import Message
from tests.sandbox.world import TEAM, World, said

MINUTE = timedelta(minutes=1)
OPERATORS = "C0OPERATORS"
TOLD_THERE = {"OPERATOR_CHANNEL": OPERATORS}


def minutes_pass(world: World, minutes: int, *, at_a_time: int = 1) -> None:
    """Each job of the bot runs once a minute, or less often where that does."""
    for _ in range(0, minutes, at_a_time):
        world.time_leaps(MINUTE * at_a_time)
        world.jobs_run()
        world.google.expire_access_tokens()  # every look takes a new one, and the stand-in searches through all of them


def operators_meet(world: World) -> None:
    """Make the channel that ``TOLD_THERE`` names."""
    world.slack.add_channel(TEAM, OPERATORS, "operators", ["U0ADA"], bot_is_member=True)


def alerts(world: World) -> list[Message]:
    """What stands in the operators' channel."""
    return [each for each in world.slack.channel(OPERATORS) if not each.deleted]


def texts(world: World) -> list[str]:
    return [said(each) for each in alerts(world)]


def open_incidents(world: World) -> list[str]:
    """The keys of what counts as broken."""
    with world.bot.database.reading() as session:
        return list(session.exec(select(Incident.key).where(col(Incident.resolved_at).is_(None))))


def busiest_minute(moments: list[datetime], since: datetime) -> int:
    """The most of them that lie in one minute, counted from ``since``."""
    return max(Counter((each - since) // MINUTE for each in moments if each >= since).values(), default=0)


def lines(logged: StringIO, event: str) -> list[dict[str, str]]:
    """The log lines of this event."""
    found = (json.loads(line) for line in logged.getvalue().splitlines() if f'"{event}"' in line)
    return [line for line in found if line["event"] == event]
