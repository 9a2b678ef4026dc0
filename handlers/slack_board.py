"""`/calendar team`: the roll-out board. Each click asks anew whether it is an admin who clicks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.board import Look
from bot.domain.people import Who
from bot.errors import BotError
from bot.services.admins import Admins
from bot.services.board import TeamBoard
from bot.slack import answers, board_views
from bot.slack.messages import Message
from bot.slack.notifier import SlackNotifier, opened_view
from bot.slack.views import View
from handlers.background import Background
from handlers.desk import Ack, Body, Desk, Request

BUDGET = 2.0
_NOT_OPENED = "Slack did not let me open the window in time. Please try again."


@dataclass(frozen=True)
class BoardRoom:
    """The board, drawn anew after each click."""

    desk: Desk
    work: Background
    admins: Admins
    board: TeamBoard
    notifier: SlackNotifier
    deliver: Callable[[], object]
    """Sends what is owed to people, soon."""

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt."""
        app.action(board_views.OPEN)(self.clicked)
        app.view(board_views.BOARD)(self.searched)
        app.action(board_views.SEARCH)(self.filled)
        app.action(board_views.FILTER)(self.filtered)
        app.action(board_views.NEXT)(self.next)
        app.action(board_views.BACK)(self.back)
        app.action(board_views.AGAIN)(self.again)
        app.action(board_views.NUDGE)(self.nudged)
        app.action(board_views.NUDGE_ALL)(self.nudged_all)

    def typed(self, who: Who) -> Message:
        """`team` in words: no window can be opened from there."""
        return answers.open_team() if self.admins.admit(who, "team") else answers.admins_only()

    async def clicked(self, ack: Ack, body: dict[str, Any], client: Any) -> None:
        """The button that opens it."""
        await self.open(ack, Request.of_interaction(body), client, str(body.get("trigger_id", "")))

    async def open(self, ack: Ack, request: Request, client: Any, trigger_id: str) -> None:
        """Open a loading view at once, because a trigger lives three seconds; fill it in the pool."""
        view_id = await opened_view(client, trigger_id, board_views.loading())
        await self.desk.take(ack, request, lambda: self._drawn(request.who, view_id, Look()))

    async def searched(self, ack: Ack, body: dict[str, Any]) -> None:
        """The search field was sent in."""
        view, who = body["view"], Request.of_interaction(body).who
        look = _look(body).for_(board_views.read_search(view["state"]["values"]))
        try:
            drawn = await self.work.ask(self._view, who, look, None, budget=BUDGET, whose=who)
        except BotError as error:
            drawn = board_views.refused(str(error))
        await ack(response_action="update", view=drawn)

    async def filled(self, ack: Ack) -> None:
        """The search field counts when it is sent in."""
        await ack()

    async def filtered(self, ack: Ack, body: dict[str, Any]) -> None:
        """Another stage."""
        chosen = (body["actions"][0].get("selected_option") or {}).get("value")
        await self._again(ack, body, _look(body).at(board_views.read_stage(chosen)))

    async def next(self, ack: Ack, body: dict[str, Any]) -> None:
        """The next page."""
        await self._again(ack, body, _look(body).after(_value(body)))

    async def back(self, ack: Ack, body: dict[str, Any]) -> None:
        """The page before."""
        await self._again(ack, body, _look(body).before())

    async def again(self, ack: Ack, body: dict[str, Any]) -> None:
        """Draw anew."""
        await self._again(ack, body, _look(body))

    async def nudged(self, ack: Ack, body: dict[str, Any]) -> None:
        """Ask one person again."""
        user_id = _value(body)
        await self._again(ack, body, _look(body), lambda who: board_views.said(self.board.nudge(who, user_id)))

    async def nudged_all(self, ack: Ack, body: dict[str, Any]) -> None:
        """Ask everybody of a stage again."""
        stage = board_views.read_stage(_value(body))
        if stage is None:
            await ack()
            return
        await self._again(ack, body, _look(body), lambda who: board_views.said(self.board.nudge_all(who, stage)))

    async def _again(self, ack: Ack, body: Body, look: Look, act: Callable[[Who], str] | None = None) -> None:
        request, view_id = Request.of_interaction(body), str((body.get("view") or {}).get("id", ""))
        await self.desk.take(ack, request, lambda: self._drawn(request.who, view_id, look, act))

    def _drawn(
        self, who: Who, view_id: str | None, look: Look, act: Callable[[Who], str] | None = None
    ) -> Message | None:
        if not view_id:
            return answers.problem(_NOT_OPENED)
        self.notifier.update_view(who.team_id, view_id, self._view(who, look, act))
        return None

    def _view(self, who: Who, look: Look, act: Callable[[Who], str] | None) -> View:
        if not self.admins.admit(who, "team"):
            return board_views.refused(answers.ADMINS_ONLY)
        note = act(who) if act else None
        if act:
            self.deliver()
        return board_views.board_view(self.board.look(who.team_id, look, note))


def _look(body: Body) -> Look:
    return board_views.load((body.get("view") or {}).get("private_metadata"))


def _value(body: Body) -> str:
    return str(body["actions"][0].get("value") or "")
