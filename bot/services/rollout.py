"""Inviting a company: who is meant, what that comes to, and one round of invitations from its start to its end."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bot.domain.notices import MessageRef, RoundProgress
from bot.domain.people import Who
from bot.domain.rollout import Audience, Candidate, Choice, Left, Stage, left_out, time_left
from bot.errors import BotError, SlackUnavailable
from bot.ports import Clock, Directory, Notifier
from bot.services.roster import Roster
from storage import audit, ledger, roster, rounds
from storage.database import Database
from storage.rollout_tables import Round

log = structlog.get_logger()

_PAGE = 1000
_DRAWN_EVERY = timedelta(seconds=3)
"""chat.update takes fifty a minute, for all of a workspace."""
_SKEW = timedelta(minutes=1)
"""Between our clock and Slack's."""
_NAMED = 30
_OPEN = (rounds.RUNNING, rounds.PAUSED)


@dataclass(frozen=True)
class Preview:
    """What a choice comes to: how many would be invited, and why the others would not."""

    invited: int
    left_out: Counter[Left] = field(default_factory=Counter)


class Rollout:
    """Rounds of invitations. Whoever asks has been found to be an admin before."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        notifier: Notifier,
        people: Roster,
        clock: Clock,
        deliver: Callable[[], object],
    ) -> None:
        self._database = database
        self._directory = directory
        self._notifier = notifier
        self._people = people
        self._clock = clock
        self._deliver = deliver

    def preview(self, team_id: str, choice: Choice) -> Preview:
        """Counted, not listed. Raises what Directory raises."""
        invited, excluded = 0, Counter[Left]()
        for _, reason in self._sorted_out(team_id, choice):
            if reason is None:
                invited += 1
            else:
                excluded[reason] += 1
        return Preview(invited, excluded)

    def start(self, who: Who, choice: Choice) -> str:
        """Begin a round, and show its progress to whoever began it. The round's id."""
        ids = [person_id for person_id, reason in self._sorted_out(who.team_id, choice) if reason is None]
        now = self._clock.now()
        with self._database.transaction() as session:
            rounds.lock(session, who.team_id, now)
            waiting = rounds.waiting(session, ids)  # another admin may have been quicker since they were sorted out
            ids = [each for each in ids if each not in waiting]
            begun = rounds.start(session, who.team_id, who.user_id, now, ids, _shown(choice))
            detail = {"audience": str(choice.audience), "people": str(len(ids))}
            audit.record(
                session, now=now, team_id=who.team_id, user_id=who.user_id, action="invited_people", detail=detail
            )
        self.show(begun.id, who.team_id, at_once=True)
        self._deliver()
        return begun.id

    def welcome(self, team_id: str, *, user_ids: Collection[str] | None = None, since: datetime | None = None) -> int:
        """Invite people who have joined: these, or whoever is new ``since``. How many.

        Each once: whoever was ever invited, has connected or wants to be left alone is not asked.
        """
        now = self._clock.now()
        with self._database.transaction() as session:
            rounds.lock(session, team_id, now)
            new = roster.newcomers(session, team_id, user_ids=user_ids, since=since)
            if new:
                rounds.start(session, team_id, "", now, [person_id for person_id, _ in new], {"joined": True})
            for _, user_id in new:
                audit.record(session, now=now, team_id=team_id, user_id=user_id, action="invited_on_joining", detail={})
        if new:
            self._deliver()
        return len(new)

    def turn(self, who: Who, round_id: str, state: str) -> bool:
        """Pause a round, go on with it, or stop it. False when it is over."""
        now = self._clock.now()
        with self._database.transaction() as session:
            if rounds.of(session, who.team_id, round_id) is None:
                return False
            turned = rounds.turn(session, round_id, _OPEN, state, now)
            if turned:
                audit.record(
                    session,
                    now=now,
                    team_id=who.team_id,
                    user_id=who.user_id,
                    action=f"round_{state}",
                    detail={"round": round_id},
                )
        self.show(round_id, who.team_id, at_once=True)
        self._deliver()
        return turned

    def progress(self, round_id: str, team_id: str) -> RoundProgress | None:
        """How far it has come, as the database has it now."""
        with self._database.reading() as session:
            found = rounds.of(session, team_id, round_id)
            if found is None:
                return None
            outcomes = rounds.outcomes(session, round_id)
            unreached = rounds.unreached(session, round_id, _NAMED)
        counts = {name: outcomes.get(name, 0) for name in (rounds.SENT, rounds.SKIPPED, rounds.UNREACHABLE)}
        done = sum(counts.values())
        running = found.state == rounds.RUNNING
        return RoundProgress(
            round_id,
            found.state,
            found.total,
            counts[rounds.SENT],
            counts[rounds.SKIPPED],
            counts[rounds.UNREACHABLE],
            time_left(done, found.total, self._clock.now() - found.started_at) if running else None,
            tuple(unreached),
        )

    def show(self, round_id: str, team_id: str, *, at_once: bool = False) -> None:
        """Draw the progress anew, unless it was drawn a moment ago."""
        now = self._clock.now()
        with self._database.transaction() as session:
            found = rounds.of(session, team_id, round_id)
            if found is None or not _is_watched(found):
                return
            is_new = not found.ts
            if (is_new or not at_once) and team_id in ledger.hushed(session, now):  # a click is answered all the same
                return
            was_tried = found.shown_at is not None
            mine = rounds.draw(session, round_id, now, now if at_once else now - _DRAWN_EVERY)
        progress = self.progress(round_id, team_id) if mine else None
        if progress is not None:  # the round goes on without being watched
            self._drawn(found, progress, was_tried=was_tried)

    def finish_what_is_done(self) -> None:
        """Close the rounds in which nobody is left to invite, as soon as Slack lets us say so."""
        with self._database.reading() as session:
            under_way = rounds.unfinished(session)
        for each in under_way:
            progress = self.progress(each.id, each.team_id)
            if progress and progress.sent + progress.skipped + progress.unreachable >= progress.total:
                self._finish(each, replace(progress, state=rounds.FINISHED, time_left=None))
            else:
                self.show(each.id, each.team_id)

    def _finish(self, found: Round, end: RoundProgress) -> None:
        """What could not be said because Slack was busy is said the next time; until then the round is not over."""
        now = self._clock.now()
        if _is_watched(found):
            with self._database.transaction() as session:
                if found.team_id in ledger.hushed(session, now):
                    return
                rounds.draw(session, found.id, now, now)
            if not self._drawn(found, end, was_tried=found.shown_at is not None):
                return
        with self._database.transaction() as session:
            rounds.turn(session, found.id, _OPEN, rounds.FINISHED, now)

    def _drawn(self, found: Round, progress: RoundProgress, *, was_tried: bool) -> bool:
        """Whether it stands there, or never will; False: Slack could not be reached, or wants to be left alone."""
        try:
            self._draw(found, progress, was_tried=was_tried)
        except BotError as error:
            log.warning("progress_not_drawn", round=found.id, error=type(error).__name__)
            if not isinstance(error, SlackUnavailable):
                return True
            if error.retry_after:
                now = self._clock.now()
                with self._database.transaction() as session:
                    ledger.hush(session, found.team_id, now + timedelta(seconds=error.retry_after))
            return False
        return True

    def _draw(self, found: Round, progress: RoundProgress, *, was_tried: bool) -> None:
        if found.channel and found.ts:
            self._notifier.edit(found.team_id, MessageRef(found.channel, found.ts), progress)
            return
        who = Who(found.team_id, found.started_by)
        # its first posting may have arrived although we were not told
        message = self._notifier.find(who, found.id, found.started_at - _SKEW) if was_tried else None
        if message is None:
            message = self._notifier.tell(who, progress, mark=found.id)
        else:
            self._notifier.edit(found.team_id, message, progress)
        with self._database.transaction() as session:
            rounds.posted(session, found.id, message.channel, message.ts)

    def _sorted_out(self, team_id: str, choice: Choice) -> Iterator[tuple[str, Left | None]]:
        """Everybody in the audience: our id, and why they are not invited if they are not."""
        wanted = self._wanted(team_id, choice)
        after = ""
        while True:
            with self._database.reading() as session:
                page = roster.candidates(session, team_id, after=after, limit=_PAGE)
                waiting = rounds.waiting(session, [each[0] for each in page])
            for person_id, user_id, is_bot, is_guest, stage in page:
                if wanted is None or user_id in wanted:
                    reason = left_out(Candidate(is_bot, is_guest, Stage(stage)), choice)
                    yield person_id, Left.INVITED if reason is None and person_id in waiting else reason
            if len(page) < _PAGE:
                return
            after = page[-1][0]

    def _wanted(self, team_id: str, choice: Choice) -> frozenset[str] | None:
        """Slack's ids of the audience, each of them known to us; None: everybody."""
        self._people.read_if_old(team_id)
        ids: Iterable[str]
        match choice.audience:
            case Audience.EVERYONE:
                return None
            case Audience.GROUP:
                ids = (user for group in choice.ids for user in self._directory.group_members(team_id, group))
            case Audience.CHANNEL:
                ids = (user for channel in choice.ids for user in self._directory.channel_members(team_id, channel))
            case Audience.PEOPLE:
                ids = choice.ids
        return frozenset(ids)


def _is_watched(found: Round) -> bool:
    return bool(found.started_by) and not found.choice.get("nudge")


def _shown(choice: Choice) -> dict[str, object]:
    return {**asdict(choice), "ids": list(choice.ids)}
