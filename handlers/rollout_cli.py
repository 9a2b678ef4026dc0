"""`calendar-bot invite`, `status` and `audit`: rolling out from the command line, beside `serve` or without it."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from bot import telemetry
from bot.domain.board import Line, Look
from bot.domain.notices import RoundProgress
from bot.domain.people import Who
from bot.domain.rollout import Audience, Choice, Left, Stage
from bot.errors import BotError
from bot.settings import Settings
from handlers import app, reports, starting
from handlers.reports import Act
from handlers.starting import CannotStart
from storage import audit
from storage.crypto import Unreadable

Say = Callable[[str], object]

_LOOK_EVERY = timedelta(seconds=1)
_OVER = ("stopped", "finished")
_LEFT = {
    Left.CONNECTED: "connected already",
    Left.INVITED: "invited already",
    Left.DECLINED: "declined",
    Left.GUESTS: "guests",
    Left.BOTS: "bots",
    Left.GONE: "have left",
}


class Stopped(Exception):
    """Why it ends here, and what to do."""


@dataclass(frozen=True)
class Wanted:
    """Whom somebody means, as they typed it."""

    everyone: bool = False
    groups: Sequence[str] = ()
    channels: Sequence[str] = ()
    emails: Sequence[str] = ()
    guests: bool = False
    again: bool = False
    team: str | None = None


class Inviter:
    """One round, from what somebody typed to its end."""

    def __init__(self, bot: app.Bot, pause: Callable[[timedelta], object]) -> None:
        self._bot = bot
        self._pause = pause

    def team(self, wanted: str | None) -> str:
        """The workspace that is meant. Raises Stopped when that is not clear."""
        workspaces = self._bot.rolling.workspaces
        workspaces.is_home("")  # has Slack say whose SLACK_BOT_TOKEN is
        teams = workspaces.teams()
        if wanted is None and len(teams) == 1:
            return teams[0]
        if wanted in teams and wanted is not None:
            return wanted
        known = ", ".join(teams) or "none"
        raise Stopped(f"Say which workspace with --team. The bot is installed in: {known}.")

    def choice(self, team_id: str, wanted: Wanted) -> Choice:
        """What is meant. Raises Stopped for none or several audiences, and for people whom Slack does not know."""
        audiences = {
            Audience.EVERYONE: wanted.everyone,
            Audience.GROUP: wanted.groups,
            Audience.CHANNEL: wanted.channels,
            Audience.PEOPLE: wanted.emails,
        }
        given = [audience for audience, named in audiences.items() if named]
        if len(given) != 1:
            raise Stopped("Say whom, in one way: --everyone, --group, --channel or --person.")
        ids = {Audience.GROUP: wanted.groups, Audience.CHANNEL: wanted.channels}.get(given[0], ())
        if given[0] is Audience.PEOPLE:
            ids = self._people(team_id, wanted.emails)
        return Choice(given[0], tuple(ids), wanted.guests, wanted.again)

    def preview(self, team_id: str, choice: Choice) -> tuple[int, list[str]]:
        """How many, and a line for each reason why others are not."""
        found = self._bot.rolling.rollout.preview(team_id, choice)
        return found.invited, [
            f"{found.left_out[left]:,} {words}" for left, words in _LEFT.items() if found.left_out[left]
        ]

    def run(self, team_id: str, choice: Choice, seen: Callable[[RoundProgress], object]) -> RoundProgress:
        """Begin, and deliver until it is over, as every bot over this database does: none sends twice."""
        rolling = self._bot.rolling
        round_id = rolling.rollout.start(Who(team_id, ""), choice)
        while True:
            rolling.invitations.deliver()
            rolling.rollout.finish_what_is_done()
            progress = rolling.rollout.progress(round_id, team_id)
            if progress is None:
                raise Stopped("This round of invitations is gone.")
            seen(progress)
            if progress.state in _OVER:
                return progress
            self._pause(_LOOK_EVERY)

    def _people(self, team_id: str, emails: Sequence[str]) -> list[str]:
        directory = self._bot.watching.directory
        found = {email: directory.find_by_email(team_id, email.strip().lower()) for email in emails}
        unknown = [email for email, who in found.items() if who is None]
        if unknown:
            raise Stopped(f"Slack knows nobody by: {', '.join(unknown)}.")
        return [who.user_id for who in found.values() if who is not None]


def invite(settings: Settings, wanted: Wanted, say: Say, agree: Callable[[str], bool]) -> bool:
    """Preview, ask, send; whether everybody was reached. Raises CannotStart, Stopped."""
    with _wired(settings) as bot, _refused():
        inviter = Inviter(bot, lambda wait: time.sleep(wait.total_seconds()))
        team_id = inviter.team(wanted.team)
        choice = inviter.choice(team_id, wanted)
        count, left_out = inviter.preview(team_id, choice)
        people = "person is" if count == 1 else "people are"
        say(f"{count:,} {people} invited. Not invited: {'; '.join(left_out) or 'nobody'}.")
        if not count or not agree(f"Send {count:,} direct message{'s' if count > 1 else ''}?"):
            return True
        with _progress() as bar:
            task = bar.add_task("Inviting", total=count)
            end = inviter.run(team_id, choice, lambda now: bar.update(task, completed=_done(now), total=now.total))
        say(f"{end.sent:,} invited, {end.skipped:,} left out, {end.unreachable:,} could not be reached.")
        for user_id, reason in end.unreached:
            say(f"  {user_id}: {reason}")
        return not end.unreachable


def status(settings: Settings, say: Say, form: str) -> None:
    """Everybody's state: for people, or with ``form`` "json" or "csv" for programs. Raises CannotStart."""
    with _wired(settings) as bot:
        board, teams = bot.rolling.board, bot.rolling.workspaces.teams()
        if form in ("json", "csv"):
            people = ((team_id, line) for team_id in teams for line in board.everybody(team_id))
            for text in (reports.as_json if form == "json" else reports.as_csv)(people):
                say(text)
            return
        if not teams:
            say("Nobody is known yet: `calendar-bot invite --everyone` begins.")
        for team_id in teams:
            for text in reports.counted(team_id, board.counts(team_id)):
                say(text)
            for line in _broken(bot, team_id):
                say(reports.broken(line))


