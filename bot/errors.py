"""What goes wrong on purpose. A class is named for what its catcher must do; its docstring is what a person reads."""

from collections.abc import Mapping


class BotError(Exception):
    """Something went wrong on our side. Please try again in a minute."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or " ".join((type(self).__doc__ or "").split()))


class LinkDead(BotError):
    """This link is no longer valid. Type `/calendar connect` in Slack for a fresh one."""


class StateRejected(BotError):
    """This sign-in is not one we started in this browser, or it has ended already. Open your link from Slack again."""


class NotAnEmployee(BotError):
    """Calendar Bot works for members of this workspace only."""


class NotConnected(BotError):
    """You have not connected a Google Calendar yet. Type `/calendar connect` to start."""


class ReconnectNeeded(BotError):
    """Google no longer accepts our access to your calendar. Please reconnect: it keeps your calendar choices."""

    def __init__(self, code: str = "grant_dead") -> None:
        super().__init__()
        self.code = code


class AccountTaken(BotError):
    """This Google account is already connected to somebody else in this workspace. Choose your own account."""


class TooMany(BotError):
    """You have asked for this very often in the last minutes. Please wait ten minutes, then try again."""


class PickRefused(BotError):
    """The chosen calendars cannot be saved. ``problems`` holds a sentence by menu: "linked", "conflicts"."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


class SlotTaken(BotError):
    """That time has just been taken. Please choose another one."""


class NotBookable(BotError):
    """This cannot be booked as asked. ``reason`` is its code, ``field`` what to change."""

    def __init__(self, reason: str, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.field = field


class AvailabilityUnknown(BotError):
    """A calendar cannot be read just now, so nobody knows whether that time is free. Please try again in a minute."""

    def __init__(self, reason: str = "unreadable") -> None:
        super().__init__()
        self.reason = reason


class NoSuchAppointment(BotError):
    """There is no such appointment, or it is not yours."""


class CursorUnknown(BotError):
    """This is no cursor of ours: give back the `next_cursor` of the page before."""


class KeyReused(BotError):
    """This Idempotency-Key was used before, for something else. Use a fresh key for a new request."""


class GoogleUnavailable(BotError):
    """Google did not answer properly just now. Nothing was changed; please try again in a minute."""


class OperatorMustMend(BotError):
    """Our side of the Google connection has a problem, not yours. The people who run the bot have been told."""


class SlackRefusesApp(OperatorMustMend):
    """Slack does not accept how this bot is set up. The people who run it have to mend that."""

    def __init__(self, code: str, needed: str = "") -> None:
        super().__init__()
        self.code = code
        """Slack's own name for it, such as `token_revoked`."""
        self.needed = needed
        """The scopes that Slack misses, if it says so."""


class SlackUnavailable(BotError):
    """Slack did not take our message just now. Please try again in a minute."""

    def __init__(self, message: str = "", *, retry_after: float | None = None, lost: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds that Slack asked us to wait."""
        self.lost = lost
        """Whether Slack may have done it all the same: nobody knows. False when it certainly did nothing."""


class Unreachable(BotError):
    """Slack does not let us write to this person."""


class SecretUnreadable(BotError):
    """We cannot open what we stored, which is our fault and not yours. The people who run the bot have been told."""


class SettingsInvalid(BotError):
    """The settings have problems; each is named."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
