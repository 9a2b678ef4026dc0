"""The roster: stages, pages, searches and nudges, each within one workspace."""

from datetime import timedelta

from sqlmodel import Session

from storage import roster
from storage.database import Database
from tests.storage.rows import NOW, at_once, connect, judge

DAY = timedelta(days=1)
HERE, THERE = "T0ACME", "T0OTHER"


def keep(session: Session, team_id: str, *names: str, **more: object) -> None:
    """People called so; their ids are the same in every workspace."""
    people = [
        {"user_id": f"U0{name.upper()}", "name": name, "email": f"{name.lower()}@{team_id.lower()}.example", **more}
        for name in names
    ]
    roster.keep(session, team_id, people, NOW)


def names(session: Session, **asked: object) -> list[str]:
    return [each.name for each in roster.page(session, HERE, **asked)]  # type: ignore[arg-type]  # as page has it


def ids(session: Session) -> dict[str, str]:
    return {each.name: each.person_id for each in roster.page(session, HERE, limit=1000)}


def test_stages_follow_what_happened(database: Database) -> None:
    with database.transaction() as session:
        keep(session, HERE, "Ana", "Ben", "Cleo", "Dan", "Eve", "Fay")
        known = ids(session)
        roster.note(session, known["Ben"], invited_at=NOW)
        roster.note(session, known["Cleo"], invited_at=NOW, opened_at=NOW)
        roster.note(session, known["Dan"], invited_at=NOW, declined_at=NOW)
        judge(session, connect(session, "U0EVE", "eve"), "needs_reconnect", cause="grant_dead")
        connect(session, "U0FAY", "fay")
    with database.reading() as session:
        stages = {each.name: (each.stage, each.cause) for each in roster.page(session, HERE)}
        assert stages == {
            "Ana": ("not_invited", None),
            "Ben": ("invited", None),
            "Cleo": ("opened", None),
            "Dan": ("declined", None),
            "Eve": ("broken", "grant_dead"),
            "Fay": ("no_calendar", None),
        }
        assert roster.count_by_stage(session, HERE) == dict.fromkeys((stage for stage, _ in stages.values()), 1)


def test_two_workspaces_with_the_same_ids_never_meet(database: Database) -> None:
    with database.transaction() as session:
        keep(session, HERE, "Ana", "Ben")
        keep(session, THERE, "Ana", "Ben", "Cleo")
        mine = ids(session)
        theirs = {each.name: each.person_id for each in roster.page(session, THERE)}
        assert roster.claim_nudges(session, HERE, list(theirs.values()), NOW, NOW - DAY) == set()
        assert roster.name_of(session, HERE, theirs["Ana"]) is None
    with database.reading() as session:
        assert sum(roster.count_by_stage(session, HERE).values()) == 2
        assert sum(roster.count_by_stage(session, THERE).values()) == 3
        found = roster.member(session, HERE, "U0ANA")
        assert found is not None
        assert (found.person_id, found.email) == (mine["Ana"], "ana@t0acme.example")
        assert roster.member(session, HERE, "U0CLEO") is None
        assert {each[0] for each in roster.candidates(session, HERE)} == set(mine.values())


def test_pages_hold_everybody_once_even_those_who_share_a_name(database: Database) -> None:
    with database.transaction() as session:
        people = [{"user_id": f"U{number:03}", "name": f"Name {number // 10}"} for number in range(95)]
        roster.keep(session, HERE, people, NOW)
    seen: list[str] = []
    after: tuple[str, str] | None = None
    with database.reading() as session:
        while page := roster.page(session, HERE, after=after, limit=20):
            seen += [each.user_id for each in page]
            after = (page[-1].name, page[-1].person_id)
    assert sorted(seen) == [f"U{number:03}" for number in range(95)]


def test_a_search_is_for_what_was_typed_and_no_pattern(database: Database) -> None:
    with database.transaction() as session:
        keep(session, HERE, "Ana", "Ben", "B%n", "B_n")
        assert names(session, search="AN") == ["Ana"]
        assert names(session, search="ben@t0") == ["Ben"]
        assert names(session, search="%") == ["B%n"]
        assert names(session, search="_") == ["B_n"]


def test_bots_are_nobody_and_guests_only_once_they_were_met(database: Database) -> None:
    with database.transaction() as session:
        keep(session, HERE, "Bot", is_bot=True)
        keep(session, HERE, "Gus", "Guy", is_guest=True)
        guest = roster.member(session, HERE, "U0GUS")
        assert guest is not None
        roster.note(session, guest.person_id, invited_at=NOW)
        assert names(session) == ["Gus"]


def test_nobody_is_nudged_twice_within_a_day_however_many_ask_at_once(database: Database) -> None:
    with database.transaction() as session:
        keep(session, HERE, "Ana", "Ben")
        everybody = list(ids(session).values())

    def claim(_: int) -> set[str]:
        with database.transaction() as session:
            return roster.claim_nudges(session, HERE, everybody, NOW, NOW - DAY)

    claimed = [person for mine in at_once(4, claim) for person in mine]
    assert sorted(claimed) == sorted(everybody)
    with database.transaction() as session:
        assert roster.claim_nudges(session, HERE, everybody, NOW + DAY, NOW) == set(everybody)
