"""What is said of each cause of an outage to its owner: alike in messages, answers and the Home tab.

Only what can be proved: Google does not say why it no longer accepts a grant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.health import Cause, Health
from bot.domain.notices import PickedCalendar, Status
from bot.slack.blocks import OPTION_LIMIT, Mrkdwn, join, say, short, when

MOST_NAMES = 3
"""How many calendars are named in a sentence."""


class Mends(StrEnum):
    """What mends it."""

    CONSENT = "consent"
    """Another consent of the person's at Google."""
    CALENDARS = "calendars"
    """Another choice of calendars."""
    OTHERS = "others"
    """Somebody else has to act."""


@dataclass(frozen=True)
class Words:
    """A heading, what is wrong, what that breaks, and what the one button is called."""

    title: Mrkdwn
    what: Mrkdwn
    breaks: Mrkdwn
    button: str = ""


def account_of(status: Status) -> str:
    """The Google account's name."""
    return status.account or "your Google account"


def mends(cause: Cause) -> Mends:
    """What mends it."""
    if cause.health in (Health.CALENDAR_GONE, Health.LOST_WRITE):
        return Mends.CALENDARS
    return Mends.OTHERS if cause.health is Health.BLOCKED else Mends.CONSENT


def cause_of(status: Status) -> Cause | None:
    """What is wrong with a connection, if anything is; where nobody noted it, the likeliest for its health."""
    if status.cause is not None and status.cause.health is status.health:
        return status.cause
    return next((cause for cause in Cause if cause.health is status.health), None)


def words(status: Status, cause: Cause, ends_at: datetime | None = None) -> Words:
    """What is said of this cause."""
    account = account_of(status)
    match cause:
        case Cause.PERMISSION_MISSING:
            return _permission_missing(status, account)
        case Cause.CALENDAR_GONE:
            return _calendar_gone(status, account)
        case Cause.LOST_WRITE:
            return _lost_write(status, account)
        case Cause.EXPIRING:
            return _expiring(account, ends_at or status.refresh_expires_at)
        case Cause.ADMIN_POLICY | Cause.SERVICE_OFF:
            return _blocked(cause, account)
        case Cause.GRANT_DEAD | Cause.SESSION_EXPIRED:
            return _ended(cause, account)


def _ended(cause: Cause, account: str) -> Words:
    what = (
        say(
            "Google asks for a fresh sign-in to *{account}*: your organisation limits how long an app stays signed in. "
            "The people who run the bot have been told.",
            account=account,
        )
        if cause is Cause.SESSION_EXPIRED
        else say("Google no longer accepts our access to *{account}*, and does not tell us why.", account=account)
    )
    return Words(
        say("Reconnect your calendar"),
        what,
        say(
            "Bookings for you are paused until you reconnect: we cannot see when you are busy, and cannot write "
            "appointments. Your calendar choices are kept."
        ),
        "Reconnect",
    )


def _blocked(cause: Cause, account: str) -> Words:
    waits = say(
        "Bookings for you are paused until then: we cannot see when you are busy. There is nothing for you to do, and "
        "your calendar choices are kept."
    )
    if cause is Cause.SERVICE_OFF:
        return Words(
            say("Google Calendar is switched off for your account"),
            say(
                "Google says that *{account}* may not use Google Calendar. Your Google administrator can switch it on. "
                "We told the people who run the bot.",
                account=account,
            ),
            waits,
        )
    return Words(
        say("Your Google administrator has to allow this app"),
        say(
            "Google says that your organisation's rules keep us out of *{account}*. "
            "We told the people who run the bot.",
            account=account,
        ),
        waits,
    )


def _permission_missing(status: Status, account: str) -> Words:
    names = join(", ", (say("“{asks}”", asks=each.asks) for each in status.missing))
    breaks = join("; ", (say("{breaks}", breaks=each.breaks) for each in status.missing))
    without = say("Without {it}, {breaks}.", it="them" if len(status.missing) > 1 else "it", breaks=breaks)
    return Words(
        say("A Google permission is missing"),
        say("Google tells us that we may not do this in *{account}*: {names}.", account=account, names=names)
        if names
        else say("Google tells us that we may not do everything we need in *{account}*.", account=account),
        say(
            "{without} Bookings for you are paused until you choose permissions again. Please tick every box on "
            "Google's page. Your calendar choices are kept.",
            without=without if status.missing else say(""),
        ),
        "Choose permissions again",
    )


def _calendar_gone(status: Status, account: str) -> Words:
    linked = [status.linked] if status.linked is not None and not status.linked.back else []
    conflicts = [each for each in status.conflicts if not each.back]
    gone = [*linked, *(each for each in conflicts if each not in linked)]
    what = (
        say(
            "{names} {verb} no longer among the calendars of *{account}*. Perhaps deleted, perhaps no longer shared "
            "with you: Google does not tell us.",
            names=_names(gone),
            verb=say("are") if len(gone) > 1 else say("is"),
            account=account,
        )
        if gone
        else say("A calendar that you chose is no longer among those of *{account}*.", account=account)
    )
    breaks = []
    if linked:
        breaks.append(say("Appointments for you cannot be written until you choose another linked calendar."))
    if len(conflicts) > 1:
        breaks.append(
            say("Those conflict calendars no longer block bookings: what is in them cannot be seen any more.")
        )
    elif conflicts:
        breaks.append(say("That conflict calendar no longer blocks bookings: what is in it cannot be seen any more."))
    breaks = breaks or [say("Please look at your choice.")]
    return Words(say("Choose another calendar"), what, join(" ", breaks), "Choose calendars")


def _lost_write(status: Status, account: str) -> Words:
    name = _names([status.linked]) if status.linked is not None else say("your linked calendar")
    return Words(
        say("Choose another calendar"),
        say(
            "Google no longer lets *{account}* make changes in {name}: it can only be read now.",
            account=account,
            name=name,
        ),
        say(
            "Appointments for you cannot be written until you choose another linked calendar, or may make changes in "
            "this one again."
        ),
        "Choose calendars",
    )


def _expiring(account: str, ends_at: datetime | None) -> Words:
    what = (
        say("Google has set an end to our access to *{account}*, and it is near.", account=account)
        if ends_at is None
        else say("Google has set an end to our access to *{account}*: {end}.", account=account, end=when(ends_at))
    )
    return Words(
        say("Renew your calendar connection"),
        what,
        say(
            "Everything works until then. Afterwards bookings for you are paused until you reconnect. Your calendar "
            "choices are kept."
        ),
        "Renew",
    )


def _names(calendars: Sequence[PickedCalendar]) -> Mrkdwn:
    """The names in one line; beyond a few only how many more."""
    named = [say("*{name}*", name=short(each.name, OPTION_LIMIT)) for each in calendars[:MOST_NAMES]]
    if len(calendars) > MOST_NAMES:
        named.append(say("and {more} more", more=len(calendars) - MOST_NAMES))
    return join(", ", named)
