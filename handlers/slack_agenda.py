"""`/calendar agenda` and `/calendar why`, cancelling, and the window of one's working hours."""

import re
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.hours import RulesRefused
from bot.domain.people import Who
from bot.domain.planning import Seat
from bot.errors import BotError
from bot.services.agendas import Agendas
from bot.services.surfaces import Surfaces
from bot.slack import agenda_views, answers, appointment_messages, hours_views, why_views
from bot.slack.blocks import Mrkdwn
from bot.slack.messages import Message, message
from bot.slack.notifier import SlackNotifier, opened_view
from handlers.background import Background, TooSlow
from handlers.desk import Ack, Desk, Request

BUDGET = 2.0
"""Seconds of Slack's three that saving may take before the person is told to hold on."""
_NOT_OPENED = "Slack did not let me open the window in time. Please try again."
_MENTION = re.compile(r"<@([uw][a-z0-9]{1,20})(?:\|[^>]*)?>", re.IGNORECASE)


@dataclass(frozen=True)
class AgendaDesk:
    """One's own appointments and hours; each click asks anew whose they are."""

    desk: Desk
    work: Background
    agendas: Agendas
    notifier: SlackNotifier
    surfaces: Surfaces
    tell: Callable[[], object]
    """Sends what people are owed, soon."""

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt."""
        app.action(appointment_messages.AGENDA)(self.again)
        app.action(appointment_messages.CANCEL)(self.cancel)
        app.action(appointment_messages.HOURS)(self.hours)
        app.action(hours_views.FIELD)(self.filled)
        app.view(hours_views.HOURS)(self.submitted)

    def agenda(self, who: Who) -> Message:
        """The answer to `agenda`."""
        return agenda_views.agenda(self.agendas.of(who))

    def why(self, who: Who, words: str, seat: Callable[[Who, str], Seat]) -> Message:
        """The answer to `why`: with a name in it about that person, whom ``seat`` finds; else about oneself."""
        named = list(dict.fromkeys(each.upper() for each in _MENTION.findall(words)))
        text = " ".join(_MENTION.sub(" ", words).split())
        if len(named) > 1:
            return why_views.one_at_a_time()
        if unknown := next((each for each in text.split() if each.startswith("@")), None):
            return why_views.nobody(unknown)
        about = Who(who.team_id, named[0]) if named else who
        if about != who:
            found = seat(who, about.user_id)
            if found.problem:
                return why_views.never(found)
        seen = self.agendas.why(who, about, text) if text else None
        return why_views.why(seen, self.agendas.hours(about).rules) if seen else why_views.not_understood(text)

    def ahead(self, who: Who) -> Mrkdwn | None:
        """What lies in the calendar of somebody who is about to disconnect, if anything does."""
        hosted = self.agendas.hosted(who)
        return agenda_views.ahead(*hosted) if hosted else None

    async def again(self, ack: Ack, body: dict[str, Any]) -> None:
        """The button "Look again": in place, wherever the agenda stands."""
        request = Request.of_interaction(body)
        await self.desk.take(ack, request, lambda: self._turned(request, self.agenda(request.who)))

    async def cancel(self, ack: Ack, body: dict[str, Any]) -> None:
        """The Cancel button of a message, of the agenda or on the Home tab, after Slack's own "are you sure"."""
        request, appointment_id = Request.of_interaction(body), str(body["actions"][0].get("value") or "")
        if (body.get("view") or {}).get("type") == "home":
            await self.desk.take(ack, request, lambda: self._cancelled_at_home(request.who, appointment_id))
            return
        # of a message that only one person sees Slack tells nothing: all of ours with this button are agendas
        in_agenda = request.in_ephemeral or agenda_views.is_agenda(body.get("message"))
        await self.desk.take(ack, request, lambda: self._cancelled(request, appointment_id, in_agenda=in_agenda))

    async def hours(self, ack: Ack, body: dict[str, Any], client: Any) -> None:
        """Open a loading view at once, because a trigger lives three seconds; fill it in the pool."""
        request = Request.of_interaction(body)
        view_id = await opened_view(client, str(body.get("trigger_id", "")), hours_views.loading())
        await self.desk.take(ack, request, lambda: self._filled(request.who, view_id))

    async def filled(self, ack: Ack) -> None:
        """A field counts when the window is sent in."""
        await ack()

    async def submitted(self, ack: Ack, body: dict[str, Any]) -> None:
        """Save, and answer in the window: sentences under the fields, or what counts from now on."""
        request, view = Request.of_interaction(body), body["view"]
        try:
            answer = await self.work.ask(
                self._saved, request.who, view["state"]["values"], budget=BUDGET, whose=request.who
            )
        except TooSlow as slow:
            who, view_id = request.who, str(view["id"])
            slow.future.add_done_callback(lambda done: self.desk.later(lambda: self._shown_late(who, view_id, done)))
            answer = {"response_action": "update", "view": hours_views.saving()}
        except BotError as error:
            answer = {"response_action": "update", "view": hours_views.refused(str(error))}
        await ack(**answer)

    def _cancelled(self, request: Request, appointment_id: str, *, in_agenda: bool) -> Message | None:
        """What was clicked says at once what goes on, and in the end what came of it."""
        who = request.who
        viewer, found = self.agendas.mine(who, appointment_id)
        self._turned(request, message(appointment_messages.cancelling(found)))
        done = None
        try:
            done = self.agendas.cancel(who, appointment_id)
        finally:
            if done is None and not request.in_ephemeral:  # there the reason takes its place
                standing = appointment_messages.standing(found, viewer)
                self._turned(request, self.agenda(who) if in_agenda else message(standing[0], *standing[1]))
        outcome = appointment_messages.after_cancel(done)
        shown = agenda_views.agenda(self.agendas.of(who), outcome) if in_agenda else message(outcome)
        answer = self._turned(request, shown)
        self.tell()
        return answer

    def _cancelled_at_home(self, who: Who, appointment_id: str) -> None:
        """Its own line says what goes on; when it is gone, it is gone from there too."""
        self.surfaces.redraw(who, cancelling=appointment_id)
        try:
            self.agendas.cancel(who, appointment_id)
        finally:
            self.surfaces.redraw(who)
        self.tell()

    def _turned(self, request: Request, now: Message) -> Message | None:
        """What was clicked becomes this; where that cannot be, it is left to be said."""
        url = request.response_url
        return None if url and self.notifier.answer(url, now, replace_original=True) else now

    def _filled(self, who: Who, view_id: str | None) -> Message | None:
        if view_id is None:
            return answers.problem(_NOT_OPENED)
        try:
            view = hours_views.form(self.agendas.hours(who))
        except BotError as error:
            view = hours_views.refused(str(error))
        self.notifier.update_view(who.team_id, view_id, view)
        return None

    def _saved(self, who: Who, values: object) -> dict[str, Any]:
        try:
            rules = hours_views.read(values, self.agendas.hours(who).rules)
        except RulesRefused as refused:
            return {"response_action": "errors", "errors": hours_views.errors(refused)}
        return {"response_action": "update", "view": hours_views.saved(self.agendas.save_hours(who, rules))}

    def _shown_late(self, who: Who, view_id: str, done: "Future[dict[str, Any]]") -> None:
        """The window says that it is saving: it must hear how that ended, sentences under fields included."""
        try:
            answer = done.result()
        except BotError as error:
            answer = {"view": hours_views.refused(str(error))}
        problems = " ".join(answer.get("errors", {}).values())
        self.notifier.update_view(who.team_id, view_id, answer.get("view") or hours_views.refused(problems))
