"""What `calendar-bot status` and `audit` print: for people, and for programs. Streamed: a company may be large."""

import csv
import io
import json
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

from bot.domain.board import Line
from bot.domain.picks import clean
from bot.domain.rollout import Stage

_FIELDS = ("team", "user", "name", "email", "guest", "stage", "cause", "since", "account", "invited_at", "nudged_at")
_WORDS = {
    Stage.CONNECTED: "connected",
    Stage.NO_CALENDAR: "connected, without a linked calendar",
    Stage.BROKEN: "broken",
    Stage.OPENED: "on their way",
    Stage.INVITED: "invited",
    Stage.NOT_INVITED: "not invited",
    Stage.DECLINED: "declined",
    Stage.LEFT: "left",
}
# A spreadsheet takes what begins like this for a formula, and people choose their own names.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Act:
    """One line of the audit log."""

    at: datetime
    team_id: str
    user_id: str
    action: str
    detail: Mapping[str, str]


def counted(team_id: str, counts: Mapping[Stage, int]) -> Iterator[str]:
    """How many people of a workspace stand where."""
    yield f"{team_id}: {sum(counts.values()):,} people"
    for stage, words in _WORDS.items():
        if counts.get(stage):
            yield f"  {counts[stage]:>7,}  {words}"


def broken(line: Line) -> str:
    """Somebody whose connection does not work, why, and since when."""
    since = f", since {line.since:%d %B %Y, %H:%M} UTC" if line.since else ""
    return f"  {clean(line.name)} ({line.user_id}, {clean(line.account or '')}): {line.cause or 'broken'}{since}"


def as_json(people: Iterable[tuple[str, Line]]) -> Iterator[str]:
    """One array of objects, an object a line."""
    return _array(dict(zip(_FIELDS, _values(team_id, line), strict=True)) for team_id, line in people)


def as_csv(people: Iterable[tuple[str, Line]]) -> Iterator[str]:
    """A line a person, with a heading."""
    yield _row(_FIELDS)
    for team_id, line in people:
        yield _row(_harmless(value) for value in _values(team_id, line))


def write_csv(file: BinaryIO, people: Iterable[tuple[str, Line]]) -> int:
    """The same as a file for spreadsheets, which take UTF-8 for something else unless it begins so; how many people."""
    file.write(BOM_UTF8)
    lines = -1  # the heading is nobody
    for row in as_csv(people):
        file.write(f"{row}\r\n".encode())
        lines += 1
    return lines


def acts(log: Iterable[Act]) -> Iterator[str]:
    """The audit log, a line each."""
    for act in log:
        detail = " ".join(f"{name}={clean(value)}" for name, value in act.detail.items())
        yield f"{act.at:%Y-%m-%d %H:%M:%S} UTC  {act.team_id} {act.user_id or '-'}  {act.action}  {detail}".rstrip()


def acts_as_json(log: Iterable[Act]) -> Iterator[str]:
    """The same for programs."""
    return _array(
        {
            "at": _moment(act.at),
            "team": act.team_id,
            "user": act.user_id,
            "action": act.action,
            "detail": {**act.detail},
        }
        for act in log
    )


def _values(team_id: str, line: Line) -> tuple[Any, ...]:
    return (
        team_id,
        line.user_id,
        line.name,
        line.email,
        line.is_guest,
        line.stage.value,
        line.cause.value if line.cause else None,
        _moment(line.since),
        line.account,
        _moment(line.invited_at),
        _moment(line.nudged_at),
    )


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None


def _array(objects: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    before = "["
    for each in objects:
        yield before + json.dumps(each, ensure_ascii=False)
        before = ","
    yield "]" if before == "," else "[]"


def _row(values: Iterable[object]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(values)
    return written.getvalue()


def _harmless(value: object) -> object:
    text = clean(value) if isinstance(value, str) else value
    return f"'{text}" if isinstance(text, str) and text.startswith(_FORMULA) else text
