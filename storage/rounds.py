"""Rounds of invitations: whom, what became of each, and how far a round has come."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func, update
from sqlmodel import Session, col, select

from storage import errands
from storage.leases import is_free
from storage.rollout_tables import Invitation, Round
from storage.tables import Person, new_id

SEND = "send"
RUNNING, PAUSED, STOPPED, FINISHED = "running", "paused", "stopped", "finished"
SENT, SKIPPED, UNREACHABLE = "sent", "skipped", "unreachable"
_CHUNK = 1000
_UNTRIED_REMINDER = (
    col(Invitation.todo) == SEND,
    col(Invitation.step) > 0,
    col(Invitation.tried_at).is_(None),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One step for one person at which something is to be done, as it was when it was claimed."""

    id: str
    step: int
    tried_at: datetime | None
    round_id: str
    started_by: str
    person_id: str
    team_id: str
    user_id: str
    time_zone: str | None


def start(
    session: Session, team_id: str, started_by: str, now: datetime, person_ids: Sequence[str], choice: Mapping[str, Any]
) -> Round:
    """Begin a round: everybody's invitation is due at once, and goes out as fast as Slack lets it."""
    begun = Round(
        team_id=team_id,
        started_by=started_by,
        started_at=now,
        state=RUNNING if person_ids else FINISHED,
        total=len(person_ids),
        choice=dict(choice),
    )
    session.add(begun)
    session.flush()
    for some in _chunks(person_ids):
        replaced = update(Invitation).where(col(Invitation.person_id).in_(some), *_UNTRIED_REMINDER)
        session.exec(replaced.values(todo=None, due_at=None, outcome=SKIPPED, reason="newer"))
    _ask(session, begun.id, dict.fromkeys(person_ids, 0), now)
    return begun


def nudge(session: Session, team_id: str, started_by: str, now: datetime, steps: Mapping[str, int]) -> None:
    """Ask each of these people once more, at that step. Nobody watches: it counts as finished from the start."""
    begun = Round(
        team_id=team_id,
        started_by=started_by,
        started_at=now,
        state=FINISHED,
        total=len(steps),
        choice={"nudge": True},
        finished_at=now,
    )
    session.add(begun)
    session.flush()
    _ask(session, begun.id, steps, now)


def lock(session: Session, team_id: str, now: datetime) -> None:
    """Nobody else begins a round in this workspace until we are done: else two admins could invite the same people."""
    errands.lock(session, f"round:{team_id}", now)


def waiting(session: Session, person_ids: Sequence[str]) -> set[str]:
    """Which of these have an invitation on its way to them already."""
    query = select(Invitation.person_id).where(Invitation.todo == SEND, Invitation.step == 0)
    return {
        person_id
        for some in _chunks(person_ids)
        for person_id in session.exec(query.where(col(Invitation.person_id).in_(some)))
    }


def claim(
    session: Session, *, now: datetime, lease: str, until: datetime, limit: int, not_teams: Collection[str] = ()
) -> list[Asked]:
    """Lease invitations that are due, of rounds that are not held up; the first steps before the reminders."""
    due = (
        select(Invitation.id)
        .join(Round, col(Round.id) == col(Invitation.round_id))
        .where(
            col(Invitation.todo) == SEND,
            col(Invitation.due_at) <= now,
            col(Round.state).in_((RUNNING, FINISHED)),
            is_free(Invitation, now),
        )
    )
    if not_teams:
        due = due.where(col(Round.team_id).not_in(not_teams))
    due = due.order_by(col(Invitation.step), col(Invitation.due_at)).limit(limit)
    ids = list(session.exec(due.with_for_update(skip_locked=True, of=Invitation)))
    if not ids:
        return []
    leasing = update(Invitation).where(col(Invitation.id).in_(ids)).values(lease=lease, lease_until=until)
    session.exec(leasing.execution_options(synchronize_session=False))
    about = (
        sa.select(
            *(getattr(Invitation, name) for name in ("id", "step", "tried_at", "round_id")),
            col(Round.started_by),
            *(getattr(Person, name) for name in ("id", "team_id", "user_id", "time_zone")),
        )
        .join(Round, col(Round.id) == col(Invitation.round_id))
        .join(Person, col(Person.id) == col(Invitation.person_id))
        .where(col(Invitation.id).in_(ids))
        .order_by(col(Invitation.step), col(Invitation.due_at))
    )
    rows: Iterable[Sequence[Any]] = session.connection().execute(about).all()
    return [Asked(*row) for row in rows]


