"""Connections: a new grant, letting go, and finding them again."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from storage import connections, people
from storage.connections import AccountHeld
from storage.database import Database
from storage.tables import Connection, new_id
from tests.storage.rows import NOW, connect, judge

LATER = NOW + timedelta(hours=1)


def test_a_first_consent_makes_a_connection(database: Database) -> None:
    with database.transaction() as session:
        made = connect(session, "U0ANA", "sub-1")
    with database.reading() as session:
        row = connections.of(session, made.person_id)
        assert row is not None
        assert (row.id, row.google_sub, row.grant) == (made.id, "sub-1", b"1//")
        assert (row.token_version, row.health) == (1, "connected")
        assert row.connected_at == row.changed_at == NOW


def test_a_later_consent_renews_the_same_row_and_keeps_the_picks(database: Database) -> None:
    with database.transaction() as session:
        first = connect(session, "U0ANA", "sub-1", grant="old")
        connections.replace_picks(session, first.id, ("primary", "Ana"), [])
        assert judge(session, first, "needs_reconnect", cause="grant_dead", strike=NOW)
    with database.transaction() as session:
        second = connect(session, "U0ANA", "sub-1", now=LATER, grant="new")
        assert (second.id, second.token_version, second.grant) == (first.id, 2, b"new")
        assert (second.health, second.connected_at, second.changed_at) == ("connected", LATER, LATER)
        assert (second.cause, second.strike_cause, second.strike_at, second.revision) == (None, None, None, 2)
        assert [pick.name for pick in connections.picks(session, first.id)] == ["Ana"]


def test_a_renewed_grant_of_a_healthy_connection_is_no_change_of_health(database: Database) -> None:
    with database.transaction() as session:
        connect(session, "U0ANA", "sub-1")
    with database.transaction() as session:
        again = connect(session, "U0ANA", "sub-1", now=LATER)
        assert (again.connected_at, again.changed_at) == (LATER, NOW)


def test_a_person_may_change_to_another_account_of_theirs(database: Database) -> None:
    with database.transaction() as session:
        first = connect(session, "U0ANA", "sub-1")
        second = connect(session, "U0ANA", "sub-2")
        assert (second.id, second.google_sub) == (first.id, "sub-2")
        assert not connections.account_in_use(session, "sub-1")


def test_an_account_somebody_holds_is_refused_and_the_transaction_goes_on(database: Database) -> None:
    with database.transaction() as session:
        ana = connect(session, "U0ANA", "sub-1")
    with database.transaction() as session:
        with pytest.raises(AccountHeld) as refused:
            connect(session, "U0BEN", "sub-1")
        assert "U0ANA" not in str(refused.value)
        assert people.by_slack(session, "T0ACME", "U0BEN") is not None
    with database.reading() as session:
        assert people.by_slack(session, "T0ACME", "U0BEN") is not None
        assert [row.id for row in session.exec(select(Connection))] == [ana.id]


def test_a_refused_change_of_account_leaves_the_old_connection_alone(database: Database) -> None:
    with database.transaction() as session:
        connect(session, "U0ANA", "sub-1")
        ben = connect(session, "U0BEN", "sub-2", grant="bens")
    with database.transaction() as session, pytest.raises(AccountHeld):
        connect(session, "U0BEN", "sub-1")
    with database.reading() as session:
        row = connections.of(session, ben.person_id)
        assert row is not None
        assert (row.google_sub, row.grant, row.token_version) == ("sub-2", b"bens", 1)


def test_two_workspaces_may_each_have_the_account_once(database: Database) -> None:
    with database.transaction() as session:
        here = connect(session, "U0ANA", "sub-1")
        there = connect(session, "U0ANA", "sub-1", team_id="T0OTHER")
        assert here.person_id != there.person_id
        holder = connections.holder_of_account(session, "T0OTHER", "sub-1")
        assert holder is not None
        assert holder.id == there.id
        assert connections.holder_of_account(session, "T0THIRD", "sub-1") is None


def test_an_account_is_in_use_while_any_row_holds_it(database: Database) -> None:
    with database.transaction() as session:
        here = connect(session, "U0ANA", "sub-1")
        assert connections.account_in_use(session, "sub-1")
        assert not connections.account_in_use(session, "sub-1", except_connection_id=here.id)
        there = connect(session, "U0ANA", "sub-1", team_id="T0OTHER")
        assert connections.account_in_use(session, "sub-1", except_connection_id=here.id)
        connections.release(session, there.id, NOW)
        assert not connections.account_in_use(session, "sub-1", except_connection_id=here.id)


def test_an_id_that_was_not_reserved_is_refused(database: Database) -> None:
    """A grant sealed for another id than the row's could never be opened again."""

    def use_an_own_id(session: Session) -> None:
        person = connect(session, "U0ANA", "sub-1").person_id
        connections.connect(
            session,
            id=new_id(),
            person_id=person,
            team_id="T0ACME",
            google_sub="sub-1",
            google_email="ana@acme.example",
            hosted_domain=None,
            scopes="openid",
            grant=b"sealed for the wrong row",
            token_hash="hash",
            token_prefix="prefix",
            refresh_expires_at=None,
            now=NOW,
        )

    with pytest.raises(RuntimeError, match="reserve_id"), database.transaction() as session:
        use_an_own_id(session)


