"""The weekly digest for the people who run the bot: how the roll-out stands, and what has changed. Pure."""

from bot.domain.board import Line
from bot.domain.notices import WeeklyDigest
from bot.domain.tallies import Change
from bot.slack.blocks import Block, Mrkdwn, actions, button, context, day, header, join, picture, say, section, short
from bot.slack.stages import CAUSES, OPEN, in_a_line, summary

_NAME_LIMIT = 80


def digest(notice: WeeklyDigest) -> tuple[Mrkdwn, list[Block]]:
    """The text is complete without the blocks."""
    counts, change = summary(notice.counts), _change(notice.change)
    blocks = [header("The roll-out this week"), section(counts), context(change)]
    if notice.chart is not None:
        blocks.append(picture(notice.chart.file_id, notice.chart.words))
    broken = say("")
    if notice.broken_longest:
        broken = say("*Broken longest*\n{lines}", lines=join("\n", map(_broken, notice.broken_longest)))
        blocks.append(section(broken))
    blocks.append(actions(button("Who is there yet?", OPEN)))
    told = in_a_line(notice.counts)
    return say("*The roll-out this week*\n{told}.\n{change}\n{broken}", told=told, change=change, broken=broken), blocks


def _change(change: Change | None) -> Mrkdwn:
    if change is None:
        return say("Next week there is something to compare with.")
    courses = (
        (change.connected, say("connected")),
        (change.invited, say("invited")),
        (change.broken, say("broken")),
    )
    moved = [
        say("{sign}{count} {words}", sign=_sign(by), count=f"{abs(by):,}", words=words) for by, words in courses if by
    ]
    since = f"{change.since.day} {change.since:%B}"
    return say("Since {since}: {moved}.", since=since, moved=join(", ", moved) if moved else say("nothing has changed"))


def _sign(by: int) -> Mrkdwn:
    return say("+") if by > 0 else say("-")


def _broken(line: Line) -> Mrkdwn:
    cause = CAUSES[line.cause] if line.cause else say("not working")
    since = say(", since {day}", day=day(line.since)) if line.since else say("")
    return say("• {name}: {cause}{since}", name=short(line.name, _NAME_LIMIT), cause=cause, since=since)
