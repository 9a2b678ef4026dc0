"""Outages and the ledger of what was said about them: opened, told, reminded of, closed."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from storage import outages, people
from storage.database import Database
from storage.outages import REPORT, SEND, SETTLE, UNBUTTON
from storage.watch_tables import Outage
from tests.storage.outage_steps import DAY, LEASE, MINUTE, an_outage, claim, ledger, reminder, send, sent_to
from tests.storage.rows import NOW, connect


class TestOpening:
    def test_its_first_message_is_due_at_once(self, database: Database) -> None:
        with database.transaction() as session:
            row = an_outage(session)
            assert ledger(session, row) == [(0, SEND, NOW)]
            outage = outages.open_of(session, row.id)
            assert outage is not None
            assert (outage.cause, outage.opened_at, outage.closed_at, outage.healed) == ("grant_dead", NOW, None, False)

    def test_what_its_owner_is_looking_at_is_not_sent(self, database: Database) -> None:
        with database.transaction() as session:
            row = connect(session, "U0ANA", "sub-1")
            outages.open(session, row.id, "calendar_gone", NOW, told=True, next_at=NOW + 2 * DAY)
            assert ledger(session, row) == [(0, None, None), (1, SEND, NOW + 2 * DAY)]
            assert reminder(session, row).sent_at == NOW
            assert claim(session) == []
            assert [each.step for each in claim(session, now=NOW + 2 * DAY)] == [1]

    def test_what_was_told_and_has_no_next_step_is_nothing_to_do(self, database: Database) -> None:
        with database.transaction() as session:
            row = connect(session, "U0ANA", "sub-1")
            outages.open(session, row.id, "calendar_gone", NOW, told=True)
            assert ledger(session, row) == [(0, None, None)]

    def test_one_at_a_time(self, database: Database) -> None:
        with database.transaction() as session:
            row = an_outage(session)
        with pytest.raises(IntegrityError), database.transaction() as session:
            outages.open(session, row.id, "calendar_gone", NOW)
        with database.transaction() as session:
            assert outages.close(session, row.id, NOW, healed=False)
            outages.open(session, row.id, "calendar_gone", NOW)
            opened = outages.open_of(session, row.id)
            assert opened is not None
            assert opened.cause == "calendar_gone"


class TestClaiming:
    def test_it_brings_what_the_message_needs(self, database: Database) -> None:
        with database.transaction() as session:
            row = connect(session, "U0ANA", "sub-1")
            people.remember_profile(
                session, row.person_id, name="Ana", email=None, time_zone="Europe/Lisbon", locale="pt-PT"
            )
            outages.open(session, row.id, "expiring", NOW, ends_at=NOW + 3 * DAY)
            [owed] = claim(session)
            assert (owed.todo, owed.step, owed.tried_at, owed.channel, owed.ts) == (SEND, 0, None, None, None)
            assert (owed.cause, owed.opened_at, owed.ends_at) == ("expiring", NOW, NOW + 3 * DAY)
            assert (owed.closed_at, owed.healed, owed.connection_id) == (None, False, row.id)
            assert (owed.team_id, owed.user_id, owed.time_zone) == ("T0ACME", "U0ANA", "Europe/Lisbon")

    def test_the_longest_due_first_and_no_more_than_asked_for(self, database: Database) -> None:
        with database.transaction() as session:
            rows = [an_outage(session, number, now=NOW - number * MINUTE) for number in range(3)]
            assert [each.connection_id for each in claim(session, limit=2)] == [rows[2].id, rows[1].id]
            assert [each.connection_id for each in claim(session)] == [rows[0].id]

    def test_what_is_leased_is_nobody_elses_until_the_lease_runs_out(self, database: Database) -> None:
        with database.transaction() as session:
            an_outage(session)
            assert len(claim(session, "first")) == 1
            assert claim(session, "second", now=NOW + LEASE - MINUTE) == []
            assert len(claim(session, "second", now=NOW + LEASE)) == 1

    def test_while_all_is_quiet_nothing_is_sent_and_what_stands_is_settled(self, database: Database) -> None:
        with database.transaction() as session:
            told, fresh = an_outage(session, 1), connect(session, "U2", "sub-2")
            sent_to(session, told, 1)
            outages.close(session, told.id, NOW, healed=True)
            outages.open(session, fresh.id, "grant_dead", NOW)
            assert [each.todo for each in claim(session, quiet=True)] == [SETTLE]
            assert [each.todo for each in claim(session)] == [SEND]

    def test_while_reminders_wait_first_messages_go_out(self, database: Database) -> None:
        with database.transaction() as session:
            reminded, fresh = an_outage(session, 1), connect(session, "U2", "sub-2")
            sent_to(session, reminded, 1)
            outages.open(session, fresh.id, "grant_dead", NOW + DAY)
            assert [each.step for each in claim(session, now=NOW + DAY, only_first=True)] == [0]
            assert [each.step for each in claim(session, now=NOW + DAY)] == [1]

    def test_a_workspace_whose_token_is_dead_waits(self, database: Database) -> None:
        with database.transaction() as session:
            an_outage(session, 1)
            there = an_outage(session, 2, team_id="T0OTHER")
            assert [each.connection_id for each in claim(session, not_teams=["T0ACME"])] == [there.id]
            assert claim(session, not_teams=["T0ACME", "T0OTHER"]) == []
            assert [each.team_id for each in claim(session)] == ["T0ACME"]


class TestSending:
    def test_it_may_be_out_from_the_moment_it_is_tried(self, database: Database) -> None:
        with database.transaction() as session:
            row = an_outage(session)
            [owed] = claim(session)
            assert outages.trying(session, owed.id, "mine", NOW + MINUTE)
            assert reminder(session, row).tried_at == NOW + MINUTE

    def test_whoever_lost_the_lease_does_not_send(self, database: Database) -> None:
        with database.transaction() as session:
            row = an_outage(session)
            [owed] = claim(session, "slow")
            assert not outages.trying(session, owed.id, "slow", NOW + LEASE)
            claim(session, "quick", now=NOW + LEASE)
            assert not outages.trying(session, owed.id, "slow", NOW)
            assert reminder(session, row).tried_at is None
            assert outages.trying(session, owed.id, "quick", NOW + LEASE)

    def test_the_next_step_is_scheduled_and_the_older_buttons_go(self, database: Database) -> None:
        with database.transaction() as session:
            row = an_outage(session)
            sent_to(session, row, 2)
            first, second = NOW + DAY, NOW + 2 * DAY
            assert ledger(session, row) == [(0, UNBUTTON, first), (1, None, None), (2, SEND, second)]
            assert (reminder(session, row, 1).channel, reminder(session, row, 1).ts) == ("D0ANA", "ts of step 1")
            assert reminder(session, row, 1).sent_at == first
            assert {each.lease for each in (reminder(session, row, step) for step in range(3))} == {None}

    def test_after_the_last_step_comes_none(self, database: Database) -> None:
        with database.transaction() as session:
            row = an_outage(session)
            [owed] = claim(session)
            send(session, owed)
            assert ledger(session, row) == [(0, None, None)]
            assert claim(session, now=NOW + 365 * DAY) == []

    def test_a_message_found_to_be_out_already_schedules_nothing_twice(self, database: Database) -> None:
        with database.transaction() as session:
            row = an_outage(session)
            [owed] = claim(session)
            send(session, owed, next_at=NOW + DAY)
            outages.sent(session, owed, "D0ANA", "ts of step 0", NOW, NOW + DAY)
            assert ledger(session, row) == [(0, None, None), (1, SEND, NOW + DAY)]

    def test_what_could_not_be_sent_is_tried_again_then(self, database: Database) -> None:
        with database.transaction() as session:
            row = an_outage(session)
            [owed] = claim(session)
            outages.trying(session, owed.id, "mine", NOW)
            outages.put_off(session, owed.id, "mine", NOW + MINUTE)
            assert claim(session) == []
            [again] = claim(session, now=NOW + MINUTE)
            assert again.tried_at == NOW  # it may be out: whoever has it now looks for it first
            outages.put_off(session, owed.id, "mine", NOW + 2 * MINUTE, untried=True)
            assert reminder(session, row).tried_at is None

    def test_whoever_lost_the_lease_puts_nothing_off(self, database: Database) -> None:
        with database.transaction() as session:
            row = an_outage(session)
            [owed] = claim(session, "slow")
            claim(session, "quick", now=NOW + LEASE)
            outages.put_off(session, owed.id, "slow", NOW + DAY, untried=True)
            outages.done(session, owed.id, "slow", SEND)
            assert ledger(session, row) == [(0, SEND, NOW)]
            assert reminder(session, row).lease == "quick"

    def test_a_message_that_is_gone_is_not_edited_again(self, database: Database) -> None:
        with database.transaction() as session:
            row = an_outage(session)
            sent_to(session, row, 1)
            outages.close(session, row.id, NOW, healed=True)
            [owed] = claim(session)
            outages.done(session, owed.id, "mine", SETTLE, gone=True)
            assert (reminder(session, row).channel, reminder(session, row).ts) == (None, None)
            assert ledger(session, row)[0] == (0, None, None)

    def test_the_operators_hear_of_what_was_never_answered(self, database: Database) -> None:
        with database.transaction() as session:
            row = an_outage(session)
            [owed] = claim(session)
            send(session, owed)
            outages.report(session, owed, NOW + 7 * DAY)
            outages.report(session, owed, NOW + 8 * DAY)
            assert ledger(session, row) == [(0, None, None), (1, REPORT, NOW + 7 * DAY)]
            assert [each.todo for each in claim(session, now=NOW + 7 * DAY)] == [REPORT]


class TestClosing:
    def test_what_was_sent_is_to_be_edited_and_what_was_not_is_called_off(self, database: Database) -> None:
        with database.transaction() as session:
            row = an_outage(session)
            sent_to(session, row, 2)
            later = NOW + 3 * DAY
            assert outages.close(session, row.id, later, healed=True)
            assert ledger(session, row) == [(0, SETTLE, later), (1, SETTLE, later), (2, None, None)]
            assert outages.open_of(session, row.id) is None
            closed = session.exec(select(Outage)).one()
            assert (closed.closed_at, closed.healed) == (later, True)

    def test_what_nobody_was_told_of_is_over_without_a_word(self, database: Database) -> None:
        with database.transaction() as session:
            row = an_outage(session)
            assert outages.close(session, row.id, NOW, healed=True)
            assert ledger(session, row) == [(0, None, None)]

    def test_a_report_to_the_operators_is_called_off(self, database: Database) -> None:
        with database.transaction() as session:
            row = an_outage(session)
            [owed] = claim(session)
            send(session, owed)
            outages.report(session, owed, NOW + 7 * DAY)
            outages.close(session, row.id, NOW, healed=True)
            assert ledger(session, row) == [(0, SETTLE, NOW), (1, None, None)]

    def test_what_its_owner_saw_without_a_message_needs_no_edit(self, database: Database) -> None:
        with database.transaction() as session:
            row = connect(session, "U0ANA", "sub-1")
            outages.open(session, row.id, "calendar_gone", NOW, told=True, next_at=NOW + DAY)
            outages.close(session, row.id, NOW, healed=True)
            assert ledger(session, row) == [(0, None, None), (1, None, None)]

    def test_none_open_is_none_closed_and_nobody_elses_is(self, database: Database) -> None:
        with database.transaction() as session:
            row, other = connect(session, "U1", "sub-1"), an_outage(session, 2)
            assert not outages.close(session, row.id, NOW, healed=True)
            assert outages.close(session, other.id, NOW, healed=True)
            assert not outages.close(session, other.id, NOW + DAY, healed=False)
            assert session.exec(select(Outage)).one().healed

    def test_how_many_messages_stand_and_which_is_the_newest(self, database: Database) -> None:
        with database.transaction() as session:
            row = an_outage(session)
            outage = outages.open_of(session, row.id)
            assert outage is not None
            assert outages.standing(session, outage.id) == []
            sent_to(session, row, 2)
            assert [each.ts for each in outages.standing(session, outage.id)] == ["ts of step 1", "ts of step 0"]