def sent(session: Session, asked: Asked, channel: str, ts: str, now: datetime, next_at: datetime | None) -> None:
    """It is out, and the next step has its time, if there is one."""
    session.exec(
        update(Invitation)
        .where(col(Invitation.id) == asked.id)
        .values(todo=None, due_at=None, lease=None, lease_until=None, sent_at=now, channel=channel, ts=ts, outcome=SENT)
    )
    session.exec(update(Person).where(col(Person.id) == asked.person_id).values(invited_at=now))
    if next_at is not None:
        known = select(Invitation.id).where(
            Invitation.round_id == asked.round_id,
            Invitation.person_id == asked.person_id,
            Invitation.step == asked.step + 1,
        )
        if session.exec(known).first() is None:
            session.add(
                Invitation(
                    round_id=asked.round_id,
                    person_id=asked.person_id,
                    step=asked.step + 1,
                    todo=SEND,
                    due_at=next_at,
                )
            )
            session.flush()


def give_back(session: Session, invitation_ids: Collection[str], lease: str) -> None:
    """They are due as they were: whoever claims next may have them."""
    mine = update(Invitation).where(col(Invitation.id).in_(invitation_ids), col(Invitation.lease) == lease)
    session.exec(mine.values(lease=None, lease_until=None))


def give_up(session: Session, invitation_id: str, lease: str, outcome: str, reason: str) -> None:
    """It is not sent, and why."""
    mine = update(Invitation).where(col(Invitation.id) == invitation_id, col(Invitation.lease) == lease)
    session.exec(mine.values(todo=None, due_at=None, lease=None, lease_until=None, outcome=outcome, reason=reason))


def of(session: Session, team_id: str, round_id: str) -> Round | None:
    """A round of this workspace."""
    return session.exec(select(Round).where(Round.id == round_id, Round.team_id == team_id)).one_or_none()


def unfinished(session: Session) -> list[Round]:
    """Every round that is under way or held up."""
    return list(session.exec(select(Round).where(col(Round.state).in_((RUNNING, PAUSED)))))


def turn(session: Session, round_id: str, before: Collection[str], after: str, now: datetime) -> bool:
    """Pause, go on, stop or finish. False when it is in none of the states ``before``."""
    mine = update(Round).where(col(Round.id) == round_id, col(Round.state).in_(before))
    finished = {"finished_at": now} if after in (STOPPED, FINISHED) else {}
    turned = session.exec(mine.values(state=after, **finished)).rowcount == 1
    if turned and after == STOPPED:
        waiting = update(Invitation).where(
            col(Invitation.round_id) == round_id, col(Invitation.todo) == SEND, col(Invitation.tried_at).is_(None)
        )
        session.exec(waiting.values(todo=None, due_at=None, outcome=SKIPPED, reason="stopped"))
    return turned


def outcomes(session: Session, round_id: str) -> dict[str | None, int]:
    """What became of the first steps; None: still to come."""
    query = select(Invitation.outcome, func.count()).where(Invitation.round_id == round_id, Invitation.step == 0)
    return dict(session.exec(query.group_by(col(Invitation.outcome))).all())


def unreached(session: Session, round_id: str, limit: int) -> list[tuple[str, str]]:
    """Who could not be reached, by Slack's id, and why."""
    query = (
        select(Person.user_id, Invitation.reason)
        .join(Person, col(Person.id) == col(Invitation.person_id))
        .where(Invitation.round_id == round_id, Invitation.step == 0, Invitation.outcome == UNREACHABLE)
    )
    return [(user_id, reason or "") for user_id, reason in session.exec(query.order_by(Person.name).limit(limit))]


def draw(session: Session, round_id: str, now: datetime, not_since: datetime) -> bool:
    """Whether the caller is to draw the progress now: nobody has since ``not_since``."""
    due = update(Round).where(col(Round.id) == round_id)
    lately = sa.or_(col(Round.shown_at).is_(None), col(Round.shown_at) <= not_since)
    return session.exec(due.where(lately).values(shown_at=now)).rowcount == 1


def posted(session: Session, round_id: str, channel: str, ts: str) -> None:
    """Note where the progress stands."""
    session.exec(update(Round).where(col(Round.id) == round_id).values(channel=channel, ts=ts))


def _ask(session: Session, round_id: str, steps: Mapping[str, int], now: datetime) -> None:
    rows = [
        {"id": new_id(), "round_id": round_id, "person_id": person_id, "step": step, "todo": SEND, "due_at": now}
        for person_id, step in steps.items()
    ]
    if rows:
        session.connection().execute(sa.insert(Invitation), rows)


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many at once as every database takes in one query."""
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


def call_off(session: Session, person_id: str) -> int:
    """They need no more reminding. How many were on their way."""
    mine = update(Invitation).where(col(Invitation.person_id) == person_id, col(Invitation.todo) == SEND)
    untried = mine.where(col(Invitation.tried_at).is_(None))
    return session.exec(untried.values(todo=None, due_at=None, outcome=SKIPPED, reason="settled")).rowcount
