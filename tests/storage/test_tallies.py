"""The day's counts: right, once a day, each workspace its own; and searches that know more letters than A to Z."""

from datetime import date, timedelta

from storage import roster, tallies
from storage.database import Database
from storage.rollout_tables import Tally
from tests.storage.rows import NOW, at_once, connect, judge
from tests.storage.test_roster import HERE, THERE, ids, keep, names

DAY = timedelta(days=1)
TODAY = NOW.date()


def counts(tally: Tally) -> tuple[int, int, int]:
    return tally.connected, tally.invited, tally.broken


def test_each_counts_by_where_they_stand_on_the_board_and_who_has_left_no_more(database: Database) -> None:
    with database.transaction() as session:
        keep(session, HERE, "Ana", "Ben", "Cleo", "Dan", "Eve")
        keep(session, HERE, "Left", deactivated_at=NOW)
        keep(session, HERE, "Robot", is_bot=True)
        keep(session, THERE, "Ana", "Ben")
        known = ids(session)
        for name in ("Ben", "Left"):
            roster.note(session, known[name], invited_at=NOW)
        roster.note(session, known["Cleo"], invited_at=NOW, declined_at=NOW)
        connect(session, "U0DAN", "dan")
        judge(session, connect(session, "U0EVE", "eve"), "needs_reconnect", cause="grant_dead")
        assert counts(tallies.count(session, HERE, TODAY)) == (1, 4, 1)
        assert counts(tallies.count(session, THERE, TODAY)) == (0, 0, 0)
        assert [each.name for each in roster.broken_longest(session, HERE, 5)] == ["Eve"]
        assert roster.broken_longest(session, THERE, 5) == []
        assert tallies.began_before(session, HERE, NOW + DAY)
        assert not tallies.began_before(session, HERE, NOW)
        assert not tallies.began_before(session, THERE, NOW + DAY)


def test_a_day_is_written_by_many_at_once_and_stands_there_once(database: Database) -> None:
    def write(number: int) -> None:
        with database.transaction() as session:
            tallies.keep(session, Tally(team_id=HERE, day=TODAY, connected=number % 2, invited=8, broken=0))

    at_once(8, write)
    with database.transaction() as session:
        for day in (TODAY - DAY, TODAY - 800 * DAY, date(2020, 1, 1)):
            tallies.keep(session, Tally(team_id=HERE, day=day, connected=0, invited=1, broken=0))
        tallies.keep(session, Tally(team_id=THERE, day=TODAY, connected=0, invited=5, broken=0))
        assert tallies.purge(session, TODAY - 731 * DAY) == 2
    with database.reading() as session:
        assert [(each.day, each.invited) for each in tallies.since(session, HERE, TODAY - 999 * DAY)] == [
            (TODAY - DAY, 1),
            (TODAY, 8),
        ]
        latest = tallies.latest(session, HERE, TODAY + 9 * DAY)
        assert latest is not None
        assert latest.day == TODAY


def test_a_search_takes_capitals_of_every_alphabet_for_their_small_letters(database: Database) -> None:
    with database.transaction() as session:
        keep(session, HERE, "Álvaro Ñúñez", "ÅSA", "Жанна", "Strauß")
        for typed in ("álv", "ÑÚÑ", "åsa", "жАН", "STRAUß"):
            assert len(names(session, search=typed)) == 1, typed
        assert names(session, search="a%") == []
