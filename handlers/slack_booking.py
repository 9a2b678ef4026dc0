"""`/calendar free` and `/calendar book`: looking for a time, and booking it or moving an appointment to it.

What comes along with a button or a view says what is wanted. Who may, and whether it is free, is seen anew each time.
"""

from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.board import Nudging
from bot.domain.people import Who
from bot.domain.planning import DAYS_SHOWN, Plan, Seat, local
from bot.errors import AvailabilityUnknown, BotError, KeyReused, NotBookable, SlotTaken
from bot.services.board import TeamBoard
from bot.services.planning import Planning
from bot.services.weeks import Weeks
from bot.slack import answers, booking_views, free_answers, plans, seats, slot_views
from bot.slack.appointment_messages import MOVE
from bot.slack.messages import Message
from bot.slack.notifier import SlackNotifier, opened_view
from bot.slack.views import View
from handlers.background import Background, TooSlow
from handlers.desk import Ack, Body, Desk, Request

BUDGET = 2.0
"""Seconds of Slack's three."""
_NOT_OPENED = "Slack did not let me open the window in time. Please try again."
_BOOKED_ALREADY = "This window has booked that time already. Please open a new one."
_NO_AUTHOR = "An app wrote that message, so there is nobody to meet. Choose people below."
_OWN_MESSAGE = "That message is your own. Choose whom you want to meet."
_UNTIL_SHOWN = (1.0, 1.5, 0.0)
"""Seconds after each try to show a new picture."""
_WEEK = timedelta(days=DAYS_SHOWN)
_FIRST, _LAST = date(2000, 1, 1), date(9000, 1, 1)
"""Of days that come along; a week from there is a day still."""
_ANY = datetime(2000, 1, 1, tzinfo=UTC)
"""A time, where only the people of a plan or the appointment it moves are asked about."""


