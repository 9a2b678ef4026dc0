"""Connections: a new grant, letting go, verdicts, and the picks."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from storage import connections, people
from storage.connections import AccountHeld
from storage.database import Database
from storage.tables import Connection, Pick, new_id
from tests.storage.rows import NOW, connect

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
        connections.set_health(session, first.id, 1, "needs_reconnect", NOW)
    with database.transaction() as session:
        second = connect(session, "U0ANA", "sub-1", now=LATER, grant="new")
        assert (second.id, second.token_version, second.grant) == (first.id, 2, b"new")
        assert (second.health, second.connected_at, second.changed_at) == ("connected", LATER, LATER)
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
        assert (gone.token_version, gone.changed_at) == (2, LATER)
        assert len(connections.picks(session, row.id)) == 2
        assert connect(session, "U0BEN", "sub-1").google_sub == "sub-1"


def test_many_disconnected_rows_do_not_collide(database: Database) -> None:
    with database.transaction() as session:
        for number in range(3):
            connections.release(session, connect(session, f"U{number}", f"sub-{number}").id, NOW)


class TestVerdicts:
    """Compare-and-set: a verdict is about one grant."""

    def test_a_verdict_on_the_present_grant_counts(self, database: Database) -> None:
        with database.transaction() as session:
            row = connect(session, "U0ANA", "sub-1")
            assert connections.set_health(session, row.id, row.token_version, "needs_reconnect", LATER)
            assert (row.health, row.changed_at) == ("needs_reconnect", LATER)

    def test_the_same_verdict_again_is_no_change(self, database: Database) -> None:
        with database.transaction() as session:
            row = connect(session, "U0ANA", "sub-1")
            assert connections.set_health(session, row.id, row.token_version, "connected", LATER)
            assert row.changed_at == NOW

    def test_a_verdict_on_an_older_grant_is_dropped(self, database: Database) -> None:
        with database.transaction() as session:
            connect(session, "U0ANA", "sub-1")
            row = connect(session, "U0ANA", "sub-1")
            assert not connections.set_health(session, row.id, 1, "needs_reconnect", LATER)
            assert row.health == "connected"

    def test_a_verdict_never_revives_a_disconnected_one(self, database: Database) -> None:
        with database.transaction() as session:
            row = connect(session, "U0ANA", "sub-1")
            connections.release(session, row.id, NOW)
            for version in (1, 2):
                assert not connections.set_health(session, row.id, version, "connected", LATER)


class TestPicks:
    def test_the_linked_calendar_comes_first_and_is_stored_once(self, database: Database) -> None:
        with database.transaction() as session:
            row = connect(session, "U0ANA", "sub-1")
            chosen = [("team", "Team"), ("primary", "Ana"), ("beta", "Beta"), ("team", "Team")]
            connections.replace_picks(session, row.id, ("primary", "Ana"), chosen)
            saved = connections.picks(session, row.id)
        assert [(pick.calendar_id, pick.purpose) for pick in saved] == [
            ("primary", "linked"),
            ("beta", "conflict"),
            ("team", "conflict"),
        ]
        assert all(pick.present for pick in saved)

    def test_a_new_choice_replaces_the_old_one(self, database: Database) -> None:
        with database.transaction() as session:
            row = connect(session, "U0ANA", "sub-1")
            connections.replace_picks(session, row.id, ("one", "One"), [("two", "Two")])
            connections.replace_picks(session, row.id, ("two", "Two"), [])
            assert [pick.calendar_id for pick in connections.picks(session, row.id)] == ["two"]

    def test_a_choice_of_many_calendars(self, database: Database) -> None:
        many = [(f"calendar-{number}@group.calendar.google.com", f"Name {number}") for number in range(1000)]
        with database.transaction() as session:
            row = connect(session, "U0ANA", "sub-1")
            connections.replace_picks(session, row.id, many[0], many)
            connections.mark_presence(session, row.id, [calendar_id for calendar_id, _ in many[:999]])
            saved = connections.picks(session, row.id)
        assert len(saved) == 1000
        assert [pick.calendar_id for pick in saved if not pick.present] == [many[999][0]]

    def test_presence_follows_each_look(self, database: Database) -> None:
        with database.transaction() as session:
            ana, ben = connect(session, "U0ANA", "sub-1"), connect(session, "U0BEN", "sub-2")
            for row in (ana, ben):
                connections.replace_picks(session, row.id, ("one", "One"), [("two", "Two")])
            connections.mark_presence(session, ana.id, {"two", "three"})
            assert [pick.present for pick in connections.picks(session, ana.id)] == [False, True]
            assert [pick.present for pick in connections.picks(session, ben.id)] == [True, True]
            connections.mark_presence(session, ana.id, ["one"])
            assert [pick.present for pick in connections.picks(session, ana.id)] == [True, False]
            connections.mark_presence(session, ana.id, ())
            assert [pick.present for pick in connections.picks(session, ana.id)] == [False, False]

    def test_the_database_itself_allows_one_linked_calendar(self, database: Database) -> None:
        with database.transaction() as session:
            row = connect(session, "U0ANA", "sub-1")
        two = [Pick(connection_id=row.id, calendar_id=name, name=name, purpose="linked") for name in ("one", "two")]
        with pytest.raises(IntegrityError), database.transaction() as session:
            session.add_all(two)
