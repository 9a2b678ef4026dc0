"""How far people have come, in signs and words: what the board, the Home tab and the digest share. Pure."""

from collections.abc import Mapping

from bot.domain.health import Cause
from bot.domain.rollout import Stage
from bot.slack.blocks import Mrkdwn, join, say

OPEN = "team_open"
"""The button that opens the board."""

_BAR = 20
# In the order of the bar: from those who are there to those who are not
STAGES: dict[Stage, tuple[Mrkdwn, Mrkdwn]] = {
    Stage.CONNECTED: (say(":large_green_square:"), say("connected")),
    Stage.NO_CALENDAR: (say(":large_yellow_square:"), say("without a linked calendar")),
    Stage.BROKEN: (say(":large_red_square:"), say("broken")),
    Stage.OPENED: (say(":large_blue_square:"), say("on their way")),
    Stage.INVITED: (say(":large_purple_square:"), say("invited")),
    Stage.NOT_INVITED: (say(":white_large_square:"), say("not invited")),
    Stage.DECLINED: (say(":large_brown_square:"), say("declined")),
    Stage.LEFT: (say(":black_large_square:"), say("left")),
}
"""A sign and words for each."""
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


def summary(counts: Mapping[Stage, int]) -> Mrkdwn:
    """A bar of everybody, and how many stand where."""
    shown = [stage for stage in STAGES if counts.get(stage)]
    if not shown:
        return say("Nobody is known here yet: `/calendar invite` begins.")
    lines = (
        say("{sign} *{count}* {words}", sign=STAGES[each][0], count=f"{counts[each]:,}", words=STAGES[each][1])
        for each in shown
    )
    return say("{bar}\n{lines}", bar=_bar(counts), lines=join("   ", lines))


def in_a_line(counts: Mapping[Stage, int]) -> Mrkdwn:
    """The same for those who hear it."""
    return join(
        ", ",
        (
            say("{count} {words}", count=f"{counts[each]:,}", words=STAGES[each][1])
            for each in STAGES
            if counts.get(each)
        ),
    )


def _bar(counts: Mapping[Stage, int]) -> Mrkdwn:
    """Squares in proportion; everybody who is there at all has one."""
    known = {stage: counts.get(stage, 0) for stage in STAGES if stage is not Stage.LEFT}
    total = sum(known.values())
    if not total:
        return say("")
    squares = {stage: max(count * _BAR // total, 1) for stage, count in known.items() if count}
    largest = max(squares, key=lambda stage: known[stage])
    squares[largest] = max(1, squares[largest] + _BAR - sum(squares.values()))
    return join("", (STAGES[stage][0] for stage, count in squares.items() for _ in range(count)))
