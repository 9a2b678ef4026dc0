"""Where every Slack request is taken in: acknowledged at once, worked on in the pool, answered where it came from."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from bot.domain.people import Who
from bot.errors import BotError
from bot.services.deliveries import Deliveries
from bot.slack import answers
from bot.slack.messages import Message
from bot.slack.notifier import SlackNotifier
from handlers.background import Background, Busy

log = structlog.get_logger()

Body = Mapping[str, Any]

# What is sent again is the same in all of these; no single id of Slack's stands in every kind of request.
_TOLD = ("event_id", "trigger_id", "command", "text", "response_url", "actions", "event", "view")


class Ack(Protocol):
    """Bolt's ack."""

    async def __call__(self, **answer: Any) -> object:
        """Answer Slack's request."""
        ...


@dataclass(frozen=True)
class Request:
    """One thing that somebody did in Slack. ``key`` is the same when Slack sends it again."""

    who: Who
    key: str
    response_url: str | None = None
    in_ephemeral: bool = False
    """Whether a message that only this person sees was clicked: its answer takes its place, buttons and all."""

    @classmethod
    def of_command(cls, body: Body) -> "Request":
        """From a slash command's form."""
        who = Who(body["team_id"], body["user_id"])
        return cls(who, _key(who, body), body.get("response_url"))

    @classmethod
    def of_event(cls, body: Body) -> "Request":
        """From an Events API envelope about one person."""
        event = body["event"]
        who = Who(body["team_id"], event["user"])
        return cls(who, _key(who, body))

    @classmethod
    def of_interaction(cls, body: Body) -> "Request":
        """From a button, a menu or a modal. Home tab and modal have no response_url: their answers come by DM."""
        user = body["user"]
        team = body.get("team") or {}
        container = body.get("container") or {}
        who = Who(team.get("id") or user["team_id"], user["id"])
        return cls(
            who,
            _key(who, body),
            body.get("response_url"),
            in_ephemeral=bool(container.get("is_ephemeral")),
        )


class Desk:
    """Takes requests in and sees to their answers."""

    def __init__(self, work: Background, deliveries: Deliveries, notifier: SlackNotifier) -> None:
        self._work = work
        self._deliveries = deliveries
        self._notifier = notifier

    async def take(self, ack: Ack, request: Request, work: Callable[[], Message | None]) -> None:
        """Acknowledge, and have ``work`` done once; what it returns, or why it failed, is told to the person."""
        taken = self._work.hand_over(self._served, request, work, whose=request.who)
        if taken:
            await ack()
        elif request.response_url:
            await ack(text=str(Busy()))
        else:
            await ack()

    def is_first(self, request: Request) -> bool:
        """Whether it was not worked on yet, by any process."""
        return self._deliveries.first(request.key)

    def later(self, work: Callable[[], object], whose: Who | None = None) -> bool:
        """Have something done that nobody waits for."""
        return self._work.hand_over(work, whose=whose)

    def _served(self, request: Request, work: Callable[[], Message | None]) -> None:
        if not self.is_first(request):
            log.info("delivered_again", user=request.who.user_id)
            return
        try:
            answer = work()
        except BotError as error:
            log.info("refused", error=type(error).__name__, user=request.who.user_id)
            answer = answers.problem(str(error))
        except Exception:  # the last place that knows whom to answer; the cause goes to the log, never to the person
            log.exception("bug", user=request.who.user_id)
            answer = answers.problem(str(BotError()))
        if answer:
            self._say(request, answer)

    def _say(self, request: Request, answer: Message) -> None:
        if request.response_url:
            self._notifier.answer(request.response_url, answer, replace_original=request.in_ephemeral)
        else:
            self._notifier.send(request.who, answer)


def _key(who: Who, body: Body) -> str:
    """Nobody's request can pass for another person's."""
    told = [who.team_id, who.user_id, *(body.get(name) for name in _TOLD)]
    return hashlib.sha256(repr(told).encode()).hexdigest()