def history(settings: Settings, say: Say, since: datetime, *, as_json: bool) -> None:
    """The audit log since then. Raises CannotStart."""
    with _wired(settings) as bot:
        for text in (reports.acts_as_json if as_json else reports.acts)(_acts(bot, since)):
            say(text)


def _acts(bot: app.Bot, since: datetime) -> Iterator[Act]:
    after: tuple[datetime, str] | None = None
    while True:
        with bot.database.reading() as session:
            rows = [
                (each.id, Act(each.at, each.team_id, each.user_id, each.action, each.detail))
                for each in audit.page(session, since, after=after)
            ]
        yield from (act for _, act in rows)
        if not rows:
            return
        after = (rows[-1][1].at, rows[-1][0])


def _broken(bot: app.Bot, team_id: str) -> Iterator[Line]:
    look = Look(Stage.BROKEN)
    while True:
        page = bot.rolling.board.look(team_id, look)
        yield from page.lines
        if not page.more:
            return
        look = look.after(page.lines[-1].person_id)


def _done(progress: RoundProgress) -> int:
    return progress.sent + progress.skipped + progress.unreachable


@contextmanager
def _wired(settings: Settings) -> Iterator[app.Bot]:
    telemetry.configure(hide=settings.secrets())
    starting.prepare(settings.database_url)
    try:
        bot = app.build(settings, app.SystemClock(), speaks=False)
    except Unreadable:
        raise CannotStart(
            "ENCRYPTION_KEYS does not hold the key that this database was sealed with. Put the earlier key back, "
            "after the new one."
        ) from None
    try:
        yield bot
    finally:
        bot.close()


@contextmanager
def _refused() -> Iterator[None]:
    """What Slack or Google refuse is said in a sentence."""
    try:
        yield
    except BotError as error:
        raise Stopped(str(error)) from None


def _progress() -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,.0f}/{task.total:,.0f}"))
    return Progress(
        *columns,
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        redirect_stdout=sys.stdout.isatty(),
    )
