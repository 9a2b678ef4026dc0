"""`/calendar team`: the roll-out board. Each click asks anew whether it is an admin who clicks."""

from collections.abc import Callable
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Protocol

from slack_bolt.async_app import AsyncApp

from bot.domain.board import Board, Look
from bot.domain.people import Who
from bot.domain.tallies import Chart, NoChart
from bot.errors import BotError
from bot.services.admins import Admins
from bot.services.board import TeamBoard
from bot.services.tallies import Tallies
from bot.slack import answers, board_views
from bot.slack.messages import Message
from bot.slack.notifier import SlackNotifier, opened_view
from bot.slack.views import View
from handlers import reports
from handlers.background import Background
from handlers.desk import Ack, Body, Desk, Request

BUDGET = 2.0
_NOT_OPENED = "Slack did not let me open the window in time. Please try again."


class SendCsv(Protocol):
    """Bring a file into somebody's direct messages with the bot."""

    def __call__(self, who: Who, file: BinaryIO, filename: str, title: str, comment: str) -> object:
        """Raises SlackUnavailable, SlackRefusesApp, Unreachable."""
        ...


@dataclass(frozen=True)
class BoardRoom:
    """The board, drawn anew after each click."""

    desk: Desk
    work: Background
    admins: Admins
    board: TeamBoard
    notifier: SlackNotifier
    tallies: Tallies
    send_csv: SendCsv
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
        app.action(board_views.DOWNLOAD)(self.downloaded)
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
            # without the chart: of what Slack does not take in this answer, nobody would hear
            drawn = await self.work.ask(self._view, who, look, budget=BUDGET, whose=who)
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

    async def downloaded(self, ack: Ack, body: dict[str, Any]) -> None:
        """Everybody as a file for spreadsheets."""
        await self._again(ack, body, _look(body), self._handed_out)

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
        request, view = Request.of_interaction(body), body.get("view") or {}
        view_id, seen = str(view.get("id", "")), str(view.get("hash", ""))
        await self.desk.take(ack, request, lambda: self._drawn(request.who, view_id, look, act, seen))

    def _drawn(
        self, who: Who, view_id: str | None, look: Look, act: Callable[[Who], str] | None = None, seen: str = ""
    ) -> Message | None:
        """``seen`` is what was clicked: of two quick clicks the second must not be drawn over by the first."""
        if not view_id:
            return answers.problem(_NOT_OPENED)
        if not self.admins.admit(who, "team"):
            self.notifier.update_view(who.team_id, view_id, board_views.refused(answers.ADMINS_ONLY))
            return None
        board = self._board(who, look, act)
        chart = self.tallies.chart(who.team_id) if look == Look() else None
        view = board_views.board_view(board, chart)
        if not isinstance(chart, Chart):
            self.notifier.update_view(who.team_id, view_id, view, seen=seen)
            return None
        plainer = board_views.board_view(board, NoChart.NOT_NOW)
        if not self.notifier.update_pictured(who.team_id, view_id, view, plainer, seen=seen):
            self.tallies.refused(who.team_id, chart)
        return None

    def _view(self, who: Who, look: Look) -> View:
        if not self.admins.admit(who, "team"):
            return board_views.refused(answers.ADMINS_ONLY)
        return board_views.board_view(self._board(who, look, None))

    def _board(self, who: Who, look: Look, act: Callable[[Who], str] | None) -> Board:
        note = act(who) if act else None
        if act:
            self.deliver()
        return self.board.look(who.team_id, look, note)

    def _handed_out(self, who: Who) -> str:
        """Through a file without a name: a company is not held in memory, and Slack wants to know the length first."""
        with TemporaryFile() as file:
            people = reports.write_csv(file, ((who.team_id, line) for line in self.board.everybody(who.team_id)))
            now = self.board.note_download(who, people)
            self.send_csv(who, file, *board_views.spreadsheet(now))
        return "The file is in your direct messages with me."


def _look(body: Body) -> Look:
    return board_views.load((body.get("view") or {}).get("private_metadata"))


def _value(body: Body) -> str:
    return str(body["actions"][0].get("value") or "")
