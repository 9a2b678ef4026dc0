"""Rows that tests begin with, and doing one thing in many threads at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import TypeVar

from sqlmodel import Session

from storage import conditions, connections, flows, people, tickets
from storage.conditions import Seen
from storage.tables import Connection, Flow, Person, Ticket

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

_T = TypeVar("_T")


def at_once(times: int, work: Callable[[int], _T]) -> list[_T]:
    """``work(0)``, ``work(1)``, … in as many threads, which all begin at the same moment."""
    start = Barrier(times)

    def run(number: int) -> _T:
        start.wait()
        return work(number)

    with ThreadPoolExecutor(times) as pool:
        return [running.result() for running in [pool.submit(run, number) for number in range(times)]]


def a_person(user_id: str = "U0ANA", team_id: str = "T0ACME") -> Person:
    return Person(team_id=team_id, user_id=user_id, created_at=NOW)


def connect(
    session: Session, user_id: str, google_sub: str, *, team_id: str = "T0ACME", now: datetime = NOW, grant: str = "1//"
) -> Connection:
    """Connect somebody the way the service does, with a grant that is not really sealed."""
    person = people.ensure(session, team_id, user_id, now)
    return connections.connect(
        session,
        id=connections.reserve_id(session, person.id),
        person_id=person.id,
        team_id=team_id,
        google_sub=google_sub,
        google_email=f"{google_sub}@acme.example",
        hosted_domain="acme.example",
        scopes="openid",
        grant=grant.encode(),
        token_hash="hash",
        token_prefix="prefix",
        refresh_expires_at=None,
        now=now,
    )


def judge(
    session: Session,
    row: Connection,
    health: str,
    *,
    cause: str | None = None,
    strike: datetime | None = None,
    now: datetime = NOW,
) -> bool:
    """Note how a connection stands, judged as it is in ``row``. A strike is one for a dead grant."""
    return conditions.set_condition(
        session,
        Seen(row.id, row.token_version, row.revision),
        now,
        health=health,
        cause=cause,
        strike_cause="grant_dead" if strike else None,
        strike_at=strike,
    )


def a_ticket(session: Session, secret_hash: str = "secret", *, user_id: str = "U0ANA", now: datetime = NOW) -> Ticket:
    """An open ticket of somebody, good for a week."""
    person = people.ensure(session, "T0ACME", user_id, now)
    return tickets.open_for(session, person, secret_hash, now, now + timedelta(days=7))


def a_flow(session: Session, state_hash: str = "state", *, cookie_hash: str = "cookie", now: datetime = NOW) -> Flow:
    """A trip to Google, begun with a ticket of its own, good for ten minutes."""
    flow = Flow(
        ticket_id=a_ticket(session, f"secret of {state_hash}", now=now).id,
        provider="google",
        state_hash=state_hash,
        cookie_hash=cookie_hash,
        verifier=b"sealed",
        created_at=now,
        expires_at=now + timedelta(minutes=10),
    )
    flows.begin(session, flow)
    return flow
