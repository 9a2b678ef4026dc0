"""Whose turn it is to be looked at: claimed with a lease by one, written back by whoever still holds it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from storage import connections, probes
from storage.database import Database
from storage.probes import Claimed, PickFacts
from storage.tables import Connection
from storage.watch_tables import Probe
from tests.storage.rows import NOW, at_once, connect, judge

MINUTE = timedelta(minutes=1)
LEASE = 5 * MINUTE
LATER = NOW + timedelta(hours=1)


def watched(session: Session, number: int = 0, *, due: datetime = NOW) -> Connection:
    """Somebody who is connected and to be looked at then."""
    row = connect(session, f"U{number}", f"sub-{number}")
    probes.begin(session, row.id, due)
    return row


def claim(
    session: Session, lease: str = "mine", *, now: datetime = NOW, limit: int = 100, only: Collection[str] | None = None
) -> list[Claimed]:
    return probes.claim(session, now=now, lease=lease, until=now + LEASE, limit=limit, only=only)


def ids(claimed: list[Claimed]) -> list[str]:
    return sorted(each.connection_id for each in claimed)


def probe(database: Database, connection_id: str) -> Probe:
    with database.reading() as session:
        return session.exec(select(Probe).where(Probe.connection_id == connection_id)).one()


def result(connection_id: str, **found: Any) -> dict[str, Any]:
    return {"connection_id": connection_id, "probe_at": LATER, **found}


class TestClaim:
    def test_only_what_is_due_and_the_longest_due_first(self, database: Database) -> None:
        with database.transaction() as session:
            due = [watched(session, number, due=NOW - number * MINUTE).id for number in range(4)]
            watched(session, 4, due=NOW + MINUTE)
            assert ids(claim(session, limit=2)) == sorted(due[2:])
            assert ids(claim(session)) == sorted(due[:2])
            assert claim(session) == []

    def test_what_is_leased_is_nobody_elses_until_the_lease_runs_out(self, database: Database) -> None:
        with database.transaction() as session:
            row = watched(session)
            assert ids(claim(session, "first")) == [row.id]
            assert claim(session, "second", now=NOW + LEASE - MINUTE) == []
            assert ids(claim(session, "second", now=NOW + LEASE)) == [row.id]

    def test_by_name_due_or_not_but_never_twice(self, database: Database) -> None:
        with database.transaction() as session:
            far, other = watched(session, 1, due=LATER), watched(session, 2)
            assert ids(claim(session, only=[far.id])) == [far.id]
            assert claim(session, "second", only=[far.id]) == []
            assert ids(claim(session, "second", only=[far.id, other.id])) == [other.id]
            assert claim(session, only=[]) == []

    def test_a_disconnected_one_is_left_alone(self, database: Database) -> None:
        with database.transaction() as session:
            row = watched(session)
            connections.release(session, row.id, NOW)
            assert claim(session) == []
            assert probes.peek(session, row.id) is None

    def test_it_brings_everything_that_a_look_needs(self, database: Database) -> None:
        with database.transaction() as session:
            row, other = watched(session, 1), watched(session, 2)
            connections.replace_picks(session, row.id, ("one", "One"), [("two", "Two")])
            connections.note_pick(session, row.id, "two", present=False, writable=False, name="Two")
            judge(session, row, "suspect", strike=NOW)
        with database.transaction() as session:
            seen = next(each for each in claim(session) if each.connection_id == row.id)
            assert (seen.team_id, seen.user_id, seen.account) == ("T0ACME", "U1", "sub-1@acme.example")
            assert (seen.hosted_domain, seen.scopes, seen.grant) == ("acme.example", "openid", b"1//")
            assert (seen.token_version, seen.revision, seen.health, seen.cause) == (1, 1, "suspect", None)
            assert (seen.strike_cause, seen.strike_at) == ("grant_dead", NOW)
            assert (seen.refresh_expires_at, seen.failures, seen.list_token) == (None, 0, None)
            assert sorted(seen.picks, key=lambda pick: pick.name) == [
                PickFacts("one", "One", "linked", present=True, writable=True),
                PickFacts("two", "Two", "conflict", present=False, writable=False),
            ]
            looked_into = probes.peek(session, other.id)
            assert looked_into is not None
            assert looked_into.picks == ()
            assert "1//" not in f"{seen} {looked_into}"

    def test_ten_sweepers_at_once_share_everybody_without_a_quarrel(self, database: Database) -> None:
        with database.transaction() as session:
            everybody = sorted(watched(session, number).id for number in range(60))

        def sweep(number: int) -> list[str]:
            mine: list[str] = []
            while True:
                with database.transaction() as session:
                    claimed = claim(session, f"lease {number}", limit=7)
                if not claimed:
                    return mine
                mine += ids(claimed)

        assert sorted(each for mine in at_once(10, sweep) for each in mine) == everybody

    def test_a_sweeper_does_not_wait_for_one_that_is_claiming(self, postgresql_database_url: str) -> None:
        """Else a slow one would hold up all; SQLite has one writer at a time anyway."""
        database = Database(postgresql_database_url)
        with database.transaction() as session:
            first, second = (watched(session, number, due=NOW - (2 - number) * MINUTE).id for number in range(2))

        def another(_: int) -> list[str]:
            with database.transaction() as session:
                return ids(claim(session, "second", limit=1))

        with database.transaction() as session:
            assert ids(claim(session, "first", limit=1)) == [first]
            assert at_once(1, another) == [[second]]
        database.close()


class TestFinish:
    def test_it_is_written_back_and_the_lease_given_up(self, database: Database) -> None:
        with database.transaction() as session:
            row, other = watched(session, 1), watched(session, 2)
            claim(session)
            found = result(row.id, probed_at=NOW, answered_at=NOW, failures=0, list_token="token")
            probes.finish(session, "mine", [found])
        after = probe(database, row.id)
        assert (after.probe_at, after.lease, after.lease_until) == (LATER, None, None)
        assert (after.probed_at, after.answered_at, after.failures, after.list_token) == (NOW, NOW, 0, "token")
        assert probe(database, other.id).lease == "mine"

    def test_what_was_not_found_out_stays_as_it_was(self, database: Database) -> None:
        with database.transaction() as session:
            row = watched(session)
            claim(session)
            probes.finish(session, "mine", [result(row.id, answered_at=NOW, list_token="token")])
            claim(session, "again", now=LATER)
            probes.finish(session, "again", [result(row.id, failures=1)])
        after = probe(database, row.id)
        assert (after.answered_at, after.list_token, after.failures) == (NOW, "token", 1)

    def test_whoever_lost_the_lease_has_no_say(self, database: Database) -> None:
        with database.transaction() as session:
            row = watched(session)
            claim(session, "slow")
            claim(session, "quick", now=NOW + LEASE)
            probes.finish(session, "slow", [result(row.id, list_token="of the slow one")])
        assert probe(database, row.id).lease == "quick"
        with database.transaction() as session:
            probes.finish(session, "quick", [result(row.id, list_token="of the quick one")])
            probes.finish(session, "slow", [result(row.id, list_token="of the slow one")])
        assert probe(database, row.id).list_token == "of the quick one"

    def test_a_look_with_an_older_grant_has_no_say_over_a_new_one(self, database: Database) -> None:
        with database.transaction() as session:
            row = watched(session)
            claim(session)
            connect(session, "U0", "sub-0", now=NOW)
            probes.begin(session, row.id, NOW + MINUTE)
            probes.finish(session, "mine", [result(row.id, list_token="of the older account")])
        after = probe(database, row.id)
        assert (after.probe_at, after.list_token, after.lease) == (NOW + MINUTE, None, None)

    def test_nothing_to_write_is_nothing(self, database: Database) -> None:
        with database.transaction() as session:
            probes.finish(session, "mine", [])

    def test_what_was_claimed_and_not_looked_at_is_given_back(self, database: Database) -> None:
        with database.transaction() as session:
            rows = sorted(watched(session, number).id for number in range(3))
            claim(session)
            probes.let_go(session, "somebody else's", rows)
            assert claim(session, "second") == []
            probes.let_go(session, "mine", rows[1:])
            assert ids(claim(session, "second")) == rows[1:]


class TestSooner:
    def test_a_doubt_brings_the_look_forward_and_never_puts_it_off(self, database: Database) -> None:
        with database.transaction() as session:
            row, other = watched(session, 1, due=LATER), watched(session, 2, due=LATER)
            probes.soon(session, row.id, NOW + MINUTE)
            probes.soon(session, row.id, NOW + 2 * MINUTE)
        assert probe(database, row.id).probe_at == NOW + MINUTE
        assert probe(database, other.id).probe_at == LATER

    def test_a_call_that_went_well_is_as_good_as_a_look(self, database: Database) -> None:
        with database.transaction() as session:
            row = watched(session)
            claim(session)
            probes.finish(session, "mine", [result(row.id, failures=3, list_token="token")])
            probes.seen(session, row.id, LATER, LATER + 2 * LEASE)
        after = probe(database, row.id)
        assert (after.probe_at, after.probed_at, after.answered_at) == (LATER + 2 * LEASE, LATER, LATER)
        assert (after.failures, after.list_token) == (0, "token")

    def test_peeking_claims_nothing(self, database: Database) -> None:
        with database.transaction() as session:
            row = watched(session)
            looked_into = probes.peek(session, row.id)
            assert looked_into is not None
            assert looked_into.connection_id == row.id
            assert ids(claim(session)) == [row.id]
            assert probes.peek(session, "nobody's") is None

    def test_a_new_grant_begins_afresh(self, database: Database) -> None:
        with database.transaction() as session:
            row = watched(session)
            claim(session)
            probes.finish(session, "mine", [result(row.id, failures=9, list_token="old", probed_at=NOW)])
            claim(session, now=LATER)
            probes.begin(session, row.id, LATER + MINUTE)
        after = probe(database, row.id)
        assert (after.probe_at, after.failures, after.list_token) == (LATER + MINUTE, 0, None)
        assert (after.lease, after.lease_until) == (None, None)
