"""What the looks at everybody add up to, for whoever asks whether something is broken for all."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from storage import connections, probes
from storage.database import Database
from storage.tables import Connection
from tests.storage.rows import NOW, connect, judge

MINUTE = timedelta(minutes=1)


def looked_at(
    session: Session, number: int, at: datetime | None, *, failures: int = 0, answered: datetime | None = None
) -> Connection:
    """Somebody who was looked at then, and is due again a minute later."""
    row = connect(session, f"U{number}", f"sub-{number}")
    probes.begin(session, row.id, NOW)
    if at is not None:
        probes.claim(session, now=NOW, lease="mine", until=NOW + MINUTE, limit=1, only=[row.id])
        found = {"probe_at": at + MINUTE, "probed_at": at, "failures": failures, "answered_at": answered}
        probes.finish(session, "mine", [{"connection_id": row.id, **found}])
    return row


def test_how_many_there_are_and_how_many_were_looked_at(database: Database) -> None:
    with database.transaction() as session:
        assert (probes.active(session), probes.answered_last(session)) == (0, None)
        for number, ago in enumerate((0, 5, 10)):
            looked_at(session, number, NOW - ago * MINUTE)
        looked_at(session, 3, None)
        assert probes.active(session) == 4
        assert probes.probed_since(session, NOW - 5 * MINUTE) == 2
        assert probes.answered_last(session) is None


def test_a_disconnected_one_is_not_there_to_be_looked_at(database: Database) -> None:
    """It counts in the budget of calls and in what is overdue, so it must not."""
    with database.transaction() as session:
        row = looked_at(session, 0, NOW)
        looked_at(session, 1, NOW)
        connections.release(session, row.id, NOW)
        assert probes.active(session) == 1
        assert probes.overdue(session, NOW + 10 * MINUTE) == 1


def test_who_should_have_been_looked_at_long_ago(database: Database) -> None:
    with database.transaction() as session:
        looked_at(session, 0, NOW - 10 * MINUTE)
        looked_at(session, 1, NOW)
        assert probes.overdue(session, NOW - 5 * MINUTE) == 1
        assert probes.overdue(session, NOW - 9 * MINUTE) == 0


def test_who_meets_nothing_but_trouble_and_when_google_answered_last(database: Database) -> None:
    with database.transaction() as session:
        looked_at(session, 0, NOW, failures=3, answered=NOW - 20 * MINUTE)
        looked_at(session, 1, NOW, failures=2, answered=NOW - 10 * MINUTE)
        looked_at(session, 2, NOW - 10 * MINUTE, failures=9)
        assert probes.failing(session, NOW - 5 * MINUTE, 3) == 1
        assert probes.failing(session, NOW - 15 * MINUTE, 3) == 2
        assert probes.answered_last(session) == NOW - 10 * MINUTE


class TestSecondOpinion:
    def test_whoever_was_tried_longest_ago_and_never_the_one_in_question(self, database: Database) -> None:
        with database.transaction() as session:
            newest, oldest = looked_at(session, 0, NOW), looked_at(session, 1, NOW - MINUTE)
            assert probes.least_recently_tried(session) == oldest.id
            assert probes.least_recently_tried(session, except_id=oldest.id) == newest.id
            never = looked_at(session, 2, None)
            assert probes.least_recently_tried(session) == never.id

    @pytest.mark.parametrize("health", ["suspect", "needs_reconnect", "blocked", "calendar_gone"])
    def test_only_somebody_who_is_well(self, database: Database, health: str) -> None:
        with database.transaction() as session:
            row = looked_at(session, 0, NOW)
            judge(session, row, "expiring", cause="expiring")
            assert probes.least_recently_tried(session) == row.id
            session.refresh(row)
            judge(session, row, health)
            assert probes.least_recently_tried(session) is None

    def test_only_of_that_domain_and_only_with_a_grant(self, database: Database) -> None:
        with database.transaction() as session:
            here, there = looked_at(session, 0, NOW), looked_at(session, 1, NOW)
            there.hosted_domain = "elsewhere.example"
            session.flush()
            assert probes.least_recently_tried(session, domain="elsewhere.example") == there.id
            assert probes.least_recently_tried(session, domain="third.example") is None
            connections.release(session, here.id, NOW)
            assert probes.least_recently_tried(session, domain="acme.example") is None
