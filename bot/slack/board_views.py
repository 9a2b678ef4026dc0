"""The modal of `/calendar team`: counts, a page of people, and what can be done about them. Pure."""

import json
from collections.abc import Mapping
from datetime import datetime

from bot.domain.board import Board, Line, Look, Nudging
from bot.domain.health import Cause
from bot.domain.rollout import Stage, can_be_nudged
from bot.domain.tallies import Chart, NoChart
from bot.slack.blocks import (
    Block,
    Element,
    Mrkdwn,
    actions,
    button,
    confirm,
    context,
    day,
    divider,
    field,
    header,
    join,
    mention,
    option,
    picture,
    say,
    section,
    select,
    short,
    when,
)
from bot.slack.invite_views import OPEN as INVITE
from bot.slack.modals import modal, problem, wait
from bot.slack.views import View

BOARD = "team"
"""The callback id."""
OPEN = "team_open"
FILTER, SEARCH = "team_filter", "team_search"
NEXT, BACK = "team_next", "team_back"
NUDGE, NUDGE_ALL = "team_nudge", "team_nudge_all"
AGAIN, DOWNLOAD = "team_again", "team_download"

_TITLE = "Who is there yet?"
_ALL = "all"
_BAR = 20
_NAME_LIMIT, _SEARCH_LIMIT = 80, 100
# In the order of the bar: from those who are there to those who are not
_STAGES: dict[Stage, tuple[Mrkdwn, Mrkdwn]] = {
    Stage.CONNECTED: (say(":large_green_square:"), say("connected")),
    Stage.NO_CALENDAR: (say(":large_yellow_square:"), say("without a linked calendar")),
    Stage.BROKEN: (say(":large_red_square:"), say("broken")),
    Stage.OPENED: (say(":large_blue_square:"), say("on their way")),
    Stage.INVITED: (say(":large_purple_square:"), say("invited")),
    Stage.NOT_INVITED: (say(":white_large_square:"), say("not invited")),
    Stage.DECLINED: (say(":large_brown_square:"), say("declined")),
    Stage.LEFT: (say(":black_large_square:"), say("left")),
}
CAUSES = {
    Cause.GRANT_DEAD: say("Google no longer accepts our access"),
    Cause.SESSION_EXPIRED: say("Google asks for a fresh sign-in"),
    Cause.ADMIN_POLICY: say("kept out by their Google administrator"),
    Cause.SERVICE_OFF: say("Google Calendar is switched off"),
    Cause.PERMISSION_MISSING: say("a permission is missing"),
    Cause.CALENDAR_GONE: say("a chosen calendar is gone"),
    Cause.LOST_WRITE: say("the linked calendar can only be read"),
    Cause.EXPIRING: say("Google's permission ends"),
}
"""Why somebody is broken, as those read it who run the bot."""
_NO_CHART = {
    NoChart.TOO_EARLY: say("From the second day on a chart stands here."),
    NoChart.NOT_NOW: say("The chart is not there yet. “Draw anew” in a minute brings it."),
}


def loading() -> View:
    """What opens at once."""
    return wait(_TITLE, BOARD, "One moment…")


def refused(sentence: str) -> View:
    """Why there is nothing to see."""
    return problem(_TITLE, BOARD, sentence)


def board_view(board: Board, chart: Chart | NoChart | None = None) -> View:
    """All of it. The chart is for the whole; without one nothing is said of it."""
    look = board.look
    note = [context(say("{note}", note=board.note))] if board.note else []
    blocks = [section(summary(board.counts)), *_chart(chart), *note, _search(look), _filter(board), divider()]
    blocks += [_line(each, board) for each in board.lines] or [section(say("Nobody is here."))]
    blocks += _below(board)
    return modal(_TITLE, BOARD, blocks, submit="Search", metadata=dump(look))


def summary(counts: Mapping[Stage, int]) -> Mrkdwn:
    """A bar of everybody, and how many stand where."""
    shown = [stage for stage in _STAGES if counts.get(stage)]
    if not shown:
        return say("Nobody is known here yet: `/calendar invite` begins.")
    lines = (
        say("{sign} *{count}* {words}", sign=_STAGES[each][0], count=f"{counts[each]:,}", words=_STAGES[each][1])
        for each in shown
    )
    return say("{bar}\n{lines}", bar=_bar(counts), lines=join("   ", lines))


def spreadsheet(now: datetime) -> tuple[str, str, Mrkdwn]:
    """The file's name, its title, and what is said with it."""
    said = say(
        "Everybody of this workspace, as of {now}. It names people and their e-mail addresses: please keep it so.",
        now=when(now),
    )
    return f"calendars-{now:%Y-%m-%d}.csv", "Who is there yet?", said


def on_home(counts: Mapping[Stage, int]) -> list[Block]:
    """The admins' part of the Home tab."""
    return [
        divider(),
        header("Rolling out"),
        section(summary(counts)),
        actions(button("Who is there yet?", OPEN), button("Invite people…", INVITE)),
    ]


