"""What becomes of people in Slack."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.people import Profile
from bot.services.departures import Departures
from bot.services.roster import Roster
from bot.slack.directory import told
from handlers.desk import Ack, Body, Desk


@dataclass(frozen=True)
class People:
    """Slack tells of everybody who joins, and of every change of everybody's profile."""

    desk: Desk
    departures: Departures
    roster: Roster

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt."""
        app.event("team_join")(self.changed)
        app.event("user_change")(self.changed)

    async def changed(self, ack: Ack, body: dict[str, Any]) -> None:
        """Somebody has joined, changed, or was deactivated; or only has a new picture."""
        profile = _profile(body)
        if profile is not None:
            self.desk.later(lambda: self._changed(profile), whose=profile.who)
        await ack()

    def _changed(self, profile: Profile) -> None:
        self.roster.changed(profile)
        if profile.deleted:
            self.departures.left(profile.who)


def _profile(body: Body) -> Profile | None:
    user, team_id = body["event"].get("user"), body.get("team_id")
    if not isinstance(user, dict) or not isinstance(user.get("id"), str) or not user["id"] or not team_id:
        return None
    return told(str(team_id), user)
