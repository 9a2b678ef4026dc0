"""What happens to people in Slack: they join, change, become guests or admins, leave and come back.

All of it happens whether or not the bot hears of it; the answer says what the bot made of the news.
"""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from tests.sandbox.slack.delivery import Ack
from tests.sandbox.slack.people import User
from tests.sandbox.slack.person import Person
from tests.sandbox.slack.refusal import SlackRefused

UNHEARD = Ack(0, "", 0.0, trouble="unheard")
"""The app is not installed, has not asked for this event, or lacks the scope for it: Slack told nobody."""
_FIXED = {"team_id", "id", "bot", "bot_id"}
_CHANGEABLE = {each.name for each in fields(User)} - _FIXED


class Administration(Person):
    """The half of the stand-in that belongs to a workspace's administrators."""

    def joins(self, team_id: str, user_id: str, *, name: str, email: str, tz: str, **more: Any) -> Ack:
        """A new member, as in ``add_user``; the bot hears team_join."""
        user = User(team_id, user_id, name, email, tz, updated=self.state.clock.now(), **more)
        self.state.add_users([user])
        return self._tell("team_join", user)

    def changes(self, user_id: str, **given: Any) -> Ack:
        """A member's name, display_name, email, tz, locale, admin, owner, guest … becomes another."""
        unknown = given.keys() - _CHANGEABLE
        if unknown:
            raise TypeError(f"a member has no {', '.join(sorted(unknown))} that can change")
        user = self._anybody(user_id)
        with self.state.lock:
            for name, value in given.items():
                setattr(user, name, value)
            user.updated = self.state.clock.now()
        self.state.changed()
        ack = self._tell("user_change", user)
        self._tell("user_profile_changed", user)  # Slack sends both, each to those who asked for it
        return ack

    def deactivates(self, user_id: str) -> Ack:
        """Somebody's account ends."""
        return self.changes(self._user(user_id).id, deleted=True)

    def reactivates(self, user_id: str) -> Ack:
        """Somebody is back, as the same member; not after ``forgets``."""
        if self._anybody(user_id).forgotten:
            raise SlackRefused("user_is_forgotten", user_id)
        return self.changes(user_id, deleted=False)

    def forgets(self, user_id: str) -> Ack:
        """The profile of somebody who left is wiped for good."""
        if not self._anybody(user_id).deleted:
            raise SlackRefused("user_is_active", user_id)
        return self.changes(user_id, forgotten=True, name="Deactivated User", display_name="deactivateduser", email="")

    def makes_admin(self, user_id: str, *, owner: bool = False) -> Ack:
        return self.changes(user_id, admin=True, owner=owner, guest=False)

    def makes_member(self, user_id: str) -> Ack:
        """Neither admin nor guest any more."""
        return self.changes(user_id, admin=False, owner=False, guest=False, single_channel=False, guest_until=None)

    def makes_guest(
        self,
        user_id: str,
        *,
        single_channel: bool = False,
        until: datetime | None = None,
        invited_by: str | None = None,
    ) -> Ack:
        """A guest, for good or until that moment; see ``guests_expire``."""
        return self.changes(
            user_id,
            admin=False,
            owner=False,
            guest=True,
            single_channel=single_channel,
            guest_until=until,
            invited_by=invited_by,
        )

    def guests_expire(self) -> list[str]:
        """Deactivate the guests whose time is over by the sandbox's clock, as Slack does by itself; their ids."""
        now = self.state.clock.now()
        over = [
            user.id
            for user in self.state.users.values()
            if user.guest and not user.deleted and user.guest_until is not None and user.guest_until <= now
        ]
        for user_id in over:
            self.deactivates(user_id)
        return over

    def enters_channel(self, channel_id: str, user_ids: Iterable[str]) -> None:
        self.state.channels[channel_id].members.update(user_ids)
        self.state.changed()

    def leaves_channel(self, channel_id: str, user_ids: Iterable[str]) -> None:
        self.state.channels[channel_id].members.difference_update(user_ids)
        self.state.changed()

    def subscribe(self, events: Iterable[str]) -> None:
        """The app asks for these events and no others, in the words of its manifest ("message.im")."""
        self.state.subscriptions = set(events)

    def _anybody(self, user_id: str) -> User:
        user = self.state.users.get(user_id)
        if user is None:
            raise SlackRefused("user_not_found", user_id)
        return user

    def _tell(self, kind: str, user: User) -> Ack:
        installation = self.state.teams[user.team_id].installation
        event = {"type": kind}
        if installation is None or self.unheard(user.team_id, event):
            return UNHEARD
        shown = user.to_json(
            self.state.clock.now(), with_email="users:read.email" in installation.scopes, with_locale=True
        )
        return self.event(user.team_id, {**event, "user": shown, "cache_ts": int(self.state.seconds())})