def said(nudging: Nudging) -> str:
    """What was done, in a sentence or two."""
    if not nudging.asked and not nudging.lately:
        return "There is nothing for them to do just now."
    asked = f"{nudging.asked:,} asked." if nudging.asked else "Nobody was asked."
    lately = f" {nudging.lately:,} were asked within a day already." if nudging.lately else ""
    return asked + lately


def read_search(values: object) -> str:
    """What stands in the search field."""
    entry = values.get(SEARCH) if isinstance(values, Mapping) else None
    typed = entry.get(SEARCH) if isinstance(entry, Mapping) else None
    text = typed.get("value") if isinstance(typed, Mapping) else None
    return text[:_SEARCH_LIMIT] if isinstance(text, str) else ""


def read_stage(value: object) -> Stage | None:
    """The stage that was chosen; None: all of them."""
    return Stage(value) if isinstance(value, str) and value in set(Stage) else None


def dump(look: Look) -> str:
    """What is looked at, as it goes along with the view."""
    return json.dumps([look.stage, look.search, list(look.trail)], separators=(",", ":"))


def load(metadata: object) -> Look:
    """What came along."""
    try:
        stage, search, trail = json.loads(str(metadata))
        return Look(read_stage(stage), str(search)[:_SEARCH_LIMIT], tuple(str(each) for each in trail))
    except (ValueError, TypeError):
        return Look()


def _bar(counts: Mapping[Stage, int]) -> Mrkdwn:
    """Squares in proportion; everybody who is there at all has one."""
    known = {stage: counts.get(stage, 0) for stage in _STAGES if stage is not Stage.LEFT}
    total = sum(known.values())
    if not total:
        return say("")
    squares = {stage: max(count * _BAR // total, 1) for stage, count in known.items() if count}
    largest = max(squares, key=lambda stage: known[stage])
    squares[largest] = max(1, squares[largest] + _BAR - sum(squares.values()))
    return join("", (_STAGES[stage][0] for stage, count in squares.items() for _ in range(count)))


def _chart(chart: Chart | NoChart | None) -> list[Block]:
    match chart:
        case Chart():
            return [picture(chart.file_id, chart.words)]
        case NoChart():
            return [context(_NO_CHART[chart])]
        case None:
            return []


def _search(look: Look) -> Block:
    typed: Element = {
        "type": "plain_text_input",
        "action_id": SEARCH,
        "max_length": _SEARCH_LIMIT,
    }
    if look.search:
        typed["initial_value"] = short(look.search, _SEARCH_LIMIT)
    return field(SEARCH, "Name or e-mail address", typed, optional=True)


def _filter(board: Board) -> Block:
    everybody = option("Everybody", _ALL)
    stages = {
        stage: option(f"{words.capitalize()} ({board.counts.get(stage, 0):,})", stage.value)
        for stage, (_, words) in _STAGES.items()
    }
    chosen = stages[board.look.stage] if board.look.stage else everybody
    menu = select("static_select", FILTER, "Show", options=[everybody, *stages.values()], initial_option=chosen)
    return actions(menu, *_nudge_all(board), button("Draw anew", AGAIN), button("Download CSV", DOWNLOAD))


def _nudge_all(board: Board) -> list[Element]:
    stage = board.look.stage
    if stage is None or not board.counts.get(stage) or not can_be_nudged(stage, None):
        return []
    question = confirm(
        "Ask all of them?",
        say(
            "Up to {count} people get a direct message. Whoever was asked within a day is left out.",
            count=f"{board.counts[stage]:,}",
        ),
        yes="Ask them",
        no="Not now",
    )
    return [button("Nudge all of these", NUDGE_ALL, value=stage.value, confirm=question)]


def _line(line: Line, board: Board) -> Block:
    sign, words = _STAGES[line.stage]
    who = say(
        "{sign} *{name}* ({mention})", sign=sign, name=short(line.name, _NAME_LIMIT), mention=mention(line.user_id)
    )
    guest = say(", guest") if line.is_guest else say("")
    text = say("{who}{guest}: {words}{more}", who=who, guest=guest, words=words, more=_more(line))
    nudge = button("Nudge", NUDGE, value=line.user_id) if line.can_be_nudged(board.now) else None
    return section(text, nudge, f"person-{line.person_id}")


def _more(line: Line) -> Mrkdwn:
    """Why, and since when."""
    since = say(", since {day}", day=day(line.since)) if line.since else say("")
    if line.stage is Stage.BROKEN and line.cause is not None:
        return say("\n{cause}{since}", cause=CAUSES[line.cause], since=since)
    if line.stage in (Stage.INVITED, Stage.OPENED) and line.invited_at:
        return say(", asked {day}", day=day(line.invited_at))
    return say("")


def _below(board: Board) -> list[Block]:
    turning = [button("Back", BACK)] if board.look.trail else []
    if board.more and board.lines:
        turning.append(button("More", NEXT, value=board.lines[-1].person_id))
    return [actions(*turning)] if turning else []
