"""Connections to Google accounts: making, releasing and judging them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from storage import people
from storage.conditions import changed
from storage.inserts import insert_into
from storage.tables import Connection, Pick, new_id
from storage.watch_tables import Probe

_CONNECTED, _DISCONNECTED = "connected", "disconnected"
_LINKED, _CONFLICT = "linked", "conflict"


class AccountHeld(Exception):
    """Another person of the workspace holds this Google account. The transaction goes on as if nothing was tried."""


def of(session: Session, person_id: str) -> Connection | None:
    """The person's connection, a disconnected one too."""
    return session.exec(select(Connection).where(Connection.person_id == person_id)).one_or_none()


def holder_of_account(session: Session, team_id: str, google_sub: str) -> Connection | None:
    """Whose the Google account is in this workspace."""
    query = select(Connection).where(Connection.google_sub == google_sub, Connection.team_id == team_id)
    return session.exec(query).one_or_none()


def account_in_use(session: Session, google_sub: str, *, except_connection_id: str | None = None) -> bool:
    """Whether a connection of any workspace uses the account: then revoking the grant would cut that one off too."""
    query = select(Connection.id).where(Connection.google_sub == google_sub)
    if except_connection_id is not None:
        query = query.where(Connection.id != except_connection_id)
    return session.exec(query.limit(1)).first() is not None


def reserve_id(session: Session, person_id: str) -> str:
    """The id to seal the grant for. Call it in ``connect``'s transaction: it makes a racing one wait."""
    people.lock(session, person_id)
    known = session.exec(select(Connection.id).where(Connection.person_id == person_id)).one_or_none()
    return known or new_id()


def connect(
    session: Session,
    *,
    id: str,  # noqa: A002 - the column's name
    person_id: str,
    team_id: str,
    google_sub: str,
    google_email: str,
    hosted_domain: str | None,
    scopes: str,
    grant: bytes,
    token_hash: str,
    token_prefix: str,
    refresh_expires_at: datetime | None,
    now: datetime,
) -> Connection:
    """Store a new grant for the person, first or not; the picks stay. Raises AccountHeld."""
    row = insert_into(
        session,
        Connection,
        id=id,
        person_id=person_id,
        team_id=team_id,
        google_sub=google_sub,
        google_email=google_email,
        hosted_domain=hosted_domain,
        scopes=scopes,
        grant=grant,
        token_hash=token_hash,
        token_prefix=token_prefix,
        token_version=1,
        health=_CONNECTED,
        refresh_expires_at=refresh_expires_at,
        connected_at=now,
        changed_at=now,
    )
    new = row.excluded
    upsert = row.on_conflict_do_update(
        index_elements=["person_id"],
        set_={
            "google_sub": new.google_sub,
            "google_email": new.google_email,
            "hosted_domain": new.hosted_domain,
            "scopes": new.scopes,
            "grant": new.grant,
            "token_hash": new.token_hash,
            "token_prefix": new.token_prefix,
            "token_version": col(Connection.token_version) + 1,
            "health": new.health,
            "cause": None,
            "strike_cause": None,
            "strike_at": None,
            "revision": col(Connection.revision) + 1,
            "refresh_expires_at": new.refresh_expires_at,
            "connected_at": new.connected_at,
            "changed_at": changed(_CONNECTED, now),
        },
        # A grant sealed for another id than the row's could never be opened again.
        where=col(Connection.id) == new.id,
    ).returning(Connection)
    try:
        with session.begin_nested():
            found = session.exec(upsert, execution_options={"populate_existing": True})
            connection: Connection | None = found.scalars().one_or_none()
    except IntegrityError as error:
        if _breaks_account_rule(error):
            raise AccountHeld("Another person of the workspace holds this Google account.") from None
        raise
    if connection is None:
        raise RuntimeError("connect() was given an id that reserve_id() did not give for this person")
    return connection


