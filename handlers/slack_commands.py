"""`/calendar …`, and the same words typed to the bot in its DM."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.health import Health
from bot.domain.people import Who
from bot.services.surfaces import Surfaces
from bot.services.tickets import Tickets
from bot.slack import answers
from bot.slack.messages import Message
from handlers.desk import Ack, Body, Desk, Request
from handlers.slack_agenda import AgendaDesk
from handlers.slack_board import BoardRoom
from handlers.slack_booking import Booking
from handlers.slack_inviting import Inviting
from handlers.slack_modals import Modals
from handlers.slack_watching import Watched


@dataclass(frozen=True)
class Commands:
    """What a person may ask for in words."""

    desk: Desk
    tickets: Tickets
    surfaces: Surfaces
    modals: Modals
    watched: Watched
    inviting: Inviting
    board: BoardRoom
    agenda: AgendaDesk
    booking: Booking

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt."""
        app.command("/calendar")(self.typed)
        app.event("message")(self.written)
        app.action("connect")(self.connect)
        app.action("connect_open")(self.opened)
        app.action("disconnect")(self.disconnect)
        app.action("keep_connection")(self.keep)

    async def typed(self, ack: Ack, body: dict[str, Any], client: Any) -> None:
        """A slash command, anywhere."""
        request, words = Request.of_command(body), _words(body.get("text"))
        windows = {"calendars": self.modals.open, "invite": self.inviting.open, "team": self.board.open}
        if words in windows:
            await windows[words](ack, request, client, str(body.get("trigger_id", "")))
            return
        verb, said = _told(body.get("text"))
        if verb == "book":
            await self.booking.command(ack, request, client, str(body.get("trigger_id", "")), said)
            return
        await self.desk.take(ack, request, lambda: self._answered(request.who, words, verb, said))

    async def written(self, ack: Ack, body: dict[str, Any]) -> None:
        """A message in the bot's DM. Edits, deletions and what bots say are not for us."""
        event = body["event"]
        if event.get("channel_type") != "im" or event.get("subtype") or event.get("bot_id") or not event.get("user"):
            await ack()
            return
        request, words = Request.of_event(body), _words(event.get("text"), spoken=True)
        if words == "calendars":
            await self.desk.take(ack, request, lambda: self._card(request.who))
            return
        verb, said = _told(event.get("text"), spoken=True)
        await self.desk.take(ack, request, lambda: self._answered(request.who, words, verb, said, private=True))

    async def connect(self, ack: Ack, body: dict[str, Any]) -> None:
        """The Connect or Reconnect button."""
        request = Request.of_interaction(body)
        await self.desk.take(ack, request, lambda: self._connect(request.who, quiet=_in_dm(body)))

    async def opened(self, ack: Ack) -> None:
        """The link button: Slack opens it and tells us so; the page does the rest."""
        await ack()

    async def disconnect(self, ack: Ack, body: dict[str, Any]) -> None:
        """The Disconnect button, after Slack's own "are you sure"."""
        request = Request.of_interaction(body)
        asked = any(action.get("value") == answers.SURE for action in body["actions"])
        await self.desk.take(ack, request, lambda: self._disconnected(request.who, asked=asked))

    async def keep(self, ack: Ack, body: dict[str, Any]) -> None:
        """The other answer to "disconnect?"."""
        await self.desk.take(ack, Request.of_interaction(body), answers.kept)

    def _answered(self, who: Who, words: str, verb: str, said: str, *, private: bool = False) -> Message | None:
        """What names people, or has a title in it, is taken as it was typed."""
        match verb:
            case "free":
                return self.booking.free(who, said)
            case "book":
                return self.booking.typed(who, said)
        return self._answer(who, words, private=private)

    def _answer(self, who: Who, words: str, *, private: bool = False) -> Message | None:
        verb, _, rest = words.partition(" ")
        if verb == "why":
            return self.agenda.why(who, rest, self.booking.seat)
        verbs: dict[str, Callable[[], Message | None]] = {
            "connect": lambda: self._connect(who, quiet=private),
            "": lambda: self._status(who),
            "status": lambda: self._status(who),
            "disconnect": lambda: self._asks_to_disconnect(who),
            "agenda": lambda: self.agenda.agenda(who),
            "doctor": lambda: self.watched.doctor(who),
            "invite": lambda: self.inviting.typed(who),
            "team": lambda: self.board.typed(who),
            "help": lambda: self.watched.help(who),
        }
        return verbs.get(words, lambda: self.watched.unknown(who, words))()

    def _connect(self, who: Who, *, quiet: bool) -> Message | None:
        self.tickets.send(who)
        return None if quiet else answers.link_sent()

    def _status(self, who: Who) -> Message:
        status, problem = self.surfaces.status(who)
        known = answers.status(status)
        return known if problem is None else _from_memory(known, problem)

    def _card(self, who: Who) -> Message | None:
        status, _ = self.surfaces.status(who)
        if status.health is not Health.CONNECTED:
            return answers.status(status)
        self.surfaces.card(who)
        return None

    def _asks_to_disconnect(self, who: Who) -> Message:
        return answers.disconnect_question(self.surfaces.stored(who), self.agenda.ahead(who))

    def _disconnected(self, who: Who, *, asked: bool) -> Message:
        """Slack's own question has no room for the appointments ahead: they are shown first, once."""
        stored = self.surfaces.stored(who)
        if not asked and (ahead := self.agenda.ahead(who)):
            return answers.disconnect_question(stored, ahead)
        dropped = self.surfaces.disconnect(who)
        if dropped is None:
            return answers.disconnect_question(stored)
        return answers.disconnected(dropped.account, revoked=dropped.revoked)


def _from_memory(known: Message, problem: str) -> Message:
    warning = answers.problem(f"{problem} What follows is what I knew before.")
    return Message(f"{warning.text}\n{known.text}", (*warning.blocks, *known.blocks))


def _words(text: object, *, spoken: bool = False) -> str:
    words = _typed(text).casefold()
    return words.removeprefix("/calendar").strip() if spoken else words


def _told(text: object, *, spoken: bool = False) -> tuple[str, str]:
    """The first word, and the others as they were typed."""
    words = _typed(text)
    verb, _, rest = (words.removeprefix("/calendar").strip() if spoken else words).partition(" ")
    return verb.casefold(), rest


def _typed(text: object) -> str:
    """As it was typed, on one line: Slack escapes three characters, and "R&D" is no "R&amp;D"."""
    words = " ".join(text.split()) if isinstance(text, str) else ""
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _in_dm(body: Body) -> bool:
    return str((body.get("channel") or {}).get("id", "")).startswith("D")
