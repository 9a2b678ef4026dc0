"""Trips of a browser through a consent screen."""

from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from storage.tables import Connection, Flow, Person, Ticket


def begin(session: Session, flow: Flow) -> None:
    """Store a new flow."""
    session.add(flow)
    session.flush()


def begun_since(session: Session, ticket_id: str, since: datetime) -> int:
    """How many began from this link after ``since``."""
    query = select(func.count()).select_from(Flow).where(Flow.ticket_id == ticket_id, Flow.created_at > since)
    return session.exec(query).one()


def consume(session: Session, *, state_hash: str, cookie_hash: str, provider: str, now: datetime) -> Flow | None:
    """The flow, for exactly one caller, ever. One statement: nothing can come between the look and the mark.

    A stranger who knows the state but has another cookie gets None and does not burn it.
    """
    statement = (
        update(Flow)
        .where(
            col(Flow.state_hash) == state_hash,
            col(Flow.cookie_hash) == cookie_hash,
            col(Flow.provider) == provider,
            col(Flow.consumed_at).is_(None),
            col(Flow.expires_at) > now,
        )
        .values(consumed_at=now)
        .returning(Flow)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    flow: Flow | None = session.exec(statement).scalars().one_or_none()
    return flow


def finish(
    session: Session, flow_id: str, outcome: str, account: str | None = None, missing: str | None = None
) -> None:
    """Note how it ended, for the result page."""
    session.exec(update(Flow).where(col(Flow.id) == flow_id).values(outcome=outcome, account=account, missing=missing))


def latest_by_cookie(session: Session, cookie_hash: str) -> Flow | None:
    """The browser's newest flow that has ended, or else its newest."""
    query = (
        select(Flow)
        .where(Flow.cookie_hash == cookie_hash)
        .order_by(col(Flow.outcome).is_(None), col(Flow.created_at).desc(), col(Flow.id))
    )
    return session.exec(query.limit(1)).one_or_none()


def people_by_outcome(session: Session, since: datetime) -> dict[str, int]:
    """How many different people ended in each way, of the flows begun since then."""
    query = (
        select(Flow.outcome, func.count(func.distinct(Ticket.person_id)))
        .join(Ticket, col(Ticket.id) == col(Flow.ticket_id))
        .where(Flow.created_at >= since, col(Flow.outcome).is_not(None))
        .group_by(col(Flow.outcome))
    )
    return {outcome: count for outcome, count in session.exec(query) if outcome}


def stranded(session: Session, outcome: str, since: datetime) -> list[Person]:
    """Who ended so since then, and has not connected after it."""
    ended = (
        select(Ticket.person_id)
        .join(Flow, col(Flow.ticket_id) == col(Ticket.id))
        .where(Flow.outcome == outcome, Flow.created_at >= since)
    )
    since_then = select(Connection.person_id).where(
        Connection.connected_at >= since, col(Connection.grant).is_not(None)
    )
    query = select(Person).where(col(Person.id).in_(ended), col(Person.id).not_in(since_then))
    return list(session.exec(query.order_by(col(Person.created_at), col(Person.id))))
