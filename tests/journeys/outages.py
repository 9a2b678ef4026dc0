"""What journeys of outages need: how a connection stands, what was written to whom, and time until something is so."""

from collections.abc import Callable
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from tests.journeys.attacking import rows
from tests.sandbox.slack.block_types import elements_of
from tests.sandbox.slack.messages import Message
from tests.sandbox.world import Persona, World, said

ANA, CLEO, GUS, BEN = "ana@acme.example", "cleo@acme.example", "gus@partner.example", "ben@acme.example"
PROBE_EVERY = CONFIRM_AFTER = timedelta(minutes=10)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
FIRST_LOOK = 1.25 * PROBE_EVERY + MINUTE
"""The latest that a connection is looked at, with the minute that the clock's steps take."""


def health_of(world: World, account: str) -> str:
    """As it is stored."""
    (health,) = rows(world, f"SELECT health FROM connection WHERE google_email = '{account}'")  # noqa: S608 - our words
    return str(health)


def cause_of(world: World, account: str) -> str | None:
    """As it is stored."""
    found = rows(world, f"SELECT cause FROM connection WHERE google_email = '{account}'")  # noqa: S608 - our words
    return None if found == [None] else str(found[0])


def passes_until(world: World, so: Callable[[], bool], within: timedelta) -> None:
    """Let time pass, from one thing that is due to the next, until it is so."""
    end = world.clock.now() + within
    while not so():
        assert world.clock.now() < end, "it did not come about in time"
        world.next_comes(end - world.clock.now())


def leaps_to(world: World, moment: datetime) -> None:
    """The time until then goes by at once, and the bot's jobs run."""
    world.time_leaps(moment - world.clock.now())
    world.jobs_run()


def at_noon_on(world: World, weekday: int, zone: tzinfo) -> datetime:
    """The next such noon has come there, whatever day and hour it is where the tests run."""
    today = world.clock.now().astimezone(zone).date()
    noon = datetime.combine(today + DAY * ((weekday - today.weekday()) % 7 or 7), time(12), zone)
    leaps_to(world, noon)
    return noon


def falls_ill(world: World, account: str) -> None:
    """Time passes until the first refusal is noted, which comes in time."""
    passes_until(world, lambda: health_of(world, account) == "suspect", FIRST_LOOK)


def loses_the_grant(world: World, account: str) -> None:
    """Revoked at Google, found out and confirmed, and its owner is told."""
    world.google.revoke(account)
    leaps_to(world, world.clock.now() + FIRST_LOOK)
    leaps_to(world, world.clock.now() + CONFIRM_AFTER)
    assert health_of(world, account) == "needs_reconnect"


class Letters:
    """What the bot writes to somebody from now on."""

    def __init__(self, person: Persona) -> None:
        self._person = person
        self._before = len(person.messages())

    @property
    def new(self) -> list[Message]:
        return self._person.messages()[self._before :]

    @property
    def only(self) -> Message:
        """The one that came."""
        (message,) = self.new
        return message


def buttons(message: Message) -> list[str]:
    """What can be clicked in it, by action."""
    found: list[dict[str, Any]] = list(elements_of(message.blocks))
    return [each["action_id"] for each in found if each["type"] == "button"]


def reads(message: Message, *texts: str) -> bool:
    """Whether all of it stands there."""
    whole = said(message)
    missing = [text for text in texts if text not in whole]
    assert not missing, f"{missing} not in {whole}"
    return True


def reconnects(person: Persona, account: str) -> None:
    """By the button of the newest message: the link's page, and Google's consent."""
    person.opens_link().presses("Continue")
    person.consents(account)
