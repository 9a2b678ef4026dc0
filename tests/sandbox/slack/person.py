"""What people do in Slack, each in one call. Everything that asks the bot returns its answer."""

from collections.abc import Sequence

from tests.sandbox.slack import acting, commanding, finding, posting, shortcuts, submitting
from tests.sandbox.slack.composition import options_of
from tests.sandbox.slack.delivery import Ack, Delivery, Sent
from tests.sandbox.slack.finding import Found
from tests.sandbox.slack.messages import Message
from tests.sandbox.slack.payloads import shown_view
from tests.sandbox.slack.people import User
from tests.sandbox.slack.post_office import PostOffice
from tests.sandbox.slack.refusal import Json, SlackRefused
from tests.sandbox.slack.state import State

EVENT_SCOPES = {
    "message.im": "im:history",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "user_change": "users:read",
    "team_join": "users:read",
    "user_profile_changed": "users:read",
    "app_mention": "app_mentions:read",
    "channel_created": "channels:read",
    "member_joined_channel": "channels:read",
}
_SUBSCRIBED = {"im": "im", "channel": "channels", "group": "groups"}
"""Conversations as subscriptions name them, by what their events say."""


class Person:
    """The acting half of the stand-in. All raise SlackRefused for what a person could not do."""

    state: State
    delivery: Delivery
    post_office: PostOffice

    def command(self, user_id: str, text: str, *, channel_id: str | None = None) -> Ack:
        """Type a whole slash command ("/calendar connect"), by default into the DM with the bot."""
        return commanding.command(self.state, self.delivery, self._user(user_id), text, channel_id)

    def say(self, user_id: str, text: str) -> Ack:
        """Write to the bot in its DM."""
        user = self._user(user_id)
        if not self.state.messages_tab:
            raise SlackRefused("messages_tab_disabled")
        message = posting.write(self.state, user, self.state.open_im(user), text)
        return self.event(user.team_id, posting.event_of(self.state, message))

    def writes(self, user_id: str, channel_id: str, text: str) -> Ack:
        """Write to everybody in a channel; the bot hears of it only where it is, and if it asked to."""
        user = self._user(user_id)
        channel = self.state.channels.get(channel_id)
        if channel is None or user.id not in channel.members:
            raise SlackRefused("channel_not_found", channel_id)
        if channel.archived:
            raise SlackRefused("is_archived", channel_id)
        event = posting.event_of(self.state, posting.write(self.state, user, channel, text))
        if not channel.bot_is_member or self.unheard(user.team_id, event):
            return acting.NOTHING_SENT
        return self.event(user.team_id, event)

    def opens_home(self, user_id: str, *, tab: str = "home") -> Ack:
        """Look at the bot's page; the event carries the view only if one was ever published."""
        user = self._user(user_id)
        if tab == "home" and not self.state.home_tab:
            raise SlackRefused("not_enabled")
        event: Json = {"type": "app_home_opened", "user": user.id, "channel": self.state.open_im(user).id, "tab": tab}
        home = self.state.homes.get(user.id)
        if tab == "home" and home is not None:
            event["view"] = shown_view(self.state, home)
        return self.event(user.team_id, event)

    def clicks(
        self,
        user_id: str,
        label_or_action_id: str,
        *,
        on: str | None = None,
        message_ts: str | None = None,
        block_id: str | None = None,
    ) -> Ack:
        """Press a button or take an overflow line; on a modal also its submit and close buttons."""
        user = self._user(user_id)
        if on in {None, "modal"} and message_ts is None and self.state.modals.get(user.id):
            given = submitting.top(self.state, user).given
            if given.get("submit", {}).get("text") == label_or_action_id:
                return self.submits(user_id)
            if given.get("close", {}).get("text") == label_or_action_id:
                return self.closes(user_id)
        found = finding.clickable(self.state, user, label_or_action_id, on, message_ts, block_id)
        return acting.click(self.state, self.delivery, user, found)

    def message_shortcut(self, user_id: str, callback_id: str, message: Message) -> Ack:
        """Take one of the app's shortcuts from a message's menu."""
        return shortcuts.take(self.state, self.delivery, self._user(user_id), callback_id, message)

    def link(
        self, user_id: str, label_or_action_id: str, *, on: str | None = None, message_ts: str | None = None
    ) -> str:
        """The address a button leads to, without pressing it."""
        found = finding.clickable(self.state, self._user(user_id), label_or_action_id, on, message_ts, None)
        target = (found.option or found.element).get("url")
        if target is None:
            raise SlackRefused("no_link", label_or_action_id)
        return str(target)

    def chooses(
        self,
        user_id: str,
        action_id: str,
        values: Sequence[str | Json],
        *,
        on: str | None = None,
        message_ts: str | None = None,
        block_id: str | None = None,
    ) -> Ack:
        """Pick from a menu by the texts of its options, or by the options as they were shown.

        Typeahead menus are asked for a text first.
        """
        user, found = self._element(user_id, action_id, on, message_ts, block_id)
        return acting.choose(self.state, self.delivery, user, found, values)

    def types(
        self,
        user_id: str,
        action_id: str,
        text: str,
        *,
        on: str | None = None,
        message_ts: str | None = None,
        block_id: str | None = None,
    ) -> Ack:
        """Fill in a field."""
        user, found = self._element(user_id, action_id, on, message_ts, block_id)
        return acting.type_in(self.state, self.delivery, user, found, text)

    def suggest(
        self,
        user_id: str,
        action_id: str,
        query: str,
        *,
        on: str | None = None,
        message_ts: str | None = None,
        block_id: str | None = None,
    ) -> list[Json]:
        """The options a typeahead menu offers for what was typed, groups flattened."""
        user, found = self._element(user_id, action_id, on, message_ts, block_id)
        return options_of(acting.suggest(self.state, self.delivery, user, found, query))

    def submits(self, user_id: str) -> Ack:
        """Send in the modal on top."""
        return submitting.submit(self.state, self.delivery, self._user(user_id))

    def closes(self, user_id: str) -> Ack:
        """Cancel the modal on top."""
        return submitting.close(self.state, self.delivery, self._user(user_id))

    # ---- what Slack does by itself

    def event(self, team_id: str, event: Json) -> Ack:
        """Any Events API event, if the app asked for it and its scopes let it hear of it."""
        why = self.unheard(team_id, event)
        if why:
            raise SlackRefused(*why)
        return self.post_office.deliver(team_id, event)

    def unheard(self, team_id: str, event: Json) -> tuple[str, str] | None:
        """Why Slack would not tell the bot of this."""
        kind = event["type"]
        asked_for = f"{kind}.{_SUBSCRIBED[event['channel_type']]}" if "channel_type" in event else kind
        if asked_for not in self.state.subscriptions:
            return "not_subscribed", f"the app did not ask for {asked_for}"
        scope = EVENT_SCOPES.get(asked_for)
        installation = self.state.teams[team_id].installation
        if scope is not None and (installation is None or scope not in installation.scopes):
            return "missing_scope", f"without {scope} the bot does not hear of {asked_for}"
        return None

    def retry(self, envelope: Json | None = None, *, number: int = 1, reason: str = "http_timeout") -> Ack:
        """Send the last event, or this one, again with X-Slack-Retry-Num."""
        again = envelope or self.post_office.last
        if again is None:
            raise SlackRefused("nothing_sent_yet")
        return self.post_office.again(again, number, reason)

    @property
    def last_event(self) -> Json | None:
        """The envelope of the last event."""
        return self.post_office.last

    @property
    def last_request(self) -> Sent | None:
        """The last HTTP request to the bot, signature and all."""
        return self.delivery.last

    def signed(self, body: bytes, at: int | None = None) -> dict[str, str]:
        """The headers that sign a body of one's own, now or at another moment."""
        return self.delivery.signed(body, at)

    def url_verification(self) -> Ack:
        """The handshake Slack makes when an events address is entered."""
        token = self.state.credentials.verification_token
        challenge = self.state.next_ts()
        ack = self.delivery.event({"type": "url_verification", "token": token, "challenge": challenge})
        if ack.ok and challenge not in ack.body:
            self.state.fault("url_verification: the challenge did not come back")
        return ack

    def ssl_check(self) -> Ack:
        """Slack's unsigned check of the certificate."""
        return self.delivery.unsigned({"ssl_check": "1", "token": self.state.credentials.verification_token})

    def _user(self, user_id: str) -> User:
        return self.state.person(user_id)

    def _element(
        self, user_id: str, action_id: str, on: str | None, message_ts: str | None, block_id: str | None
    ) -> tuple[User, Found]:
        user = self._user(user_id)
        return user, finding.element(self.state, user, action_id, on, message_ts, block_id)
