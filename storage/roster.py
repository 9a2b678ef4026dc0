"""Everybody of a workspace: kept as Slack has them, and how far each has come. Every query names the workspace."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, and_, case, func, or_, update
from sqlmodel import Session, col, select

from storage.inserts import insert_into
from storage.rollout_tables import Invitation
from storage.tables import Connection, Person, Pick, new_id

_WORKS = ("connected", "suspect", "expiring")
_DISCONNECTED = "disconnected"
_KNOWN_ANEW = ("name", "email", "time_zone", "locale", "is_guest", "is_admin", "is_bot", "deactivated_at", "read_at")


@dataclass(frozen=True, slots=True)
class Member:
    """One line of the board."""

    person_id: str
    user_id: str
    name: str
    email: str | None
    is_guest: bool
    stage: str
    health: str | None
    cause: str | None
    since: datetime | None
    account: str | None
    invited_at: datetime | None
    nudged_at: datetime | None


def keep(session: Session, team_id: str, members: Iterable[Mapping[str, Any]], now: datetime) -> int:
    """Store people as Slack has them now; how many. Each has a ``user_id`` and the columns that Slack knows."""
    count = 0
    for member in members:
        facts = {name: member[name] for name in _KNOWN_ANEW if name in member}
        row = insert_into(
            session, Person, id=new_id(), team_id=team_id, user_id=member["user_id"], created_at=now, **facts
        )
        changed: dict[str, Any] = dict(facts)
        if facts.get("deactivated_at") is not None:  # it is heard anew every night
            changed["deactivated_at"] = func.coalesce(col(Person.deactivated_at), facts["deactivated_at"])
        session.exec(row.on_conflict_do_update(index_elements=["team_id", "user_id"], set_=changed))
        count += 1
    return count


def unread_with_grants(session: Session, team_id: str, moment: datetime, limit: int) -> list[str]:
    """Who is connected and was not in the directory when it was last read whole, by Slack's id."""
    unread = or_(col(Person.read_at).is_(None), col(Person.read_at) < moment)
    return _with_grants(session, team_id, unread, col(Person.deactivated_at).is_(None), limit=limit)


def deactivated_with_grants(session: Session, team_id: str, limit: int) -> list[str]:
    """Who has left by Slack's word and is still connected, by Slack's id."""
    return _with_grants(session, team_id, col(Person.deactivated_at).is_not(None), limit=limit)


def _with_grants(session: Session, team_id: str, *which: ColumnElement[bool], limit: int) -> list[str]:
    query = select(Person.user_id).join(Connection, col(Connection.person_id) == col(Person.id))
    here = (Person.team_id == team_id, col(Connection.grant).is_not(None))
    return list(session.exec(query.where(*here, *which).order_by(col(Person.id)).limit(limit)))


def connected_emails(session: Session, team_id: str, user_ids: Collection[str]) -> dict[str, tuple[str, str, str]]:
    """Of the connected ones: our id, the address at Slack as we have it, and the one at Google; by Slack's id."""
    query = (
        select(Person.user_id, Person.id, Person.email, Connection.google_email)
        .join(Connection, col(Connection.person_id) == col(Person.id))
        .where(Person.team_id == team_id, col(Person.user_id).in_(user_ids), col(Connection.grant).is_not(None))
    )
    return {user: (person, email, account) for user, person, email, account in session.exec(query) if email}


def newcomers(
    session: Session, team_id: str, *, user_ids: Collection[str] | None = None, since: datetime | None = None
) -> list[tuple[str, str]]:
    """Members, no guests and no bots, whom nobody has ever invited: our ids and Slack's. ``since`` we know them."""
    never_asked = ~sa.select(col(Invitation.id)).where(col(Invitation.person_id) == col(Person.id)).exists()
    query = (
        sa.select(col(Person.id), col(Person.user_id))
        .select_from(_everybody())
        .where(
            col(Person.team_id) == team_id,
            col(Person.is_bot).is_(False),
            col(Person.is_guest).is_(False),
            col(Person.read_at).is_not(None) if user_ids is None else col(Person.user_id).in_(user_ids),
            _STAGE == "not_invited",
            never_asked,
        )
    )
    if since is not None:
        query = query.where(col(Person.created_at) > since)
    return [(row[0], row[1]) for row in session.connection().execute(query)]


def count_by_stage(session: Session, team_id: str) -> dict[str, int]:
    """How many people there are at each stage."""
    query = sa.select(_STAGE.label("stage"), func.count()).select_from(_everybody()).where(*_visible(team_id))
    return {str(stage): int(count) for stage, count in session.connection().execute(query.group_by("stage"))}


