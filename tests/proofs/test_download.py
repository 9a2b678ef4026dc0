"""A company of 100,000: its download takes no more memory than one batch of it, and its board comes within seconds."""

import tracemalloc
from tempfile import TemporaryFile
from time import perf_counter

from sqlalchemy import insert

from bot.domain.board import Look
from bot.services.board import TeamBoard
from bot.slack.board_views import board_view
from handlers import reports
from storage import tallies
from storage.database import Database
from storage.tables import Person, new_id
from tests.proofs.scale import SCALE, size
from tests.sandbox.clock import SandboxClock
from tests.sandbox.slack.blocks import check_view

PEOPLE = size(100_000)
TEAM, OTHER = "T0ACME", "T0OTHER"
MOST_MEMORY = 16_000_000
SOON = 3.0


def gathered(database: Database, clock: SandboxClock) -> None:
    """So many people in one workspace, with the same ids as in another."""
    now = clock.now()
    with database.transaction() as session:
        for team in (TEAM, OTHER):
            for start in range(0, PEOPLE, 1000):
                rows = [
                    {
                        "id": new_id(),
                        "team_id": team,
                        "user_id": f"U{number:06}",
                        "name": f"Åsa {team} {number:06}",
                        "email": f"asa{number:06}@{team.lower()}.example",
                        "created_at": now,
                        "invited_at": now if number % 2 else None,
                    }
                    for number in range(start, min(start + 1000, PEOPLE))
                ]
                session.connection().execute(insert(Person), rows)


def test_everybody_is_written_down_in_bounded_memory_and_nobody_of_another_workspace(database: Database) -> None:
    clock = SandboxClock()
    gathered(database, clock)
    board = TeamBoard(database, clock)
    tracemalloc.start()
    with TemporaryFile() as file:
        assert reports.write_csv(file, ((TEAM, line) for line in board.everybody(TEAM))) == PEOPLE
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        file.seek(0)
        lines = file.read().decode("utf-8-sig").splitlines()
    assert peak < MOST_MEMORY
    assert len(lines) == PEOPLE + 1
    assert not [line for line in lines if OTHER in line]
    started = perf_counter()
    with database.reading() as session:
        counted = tallies.count(session, TEAM, clock.now().date())
    assert (counted.connected, counted.invited, counted.broken) == (0, PEOPLE // 2, 0)
    for look in (Look(), Look(search=f"ÅSA {TEAM} 000007")):
        drawn = board.look(TEAM, look)
        check_view(board_view(drawn))
        assert drawn.lines
    if SCALE >= 100:  # elsewhere the machine's pace proves nothing
        assert perf_counter() - started < 3 * SOON