@dataclass(frozen=True)
class Booking:
    """From the words to the appointment."""

    desk: Desk
    work: Background
    planning: Planning
    weeks: Weeks
    board: TeamBoard
    notifier: SlackNotifier
    deliver: Callable[[], object]
    """Sends the nudges, soon."""
    tell: Callable[[], object]
    """Sends the news of appointments, soon."""
    admit: Callable[[Who], object]
    """Raises NotAnEmployee for who has left, for bots and for strangers, by Slack's word of this moment."""
    pause: Callable[[float], object]
    """Lets some seconds pass."""

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt."""
        app.message_shortcut(plans.SHORTCUT)(self.shortcut)
        app.action(plans.OPEN)(self.clicked)
        app.action(MOVE)(self.moving)
        app.action(plans.PEOPLE)(self.changed)
        app.action(plans.OPTIONAL)(self.changed)
        app.action(plans.LENGTH)(self.changed)
        app.action(plans.DAY)(self.dated)
        app.action(plans.EARLIER)(self.earlier)
        app.action(plans.LATER)(self.later)
        for action_id in (plans.AGAIN, plans.BACK):
            app.action(action_id)(self.again)
        for action_id in plans.SLOTS:
            app.action(action_id)(self.chose)
        for action_id in (plans.TITLE, plans.PLACE, plans.VIDEO):
            app.action(action_id)(self.filled)
        app.action(plans.NUDGE)(self.nudged)
        app.view(plans.WINDOW)(self.submitted)

    # --- words ------------------------------------------------------------------------------------------------------

    def free(self, who: Who, text: str) -> Message:
        """When people are free."""
        return free_answers.free(self.planning.free(who, text))

    def typed(self, who: Who, text: str) -> Message:
        """`book` in words: no window can be opened from there."""
        return free_answers.book(self.planning.plan(who, text))

    def seat(self, who: Who, user_id: str) -> Seat:
        """Somebody else as Slack has them; whoever asks, and they, are met by that if they were not before."""
        return self.planning.chosen(who, Plan((user_id,)), _ANY).seats[0]

    # --- opening ----------------------------------------------------------------------------------------------------

    async def open(
        self, ack: Ack, request: Request, client: Any, trigger_id: str, plan: Callable[[], Plan], note: str = ""
    ) -> None:
        """A loading view at once, because a trigger lives three seconds; the times when Google has answered."""
        view_id = await opened_view(client, trigger_id, booking_views.loading())
        await self.desk.take(ack, request, lambda: self._drawn(request.who, view_id, plan, note))

    async def command(self, ack: Ack, request: Request, client: Any, trigger_id: str, text: str) -> None:
        """`/calendar book …`."""
        await self.open(ack, request, client, trigger_id, lambda: self.planning.plan(request.who, text))

    async def shortcut(self, ack: Ack, body: dict[str, Any], client: Any) -> None:
        """Book with whoever wrote the message; a message of an app has nobody to meet."""
        request, message = Request.of_interaction(body), body.get("message") or {}
        author = None if message.get("bot_id") else message.get("user")
        plan, note = Plan(), _NO_AUTHOR
        if author == request.who.user_id:
            note = _OWN_MESSAGE
        elif isinstance(author, str) and author:
            plan, note = Plan((author,)), ""
        await self.open(ack, request, client, body["trigger_id"], lambda: plan, note)

    async def clicked(self, ack: Ack, body: dict[str, Any], client: Any) -> None:
        """The button under an answer."""
        plan, _ = plans.load(_value(body))
        await self.open(ack, _kept(body), client, str(body.get("trigger_id", "")), lambda: plan)

    async def moving(self, ack: Ack, body: dict[str, Any], client: Any) -> None:
        """The button under an appointment."""
        plan = Plan(moves=_value(body))
        await self.open(ack, _kept(body), client, str(body.get("trigger_id", "")), lambda: plan)

    # --- in the window ----------------------------------------------------------------------------------------------

    async def filled(self, ack: Ack) -> None:
        """A field that counts when the window is sent in."""
        await ack()

    async def changed(self, ack: Ack, body: dict[str, Any]) -> None:
        """Other people, or another length: other times."""
        await self._again(ack, body, _plan(body))

    async def dated(self, ack: Ack, body: dict[str, Any]) -> None:
        """Another day."""
        await self._again(ack, body, replace(_plan(body), day=plans.read_day(body["actions"][0].get("selected_date"))))

    async def earlier(self, ack: Ack, body: dict[str, Any]) -> None:
        """The week before."""
        await self._turned(ack, body, -_WEEK)

    async def later(self, ack: Ack, body: dict[str, Any]) -> None:
        """The week after."""
        await self._turned(ack, body, _WEEK)

    async def again(self, ack: Ack, body: dict[str, Any]) -> None:
        """From the chosen time back to all of them, or only to see them as they are now."""
        await self._again(ack, body, _plan(body))

    async def chose(self, ack: Ack, body: dict[str, Any]) -> None:
        """One of the times."""
        start = plans.read_moment(_value(body))
        plan = _plan(body)
        if start is None:
            await self._again(ack, body, plan)
            return
        request, seen = Request.of_interaction(body), _seen(body)
        await self.desk.take(ack, request, lambda: self._chosen(request.who, seen, plan, start))

    async def nudged(self, ack: Ack, body: dict[str, Any]) -> None:
        """Ask somebody to connect; nobody is asked more than once a day, whoever asks."""
        request, user_id = Request.of_interaction(body), _value(body)
        if body.get("view"):
            said = lambda: seats.nudged(self._nudged(request.who, user_id), user_id)  # noqa: E731 - one thing
            await self._again(ack, body, _plan(body), said, user_id)
        else:
            said_once = lambda: free_answers.nudged(self._nudged(request.who, user_id), user_id)  # noqa: E731 - as above
            await self.desk.take(ack, request, said_once)

    async def submitted(self, ack: Ack, body: dict[str, Any]) -> None:
        """The chosen time was sent in."""
        who, view = Request.of_interaction(body).who, body["view"]
        try:
            drawn = await self.work.ask(self._booked, who, view, budget=BUDGET, whose=who)
        except TooSlow as slow:
            view_id = str(view["id"])
            slow.future.add_done_callback(lambda done: self.desk.later(lambda: self._shown_late(who, view_id, done)))
            drawn = booking_views.working()
        except BotError as error:
            drawn = booking_views.refused(str(error), _plan(body))
        await ack(response_action="update", view=drawn)

    # --- in the pool ------------------------------------------------------------------------------------------------

    async def _turned(self, ack: Ack, body: Body, by: timedelta) -> None:
        plan = _plan(body)
        day = plan.day + by if plan.day and _FIRST <= plan.day <= _LAST else None
        await self._again(ack, body, replace(plan, day=day))

    async def _again(self, ack: Ack, body: Body, plan: Plan, act: Callable[[], str] = lambda: "", *just: str) -> None:
        request, seen = Request.of_interaction(body), _seen(body)
        asked = seats.asked_in((body.get("view") or {}).get("blocks")) | {*just}
        make = lambda: self._times(request.who, plan, act(), asked)  # noqa: E731 - one thing
        await self.desk.take(ack, request, lambda: self._shown(request.who, seen, make))

    def _drawn(self, who: Who, view_id: str | None, plan: Callable[[], Plan], note: str) -> Message | None:
        if view_id is None:
            return answers.problem(_NOT_OPENED)
        self._shown(who, (view_id, ""), lambda: self._times(who, plan(), note))
        return None

    def _times(self, who: Who, plan: Plan, note: str = "", asked: Collection[str] = ()) -> View:
        """What is to be moved stands above; the days begin with its own."""
        now = self.planning.chosen(who, plan, _ANY) if plan.moves else None
        if now and now.was and plan.day is None:
            plan = replace(plan, day=local(now.was[0], now.viewer.party.zone).date())
        return slot_views.times(self.planning.offer(who, plan), note, asked=asked, now=now)

    def _shown(self, who: Who, seen: tuple[str, str], make: Callable[[], View]) -> None:
        """Of two quick clicks the second must not be drawn over by the first."""
        try:
            view = make()
        except BotError as error:
            view = booking_views.refused(str(error))
        self.notifier.update_view(who.team_id, seen[0], view, seen=seen[1])

    def _chosen(self, who: Who, seen: tuple[str, str], plan: Plan, start: datetime) -> None:
        """What is known at once first; the picture of the week comes to it when it is drawn."""
        try:
            chosen = self.planning.chosen(who, plan, start)
        except BotError as error:
            self.notifier.update_view(who.team_id, seen[0], booking_views.refused(str(error), plan), seen=seen[1])
            return
        plain = booking_views.confirm(chosen)
        drawn = self.notifier.redraw_view(who.team_id, seen[0], plain, seen=seen[1])
        week = self.weeks.picture(who.team_id, chosen) if drawn else None
        pictured = booking_views.confirm(chosen, week)
        for wait in _UNTIL_SHOWN if week else ():  # Slack looks at a new file in its own time
            if self.notifier.add_pictures(who.team_id, seen[0], pictured, seen=drawn):
                break
            self.pause(wait)

    def _booked(self, who: Who, view: Body) -> View:
        """One window books a time once, however often it is sent in."""
        plan, start = plans.load(view.get("private_metadata"))
        plan = replace(plan, **plans.read_details(_values(view)))
        if start is None:
            return self._times(who, plan)
        root = str(view.get("root_view_id") or view["id"])
        try:
            made = self.planning.book(who, plan, start, f"{root}:{int(start.timestamp())}")
        except KeyReused:
            return booking_views.refused(_BOOKED_ALREADY)
        except (SlotTaken, AvailabilityUnknown) as gone:
            return self._times(who, plan, f":warning: {gone}")
        except NotBookable as refused:
            return booking_views.refused(str(refused), plan)
        self.tell()
        return booking_views.done(made, who, plan)

    def _shown_late(self, who: Who, view_id: str, done: "Future[View]") -> None:
        try:
            view = done.result()
        except BotError as error:
            view = booking_views.refused(str(error))
        self.notifier.update_view(who.team_id, view_id, view)

    def _nudged(self, who: Who, user_id: str) -> Nudging:
        self.admit(who)
        found = self.board.nudge(who, user_id)
        self.deliver()
        return found


def _plan(body: Body) -> Plan:
    """As it was drawn, and what has been chosen since."""
    view = body.get("view") or {}
    plan, _ = plans.load(view.get("private_metadata"))
    return replace(plan, **plans.read_menus(_values(view)), **plans.read_details(_values(view)))


def _values(view: Body) -> object:
    return (view.get("state") or {}).get("values")


def _seen(body: Body) -> tuple[str, str]:
    view = body.get("view") or {}
    return str(view.get("id", "")), str(view.get("hash", ""))


def _kept(body: Body) -> Request:
    """A click that opens a window answers there: the message it stands under stays."""
    return replace(Request.of_interaction(body), in_ephemeral=False)


def _value(body: Body) -> str:
    return str(body["actions"][0].get("value") or "")
