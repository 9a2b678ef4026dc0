"""The bench's plumbing, at its smallest. What it measures is no matter here."""

import os
import subprocess
import sys
from datetime import UTC, datetime

from tests.bench import chart, report
from tests.bench.rows import Figure, Row, people_a_second, percentile_99
from tests.bench.slot_finders import Question, agreed

_NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)
ROWS = [
    Row("P4", "A burst", Figure("ours", (0.3, 0.5, 0.4)), (Figure("bare", (0.2, 0.2, 0.2)),), 2, is_ratio=True),
    Row("P10", "A start", Figure("ours", (3.5,)), (Figure("imports", (1.5,)),), 3, is_ratio=False),
]


def test_every_goal_has_its_row() -> None:
    tiny = ["--quick", "--rounds", "1", "--commands", "4", "--people", "200", "--revocations", "1", "--bookings", "8"]
    wide = {**os.environ, "COLUMNS": "1000"}  # what is looked for below is not to be broken over lines
    command = [sys.executable, "-m", "tests.bench", *tiny]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=wide)
    assert done.returncode == 0, done.stderr
    for goal in ("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P9", "P10"):
        assert goal in done.stdout
    for wrong in ("asked for", "not answered", "never worked on", "Written down"):
        assert wrong not in done.stdout


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    assert (ROWS[0].ratio, ROWS[0].is_met) == (2.0, True)


def test_a_goal_in_seconds_is_ours_alone() -> None:
    assert not ROWS[1].is_met


def test_a_goal_may_be_to_be_faster() -> None:
    slow = (Figure("loop", (20.0, 10.0, 20.0), people_a_second),)
    row = Row("P1", "", Figure("ours", (1200.0, 300.0, 1000.0), people_a_second), slow, 50, True, more_is_better=True)
    assert (row.value, row.bound, row.share, row.is_met) == ("50x", "\u2265 50x", 1.0, True)


def test_a_goal_may_be_for_every_single_one() -> None:
    row = Row("P9", "A message", Figure("ours", (5.0, 700.0, 10.0)), (), 600, is_ratio=False, by_worst=True)
    assert (row.told, row.bound, row.is_met) == ("10.00 s, at worst 11.7 min", "\u2264 10 min", False)


def test_what_spoils_a_goal_is_said() -> None:
    row = Row("P4", "A burst", Figure("ours", (0.1,)), (Figure("bare", (0.1,)),), 2, is_ratio=True, broken="3 late")
    assert not row.is_met
    assert "not met: 3 late" in report.page([row], rounds=1, now=_NOON, load=None)


def test_one_in_a_hundred_may_be_later() -> None:
    assert percentile_99([*range(1, 100), 1000]) == 99
    assert percentile_99([1, 2, 3]) == 3


def test_all_who_look_for_slots_find_the_same() -> None:
    """The assertion before P6: three people of three zones, over the change of the clocks in March."""
    assert len(agreed(Question.of(people=3, days=35))) > 20


def test_the_picture_says_in_words_what_it_shows() -> None:
    assert "<title>P4: 2.00x, goal \u2264 2x; P10: 3.50 s, goal &lt; 3 s</title>" in chart.drawn(ROWS)
