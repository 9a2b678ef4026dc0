"""Errands: one process at a time, the next one after a crash; and rounds of one workspace that follow each other."""

from datetime import timedelta

from storage import errands, people, quotas, rounds
from storage.database import Database
from tests.storage.rows import NOW, at_once

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
KEY = "directory:T0ACME"


def test_one_of_many_has_it_and_another_once_the_lease_has_run_out(database: Database) -> None:
    def claim(number: int) -> bool:
        with database.transaction() as session:
            return errands.claim(session, KEY, NOW, f"lease {number}", NOW + MINUTE) is not None

    assert sum(at_once(6, claim)) == 1
    with database.transaction() as session:
        assert errands.settled(session, "directory:", NOW) == {KEY}
        assert errands.claim(session, KEY, NOW + MINUTE, "other", NOW + 2 * MINUTE) == NOW
        assert not errands.extend(session, KEY, "lease 0", NOW + DAY)
        errands.put_off(session, KEY, "lease 0", NOW + DAY)
        assert errands.extend(session, KEY, "other", NOW + 3 * MINUTE)


def test_what_was_put_off_is_gone_on_with_and_what_was_done_waits_for_the_next_night(database: Database) -> None:
    with database.transaction() as session:
        assert errands.claim(session, KEY, NOW, "a", NOW + MINUTE)
        errands.put_off(session, KEY, "a", NOW + 2 * MINUTE)
        assert errands.due(session, "directory:", NOW + MINUTE) == []
        assert errands.due(session, "directory:", NOW + 2 * MINUTE) == [KEY]
        assert errands.done_last(session, KEY) is None
        errands.done(session, KEY, NOW, NOW + DAY)
        assert errands.claim(session, KEY, NOW + MINUTE, "b", NOW + DAY) is None
        assert errands.done_last(session, KEY) == NOW
        assert errands.claim(session, KEY, NOW + DAY, "b", NOW + 2 * DAY) == NOW + DAY
        errands.drop(session, [KEY])
        assert errands.due(session, "directory:", NOW + DAY) == []


def test_of_admins_who_begin_at_the_same_moment_nobody_invites_whom_another_does(database: Database) -> None:
    with database.transaction() as session:
        ids = [people.ensure(session, "T0ACME", f"U{number:03}", NOW).id for number in range(40)]

    def begin(number: int) -> int:
        with database.transaction() as session:
            rounds.lock(session, "T0ACME", NOW)
            waiting = rounds.waiting(session, ids)
            mine = [each for each in ids if each not in waiting]
            rounds.start(session, "T0ACME", f"U0ADA{number}", NOW, mine, {})
            return len(mine)

    assert sorted(at_once(5, begin)) == [0, 0, 0, 0, 40]


def test_allowances_that_are_used_up_are_known_by_what_they_are_of(database: Database) -> None:
    with database.transaction() as session:
        for team, used in (("T0ACME", 45), ("T0BETA", 44), ("T_0", 45)):
            quotas.reserve(session, f"slack:{team}:10:00", NOW, used, 45)
        quotas.reserve(session, "slack:T0LATE:10:01", NOW, 45, 45)
        assert sorted(quotas.used_up(session, "slack:", ":10:00", 45)) == ["T0ACME", "T_0"]
