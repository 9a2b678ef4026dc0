"""What becomes of people in Slack."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.people import Who
from bot.services.departures import Departures
from handlers.desk import Ack, Desk


@dataclass(frozen=True)
class People:
    """Slack tells of every change of everybody's profile; we listen for the one that ends something."""

    desk: Desk
    departures: Departures

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt."""
        app.event("user_change")(self.changed)

    async def changed(self, ack: Ack, body: dict[str, Any]) -> None:
        """Somebody was deactivated, or only has a new picture."""
        user, team_id = body["event"].get("user"), body.get("team_id")
        if isinstance(user, dict) and user.get("deleted") and user.get("id") and team_id:
            who = Who(str(team_id), str(user["id"]))
            self.desk.later(lambda: self.departures.left(who), whose=who)
        await ack()
