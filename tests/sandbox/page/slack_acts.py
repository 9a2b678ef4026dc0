"""What a person does in Slack from the page. Each act goes through the stand-in, so the bot gets a signed request."""

from collections.abc import Callable
from typing import Any

from tests.sandbox.page.requests_log import RequestsLog
from tests.sandbox.slack.acting import NOTHING_SENT
from tests.sandbox.slack.delivery import Ack
from tests.sandbox.slack.finding import element
from tests.sandbox.slack.refusal import Json, SlackRefused
from tests.sandbox.slack.standin import SlackStandIn

Shown = dict[tuple[str, ...], dict[str, Json]]
_MOST_REMEMBERED = 500


class SlackActs:
    """One method per act; each takes the page's request body. Raises SlackRefused."""

    def __init__(self, slack: SlackStandIn, log: RequestsLog) -> None:
        self._slack = slack
        self._log = log
        self._suggested: Shown = {}
        """Options the bot offered, by menu and value: what is picked is picked from what was shown."""

    def command(self, asked: Json) -> None:
        where = asked.get("channel")
        self._sent(
            asked, asked["text"].split()[0], lambda who: self._slack.command(who, asked["text"], channel_id=where)
        )

    def say(self, asked: Json) -> None:
        channel, text = asked.get("channel"), asked["text"]
        if channel:
            self._sent(asked, "message.channels", lambda who: self._slack.writes(who, channel, text))
        else:
            self._sent(asked, "message.im", lambda who: self._slack.say(who, text))

    def shortcut(self, asked: Json) -> None:
        """An entry of a message's own menu."""
        named, there = asked["callback_id"], self._slack.channel(asked["channel"])
        message = next((each for each in there if each.ts == asked["message_ts"]), None)
        if message is None:
            raise SlackRefused("message_not_found")
        self._sent(asked, f"message_action {named}", lambda who: self._slack.message_shortcut(who, named, message))

    def open_home(self, asked: Json) -> None:
        self._sent(asked, "app_home_opened", self._slack.opens_home)

    def click(self, asked: Json) -> None:
        where = self._where(asked)
        found = element(self._slack.state, self._slack.state.person(asked["person"]), asked["action_id"], **where)
        meant = asked["value"] if found.element["type"] == "overflow" else asked["action_id"]
        self._sent(asked, f"block_actions {asked['action_id']}", lambda who: self._slack.clicks(who, meant, **where))

    def choose(self, asked: Json) -> None:
        where = self._where(asked)
        options = self._options(asked, where)
        action = asked["action_id"]
        self._sent(asked, f"block_actions {action}", lambda who: self._slack.chooses(who, action, options, **where))

    def type(self, asked: Json) -> None:
        where, action = self._where(asked), asked["action_id"]
        self._sent(asked, f"block_actions {action}", lambda who: self._slack.types(who, action, asked["text"], **where))

    def suggest(self, asked: Json) -> Json:
        where = self._where(asked)
        options = self._slack.suggest(asked["person"], asked["action_id"], asked["query"], **where)
        self._log.note(f"block_suggestion {asked['action_id']}", asked["person"], "ok", f"{len(options)} options")
        if len(self._suggested) > _MOST_REMEMBERED:
            self._suggested.clear()
        self._suggested.setdefault(_menu(asked), {}).update({option["value"]: option for option in options})
        return {"options": options}

    def submit(self, asked: Json) -> None:
        self._on_top(asked)
        try:
            self._sent(asked, "view_submission", self._slack.submits)
        except SlackRefused as refused:
            if refused.code != "incomplete":  # the complaints stand under the fields
                raise

    def close(self, asked: Json) -> None:
        self._on_top(asked)
        self._sent(asked, "view_closed", self._slack.closes)

    def _sent(self, asked: Json, what: str, act: Callable[[str], Ack]) -> None:
        ack = act(asked["person"])
        if ack is not NOTHING_SENT:
            self._log.ack(what, asked["person"], ack)

    def _on_top(self, asked: Json) -> None:
        modals = self._slack.modals(asked["person"])
        if not modals or modals[-1]["id"] != asked["view_id"]:
            raise SlackRefused("no_such_modal", "it is no longer open")

    def _where(self, asked: Json) -> dict[str, Any]:
        """Slack's address of an element: surface, message and block."""
        if asked["on"] == "modal":
            self._on_top(asked)
        return {"on": asked["on"], "message_ts": asked.get("message_ts"), "block_id": asked["block_id"]}

    def _options(self, asked: Json, where: dict[str, Any]) -> list[Any]:
        """The values as what they stand for: options for menus that have them, else the values themselves."""
        person = self._slack.state.person(asked["person"])
        found = element(self._slack.state, person, asked["action_id"], **where)
        known = {option["value"]: option for option in _offered(found.element)}
        known |= self._suggested.get(_menu(asked), {})
        current = found.source.surface.value(found.place, found.element)
        held = current.get("selected_options") or [current.get("selected_option")]
        known |= {option["value"]: option for option in held if isinstance(option, dict)}
        return [known.get(value, value) for value in asked["values"]]


def _offered(menu: Json) -> list[Json]:
    options: list[Json] = list(menu.get("options", []))
    return options + [option for group in menu.get("option_groups", []) for option in group["options"]]


def _menu(asked: Json) -> tuple[str, ...]:
    source = str(asked.get("message_ts") or asked.get("view_id") or "home")
    return asked["person"], source, asked["block_id"], asked["action_id"]
