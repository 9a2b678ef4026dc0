"""What many threads ask for at once and only one may have. Real threads, both databases."""

from sqlmodel import select

from storage import connections, flows, people, tickets, work
from storage.connections import AccountHeld
from storage.database import Database
from storage.tables import Connection, Person, Ticket
from tests.storage.rows import NOW, a_flow, a_person, at_once, connect


def test_a_state_is_consumed_by_exactly_one_of_fifty(database: Database) -> None:
    with database.transaction() as session:
        flow_id = a_flow(session).id

    def come_back(_: int) -> str | None:
        with database.transaction() as session:
            flow = flows.consume(session, state_hash="state", cookie_hash="cookie", provider="google", now=NOW)
            return flow.id if flow else None

    results = at_once(50, come_back)
    assert results.count(flow_id) == 1
    assert results.count(None) == 49


def test_a_key_is_claimed_by_exactly_one_of_fifty(database: Database) -> None:
    def claim(_: int) -> bool:
        with database.transaction() as session:
            return work.claim_once(session, "event", NOW)

    assert at_once(50, claim).count(True) == 1


def test_a_new_person_met_twenty_times_at_once_is_one_person(database: Database) -> None:
    def meet(_: int) -> str:
        with database.transaction() as session:
            return people.ensure(session, "T0ACME", "U0ANA", NOW).id

    ids = at_once(20, meet)
    assert len(set(ids)) == 1
    with database.reading() as session:
        assert [person.id for person in session.exec(select(Person))] == ids[:1]


def test_a_google_account_wanted_by_twenty_is_had_by_one(database: Database) -> None:
    def want(number: int) -> bool:
        try:
            with database.transaction() as session:
                connect(session, f"U{number}", "sub-1")
        except AccountHeld:
            return False
        return True

    assert at_once(20, want).count(True) == 1
    with database.reading() as session:
        assert len(session.exec(select(Connection)).all()) == 1


def test_a_person_connecting_in_twenty_tabs_has_one_connection_whose_grant_is_bound_to_it(database: Database) -> None:
    """The grant is sealed for the row's id, so an id reserved by the loser of a race must not be used."""
    with database.transaction() as session:
        session.add(a_person())

    def one_tab(number: int) -> None:
        with database.transaction() as session:
            person = people.ensure(session, "T0ACME", "U0ANA", NOW)
            reserved = connections.reserve_id(session, person.id)
            connections.connect(
                session,
                id=reserved,
                person_id=person.id,
                team_id="T0ACME",
                google_sub=f"sub-{number}",
                google_email="ana@acme.example",
                hosted_domain=None,
                scopes="openid",
                grant=reserved.encode(),
                token_hash="hash",
                token_prefix="prefix",
                refresh_expires_at=None,
                now=NOW,
            )

    at_once(20, one_tab)
    with database.reading() as session:
        row = session.exec(select(Connection)).one()
        assert row.grant == row.id.encode()
        assert row.token_version == 20


def test_of_links_asked_for_at_once_one_stays_open(database: Database) -> None:
    with database.transaction() as session:
        session.add(a_person())

    def ask(number: int) -> None:
        with database.transaction() as session:
            person = people.ensure(session, "T0ACME", "U0ANA", NOW)
            ticket = tickets.open_for(session, person, f"secret-{number}", NOW, NOW)
            tickets.close(session, [old.id for old in tickets.others(session, person.id, ticket.id)], NOW)

    at_once(20, ask)
    with database.reading() as session:
        everyone = session.exec(select(Ticket)).all()
        assert len(everyone) == 20
        assert [ticket.closed_at for ticket in everyone].count(None) == 1


def test_choices_saved_at_once_leave_one_of_them_whole(database: Database) -> None:
    with database.transaction() as session:
        connection_id = connect(session, "U0ANA", "sub-1").id

    def save(number: int) -> None:
        with database.transaction() as session:
            name = f"choice {number}"
            conflicts = [(f"c{other}", name) for other in range(5)]
            connections.replace_picks(session, connection_id, ("primary", name), conflicts)

    at_once(20, save)
    with database.reading() as session:
        saved = connections.picks(session, connection_id)
        assert len(saved) == 6
        assert len({pick.name for pick in saved}) == 1
