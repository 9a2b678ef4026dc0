"""What of ours is broken: one open incident a key, tried by one process, owed to the operators until told."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from storage import incidents
from storage.database import Database
from storage.incidents import ALERT, EDIT, RESOLVE
from storage.watch_tables import Incident
from tests.storage.rows import NOW, at_once

MINUTE = timedelta(minutes=1)
LEASE = 2 * MINUTE
KEY = "google_client"
POSTED = {"channel": "C0OPS", "ts": "1.0"}


def meet(
    session: Session,
    key: str = KEY,
    *,
    now: datetime = NOW,
    touched: int = 0,
    try_at: datetime | None = None,
    code: str = "client_unknown",
) -> tuple[Incident, bool]:
    return incidents.meet(session, key, code, "T0ACME", now, touched=touched, try_at=try_at)


def keys(found: list[Incident]) -> list[str]:
    return [each.key for each in found]


def stored(database: Database, key: str = KEY) -> Incident:
    with database.reading() as session:
        return session.exec(select(Incident).where(Incident.key == key)).one()


def words(session: Session, lease: str = "mine", now: datetime = NOW) -> list[Incident]:
    return incidents.claim_words(session, now, lease, now + LEASE)


class TestMeeting:
    def test_whoever_meets_it_first_opens_it(self, database: Database) -> None:
        with database.transaction() as session:
            found, is_new = meet(session, touched=7, try_at=NOW + MINUTE)
            assert is_new
            assert (found.key, found.code, found.team_id, found.touched) == (KEY, "client_unknown", "T0ACME", 7)
            assert (found.opened_at, found.seen_at, found.try_at) == (NOW, NOW, NOW + MINUTE)
            assert (found.todo, found.due_at, found.released, found.messages) == (ALERT, NOW, False, [])
            assert incidents.of(session, KEY) == found
            assert incidents.of(session, "egress") is None

    def test_meeting_it_again_says_when_and_how_many_and_nothing_else(self, database: Database) -> None:
        with database.transaction() as session:
            first, _ = meet(session, touched=7)
            again, is_new = meet(session, now=NOW + MINUTE, touched=3, code="another_code", try_at=NOW)
            assert (again.id, is_new) == (first.id, False)
            assert (again.seen_at, again.opened_at, again.touched) == (NOW + MINUTE, NOW, 7)
            assert (again.code, again.try_at) == ("client_unknown", None)
            late, _ = meet(session, now=NOW - MINUTE, touched=9)
            assert (late.seen_at, late.touched) == (NOW + MINUTE, 9)

    def test_after_its_end_it_is_a_new_one(self, database: Database) -> None:
        with database.transaction() as session:
            first, _ = meet(session)
            assert incidents.resolve(session, first.id, NOW)
            second, is_new = meet(session, now=NOW + MINUTE)
            assert is_new
            assert second.id != first.id
            assert [each.id for each in incidents.open_ones(session)] == [second.id]

    def test_of_twenty_that_meet_it_at_once_one_opens_it(self, database: Database) -> None:
        def meet_it(number: int) -> tuple[str, bool]:
            with database.transaction() as session:
                found, is_new = meet(session, touched=number)
                return found.id, is_new

        found = at_once(20, meet_it)
        assert [is_new for _, is_new in found].count(True) == 1
        assert {incident_id for incident_id, _ in found} == {stored(database).id}

    def test_meeting_and_ending_at_once_leave_at_most_one_open(self, database: Database) -> None:
        with database.transaction() as session:
            meet(session)

        def race(number: int) -> None:
            with database.transaction() as session:
                found, _ = meet(session)
                if number % 2:
                    incidents.resolve(session, found.id, NOW)

        at_once(12, race)
        with database.reading() as session:
            assert len(incidents.open_ones(session)) <= 1
            resolved = incidents.latest(session, 100)
            assert {each.todo for each in resolved} == {RESOLVE}

    def test_open_ones_and_those_that_ended_last(self, database: Database) -> None:
        with database.transaction() as session:
            for number, key in enumerate(("egress", "mass", "crypto_key", KEY)):
                meet(session, key, now=NOW - number * MINUTE)
            assert keys(incidents.open_ones(session)) == [KEY, "crypto_key", "mass", "egress"]
            for number, key in enumerate(("mass", "egress", KEY)):
                found = incidents.of(session, key)
                assert found is not None
                incidents.resolve(session, found.id, NOW + number * MINUTE)
            session.expire_all()
            assert keys(incidents.open_ones(session)) == ["crypto_key"]
            assert keys(incidents.latest(session, 2)) == [KEY, "egress"]


class TestEnding:
    def test_it_ends_once_and_is_tried_no_more(self, database: Database) -> None:
        with database.transaction() as session:
            found, _ = meet(session, try_at=NOW)
            assert incidents.resolve(session, found.id, NOW + MINUTE)
            assert not incidents.resolve(session, found.id, NOW + 2 * MINUTE)
        ended = stored(database)
        assert (ended.resolved_at, ended.try_at) == (NOW + MINUTE, None)
        assert (ended.todo, ended.due_at) == (RESOLVE, NOW + MINUTE)

    def test_of_ten_that_end_it_at_once_one_does(self, database: Database) -> None:
        with database.transaction() as session:
            incident_id = meet(session)[0].id

        def end(_: int) -> bool:
            with database.transaction() as session:
                return incidents.resolve(session, incident_id, NOW)

        assert at_once(10, end).count(True) == 1

    def test_an_admins_word_lets_messages_go_once(self, database: Database) -> None:
        with database.transaction() as session:
            found, _ = meet(session, "mass")
            assert incidents.release(session, found.id, "T0ACME", {"mass"}, NOW + MINUTE)
            assert not incidents.release(session, found.id, "T0ACME", {"mass"}, NOW + MINUTE)
        after = stored(database, "mass")
        assert (after.released, after.todo, after.due_at, after.resolved_at) == (True, EDIT, NOW + MINUTE, None)

    def test_no_other_workspaces_word_and_no_word_on_another_kind_or_after_the_end(self, database: Database) -> None:
        with database.transaction() as session:
            found, _ = meet(session, "mass")
            assert not incidents.release(session, found.id, "T0OTHER", {"mass"}, NOW)
            assert not incidents.release(session, found.id, "T0ACME", {"testing_mode"}, NOW)
            incidents.resolve(session, found.id, NOW)
            assert not incidents.release(session, found.id, "T0ACME", {"mass"}, NOW)
        assert not stored(database, "mass").released


class TestTrying:
    def test_each_is_tried_once_a_turn(self, database: Database) -> None:
        with database.transaction() as session:
            meet(session, KEY, try_at=NOW)
            meet(session, "egress", try_at=NOW + MINUTE)
            meet(session, "mass")
            assert keys(incidents.claim_tries(session, NOW, NOW + MINUTE)) == [KEY]
            assert incidents.claim_tries(session, NOW, NOW + MINUTE) == []
            assert sorted(keys(incidents.claim_tries(session, NOW + MINUTE, NOW + 2 * MINUTE))) == ["egress", KEY]

    def test_what_has_ended_is_not_tried(self, database: Database) -> None:
        with database.transaction() as session:
            found, _ = meet(session, try_at=NOW)
            incidents.resolve(session, found.id, NOW)
            assert incidents.claim_tries(session, NOW + MINUTE, NOW + 2 * MINUTE) == []

    def test_of_ten_processes_one_tries_it(self, database: Database) -> None:
        with database.transaction() as session:
            for key in ("egress", KEY):
                meet(session, key, try_at=NOW)

        def try_them(_: int) -> list[str]:
            with database.transaction() as session:
                return keys(incidents.claim_tries(session, NOW, NOW + MINUTE))

        assert sorted(key for tried in at_once(10, try_them) for key in tried) == ["egress", KEY]


class TestTelling:
    def test_what_is_said_is_owed_no_more(self, database: Database) -> None:
        with database.transaction() as session:
            meet(session)
            [owed] = words(session)
            assert owed.todo == ALERT
            incidents.said(session, owed.id, "mine", ALERT, [POSTED])
        after = stored(database)
        assert (after.todo, after.due_at, after.lease, after.messages) == (None, None, None, [POSTED])
        with database.transaction() as session:
            assert words(session, now=NOW + 60 * MINUTE) == []

    def test_while_one_is_telling_nobody_else_is_until_the_lease_runs_out(self, database: Database) -> None:
        with database.transaction() as session:
            meet(session)
            assert len(words(session, "first")) == 1
            assert words(session, "second", NOW + LEASE - MINUTE) == []
            assert len(words(session, "second", NOW + LEASE)) == 1

    def test_of_ten_processes_one_tells(self, database: Database) -> None:
        with database.transaction() as session:
            meet(session)

        def tell(number: int) -> int:
            with database.transaction() as session:
                return len(words(session, f"lease {number}"))

        assert sum(at_once(10, tell)) == 1

    @pytest.mark.parametrize("came_up", [RESOLVE, EDIT])
    def test_what_comes_up_while_the_alert_goes_out_is_said_after_it(self, database: Database, came_up: str) -> None:
        with database.transaction() as session:
            meet(session)
            [owed] = words(session)
        with database.transaction() as session:
            if came_up == RESOLVE:
                incidents.resolve(session, owed.id, NOW + MINUTE)
            else:
                incidents.release(session, owed.id, "T0ACME", {KEY}, NOW + MINUTE)
        with database.transaction() as session:
            incidents.said(session, owed.id, "mine", ALERT, [POSTED])
        with database.transaction() as session:
            [owed] = words(session, now=NOW + MINUTE)
            assert (owed.todo, owed.messages) == (came_up, [POSTED])

    def test_what_nobody_could_be_told_is_owed_until_they_are(self, database: Database) -> None:
        with database.transaction() as session:
            meet(session)
            [owed] = words(session)
            incidents.put_off(session, owed.id, "somebody else's", NOW + 9 * MINUTE)
            assert stored_lease(session) == "mine"
            incidents.put_off(session, owed.id, "mine", NOW + MINUTE)
            assert words(session) == []
            assert [each.todo for each in words(session, now=NOW + MINUTE)] == [ALERT]


def stored_lease(session: Session) -> str | None:
    session.expire_all()
    return session.exec(select(Incident.lease)).one()
