"""The calendars modal: opened as a loading view within Slack's three seconds, filled when Google has answered."""

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.people import Who
from bot.domain.picks import Choice
from bot.errors import BotError, PickRefused
from bot.services.calendars import CalendarPicks, Wanted
from bot.services.surfaces import Surfaces
from bot.slack import answers, menus, views
from bot.slack.messages import Message
from bot.slack.notifier import SlackNotifier, opened_view
from handlers.background import Background, TooSlow
from handlers.desk import Ack, Desk, Request

SUBMIT_BUDGET = 2.0
"""Seconds of Slack's three that saving may take before the person is told to hold on."""
SEARCH_BUDGET = 2.0

_NOT_OPENED = "Slack did not let me open the window in time. Please try again."


@dataclass(frozen=True)
class Modals:
    """Opening, searching and submitting."""

    desk: Desk
    work: Background
    surfaces: Surfaces
    picks: CalendarPicks
    notifier: SlackNotifier

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt."""
        app.action("change_calendars")(self.change)
        app.view("calendars")(self.submitted)
        app.options("pick_linked")(self.suggest)
        app.options("pick_conflicts")(self.suggest)

    async def change(self, ack: Ack, body: dict[str, Any], client: Any) -> None:
        """The Change calendars button."""
        await self.open(ack, Request.of_interaction(body), client, str(body.get("trigger_id", "")))

    async def open(self, ack: Ack, request: Request, client: Any, trigger_id: str) -> None:
        """Open the loading view here and now, because a trigger lives three seconds; fill it in the pool."""
        view_id = await opened_view(client, trigger_id, views.loading_view())
        await self.desk.take(ack, request, lambda: self._fill(request.who, view_id))

    async def suggest(self, ack: Ack, body: dict[str, Any]) -> None:
        """The typeahead: no answer in time means no options, and the person types on."""
        who = Request.of_interaction(body).who
        writable_only = body["action_id"] == menus.PICK_LINKED
        try:
            found = await self.work.ask(
                self._search, who, str(body.get("value", "")), writable_only, budget=SEARCH_BUDGET, whose=who
            )
        except BotError:
            found = ()
        await ack(**menus.options_answer(found))

    async def submitted(self, ack: Ack, body: dict[str, Any]) -> None:
        """Save, and answer in the modal: errors under the fields, or what was saved."""
        request, view = Request.of_interaction(body), body["view"]
        who = request.who
        try:
            answer = await self.work.ask(self._saved, request, view["state"]["values"], budget=SUBMIT_BUDGET, whose=who)
        except TooSlow as slow:
            view_id = str(view["id"])
            slow.future.add_done_callback(lambda done: self.desk.later(lambda: self._shown_late(who, view_id, done)))
            answer = {"response_action": "update", "view": views.saving_view()}
        except BotError as error:
            answer = {"response_action": "update", "view": views.problem_view(str(error))}
        await ack(**answer)

    def _shown_late(self, who: Who, view_id: str, done: "Future[dict[str, Any]]") -> None:
        """The modal says that it is saving: it must hear how that ended, errors under fields included."""
        try:
            answer = done.result()
        except BotError as error:
            answer = {"view": views.problem_view(str(error))}
        problems = " ".join(answer.get("errors", {}).values())
        self.notifier.update_view(who.team_id, view_id, answer.get("view") or views.problem_view(problems))

    def _search(self, who: Who, query: str, writable_only: bool) -> tuple[Choice, ...]:
        return self.picks.search(who, query, writable_only=writable_only)

    def _fill(self, who: Who, view_id: str | None) -> Message | None:
        if view_id is None:
            return answers.problem(_NOT_OPENED)
        try:
            status = self.surfaces.stored(who)
            view = views.calendars_view(self.picks.menus(who), status)
        except BotError as error:
            view = views.problem_view(str(error))
        self.notifier.update_view(who.team_id, view_id, view)
        return None

    def _saved(self, request: Request, values: object) -> dict[str, Any]:
        if not self.desk.is_first(request):
            return {}
        chosen = menus.read(values)
        try:
            status = self.surfaces.save(request.who, Wanted(chosen.linked, chosen.conflicts))
        except PickRefused as refused:
            return {"response_action": "errors", "errors": refused.problems}
        return {"response_action": "update", "view": views.saved_view(status)}
