"""How connections stand: a judgement counts only for the very state it was made of."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from storage import conditions, connections, outages
from storage.conditions import Seen
from storage.database import Database
from storage.tables import Connection
from tests.storage.rows import NOW, at_once, connect, judge

LATER = NOW + timedelta(hours=1)
DAY = timedelta(days=1)


class TestCompareAndSet:
    def test_a_judgement_of_the_present_state_counts(self, database: Database) -> None:
        with database.transaction() as session:
            row = connect(session, "U0ANA", "sub-1")
            assert judge(session, row, "needs_reconnect", cause="grant_dead", strike=NOW, now=LATER)
            assert (row.health, row.cause, row.changed_at) == ("needs_reconnect", "grant_dead", LATER)
            assert (row.strike_cause, row.strike_at, row.revision) == ("grant_dead", NOW, 1)

    def test_the_same_health_again_is_no_change_of_it(self, database: Database) -> None:
        with database.transaction() as session:
            row = connect(session, "U0ANA", "sub-1")
            assert judge(session, row, "connected", now=LATER)
            assert (row.changed_at, row.revision) == (NOW, 1)

    def test_a_judgement_of_an_older_grant_is_dropped(self, database: Database) -> None:
        with database.transaction() as session:
            old = connect(session, "U0ANA", "sub-1")
            seen = Seen(old.id, old.token_version, old.revision)
            row = connect(session, "U0ANA", "sub-1")
            # Even if nobody had judged the new one yet.
            assert not _noted(session, seen)
            assert not _noted(session, Seen(row.id, 1, row.revision))
            assert (row.health, row.revision) == ("connected", 1)

    def test_a_judgement_of_a_state_that_another_has_changed_is_dropped(self, database: Database) -> None:
        with database.transaction() as session:
            row = connect(session, "U0ANA", "sub-1")
            seen = Seen(row.id, row.token_version, row.revision)
            assert _noted(session, seen)
            assert not _noted(session, seen)
            assert row.revision == 1

    @pytest.mark.parametrize("version", [1, 2])
    def test_a_judgement_never_revives_a_disconnected_one(self, database: Database, version: int) -> None:
        with database.transaction() as session:
            row = connect(session, "U0ANA", "sub-1")
            connections.release(session, row.id, NOW)
            assert not _noted(session, Seen(row.id, version, row.revision), health="connected")
            assert row.health == "disconnected"

    def test_nobody_elses_connection_is_touched(self, database: Database) -> None:
        with database.transaction() as session:
            ana, ben = connect(session, "U0ANA", "sub-1"), connect(session, "U0BEN", "sub-2")
            assert judge(session, ana, "suspect", strike=NOW)
            session.refresh(ben)
            assert (ben.health, ben.strike_at, ben.revision) == ("connected", None, 0)

    def test_of_twenty_that_judge_the_same_state_at_once_one_is_heard(self, database: Database) -> None:
        with database.transaction() as session:
            row = connect(session, "U0ANA", "sub-1")
        seen = Seen(row.id, row.token_version, row.revision)

        def judge_it(number: int) -> bool:
            with database.transaction() as session:
                return _noted(session, seen, cause=f"cause {number}")

        heard = at_once(20, judge_it)
        assert heard.count(True) == 1
        with database.reading() as session:
            after = session.exec(select(Connection)).one()
            assert (after.cause, after.revision) == (f"cause {heard.index(True)}", 1)

    def test_a_failing_judgement_never_wins_over_a_reconnect(self, database: Database) -> None:
        """Whichever comes first: a judgement of the older grant is dropped, or the new grant wipes it away."""
        with database.transaction() as session:
            row = connect(session, "U0ANA", "sub-1")
        seen = Seen(row.id, row.token_version, row.revision)

        def race(number: int) -> bool:
            with database.transaction() as session:
                if number % 2:
                    return _noted(session, seen)
                connect(session, "U0ANA", "sub-1", now=LATER, grant="new")
                return True

        for _ in range(10):
            at_once(4, race)
            with database.reading() as session:
                after = session.exec(select(Connection)).one()
                assert (after.health, after.cause, after.strike_at) == ("connected", None, None)
                seen = Seen(after.id, after.token_version, after.revision)


class TestCounting:
    def test_first_refusals_are_counted_and_named_in_the_order_they_came(self, database: Database) -> None:
        with database.transaction() as session:
            rows = [connect(session, f"U{number}", f"sub-{number}") for number in range(4)]
            for row, age in zip(rows, (1, 3, 2, None), strict=True):
                if age is not None:
                    judge(session, row, "suspect", strike=NOW - age * DAY)
            first, second, third = rows[1].id, rows[2].id, rows[0].id
            assert conditions.struck(session) == [first, second, third]
            assert conditions.struck(session, 2) == [first, second]
            assert conditions.struck_since(session, NOW - 2 * DAY) == 2
            assert conditions.struck_since(session, NOW) == 0

    def test_how_many_there_are_of_each_health(self, database: Database) -> None:
        with database.transaction() as session:
            for number, health in enumerate(("connected", "connected", "suspect")):
                judge(session, connect(session, f"U{number}", f"sub-{number}"), health)
            judge(session, connect(session, "U0ANA", "sub-1", team_id="T0OTHER"), "needs_reconnect")
            assert conditions.counts(session) == {"connected": 2, "suspect": 1, "needs_reconnect": 1}
            assert conditions.counts(session, "T0ACME") == {"connected": 2, "suspect": 1}
            assert conditions.counts(session, "T0NOBODY") == {}

    def test_dead_grants_are_named_with_their_ages_whether_confirmed_or_not(self, database: Database) -> None:
        with database.transaction() as session:
            struck, told, healed, other = (
                connect(session, f"U{number}", f"sub-{number}", now=NOW - number * DAY) for number in range(4)
            )
            judge(session, struck, "suspect", strike=NOW)
            outages.open(session, told.id, "grant_dead", LATER)
            outages.open(session, healed.id, "grant_dead", NOW)
            outages.close(session, healed.id, LATER, healed=True)
            outages.open(session, other.id, "calendar_gone", NOW)
            assert conditions.dead_grants(session) == [(NOW, NOW, True), (NOW - DAY, LATER, False)]

    def test_some_workspace_with_people_in_it(self, database: Database) -> None:
        with database.transaction() as session:
            assert conditions.some_team(session) == ""
            connect(session, "U0ANA", "sub-1")
            assert conditions.some_team(session) == "T0ACME"


def _noted(session: Session, seen: Seen, *, health: str = "needs_reconnect", cause: str | None = "grant_dead") -> bool:
    return conditions.set_condition(
        session, seen, NOW, health=health, cause=cause, strike_cause="grant_dead", strike_at=NOW
    )
