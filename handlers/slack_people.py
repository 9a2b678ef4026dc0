"""What becomes of people in Slack, and of workspaces."""

from collections.abc import Callable
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
    """Slack tells of everybody who joins, and of every change of everybody's profile; and of the app's removal."""

    desk: Desk
    departures: Departures
    roster: Roster
    joined: Callable[[Profile], object]

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt."""
        app.event("team_join")(self.came)
        app.event("user_change")(self.changed)
        app.event("app_uninstalled")(self.uninstalled)
        app.event("tokens_revoked")(self.uninstalled)

    async def came(self, ack: Ack, body: dict[str, Any]) -> None:
        """Somebody has joined."""
        profile = _profile(body)
        if profile is not None:
            self.desk.later(lambda: self._came(profile), whose=profile.who)
        await ack()

    async def changed(self, ack: Ack, body: dict[str, Any]) -> None:
        """Somebody has changed, or was deactivated; or only has a new picture."""
        profile = _profile(body)
        if profile is not None:
            self.desk.later(lambda: self._changed(profile), whose=profile.who)
        await ack()

    async def uninstalled(self, ack: Ack, body: dict[str, Any]) -> None:
        """The app was removed from a workspace, or Slack ended our token there."""
        event, team_id = body["event"], str(body["team_id"])
        tokens = event.get("tokens")
        if event["type"] == "app_uninstalled" or (isinstance(tokens, dict) and tokens.get("bot")):
            self.desk.later(lambda: self.departures.uninstalled(team_id))
        await ack()

    def _came(self, profile: Profile) -> None:
        self._changed(profile)
        self.joined(profile)

    def _changed(self, profile: Profile) -> None:
        if profile.deleted:  # its word may come late: Slack is asked before anything is believed
            self.departures.left(profile.who)
        else:
            self.roster.changed(profile)


def _profile(body: Body) -> Profile | None:
    user, team_id = body["event"].get("user"), body.get("team_id")
    if not isinstance(user, dict) or not isinstance(user.get("id"), str) or not user["id"] or not team_id:
        return None
    return told(str(team_id), user)