def page(
    session: Session,
    team_id: str,
    *,
    stages: Collection[str] = (),
    search: str = "",
    after: tuple[str, str] | None = None,
    limit: int = 50,
) -> list[Member]:
    """People by name. ``after`` is the name and id of the last one of the page before."""
    query = _members().where(*_visible(team_id))
    if stages:
        query = query.where(_STAGE.in_(stages))
    if search:
        like = func.lower(f"%{_escaped(search)}%")  # by the same rules as what it is compared with
        named = (
            func.lower(col(Person.name)).like(like, escape="\\"),
            func.lower(col(Person.email)).like(like, escape="\\"),
        )
        query = query.where(or_(*named))
    if after is not None:
        name, person_id = after
        query = query.where(or_(col(Person.name) > name, and_(col(Person.name) == name, col(Person.id) > person_id)))
    rows: Sequence[Sequence[Any]] = (
        session.connection().execute(query.order_by(col(Person.name), col(Person.id)).limit(limit)).all()
    )
    return [Member(*row) for row in rows]


def broken_longest(session: Session, team_id: str, limit: int) -> list[Member]:
    """Whose connection has not worked for the longest time."""
    query = _members().where(*_visible(team_id), _STAGE == "broken")
    rows = session.connection().execute(query.order_by(col(Connection.changed_at), col(Person.id)).limit(limit))
    return [Member(*row) for row in rows]


def member(session: Session, team_id: str, user_id: str) -> Member | None:
    """One line of the board, if there is somebody like that in this workspace."""
    query = _members().where(col(Person.team_id) == team_id, col(Person.user_id) == user_id)
    row = session.connection().execute(query).one_or_none()
    return None if row is None else Member(*row)


def name_of(session: Session, team_id: str, person_id: str) -> str | None:
    """Their name, if they are of this workspace."""
    return session.exec(select(Person.name).where(Person.team_id == team_id, Person.id == person_id)).one_or_none()


def claim_nudges(
    session: Session, team_id: str, person_ids: Sequence[str], now: datetime, not_since: datetime
) -> set[str]:
    """Who of these is nudged by the caller: nobody has nudged them since ``not_since``."""
    lately = or_(col(Person.nudged_at).is_(None), col(Person.nudged_at) <= not_since)
    mine = update(Person).where(col(Person.team_id) == team_id, col(Person.id).in_(person_ids), lately)
    return set(session.connection().execute(mine.values(nudged_at=now).returning(col(Person.id))).scalars())


def candidates(
    session: Session, team_id: str, *, after: str = "", limit: int = 1000
) -> list[tuple[str, str, bool, bool, str]]:
    """Everybody, page by page: our id, Slack's id, whether they are a bot and a guest, and their stage."""
    query = (
        sa.select(col(Person.id), col(Person.user_id), col(Person.is_bot), col(Person.is_guest), _STAGE)
        .select_from(_everybody())
        .where(col(Person.team_id) == team_id, col(Person.id) > after)
        .order_by(col(Person.id))
        .limit(limit)
    )
    return [(row[0], row[1], bool(row[2]), bool(row[3]), str(row[4])) for row in session.connection().execute(query)]


def note(session: Session, person_id: str, **columns: datetime | None) -> None:
    """Set some of a person's times."""
    session.exec(update(Person).where(col(Person.id) == person_id).values(**columns))


def decline_untouched(session: Session, team_id: str, user_ids: Collection[str], now: datetime) -> None:
    """Nobody is to ask these people, unless they have done something themselves since."""
    untouched = (col(Person.opened_at).is_(None), col(Person.invited_at).is_(None), col(Person.declined_at).is_(None))
    theirs = update(Person).where(col(Person.team_id) == team_id, col(Person.user_id).in_(user_ids), *untouched)
    session.exec(theirs.values(declined_at=now))


def _members() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        col(Person.id),
        col(Person.user_id),
        col(Person.name),
        col(Person.email),
        col(Person.is_guest),
        _STAGE.label("stage"),
        col(Connection.health),
        col(Connection.cause),
        col(Connection.changed_at),
        col(Connection.google_email),
        col(Person.invited_at),
        col(Person.nudged_at),
    ).select_from(_everybody())


def _everybody() -> sa.Join:
    return sa.join(Person, Connection, col(Connection.person_id) == col(Person.id), isouter=True)


def _visible(team_id: str) -> tuple[ColumnElement[bool], ...]:
    """Guests count once they were invited or have connected; bots never do."""
    met = or_(col(Person.is_guest).is_(False), col(Person.invited_at).is_not(None), col(Connection.id).is_not(None))
    return (col(Person.team_id) == team_id, col(Person.is_bot).is_(False), met)


def _escaped(search: str) -> str:
    return search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


_HAS_LINKED = (
    sa.select(col(Pick.id)).where(col(Pick.connection_id) == col(Connection.id), col(Pick.purpose) == "linked").exists()
)
_STAGE: ColumnElement[str] = case(
    (col(Person.deactivated_at).is_not(None), "left"),
    (and_(col(Connection.health).in_(_WORKS), _HAS_LINKED), "connected"),
    (col(Connection.health).in_(_WORKS), "no_calendar"),
    (and_(col(Connection.health).is_not(None), col(Connection.health) != _DISCONNECTED), "broken"),
    (col(Person.declined_at).is_not(None), "declined"),
    (col(Person.opened_at).is_not(None), "opened"),
    (col(Person.invited_at).is_not(None), "invited"),
    else_="not_invited",
)
