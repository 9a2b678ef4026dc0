"""Rounds of invitations: nobody is on their way to being invited twice, and nobody's ladder runs twice."""

from sqlmodel import select

from storage import ledger, people, rounds
from storage.database import Database, Session
from storage.rollout_tables import Invitation, Round
from tests.storage.rows import NOW

HERE, THERE = "T0ACME", "T0OTHER"


def crowd(session: Session, count: int = 3, team_id: str = HERE) -> list[str]:
    return [people.ensure(session, team_id, f"U{number:05}", NOW).id for number in range(count)]


def sends(session: Session, asked: rounds.Asked) -> None:
    """It goes out, and the next step is due at once."""
    assert ledger.trying(session, Invitation, asked.id, "lease", NOW)
    rounds.sent(session, asked, "D0", "1.0", NOW, NOW)


def claim(session: Session, limit: int = 10) -> list[rounds.Asked]:
    return rounds.claim(session, now=NOW, lease="lease", until=NOW.replace(year=2027), limit=limit)


def test_who_is_on_their_way_is_known(database: Database) -> None:
    with database.transaction() as session:
        ids = crowd(session, 2500)
        rounds.start(session, HERE, "U0ADA", NOW, ids[:2000], {})
        assert rounds.waiting(session, ids) == set(ids[:2000])


def test_an_invitation_anew_ends_the_older_ladder(database: Database) -> None:
    with database.transaction() as session:
        (ana,) = crowd(session, 1)
        first = rounds.start(session, HERE, "U0ADA", NOW, [ana], {})
        (asked,) = claim(session)
        sends(session, asked)
        rounds.start(session, HERE, "U0ADA", NOW, [ana], {})
        steps = session.exec(select(Invitation.step, Invitation.reason).where(Invitation.round_id == first.id)).all()
        assert sorted(steps) == [(0, None), (1, "newer")]
        assert [each.step for each in claim(session)] == [0]


def test_a_nudge_is_delivered_though_its_round_is_over_and_is_never_shown_as_one_under_way(database: Database) -> None:
    with database.transaction() as session:
        ana, ben, _ = crowd(session)
        rounds.nudge(session, HERE, "U0ADA", NOW, {ana: 9, ben: 0})
        assert rounds.unfinished(session) == []
        assert [(each.step, each.started_by) for each in claim(session)] == [(0, "U0ADA"), (9, "U0ADA")]


def test_a_stopped_round_sends_nothing_more_and_another_workspace_has_no_say(database: Database) -> None:
    with database.transaction() as session:
        begun = rounds.start(session, HERE, "U0ADA", NOW, crowd(session), {})
        assert rounds.of(session, THERE, begun.id) is None
        assert rounds.turn(session, begun.id, (rounds.RUNNING,), rounds.PAUSED, NOW)
        assert claim(session) == []
        assert rounds.turn(session, begun.id, (rounds.RUNNING, rounds.PAUSED), rounds.STOPPED, NOW)
        assert not rounds.turn(session, begun.id, (rounds.RUNNING, rounds.PAUSED), rounds.RUNNING, NOW)
        assert claim(session) == []
        assert rounds.outcomes(session, begun.id) == {rounds.SKIPPED: 3}


def test_two_processes_never_get_the_same_invitation(database: Database) -> None:
    with database.transaction() as session:
        rounds.start(session, HERE, "U0ADA", NOW, crowd(session, 30), {})
    with database.transaction() as session:
        first = claim(session, 20)
    with database.transaction() as session:
        second = claim(session, 20)
        assert session.exec(select(Round.total)).one() == 30
    assert len({each.id for each in (*first, *second)}) == 30
