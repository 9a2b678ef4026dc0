"""An outage that ends, and senders that die, while its messages go out. Real threads where order is left to chance."""

from datetime import datetime

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from storage import outages
from storage.database import Database
from storage.outages import SEND, SETTLE, UNBUTTON
from storage.watch_tables import Outage
from tests.storage.outage_steps import DAY, LEASE, MINUTE, an_outage, claim, ledger, reminder, send, sent_to
from tests.storage.rows import NOW, at_once, connect

LATER = NOW + LEASE


class TestItEndsWhileSomebodyIsAtIt:
    def test_before_the_message_is_tried_nothing_goes_out(self, database: Database) -> None:
        with database.transaction() as session:
            row = an_outage(session)
            [owed] = claim(session)
        with database.transaction() as session:
            outages.close(session, row.id, NOW, healed=True)
        with database.transaction() as session:
            assert not outages.trying(session, owed.id, "mine", NOW)
            outages.put_off(session, owed.id, "mine", NOW + MINUTE)
            assert ledger(session, row) == [(0, None, None)]

    def test_while_the_message_is_on_its_way_it_is_edited_at_once(self, database: Database) -> None:
        with database.transaction() as session:
            row = an_outage(session)
            [owed] = claim(session)
            assert outages.trying(session, owed.id, "mine", NOW)
        with database.transaction() as session:
            outages.close(session, row.id, NOW, healed=True)
            assert claim(session, "another") == []
        with database.transaction() as session:
            outages.sent(session, owed, "D0ANA", "1.0", NOW + MINUTE, NOW + 2 * DAY)
            assert ledger(session, row) == [(0, SETTLE, NOW + MINUTE)]
            [owed] = claim(session, now=NOW + MINUTE)
            assert (owed.todo, owed.ts, owed.healed) == (SETTLE, "1.0", True)

    def test_a_sender_that_died_over_the_message_leaves_it_to_be_looked_for(self, database: Database) -> None:
        with database.transaction() as session:
            row = an_outage(session)
            [owed] = claim(session, "dead")
            assert outages.trying(session, owed.id, "dead", NOW)
        with database.transaction() as session:
            outages.close(session, row.id, NOW, healed=True)
        with database.transaction() as session:
            [found] = claim(session, "next", now=LATER)
            assert (found.todo, found.tried_at, found.closed_at) == (SEND, NOW, NOW)
            outages.sent(session, found, "D0ANA", "1.0", LATER, None)
            assert ledger(session, row) == [(0, SETTLE, LATER)]

    def test_a_sender_that_never_got_so_far_leaves_nothing(self, database: Database) -> None:
        with database.transaction() as session:
            row = an_outage(session)
            claim(session, "dead")
            outages.close(session, row.id, NOW, healed=True)
            assert claim(session, "next", now=LATER) == []

    def test_a_button_being_taken_off_makes_way_for_the_end(self, database: Database) -> None:
        with database.transaction() as session:
            row = an_outage(session)
            sent_to(session, row, 2)
            [older] = claim(session, now=NOW + DAY)
            assert older.todo == UNBUTTON
        with database.transaction() as session:
            outages.close(session, row.id, NOW + DAY, healed=True)
        with database.transaction() as session:
            outages.done(session, older.id, "mine", UNBUTTON)
            assert ledger(session, row)[0] == (0, SETTLE, NOW + DAY)
            assert {each.step for each in claim(session, now=NOW + DAY)} == {0, 1}

    def test_the_end_of_one_says_nothing_of_the_next(self, database: Database) -> None:
        with database.transaction() as session:
            row = an_outage(session)
            [first] = claim(session)
            assert outages.trying(session, first.id, "mine", NOW)
        with database.transaction() as session:
            outages.close(session, row.id, NOW + MINUTE, healed=False)
            outages.open(session, row.id, "calendar_gone", NOW + MINUTE)
        with database.transaction() as session:
            outages.sent(session, first, "D0ANA", "1.0", NOW + MINUTE, NOW + DAY)
            assert ledger(session, row) == [(0, SETTLE, NOW + MINUTE), (0, SEND, NOW + MINUTE)]


class TestSenders:
    def test_ten_at_once_share_everything_and_send_each_step_once(self, database: Database) -> None:
        with database.transaction() as session:
            rows = sorted(an_outage(session, number).id for number in range(40))

        def deliver(number: int) -> list[str]:
            mine, lease = list[str](), f"lease {number}"
            while True:
                with database.transaction() as session:
                    owed = claim(session, lease, limit=3)
                if not owed:
                    return mine
                for each in owed:
                    with database.transaction() as session:
                        send(session, each, lease=lease)
                    mine.append(each.connection_id)

        assert sorted(each for mine in at_once(10, deliver) for each in mine) == rows

    def test_of_those_who_take_over_from_a_dead_one_exactly_one_may_send(self, database: Database) -> None:
        with database.transaction() as session:
            an_outage(session)
            [owed] = claim(session, "dead")

        def take_over(number: int) -> bool:
            with database.transaction() as session:
                claimed = claim(session, f"lease {number}", now=LATER)
            with database.transaction() as session:
                return bool(claimed) and outages.trying(session, owed.id, f"lease {number}", LATER)

        assert at_once(10, take_over).count(True) == 1
        with database.transaction() as session:
            assert not outages.trying(session, owed.id, "dead", NOW)

    def test_a_sender_does_not_wait_for_one_that_is_claiming(self, postgresql_database_url: str) -> None:
        database = Database(postgresql_database_url)
        with database.transaction() as session:
            older, newer = an_outage(session, 1, now=NOW - MINUTE).id, an_outage(session, 2).id

        def another(_: int) -> list[str]:
            with database.transaction() as session:
                return [each.connection_id for each in claim(session, "second", limit=1)]

        with database.transaction() as session:
            assert [each.connection_id for each in claim(session, limit=1)] == [older]
            assert at_once(1, another) == [[newer]]
        database.close()

    @pytest.mark.parametrize("attempt", range(10))
    def test_an_end_that_races_a_sender_loses_no_message_and_leaves_none_to_send(
        self, database: Database, attempt: int
    ) -> None:
        """Whoever comes first: what went out is to be edited, and what did not never goes out."""
        with database.transaction() as session:
            row = an_outage(session, attempt)
            [owed] = claim(session)

        def race(number: int) -> bool:
            if number:
                with database.transaction() as session:
                    return outages.close(session, row.id, NOW, healed=True)
            with database.transaction() as session:
                if not outages.trying(session, owed.id, "mine", NOW):
                    return False
            with database.transaction() as session:
                outages.sent(session, owed, "D0ANA", "1.0", NOW, NOW + DAY)
            return True

        went_out, closed = at_once(2, race)
        assert closed
        with database.transaction() as session:
            steps = ledger(session, row)
            assert steps[0] == ((0, SETTLE, NOW) if went_out else (0, None, None))
            assert SEND not in [todo for _, todo, _ in steps]
            assert (reminder(session, row).ts is not None) == went_out


def test_of_twenty_who_open_one_at_once_one_does(database: Database) -> None:
    """Two judgements of one state cannot both be noted; if they were, the database itself would refuse the second."""
    with database.transaction() as session:
        row = connect(session, "U0ANA", "sub-1")

    def begin(number: int) -> datetime | None:
        try:
            with database.transaction() as session:
                outages.open(session, row.id, "grant_dead", NOW + number * MINUTE)
        except IntegrityError:
            return None
        return NOW + number * MINUTE

    [opened] = [each for each in at_once(20, begin) if each]
    with database.reading() as session:
        assert session.exec(select(Outage.opened_at)).all() == [opened]
