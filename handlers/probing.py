"""`calendar-bot probe`: looks at one person's connection, or at everyone's, beside `serve` or without it."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console
from rich.progress import Progress

from bot import telemetry
from bot.errors import BotError
from bot.ports import Clock
from bot.settings import Settings
from handlers import app, starting
from handlers.starting import CannotStart
from handlers.verdicts import Verdict, verdict
from storage import people, standing
from storage.crypto import Unreadable
from storage.standing import Standing

FIRST, PAGE = 16, 200
"""So many are looked at before it is clear that there is any use in going on; then so many at once."""
_MINUTE = timedelta(minutes=1)


class Stopped(Exception):
    """Why it ends here, and what to do."""


class Probing:
    """Each look is one of the sweep's own: claimed, judged and written down like those, within the same allowances."""

    def __init__(
        self, bot: app.Bot, clock: Clock, confirm_after: timedelta, pause: Callable[[timedelta], object]
    ) -> None:
        self._bot = bot
        self._clock = clock
        self._confirm_after = confirm_after
        self._pause = pause

    def count(self) -> int:
        """How many there are to look at."""
        with self._bot.database.reading() as session:
            return standing.count(session)

    def person(self, email: str) -> Iterator[Verdict]:
        """Whoever has this address at Google or in Slack. Raises Stopped when nobody has."""
        yield from self._looked_at(self._found(email))

    def everyone(self) -> Iterator[Verdict]:
        """All of them, by account. Raises Stopped when it is of no use, or not allowed, to go on."""
        page = self._page(None, FIRST)
        while page:
            answered = False
            for batch in self._allowed(page):
                for each in self._looked_at(batch):
                    answered = answered or each.answered
                    yield each
            page = self._page(page[-1], PAGE)
            if page and not answered:
                raise Stopped("Google said nothing about any of these, so the others were not asked.")

    def _looked_at(self, some: Sequence[Standing]) -> Iterator[Verdict]:
        ids = [each.connection_id for each in some]
        looks = self._bot.watching.sweep.look_at(ids)
        with self._bot.database.reading() as session:
            after = standing.of(session, ids)
        for each in after:
            yield verdict(each, looks.get(each.connection_id), self._confirm_after)

    def _page(self, after: Standing | None, size: int) -> list[Standing]:
        with self._bot.database.reading() as session:
            return standing.page(session, after, size)

    def _allowed(self, page: Sequence[Standing]) -> Iterator[Sequence[Standing]]:
        """The page in as many parts as Google's allowances want: the next minute is waited for, the next day is not."""
        while page:
            granted, spent_today = self._bot.watching.sweep.room(len(page))
            if granted:
                yield page[:granted]
                page = page[granted:]
            elif spent_today:
                raise Stopped("Today's GOOGLE_DAILY_CALLS are used up, so the others were not asked.")
            else:
                now = self._clock.now()
                self._pause(now.replace(second=0, microsecond=0) + _MINUTE - now)

    def _found(self, email: str) -> list[Standing]:
        with self._bot.database.reading() as session:
            found = {each.connection_id: each for each in standing.with_account(session, email)}
            teams = people.teams(session)
        unasked = ""
        for team_id in teams:
            try:
                who = self._bot.watching.directory.find_by_email(team_id, email.lower())
            except BotError:
                unasked = " Slack could not be asked whose it is there."
                continue
            if who is not None:
                with self._bot.database.reading() as session:
                    theirs = standing.of_person(session, who.team_id, who.user_id)
                found |= {each.connection_id: each for each in theirs}
        if not found:
            raise Stopped(f"No connection belongs to {email}, be it the Google account's address or Slack's.{unasked}")
        return list(found.values())


def run(settings: Settings, email: str | None, say: Callable[[str], object]) -> bool:
    """Probe and say a line for each; whether all is well. Raises CannotStart, Stopped."""
    all_well = True
    with _progress() as bar:
        telemetry.configure(hide=settings.secrets())  # here: to where the bar has standard error go
        with _wired(settings) as probing:
            verdicts = probing.person(email.strip()) if email else probing.everyone()
            task = bar.add_task("Looking at connections", total=None if email else probing.count())
            for each in verdicts:
                say(each.line)
                bar.advance(task)
                all_well = all_well and each.ok
    return all_well


@contextmanager
def _wired(settings: Settings) -> Iterator[Probing]:
    starting.prepare(settings.database_url)
    clock = app.SystemClock()
    try:
        bot = app.build(settings, clock, speaks=False)
    except Unreadable:
        raise CannotStart(
            "ENCRYPTION_KEYS does not hold the key that this database was sealed with. Put the earlier key back, "
            "after the new one."
        ) from None
    try:
        yield Probing(bot, clock, settings.confirm_after, lambda wait: time.sleep(wait.total_seconds()))
    finally:
        bot.close()


def _progress() -> Progress:
    console = Console(stderr=True)
    # Lines that go into a file must not be drawn over the bar instead.
    return Progress(
        console=console, transient=True, disable=not console.is_terminal, redirect_stdout=sys.stdout.isatty()
    )
