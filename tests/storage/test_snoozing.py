"""Putting the next reminder off, at the wish of whoever it is for."""

import pytest

from storage import outages
from storage.database import Database
from storage.outages import SEND
from tests.storage.outage_steps import DAY, an_outage, claim, ledger, reminder, send, sent_to
from tests.storage.rows import NOW

OWNER = ("T0ACME", "U0")


def test_the_next_step_is_put_off_and_no_other(database: Database) -> None:
    with database.transaction() as session:
        row = an_outage(session)
        sent_to(session, row, 1)
        assert outages.snooze(session, reminder(session, row).id, OWNER, NOW + 3 * DAY)
        assert ledger(session, row) == [(0, None, None), (1, SEND, NOW + 3 * DAY)]


def test_an_older_messages_button_says_the_same(database: Database) -> None:
    with database.transaction() as session:
        row = an_outage(session)
        sent_to(session, row, 2)
        assert outages.snooze(session, reminder(session, row).id, OWNER, NOW + 5 * DAY)
        assert ledger(session, row)[1:] == [(1, None, None), (2, SEND, NOW + 5 * DAY)]


@pytest.mark.parametrize("stranger", [("T0ACME", "U0BEN"), ("T0OTHER", "U0")])
def test_nobody_elses(database: Database, stranger: tuple[str, str]) -> None:
    with database.transaction() as session:
        row = an_outage(session)
        sent_to(session, row, 1)
        assert not outages.snooze(session, reminder(session, row).id, stranger, NOW + 3 * DAY)
        assert ledger(session, row)[1] == (1, SEND, NOW + DAY)


def test_nothing_after_the_last_step_or_the_end_of_the_outage(database: Database) -> None:
    with database.transaction() as session:
        row = an_outage(session)
        [owed] = claim(session)
        send(session, owed)
        assert not outages.snooze(session, owed.id, OWNER, NOW + DAY)
        outages.report(session, owed, NOW + 7 * DAY)
        assert not outages.snooze(session, owed.id, OWNER, NOW + DAY)
        outages.close(session, row.id, NOW, healed=True)
        assert not outages.snooze(session, owed.id, OWNER, NOW + DAY)
        assert not outages.snooze(session, "no such message", OWNER, NOW + DAY)


def test_while_its_message_is_being_changed_nobody_else_changes_it(database: Database) -> None:
    with database.transaction() as session:
        row = an_outage(session)
        sent_to(session, row, 1)
        first = reminder(session, row).id
        assert outages.hold(session, first, "mine", NOW, NOW + DAY)
        assert not outages.hold(session, first, "another's", NOW, NOW + DAY)
        outages.close(session, row.id, NOW, healed=True)
        assert claim(session) == []
        outages.let_go(session, first, "another's")
        assert claim(session) == []
        outages.let_go(session, first, "mine")
        assert [each.id for each in claim(session)] == [first]
        assert not outages.hold(session, first, "late", NOW + 2 * DAY, NOW + 3 * DAY), "it is to say that it is over"


def test_what_may_be_out_already_is_not_put_off(database: Database) -> None:
    with database.transaction() as session:
        row = an_outage(session)
        sent_to(session, row, 1)
        [owed] = claim(session, now=NOW + DAY)
        assert outages.trying(session, owed.id, "mine", NOW + DAY)
        assert not outages.snooze(session, reminder(session, row).id, OWNER, NOW + 3 * DAY)
