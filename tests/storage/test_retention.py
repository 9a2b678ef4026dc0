"""The purge, by a leap in time: what is younger stays, and what is needed stays however old it is."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from storage import audit, erasures, ledger, outages, people, quotas, retention, rounds, work
from storage.database import Database
from storage.retention import Kept
from storage.rollout_tables import Erasure, Invitation, Round
from storage.tables import Audit, Flow, Once, Person, Ticket
from storage.watch_tables import Incident, Outage, Quota, Reminder
from tests.storage.rows import NOW, a_flow, connect

DAY = timedelta(days=1)
KEPT = Kept(flows=30 * DAY, messages=90 * DAY, audit=365 * DAY)
EVERY = (Flow, Ticket, Reminder, Outage, Invitation, Round, Incident, Quota, Once, Audit, Erasure)


def an_outage(session: Session, user_id: str, since: datetime, until: datetime | None) -> None:
    row = connect(session, user_id, user_id.lower())
    outages.open(session, row.id, "grant_dead", since, told=False, next_at=None, ends_at=None)
    session.flush()
    if until is not None:
        outages.close(session, row.id, until, healed=True)
    for reminder in session.exec(select(Reminder).join(Outage).where(Outage.connection_id == row.id)):
        reminder.todo, reminder.due_at = None, None


def a_round(session: Session, user_id: str, at: datetime, *, owed: bool = False, state: str = rounds.FINISHED) -> None:
    person = people.ensure(session, "T0ACME", user_id, at)
    begun = rounds.start(session, "T0ACME", "U0ADA", at, [person.id], {})
    begun.state, begun.finished_at = state, at if state == rounds.FINISHED else None
    for each in session.exec(select(Invitation).where(Invitation.round_id == begun.id)):
        each.todo = rounds.SEND if owed else None


def counts(session: Session) -> dict[str, int]:
    found = {table.__name__: len(session.exec(select(table)).all()) for table in EVERY}
    return {name: count for name, count in found.items() if count}


def purged(database: Database, now: datetime, batch: int = 500) -> list[int]:
    gone: list[int] = []
    while not gone or gone[-1]:
        with database.transaction() as session:
            gone.append(retention.purge(session, now, KEPT, batch=batch))
    return gone


def fill(session: Session, at: datetime, name: str) -> None:
    """One of everything, all of it over at that moment."""
    flow = a_flow(session, name, now=at - DAY)
    ticket = session.get(Ticket, flow.ticket_id)
    assert ticket is not None
    ticket.expires_at = flow.expires_at = at
    an_outage(session, f"U0{name}", at - DAY, at)
    a_round(session, f"U1{name}", at)
    session.add(Incident(key=name, code="x", team_id="T0ACME", opened_at=at, seen_at=at, resolved_at=at))
    quotas.reserve(session, name, at, 1, 1)
    work.claim_once(session, name, at)
    audit.record(session, now=at, team_id="T0ACME", user_id="U0ANA", action="connected", detail={})
    erasures.note(session, name, at)


def test_what_has_had_its_time_goes_and_what_is_younger_stays(database: Database) -> None:
    with database.transaction() as session:
        fill(session, NOW, "A")
        fill(session, NOW + 50 * DAY, "B")
        everything = counts(session)
        assert set(everything) == {table.__name__ for table in EVERY}
    assert purged(database, NOW + 5 * timedelta(minutes=1)) == [0]
    stays = {}
    for days in (29, 32, 89, 92, 364, 367):
        purged(database, NOW + timedelta(days=days))
        with database.reading() as session:
            stays[days] = counts(session)
    assert all(stays[29][name] == 2 for name in ("Flow", "Outage", "Reminder", "Round", "Invitation", "Incident"))
    assert stays[29]["Once"] == stays[29]["Quota"] == 1, "of the future, so to say"
    assert (stays[32]["Flow"], stays[32]["Ticket"], stays[32]["Outage"]) == (1, 1, 2)
    assert stays[89]["Reminder"] == stays[89]["Invitation"] == 2
    once = dict.fromkeys(("Reminder", "Outage", "Invitation", "Round", "Incident"), 1)
    assert stays[92] == {**once, "Audit": 2, "Erasure": 2}
    assert stays[364] == {"Audit": 2, "Erasure": 2}
    assert stays[367] == {"Audit": 1, "Erasure": 1}
    with database.reading() as session:
        assert len(session.exec(select(Person)).all()) > 3, "nobody was lost with it"


def test_what_is_still_needed_stays_however_old_it_is(database: Database) -> None:
    with database.transaction() as session:
        an_outage(session, "U0BEN", NOW, None)
        a_round(session, "U0CLEO", NOW, state=rounds.PAUSED)
        a_round(session, "U0DAN", NOW, owed=True)
        session.add(Incident(key="open", code="x", team_id="T0ACME", opened_at=NOW, seen_at=NOW))
        session.add(
            Incident(
                key="untold", code="x", team_id="T0ACME", opened_at=NOW, seen_at=NOW, resolved_at=NOW, todo="resolve"
            )
        )
        ledger.hush(session, "T0ACME", NOW + 400 * DAY)
        flow = a_flow(session, "pending", now=NOW)
        ticket = session.get(Ticket, flow.ticket_id)
        assert ticket is not None
        ticket.expires_at = flow.expires_at = NOW + 400 * DAY
        before = counts(session)
    assert purged(database, NOW + 399 * DAY) == [0]
    with database.reading() as session:
        assert counts(session) == before


def test_it_goes_in_small_steps(database: Database) -> None:
    with database.transaction() as session:
        ids = [people.ensure(session, "T0ACME", f"U{number:03}", NOW).id for number in range(25)]
        begun = rounds.start(session, "T0ACME", "U0ADA", NOW, ids, {})
        begun.state, begun.finished_at = rounds.FINISHED, NOW
        for each in session.exec(select(Invitation).where(col(Invitation.round_id) == begun.id)):
            each.todo = None
    assert purged(database, NOW + 91 * DAY, batch=10) == [10, 10, 6, 0]
