"""The modal of `/calendar team`: counts, a page of people, and what can be done about them. Pure."""

import json
from collections.abc import Mapping
from datetime import datetime

from bot.domain.board import Board, Line, Look, Nudging
from bot.domain.rollout import Stage, can_be_nudged
from bot.domain.tallies import Chart, NoChart
from bot.slack import stages
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
    mention,
    option,
    picture,
    say,
    section,
    select,
    short,
)
from bot.slack.invite_views import OPEN as INVITE
from bot.slack.modals import modal, problem, wait
from bot.slack.views import View

BOARD = "team"
"""The callback id."""
OPEN = stages.OPEN
FILTER, SEARCH = "team_filter", "team_search"
NEXT, BACK = "team_next", "team_back"
NUDGE, NUDGE_ALL = "team_nudge", "team_nudge_all"
AGAIN, DOWNLOAD = "team_again", "team_download"

_TITLE = "Who is there yet?"
_ALL = "all"
_NAME_LIMIT, _SEARCH_LIMIT = 80, 100
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
    blocks = [section(stages.summary(board.counts)), *_chart(chart), *note, _search(look), _filter(board), divider()]
    blocks += [_line(each, board) for each in board.lines] or [section(say("Nobody is here."))]
    blocks += _below(board)
    return modal(_TITLE, BOARD, blocks, submit="Search", metadata=dump(look))


def spreadsheet(now: datetime) -> tuple[str, str, Mrkdwn]:
    """The file's name, its title, and what is said with it."""
    said = say(
        "Everybody of this workspace, as of {now}. It names people and their e-mail addresses: pass it on with care.",
        now=f"{now:%d %B %Y, %H:%M} UTC",
    )
    return f"calendars-{now:%Y-%m-%d}.csv", "Who is there yet?", said


def on_home(counts: Mapping[Stage, int]) -> list[Block]:
    """The admins' part of the Home tab."""
    return [
        divider(),
        header("Rolling out"),
        section(stages.summary(counts)),
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
    each = {
        stage: option(f"{words.capitalize()} ({board.counts.get(stage, 0):,})", stage.value)
        for stage, (_, words) in stages.STAGES.items()
    }
    chosen = each[board.look.stage] if board.look.stage else everybody
    menu = select("static_select", FILTER, "Show", options=[everybody, *each.values()], initial_option=chosen)
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
    sign, words = stages.STAGES[line.stage]
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
        return say("\n{cause}{since}", cause=stages.CAUSES[line.cause], since=since)
    if line.stage in (Stage.INVITED, Stage.OPENED) and line.invited_at:
        return say(", asked {day}", day=day(line.invited_at))
    return say("")


def _below(board: Board) -> list[Block]:
    turning = [button("Back", BACK)] if board.look.trail else []
    if board.more and board.lines:
        turning.append(button("More", NEXT, value=board.lines[-1].person_id))
    return [actions(*turning)] if turning else []
