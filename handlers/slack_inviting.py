"""`/calendar invite`: the modal and its steps, the buttons of a round, and those of an invitation.

Each asks anew whether it is an admin who asks. What comes along with a button or a view proves nothing about that.
"""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.notices import MessageRef
from bot.domain.people import Who
from bot.domain.rollout import Audience, Choice
from bot.errors import BotError, Unreachable
from bot.services.admins import Admins
from bot.services.invitations import Invitations
from bot.services.rollout import Rollout
from bot.slack import answers, invitations, invite_views
from bot.slack.groups import UserGroups
from bot.slack.messages import Message
from bot.slack.notifier import SlackNotifier, opened_view
from bot.slack.views import View
from handlers.background import Background, TooSlow
from handlers.desk import Ack, Body, Desk, Request

BUDGET = 2.0
"""Seconds of Slack's three."""
_NOT_OPENED = "Slack did not let me open the window in time. Please try again."
_STATES = {invitations.PAUSE: "paused", invitations.RESUME: "running", invitations.STOP: "stopped"}


@dataclass(frozen=True)
class Inviting:
    """From the command to the last invitation."""

    desk: Desk
    work: Background
    admins: Admins
    rollout: Rollout
    asked: Invitations
    groups: UserGroups
    notifier: SlackNotifier

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt."""
        app.action(invite_views.OPEN)(self.clicked)
        app.action(invite_views.AUDIENCE)(self.audience)
        app.action(invite_views.BACK)(self.back)
        app.options(invite_views.GROUPS)(self.suggest)
        for action_id in (invite_views.GROUPS, invite_views.CHANNELS, invite_views.PEOPLE, invite_views.OPTIONS):
            app.action(action_id)(self.filled)
        app.view(invite_views.FORM)(self.counted)
        app.view(invite_views.PREVIEW)(self.sent)
        for action_id in _STATES:
            app.action(action_id)(self.turned)
        app.action(invitations.DECLINE)(self.declined)

    def typed(self, who: Who) -> Message:
        """`invite` in words: no window can be opened from there."""
        return answers.open_invite() if self.admins.admit(who, "invite") else answers.admins_only()

    async def clicked(self, ack: Ack, body: dict[str, Any], client: Any) -> None:
        """The button that opens the window."""
        await self.open(ack, Request.of_interaction(body), client, str(body.get("trigger_id", "")))

    async def open(self, ack: Ack, request: Request, client: Any, trigger_id: str) -> None:
        """A loading view at once, because a trigger lives three seconds; the form when Slack has said who asks."""
        view_id = await opened_view(client, trigger_id, invite_views.loading())
        await self.desk.take(ack, request, lambda: self._drawn(request.who, view_id, Choice(Audience.EVERYONE)))

    async def audience(self, ack: Ack, body: dict[str, Any]) -> None:
        """Another audience has another field."""
        request, view = Request.of_interaction(body), body.get("view") or {}
        choice = replace(invite_views.read((view.get("state") or {}).get("values")), ids=())
        await self.desk.take(ack, request, lambda: self._drawn(request.who, _id(view), choice))

    async def back(self, ack: Ack, body: dict[str, Any]) -> None:
        """From the preview to the form, as it was."""
        request, view = Request.of_interaction(body), body.get("view") or {}
        choice = invite_views.load(view.get("private_metadata"))
        await self.desk.take(ack, request, lambda: self._drawn(request.who, _id(view), choice))

    async def filled(self, ack: Ack) -> None:
        """A field that counts when the form is sent in."""
        await ack()

    async def suggest(self, ack: Ack, body: dict[str, Any]) -> None:
        """User groups, as somebody types."""
        who, words = Request.of_interaction(body).who, str(body.get("value", ""))
        try:
            found = await self.work.ask(self._groups, who, words, budget=BUDGET, whose=who)
        except BotError:
            found = {}
        await ack(**invite_views.groups_answer(found))

    async def counted(self, ack: Ack, body: dict[str, Any]) -> None:
        """The form was sent in: what it comes to."""
        view = body["view"]
        choice = invite_views.read(view["state"]["values"])
        await self._answered(ack, body, lambda who: self._preview(who, choice), invite_views.counting())

    async def sent(self, ack: Ack, body: dict[str, Any]) -> None:
        """The preview was sent in: off they go, once for each window however often it is pressed."""
        view = body["view"]
        choice = invite_views.load(view.get("private_metadata"))
        await self._answered(ack, body, lambda who: self._started(who, choice, view), invite_views.starting())

    async def turned(self, ack: Ack, body: dict[str, Any]) -> None:
        """Pause, go on, stop."""
        request, action = Request.of_interaction(body), body["actions"][0]
        state, round_id = _STATES[action["action_id"]], str(action.get("value") or "")
        await self.desk.take(ack, request, lambda: self._turned(request.who, round_id, state))

    async def declined(self, ack: Ack, body: dict[str, Any]) -> None:
        """Not for me."""
        request, message = Request.of_interaction(body), _message(body)
        await self.desk.take(ack, request, lambda: self.asked.decline(request.who, message))

    async def _answered(self, ack: Ack, body: Body, work: Callable[[Who], dict[str, Any]], meanwhile: View) -> None:
        who, view_id = Request.of_interaction(body).who, str(body["view"]["id"])
        try:
            answer = await self.work.ask(work, who, budget=BUDGET, whose=who)
        except TooSlow as slow:
            slow.future.add_done_callback(lambda done: self.desk.later(lambda: self._shown_late(who, view_id, done)))
            answer = _update(meanwhile)
        except BotError as error:
            answer = _update(invite_views.refused(str(error)))
        await ack(**answer)

    def _shown_late(self, who: Who, view_id: str, done: "Future[dict[str, Any]]") -> None:
        try:
            answer = done.result()
        except BotError as error:
            answer = _update(invite_views.refused(str(error)))
        problems = " ".join(answer.get("errors", {}).values())
        self.notifier.update_view(who.team_id, view_id, answer.get("view") or invite_views.refused(problems))

    def _drawn(self, who: Who, view_id: str | None, choice: Choice) -> Message | None:
        if view_id is None:
            return answers.problem(_NOT_OPENED)
        is_admin = self.admins.admit(who, "invite")
        view = invite_views.form(choice) if is_admin else invite_views.refused(answers.ADMINS_ONLY)
        self.notifier.update_view(who.team_id, view_id, view)
        return None

    def _groups(self, who: Who, words: str) -> dict[str, str]:
        return self.groups.named(who.team_id, words) if self.admins.admit(who, "invite") else {}

    def _preview(self, who: Who, choice: Choice) -> dict[str, Any]:
        if not self.admins.admit(who, "invite"):
            return _update(invite_views.refused(answers.ADMINS_ONLY))
        try:
            found = self.rollout.preview(who.team_id, choice)
        except Unreachable as hidden:
            return {"response_action": "errors", "errors": {invite_views.field_of(choice): str(hidden)}}
        return _update(invite_views.preview(choice, found.invited, found.left_out))

    def _started(self, who: Who, choice: Choice, view: Body) -> dict[str, Any]:
        if not self.admins.admit(who, "invite"):
            return _update(invite_views.refused(answers.ADMINS_ONLY))
        if not self.desk.is_first(Request(who, f"round:{who.team_id}:{view['id']}:{view.get('hash', '')}")):
            return _update(invite_views.starting())
        begun = self.rollout.start(who, choice)
        progress = self.rollout.progress(begun, who.team_id)
        return _update(invite_views.sent(progress.total if progress else 0))

    def _turned(self, who: Who, round_id: str, state: str) -> Message | None:
        if not self.admins.admit(who, f"round_{state}"):
            return answers.admins_only()
        return None if self.rollout.turn(who, round_id, state) else answers.round_over()


def _update(view: View) -> dict[str, Any]:
    return {"response_action": "update", "view": view}


def _id(view: Body) -> str | None:
    return str(view["id"]) if view.get("id") else None


def _message(body: Body) -> MessageRef | None:
    container = body.get("container") or {}
    channel, ts = container.get("channel_id"), container.get("message_ts")
    return MessageRef(str(channel), str(ts)) if channel and ts and not container.get("is_ephemeral") else None
