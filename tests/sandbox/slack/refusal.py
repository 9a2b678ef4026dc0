"""The two ways something does not happen: Slack refuses the bot, or a person finds it cannot be done."""

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]


class Refused(Exception):
    """Slack's answer instead of doing it: an error code, and the reasons where Slack gives them."""

    def __init__(self, code: str, messages: Iterable[str] = (), **extra: Any) -> None:
        self.code = code
        self.messages = list(messages)
        self.extra = extra
        super().__init__("; ".join([code, *self.messages]))

    def answer(self) -> Json:
        """The body of the answer, always sent with HTTP 200."""
        body: Json = {"ok": False, "error": self.code, **self.extra}
        if self.messages:
            body["response_metadata"] = {"messages": self.messages}
        return body


class SlackRefused(Exception):
    """What nobody could do in Slack's window either: no such button, no such option, a required field left empty."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        super().__init__(f"{code}: {detail}" if detail else code)