def release(session: Session, connection_id: str, now: datetime, *, token_version: int | None = None) -> bool:
    """Disconnect: erase the grant, let go of the account and look at it no more. The picks stay for a reconnect.

    With ``token_version`` only that grant is erased: False when a newer one came meanwhile, or none is left.
    """
    which = [col(Connection.id) == connection_id]
    if token_version is not None:
        which.append(col(Connection.token_version) == token_version)
    done = session.exec(
        update(Connection)
        .where(*which)
        .values(
            grant=None,
            token_hash=None,
            token_prefix=None,
            google_sub=None,
            refresh_expires_at=None,
            health=_DISCONNECTED,
            cause=None,
            strike_cause=None,
            strike_at=None,
            revision=col(Connection.revision) + 1,
            token_version=col(Connection.token_version) + 1,
            changed_at=changed(_DISCONNECTED, now),
        )
        .execution_options(synchronize_session="fetch")
    )
    if done.rowcount != 1:
        return False
    # Never looked at again, it would count as overdue for ever.
    session.exec(delete(Probe).where(col(Probe.connection_id) == connection_id))
    return True


def set_scopes(session: Session, connection_id: str, token_version: int, scopes: str) -> None:
    """Note what the grant holds now."""
    mine = update(Connection).where(col(Connection.id) == connection_id)
    session.exec(mine.where(col(Connection.token_version) == token_version).values(scopes=scopes))


def members_of(session: Session, hosted_domain: str | None) -> int:
    """How many connections there are with accounts of this Google Workspace domain."""
    query = select(func.count()).select_from(Connection).where(col(Connection.grant).is_not(None))
    return session.exec(query.where(col(Connection.hosted_domain) == hosted_domain)).one()


def named_by(
    session: Session, *, google_sub: str | None = None, token_hash: str | None = None, token_prefix: str | None = None
) -> list[Connection]:
    """Those that hold this account, or this very refresh token: Google's security events name one or the other."""
    query = select(Connection).where(col(Connection.grant).is_not(None))
    if google_sub is not None:
        query = query.where(Connection.google_sub == google_sub)
    elif token_hash is not None:
        query = query.where(Connection.token_hash == token_hash)
    else:
        query = query.where(Connection.token_prefix == token_prefix, col(Connection.token_prefix).is_not(None))
    return list(session.exec(query))


def picks(session: Session, connection_id: str) -> list[Pick]:
    """The chosen calendars: the linked one first, then by name."""
    query = select(Pick).where(Pick.connection_id == connection_id)
    return list(session.exec(query.order_by(col(Pick.purpose).desc(), col(Pick.name), col(Pick.calendar_id))))


def replace_picks(
    session: Session, connection_id: str, linked: tuple[str, str], conflicts: Sequence[tuple[str, str]]
) -> None:
    """Save a whole new choice of (calendar id, name). The linked calendar counts as a conflict without being one."""
    # Two choices saved at once follow each other; the later one wins whole.
    session.exec(select(Connection.id).where(Connection.id == connection_id).with_for_update(key_share=True)).one()
    session.exec(delete(Pick).where(col(Pick.connection_id) == connection_id))
    linked_id, linked_name = linked
    session.add(Pick(connection_id=connection_id, calendar_id=linked_id, name=linked_name, purpose=_LINKED))
    for calendar_id, name in dict(conflicts).items():
        if calendar_id != linked_id:
            session.add(Pick(connection_id=connection_id, calendar_id=calendar_id, name=name, purpose=_CONFLICT))
    session.flush()


def note_pick(
    session: Session, connection_id: str, calendar_id: str, *, present: bool, writable: bool, name: str
) -> None:
    """Note what the latest look found of a chosen calendar."""
    session.exec(
        update(Pick)
        .where(col(Pick.connection_id) == connection_id, col(Pick.calendar_id) == calendar_id)
        .values(present=present, writable=writable, name=name)
        .execution_options(synchronize_session="fetch")
    )


def _breaks_account_rule(error: IntegrityError) -> bool:
    # PostgreSQL names the constraint, SQLite its columns.
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return bool(diagnosis.constraint_name == "connection_account")
    return "connection.google_sub" in str(error.orig)
