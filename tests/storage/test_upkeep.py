"""Workspaces, the audit trail, the purge and the canary."""

import os
from datetime import timedelta

import pytest
from sqlmodel import select

from storage import audit, canary, retention, tickets, work, workspaces
from storage.crypto import Sealer, Unreadable
from storage.database import Database
from storage.retention import Kept
from storage.tables import Audit, Canary, Flow, Once, Ticket
from tests.storage.rows import NOW, a_flow, a_ticket, at_once

DAY = timedelta(days=1)
KEPT = Kept(flows=30 * DAY, messages=90 * DAY, audit=365 * DAY)


def test_an_installation_is_renewed_and_removed(database: Database) -> None:
    def install(name: str, token: bytes, team_id: str = "T0ACME") -> None:
        with database.transaction() as session:
            workspaces.save(
                session,
                team_id=team_id,
                name=name,
                bot_user_id="UBOT",
                bot_id="BBOT",
                bot_token=token,
                scopes="chat:write",
                now=NOW,
            )

    install("Acme", b"old")
    install("Acme Inc.", b"new")
    install("Other", b"other", "T0OTHER")
    with database.transaction() as session:
        row = workspaces.of(session, "T0ACME")
        assert row is not None
        assert (row.name, row.bot_token) == ("Acme Inc.", b"new")
        assert [workspace.team_id for workspace in workspaces.all(session)] == ["T0ACME", "T0OTHER"]
        workspaces.remove(session, "T0ACME")
        assert workspaces.of(session, "T0ACME") is None
        assert len(workspaces.all(session)) == 1


def test_the_audit_trail_keeps_who_what_and_why(database: Database) -> None:
    with database.transaction() as session:
        audit.record(
            session, now=NOW, team_id="T0ACME", user_id="U0ANA", action="connected", detail={"account": "ana@acme"}
        )
    with database.reading() as session:
        line = session.exec(select(Audit)).one()
        assert (line.at, line.user_id, line.action, line.detail) == (
            NOW,
            "U0ANA",
            "connected",
            {"account": "ana@acme"},
        )


def test_a_key_is_claimed_once_each(database: Database) -> None:
    with database.transaction() as session:
        assert work.claim_once(session, "one", NOW)
        assert work.claim_once(session, "two", NOW)
        assert not work.claim_once(session, "one", NOW)


class TestPurge:
    def test_what_ended_thirty_days_ago_goes_and_the_rest_stays(self, database: Database) -> None:
        with database.transaction() as session:
            a_flow(session, "old", now=NOW - 60 * DAY)
            a_flow(session, "fresh", now=NOW - DAY)
            a_ticket(session, "dead for 29 days", now=NOW - 36 * DAY)
            work.claim_once(session, "old", NOW - 2 * DAY)
            work.claim_once(session, "fresh", NOW)
        with database.transaction() as session:
            retention.purge(session, NOW, KEPT)
        with database.reading() as session:
            assert session.exec(select(Flow.state_hash)).all() == ["fresh"]
            assert sorted(session.exec(select(Ticket.secret_hash))) == ["dead for 29 days", "secret of fresh"]
            assert session.exec(select(Once.key)).all() == ["fresh"]

    def test_a_fresh_trip_of_an_old_link_goes_with_the_link_only(self, database: Database) -> None:
        with database.transaction() as session:
            flow = a_flow(session, "old", now=NOW - 60 * DAY)
            flow.expires_at = NOW
        with database.transaction() as session:
            assert retention.purge(session, NOW, KEPT) == 1
        with database.reading() as session:
            assert session.exec(select(Flow)).all() == []

    def test_it_works_in_batches_until_nothing_is_left(self, database: Database) -> None:
        with database.transaction() as session:
            for number in range(25):
                work.claim_once(session, str(number), NOW - 2 * DAY)
        gone = []
        for _ in range(4):
            with database.transaction() as session:
                gone.append(retention.purge(session, NOW, KEPT, batch=10))
        assert gone == [10, 10, 5, 0]


class TestCanary:
    def test_it_is_made_once_and_opens_with_the_same_key(self, database: Database) -> None:
        sealer = Sealer([os.urandom(32)])
        for _ in range(2):
            with database.transaction() as session:
                canary.check(session, sealer, NOW)
        with database.reading() as session:
            assert len(session.exec(select(Canary)).all()) == 1

    def test_wrong_keys_are_noticed_and_the_right_ones_still_work(self, database: Database) -> None:
        key = os.urandom(32)
        with database.transaction() as session:
            canary.check(session, Sealer([key]), NOW)
        with pytest.raises(Unreadable), database.transaction() as session:
            canary.check(session, Sealer([os.urandom(32)]), NOW)
        with database.transaction() as session:
            canary.check(session, Sealer([os.urandom(32), key]), NOW)

    def test_replicas_that_start_at_once_agree(self, database: Database) -> None:
        sealer = Sealer([os.urandom(32)])

        def start(_: int) -> None:
            with database.transaction() as session:
                canary.check(session, sealer, NOW)

        at_once(10, start)


def test_a_link_outlives_its_closing_until_the_purge(database: Database) -> None:
    with database.transaction() as session:
        ticket = a_ticket(session, now=NOW - 10 * DAY)
        tickets.close(session, [ticket.id], NOW)
        assert retention.purge(session, NOW, KEPT) == 0