def test_another_broken_rule_is_not_taken_for_a_held_account(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as session:
        connections.connect(
            session,
            id=new_id(),
            person_id="nobody",
            team_id="T0ACME",
            google_sub="sub-1",
            google_email="ana@acme.example",
            hosted_domain=None,
            scopes="openid",
            grant=b"",
            token_hash="hash",
            token_prefix="prefix",
            refresh_expires_at=None,
            now=NOW,
        )


def test_disconnecting_erases_the_grant_lets_go_of_the_account_and_keeps_the_picks(database: Database) -> None:
    with database.transaction() as session:
        row = connect(session, "U0ANA", "sub-1")
        connections.replace_picks(session, row.id, ("primary", "Ana"), [("team", "Team")])
        connections.release(session, row.id, LATER)
    with database.transaction() as session:
        gone = connections.of(session, row.person_id)
        assert gone is not None
        assert (gone.grant, gone.google_sub, gone.health) == (None, None, "disconnected")
        assert (gone.token_hash, gone.token_prefix, gone.refresh_expires_at) == (None, None, None)
        assert (gone.token_version, gone.changed_at) == (2, LATER)
        assert len(connections.picks(session, row.id)) == 2
        assert connect(session, "U0BEN", "sub-1").google_sub == "sub-1"


def test_of_an_outage_nothing_stays_on_a_disconnected_one(database: Database) -> None:
    with database.transaction() as session:
        row = connect(session, "U0ANA", "sub-1")
        assert judge(session, row, "needs_reconnect", cause="grant_dead", strike=NOW)
        assert connections.release(session, row.id, LATER)
        assert (row.cause, row.strike_cause, row.strike_at, row.revision) == (None, None, None, 2)


def test_a_disconnect_meant_for_an_older_grant_leaves_the_new_one(database: Database) -> None:
    with database.transaction() as session:
        connect(session, "U0ANA", "sub-1")
        row = connect(session, "U0ANA", "sub-1", grant="new")
        assert not connections.release(session, row.id, LATER, token_version=1)
        assert (row.grant, row.health) == (b"new", "connected")
        assert connections.release(session, row.id, LATER, token_version=2)
        assert not connections.release(session, row.id, LATER, token_version=2)


def test_googles_security_events_find_whom_they_name(database: Database) -> None:
    with database.transaction() as session:
        for user_id, sub in (("U0ANA", "sub-1"), ("U0BEN", "sub-2"), ("U0CLEO", "sub-3")):
            row = connect(session, user_id, sub)
            row.token_hash, row.token_prefix = f"hash of {sub}", f"prefix of {sub}"
        there = connect(session, "U0ANA", "sub-1", team_id="T0OTHER")
        there.token_hash = there.token_prefix = "another"
        gone = connections.of(session, people.ensure(session, "T0ACME", "U0CLEO", NOW).id)
        assert gone is not None
        connections.release(session, gone.id, NOW)
    with database.reading() as session:

        def named(**what: str) -> list[str]:
            return sorted(f"{row.team_id} {row.google_sub}" for row in connections.named_by(session, **what))

        assert named(google_sub="sub-1") == ["T0ACME sub-1", "T0OTHER sub-1"]
        assert named(token_hash="hash of sub-2") == ["T0ACME sub-2"]
        assert named(token_prefix="prefix of sub-2") == ["T0ACME sub-2"]
        assert named(google_sub="sub-3") == named(token_hash="hash of sub-3") == named(token_prefix="x") == []


def test_what_a_grant_holds_is_noted_of_that_grant_only(database: Database) -> None:
    with database.transaction() as session:
        connect(session, "U0ANA", "sub-1")
        row = connect(session, "U0ANA", "sub-1")
        connections.set_scopes(session, row.id, 1, "of the older one")
        session.refresh(row)
        assert row.scopes == "openid"
        connections.set_scopes(session, row.id, 2, "openid calendar")
        session.refresh(row)
        assert row.scopes == "openid calendar"


def test_members_of_a_domain_are_those_that_hold_a_grant(database: Database) -> None:
    with database.transaction() as session:
        for number in range(3):
            connect(session, f"U{number}", f"sub-{number}")
        private = connect(session, "U3", "sub-3")
        private.hosted_domain = None
        gone = connect(session, "U4", "sub-4")
        connections.release(session, gone.id, NOW)
    with database.reading() as session:
        assert connections.members_of(session, "acme.example") == 3
        assert connections.members_of(session, None) == 1
        assert connections.members_of(session, "elsewhere.example") == 0


def test_many_disconnected_rows_do_not_collide(database: Database) -> None:
    with database.transaction() as session:
        for number in range(3):
            connections.release(session, connect(session, f"U{number}", f"sub-{number}").id, NOW)
