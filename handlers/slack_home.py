"""The App Home tab, and Save in the card and on the Home tab."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.notices import MessageRef
from bot.domain.people import Who
from bot.services.calendars import Wanted
from bot.services.my_data import MyData
from bot.services.surfaces import Surfaces
from bot.slack import menus
from bot.slack import my_data as views
from bot.slack.messages import Message
from handlers.desk import Ack, Desk, Request

_MOST_TOUCHED = 1000


@dataclass(frozen=True)
class Home:
    """What is drawn rather than said."""

    desk: Desk
    surfaces: Surfaces
    my_data: MyData
    touched: OrderedDict[Who, dict[str, Any]] = field(default_factory=OrderedDict)
    """What was chosen and not saved yet, for a Save that comes without the state of its menus."""

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt."""
        app.event("app_home_opened")(self.opened)
        app.action("save_picks")(self.save)
        app.action("pick_linked")(self.picked)
        app.action("pick_conflicts")(self.picked)
        app.action(views.SEND)(self.wants_data)
        app.action(views.ERASE)(self.erases)

    async def opened(self, ack: Ack, body: dict[str, Any]) -> None:
        """Somebody looks at the app: the Messages tab tells itself, the Home tab is drawn.

        If Slack does not take the drawing nobody is written to: they only looked, and will look again.
        """
        who = Request.of_event(body).who
        if body["event"].get("tab", "home") == "home":
            self.desk.later(lambda: self.surfaces.home(who), whose=who)
        await ack()

    async def picked(self, ack: Ack, body: dict[str, Any]) -> None:
        """A menu was changed; it counts when Save is pressed."""
        who = Request.of_interaction(body).who
        self.touched[who] = self.touched.pop(who, {}) | menus.touched(body["actions"])
        if len(self.touched) > _MOST_TOUCHED:
            self.touched.popitem(last=False)
        await ack()

    async def save(self, ack: Ack, body: dict[str, Any]) -> None:
        """The Save button under the menus, in the card or on the Home tab."""
        request = Request.of_interaction(body)
        view, touched = body.get("view"), self.touched.pop(request.who, {})
        states = ((view or {}).get("state") or {}, body.get("state") or {})
        chosen = menus.read(next((state["values"] for state in states if state.get("values")), touched))
        wanted = Wanted(chosen.linked, chosen.conflicts)
        if view:
            await self.desk.take(ack, request, lambda: self.surfaces.save_from_home(request.who, wanted))
            return
        message = _message(body)
        await self.desk.take(ack, request, lambda: self.surfaces.save_from_message(request.who, wanted, message))

    async def wants_data(self, ack: Ack, body: dict[str, Any]) -> None:
        """The button "Give me my data"."""
        request = Request.of_interaction(body)
        await self.desk.take(ack, request, lambda: self.my_data.send(request.who))

    async def erases(self, ack: Ack, body: dict[str, Any]) -> None:
        """The button "Delete everything about me", after Slack's own "are you sure"."""
        request = Request.of_interaction(body)
        await self.desk.take(ack, request, lambda: self._erased(request.who))

    def _erased(self, who: Who) -> Message:
        done = self.my_data.erase(who)
        return views.erased(done.account, revoked=done.revoked)


def _message(body: dict[str, Any]) -> MessageRef | None:
    container = body.get("container") or {}
    channel, ts = container.get("channel_id"), container.get("message_ts")
    return MessageRef(str(channel), str(ts)) if channel and ts and not container.get("is_ephemeral") else None
