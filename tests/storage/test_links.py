"""People, their links, and the trips begun with them."""

from datetime import timedelta

import pytest

from storage import flows, people, tickets
from storage.database import Database
from storage.tables import Flow, Person
from tests.storage.rows import NOW, a_flow, a_ticket

WEEK = timedelta(days=7)


def test_people_are_known_by_team_and_user_together(database: Database) -> None:
    with database.transaction() as session:
        here = people.ensure(session, "T0ACME", "U0ANA", NOW)
        there = people.ensure(session, "T0OTHER", "U0ANA", NOW)
        assert here.id != there.id
        assert people.ensure(session, "T0ACME", "U0ANA", NOW + WEEK).id == here.id
        assert people.by_slack(session, "T0OTHER", "U0BEN") is None
        found = people.by_id(session, there.id)
        assert found is not None
        assert found.team_id == "T0OTHER"
        assert people.by_id(session, "nobody") is None


def test_where_the_card_stands_is_remembered_and_forgotten(database: Database) -> None:
    def card() -> tuple[str | None, str | None]:
        with database.reading() as session:
            person = people.by_slack(session, "T0ACME", "U0ANA")
            assert person is not None
            return person.card_channel, person.card_ts

    with database.transaction() as session:
        person = people.ensure(session, "T0ACME", "U0ANA", NOW)
        people.remember_card(session, person.id, "D1", "1700000000.000100")
    assert card() == ("D1", "1700000000.000100")
    with database.transaction() as session:
        people.remember_card(session, person.id, None, None)
    assert card() == (None, None)


class TestTickets:
    def test_a_live_ticket_is_found_with_its_owner(self, database: Database) -> None:
        with database.transaction() as session:
            ticket = a_ticket(session, "hash")
        with database.reading() as session:
            for found in (tickets.live(session, "hash", NOW), tickets.live_by_id(session, ticket.id, NOW)):
                assert found is not None
                assert (found[0].id, found[1].user_id) == (ticket.id, "U0ANA")

    @pytest.mark.parametrize("after", [WEEK, WEEK + timedelta(seconds=1)])
    def test_an_expired_ticket_is_dead(self, database: Database, after: timedelta) -> None:
        with database.transaction() as session:
            ticket = a_ticket(session, "hash")
            assert tickets.live(session, "hash", NOW + WEEK - timedelta(microseconds=1)) is not None
            assert tickets.live(session, "hash", NOW + after) is None
            assert tickets.live_by_id(session, ticket.id, NOW + after) is None

    def test_a_closed_or_unknown_ticket_is_dead_but_still_has_an_owner(self, database: Database) -> None:
        with database.transaction() as session:
            ticket = a_ticket(session, "hash")
            tickets.close(session, [ticket.id], NOW)
            assert tickets.live(session, "hash", NOW) is None
            assert tickets.live_by_id(session, ticket.id, NOW) is None
            assert tickets.live(session, "other hash", NOW) is None
            owner = tickets.owner(session, ticket.id)
            assert isinstance(owner, Person)
            assert owner.id == ticket.person_id
            assert tickets.owner(session, "nothing") is None

    def test_others_are_the_persons_own_open_ones(self, database: Database) -> None:
        with database.transaction() as session:
            older_still, old = a_ticket(session, "1", now=NOW - WEEK), a_ticket(session, "2", now=NOW)
            closed, new = a_ticket(session, "3"), a_ticket(session, "4")
            a_ticket(session, "5", user_id="U0BEN")
            tickets.close(session, [closed.id], NOW)
            rest = tickets.others(session, new.person_id, new.id)
            assert [ticket.id for ticket in rest] == [older_still.id, old.id]
            assert len(tickets.others(session, new.person_id)) == 3

    def test_whoever_waited_for_their_turn_is_no_older_than_who_went_first(self, database: Database) -> None:
        with database.transaction() as session:
            first, second = a_ticket(session, "1", now=NOW), a_ticket(session, "2", now=NOW - WEEK)
            assert first.created_at < second.created_at

    def test_closing_again_keeps_the_first_time(self, database: Database) -> None:
        with database.transaction() as session:
            ticket = a_ticket(session)
            tickets.close(session, [ticket.id], NOW)
            tickets.close(session, [ticket.id], NOW + WEEK)
            tickets.close(session, [], NOW)
            session.refresh(ticket)
            assert ticket.closed_at == NOW

    def test_where_its_message_stands(self, database: Database) -> None:
        with database.transaction() as session:
            ticket = a_ticket(session)
            tickets.posted(session, ticket.id, "D1", "1.2")
            session.refresh(ticket)
            assert (ticket.channel, ticket.ts) == ("D1", "1.2")


class TestFlows:
    def test_whoever_brings_state_and_cookie_gets_the_whole_flow_once(self, database: Database) -> None:
        with database.transaction() as session:
            begun = a_flow(session)
        with database.transaction() as session:
            flow = flows.consume(session, state_hash="state", cookie_hash="cookie", provider="google", now=NOW)
        assert flow is not None
        assert (flow.id, flow.ticket_id, flow.verifier) == (begun.id, begun.ticket_id, b"sealed")
        assert flow.consumed_at == NOW
        with database.transaction() as session:
            assert flows.consume(session, state_hash="state", cookie_hash="cookie", provider="google", now=NOW) is None

    @pytest.mark.parametrize(
        ("state", "cookie", "provider", "after"),
        [
            ("other", "cookie", "google", timedelta()),
            ("state", "other", "google", timedelta()),
            ("state", "cookie", "slack", timedelta()),
            ("state", "cookie", "google", timedelta(minutes=10)),
        ],
    )
    def test_whoever_lacks_a_part_gets_nothing_and_burns_nothing(
        self, database: Database, state: str, cookie: str, provider: str, after: timedelta
    ) -> None:
        with database.transaction() as session:
            a_flow(session)
        with database.transaction() as session:
            stranger = flows.consume(session, state_hash=state, cookie_hash=cookie, provider=provider, now=NOW + after)
            assert stranger is None
        with database.transaction() as session:
            assert flows.consume(session, state_hash="state", cookie_hash="cookie", provider="google", now=NOW)

    def test_a_consumption_that_is_rolled_back_did_not_happen(self, database: Database) -> None:
        def fails() -> None:
            with database.transaction() as session:
                assert flows.consume(session, state_hash="state", cookie_hash="cookie", provider="google", now=NOW)
                raise ZeroDivisionError

        with database.transaction() as session:
            a_flow(session)
        with pytest.raises(ZeroDivisionError):
            fails()
        with database.transaction() as session:
            assert flows.consume(session, state_hash="state", cookie_hash="cookie", provider="google", now=NOW)

    def test_the_result_page_shows_the_latest_end(self, database: Database) -> None:
        def latest(cookie: str = "cookie") -> Flow | None:
            with database.reading() as session:
                return flows.latest_by_cookie(session, cookie)

        with database.transaction() as session:
            first = a_flow(session, "one")
            second = a_flow(session, "two", now=NOW + timedelta(minutes=1))
            third = a_flow(session, "three", now=NOW + timedelta(minutes=2))
        newest = latest()
        assert newest is not None
        assert newest.id == third.id
        for flow, outcome in ((first, "cancelled"), (second, "connected")):
            with database.transaction() as session:
                flows.finish(session, flow.id, outcome, account="ana@acme.example", missing="openid")
            ended = latest()
            assert ended is not None
            assert (ended.id, ended.outcome) == (flow.id, outcome)
            assert (ended.account, ended.missing) == ("ana@acme.example", "openid")
        assert latest("another browser") is None
