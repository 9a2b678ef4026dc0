"""The roll-out board: counted and paged in the database, and the nudges that it offers."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import structlog

from bot.domain.board import PAGE, Board, Line, Look, Nudging
from bot.domain.health import Cause
from bot.domain.people import Who
from bot.domain.rollout import NUDGE, NUDGED_AT_MOST, Stage, can_be_nudged
from bot.ports import Clock
from bot.services.admins import Admins
from storage import audit, roster, rounds
from storage.database import Database, Session
from storage.roster import Member

log = structlog.get_logger()

_BATCH = 1000


class TeamBoard:
    """Whoever asks has been found to be an admin of that workspace before."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def counts(self, team_id: str) -> dict[Stage, int]:
        """How many people stand where."""
        with self._database.reading() as session:
            return {Stage(stage): count for stage, count in roster.count_by_stage(session, team_id).items()}

    def overview(self, who: Who, admins: Admins) -> dict[Stage, int] | None:
        """The same, if it is an admin of that workspace who looks."""
        return self.counts(who.team_id) if admins.seems_one(who) else None

    def look(self, team_id: str, look: Look, note: str | None = None) -> Board:
        """One page, by name."""
        counts = self.counts(team_id)
        with self._database.reading() as session:
            after = self._place(session, team_id, look.trail)
            stages = [look.stage] if look.stage else []
            found = roster.page(session, team_id, stages=stages, search=look.search, after=after, limit=PAGE + 1)
        lines = tuple(_line(each) for each in found[:PAGE])
        return Board(look, counts, lines, len(found) > PAGE, self._clock.now(), note)

    def everybody(self, team_id: str) -> Iterator[Line]:
        """Every person of the workspace, by name, a batch of them in memory."""
        yield from self._all(team_id, ())

    def broken_longest(self, team_id: str, most: int) -> tuple[Line, ...]:
        """Who has been broken for the longest time."""
        with self._database.reading() as session:
            return tuple(map(_line, roster.broken_longest(session, team_id, most)))

    def note_download(self, who: Who, people: int) -> datetime:
        """An admin is about to be handed everybody's names and addresses; when."""
        now = self._clock.now()
        with self._database.transaction() as session:
            audit.record(
                session,
                now=now,
                team_id=who.team_id,
                user_id=who.user_id,
                action="board_downloaded",
                detail={"people": str(people)},
            )
        log.info("board_downloaded", team=who.team_id, user=who.user_id, people=people)
        return now

    def nudge(self, who: Who, user_id: str) -> Nudging:
        """Ask one person again. Nobody is asked more than once a day."""
        with self._database.reading() as session:
            found = roster.member(session, who.team_id, user_id)
        return self._nudged(who, [_line(found)] if found else [])

    def nudge_all(self, who: Who, stage: Stage) -> Nudging:
        """Ask everybody who stands there."""
        asked = lately = nothing = 0
        batch: list[Line] = []
        people = self._all(who.team_id, [stage])
        while batch := [line for _, line in zip(range(_BATCH), people, strict=False)]:
            done = self._nudged(who, batch)
            asked, lately, nothing = asked + done.asked, lately + done.lately, nothing + done.nothing_to_do
        return Nudging(asked, lately, nothing)

    def _nudged(self, who: Who, lines: Sequence[Line]) -> Nudging:
        now = self._clock.now()
        wanted = {each.person_id: each for each in lines if can_be_nudged(each.stage, each.cause)}
        with self._database.transaction() as session:
            rounds.lock(session, who.team_id, now)
            on_their_way = rounds.waiting(session, list(wanted))
            free = [each for each in wanted if each not in on_their_way]
            mine = roster.claim_nudges(session, who.team_id, free, now, now - NUDGED_AT_MOST)
            if mine:
                steps = {each: 0 if wanted[each].stage is Stage.NOT_INVITED else NUDGE for each in mine}
                rounds.nudge(session, who.team_id, who.user_id, now, steps)
                detail = {"people": str(len(mine))}
                if len(lines) == 1:
                    detail["whom"] = lines[0].user_id
                audit.record(session, now=now, team_id=who.team_id, user_id=who.user_id, action="nudged", detail=detail)
        log.info("nudged", team=who.team_id, user=who.user_id, people=len(mine))
        return Nudging(len(mine), len(wanted) - len(mine), len(lines) - len(wanted))

    def _all(self, team_id: str, stages: Sequence[Stage]) -> Iterator[Line]:
        after: tuple[str, str] | None = None
        while True:
            with self._database.reading() as session:
                found = roster.page(session, team_id, stages=stages, after=after, limit=_BATCH)
            yield from map(_line, found)
            if len(found) < _BATCH:
                return
            after = (found[-1].name, found[-1].person_id)

    @staticmethod
    def _place(session: Session, team_id: str, trail: Sequence[str]) -> tuple[str, str] | None:
        """Where the page before ended; from the beginning when its last person is not of this workspace."""
        name = roster.name_of(session, team_id, trail[-1]) if trail else None
        return None if name is None else (name, trail[-1])


def _line(member: Member) -> Line:
    stage = Stage(member.stage)
    is_broken = stage is Stage.BROKEN
    return Line(
        person_id=member.person_id,
        user_id=member.user_id,
        name=member.name or member.user_id,
        email=member.email,
        is_guest=bool(member.is_guest),
        stage=stage,
        cause=Cause(member.cause) if is_broken and member.cause else None,
        since=member.since if is_broken else None,
        account=member.account,
        invited_at=member.invited_at,
        nudged_at=member.nudged_at,
    )
