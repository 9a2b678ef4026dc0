"""How many people stood where on each day: the rows behind the roll-out's chart."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import delete, exists, or_
from sqlmodel import Session, col, select

from storage import roster
from storage.inserts import insert_into
from storage.rollout_tables import Tally
from storage.tables import Connection, Person

_CONNECTED = ("connected", "no_calendar")
_BROKEN = ("broken",)
_NEVER_ASKED = ("not_invited", "left")


def count(session: Session, team_id: str, day: date) -> Tally:
    """A workspace as it stands now, by the same stages as its board; not stored yet. Who has left counts no more."""
    stages = roster.count_by_stage(session, team_id)
    asked = [stage for stage in stages if stage not in _NEVER_ASKED]
    return Tally(
        team_id=team_id,
        day=day,
        connected=_sum(stages, _CONNECTED),
        invited=_sum(stages, asked),
        broken=_sum(stages, _BROKEN),
    )


def keep(session: Session, tally: Tally) -> None:
    """Store the day, or what it has become by now."""
    counts = {"connected": tally.connected, "invited": tally.invited, "broken": tally.broken}
    row = insert_into(session, Tally, team_id=tally.team_id, day=tally.day, **counts)
    session.exec(row.on_conflict_do_update(index_elements=["team_id", "day"], set_=counts))


def since(session: Session, team_id: str, day: date) -> list[Tally]:
    """The days from then on, in order."""
    query = select(Tally).where(Tally.team_id == team_id, col(Tally.day) >= day)
    return list(session.exec(query.order_by(col(Tally.day))))


def latest(session: Session, team_id: str, until: date) -> Tally | None:
    """That day, or the last one before it."""
    query = select(Tally).where(Tally.team_id == team_id, col(Tally.day) <= until)
    return session.exec(query.order_by(col(Tally.day).desc()).limit(1)).first()


def began_before(session: Session, team_id: str, moment: datetime) -> bool:
    """Whether anybody of this workspace was invited or had connected by then."""
    invited = exists().where(col(Person.team_id) == team_id, col(Person.invited_at) < moment)
    connected = exists().where(col(Connection.team_id) == team_id, col(Connection.connected_at) < moment)
    counted = exists().where(col(Tally.team_id) == team_id, col(Tally.day) < moment.date())
    return bool(session.exec(select(or_(invited, connected, counted))).one())


def purge(session: Session, before: date) -> int:
    """Forget the days before this one; how many."""
    return session.exec(delete(Tally).where(col(Tally.day) < before)).rowcount


def _sum(stages: Mapping[str, int], names: Sequence[str]) -> int:
    return sum(stages.get(name, 0) for name in names)
