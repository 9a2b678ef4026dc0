"""The table: on the terminal, and in docs/bench.md with what one must know to read it."""

import platform
from collections.abc import Iterable
from datetime import datetime

from rich.table import Table

from tests.bench.cores import usable
from tests.bench.rows import Figure, Row


def table(rows: Iterable[Row]) -> Table:
    """For the terminal."""
    made = Table(title="Side by side, in one run", title_justify="left")
    for heading in ("goal", "what", "ours", "the others", "ratio", "goal is", ""):
        made.add_column(heading, justify="right" if heading in {"ours", "ratio"} else "left")
    for row in rows:
        made.add_row(row.goal, row.what, row.told, "\n".join(_others(row)), _ratio(row), row.bound, _verdict(row))
    return made


def page(rows: Iterable[Row], *, rounds: int, now: datetime, load: float | None) -> str:
    """docs/bench.md."""
    rows = list(rows)
    cells = [
        (row.goal, row.what, row.told, "<br>".join(_others(row)), _ratio(row), row.bound, _verdict(row)) for row in rows
    ]
    heading = ("", "what", "ours", "the others", "ratio", "goal", "")
    return "\n".join(
        [
            "# Speed",
            "",
            f"`make bench` measured this on {now.day} {now:%B %Y}: {_machine(load)}.",
            f"{rounds} interleaved rounds, medians.",
            "A ratio is the median of the rounds' own ratios; absolute times are the machine's.",
            "",
            "![Each goal, and how near we come to it](bench.svg)",
            "",
            *(_line(each) for each in (heading, ("---",) * len(heading), *cells)),
            "",
            "## Spread",
            "",
            *(_line(each) for each in (("", "what", "from best to worst"), ("---",) * 3, *_spreads(rows))),
            "",
            _HOW,
        ]
    )


_HOW = """\
## How it is measured

- P1 to P3 go over TLS to a process on the other core that answers two questions, a refresh and the calendar list of
  four entries, and counts who asked which: each person exactly one of each, or the goal is missed. Its certificate is
  made for the run and stands in one file with the public authorities, as it would in a company. In a round ours and
  raw aiohttp look at 2,000 people, the loop at 50 of them; a round before the first one does not count.
- Ours is the sweep of the bot as it is wired for `calendar-bot serve`, on an SQLite file with two calendars picked
  each: claimed in batches, grants opened, 16 looks at once, judged, written back. The loop takes a row, refreshes
  google-auth's Credentials, builds a service, lists, and commits, as the libraries' examples do. Raw aiohttp makes the
  same two requests as ours, 16 at once over connections that are kept, and reads the JSON; it has no database.
- P2 is the process's own processor time, all threads. P3 is the most memory that a fresh process ever had resident. The
  larger sweep lasts 13 minutes of Google's allowance for a project, on a clock that is moved when one is used up.
- P6 asks the same question of all three, in one process and by its processor time. What is busy is known already, as
  aware datetimes. Ours and `portion` sort; the loop looks at each half hour, each person, and each of their events
  until one is in the way. The slots have to be the same before anything is timed.
- P7 asks for half hours at random within sixty days, all of one person's time, from four processes at once, and another
  person's in each round. Ours is what accepts an appointment: the row, who takes part, and a row for each five minutes,
  in one transaction. The other one, which is wrong, looks for what overlaps, inserts the row and who takes part, and
  commits, on files kept alike. Both write through SQLAlchemy; its doubles are counted afterwards, ours must be none.
- P9 revokes a grant of one of three people in the sandbox, at any moment of the period, and looks when the message
  says it was sent. Time is simulated: what passes is what the bot waits for, and the work itself. How long Google takes
  to send its event is Google's. The rows with and without are of the same run, by turns.
- Every server is a process of its own on one core, where the system lets us choose; what sends, and the stand-ins for
  Slack and Google, are on the other. All the commands of a burst are sent at once, each on a connection of its own,
  signed as Slack signs, by aiohttp, whose own work (some 0.2 ms a command) is a part of every figure.
- Ours is `calendar-bot serve` on an SQLite file, with every listener, redaction, access line and security header. Half
  the commands ask for help, half for the status, in the names of 105 people, two of them connected.
  Bolt's apps prove the same signature and answer a sentence. Bare Starlette proves the signature and answers nothing:
  it is the scale of P4.
- A burst is over when every command was answered through its response_url; the next one waits for that. The work of P5
  is spent there, in the stand-in for Slack; the scale of P5 is our own burst without it.
- P10 starts each program once before it counts. Importing the libraries is the part that we cannot shorten.
"""


def _others(row: Row) -> list[str]:
    return [_told(row, other) for other in row.others]


def _told(row: Row, other: Figure) -> str:
    beside = f" ({row.ratio_of(other):.1f}x)" if row.is_ratio and other is not row.others[0] else ""
    return f"{other.name} {other.told}{beside}"


def _ratio(row: Row) -> str:
    return row.value if row.is_ratio else ""


def _verdict(row: Row) -> str:
    return "met" if row.is_met else f"not met{f': {row.broken}' if row.broken else ''}"


def _spreads(rows: Iterable[Row]) -> list[tuple[str, ...]]:
    return [(row.goal, figure.name, figure.spread) for row in rows for figure in (row.ours, *row.others)]


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _machine(load: float | None) -> str:
    cores = usable()
    busy = "" if load is None else f", with {load:.1f} other processes at work on average"
    return (
        f"{cores} core{'s' if cores > 1 else ''} ({platform.machine()}), {platform.system()}, "
        f"Python {platform.python_version()}{busy}"
    )
