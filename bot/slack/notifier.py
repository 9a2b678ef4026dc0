"""How we speak to people in Slack: direct messages, edits, the Home tab, modals, answers."""

import logging
from collections.abc import Mapping
from threading import Lock
from typing import Any

from bot.errors import Unreachable
from bot.ports import Menus, MessageRef, Notice, Status, Who
from bot.slack import response_urls
from bot.slack.faults import Answered, LayoutRefused, call, code_of
from bot.slack.messages import Message, render
from bot.slack.views import View, home_view
from bot.slack.workspaces import Clients

_log = logging.getLogger(__name__)

_CANNOT_EDIT = frozenset(
    {
        "cant_update_message",
        "channel_not_found",
        "edit_window_closed",
        "is_inactive",
        "message_not_found",
        "not_in_channel",
    }
)
_TRIGGER_GONE = frozenset({"exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id", "trigger_expired"})
_VIEW_GONE = frozenset({"hash_conflict", "not_found", "view_not_found"})
_DM_GONE = frozenset({"channel_not_found"})


class SlackNotifier:
    """The port ``Notifier``, and what handlers need besides: modals and answers."""

    def __init__(self, clients: Clients, api_url: str) -> None:
        self._clients = clients
        self._api_url = api_url
        self._lock = Lock()
        self._channels: dict[Who, str] = {}

    def tell(self, who: Who, notice: Notice) -> MessageRef:
        """Post a direct message."""
        return self.send(who, render(notice))

    def send(self, who: Who, message: Message) -> MessageRef:
        """Post a direct message that is no notice: the answer to something typed there."""
        with self._lock:
            known = self._channels.get(who)
        if known:
            try:
                return self._post(who.team_id, known, message, expect=_DM_GONE)
            except Answered:
                self._forget(who)
        return self._post(who.team_id, self._open_dm(who), message)

    def tell_channel(self, team_id: str, channel: str, notice: Notice) -> MessageRef:
        """Post into a channel, for operators."""
        return self._post(team_id, channel, render(notice))

    def edit(self, team_id: str, ref: MessageRef, notice: Notice) -> bool:
        """Change a message of ours; False when it no longer can be changed."""
        message, client = render(notice), self._clients.of(team_id)
        fixed = {"channel": ref.channel, "ts": ref.ts, "parse": "none", "link_names": False}
        try:
            try:
                call(client.chat_update, expect=_CANNOT_EDIT, **fixed, **message.payload)
            except LayoutRefused as refused:
                _in_plain_text(refused)
                call(client.chat_update, expect=_CANNOT_EDIT, **fixed, text=message.text, blocks=[])
        except Answered:
            return False
        return True

    def publish_home(self, who: Who, status: Status, menus: Menus | None, problem: str | None) -> None:
        """Draw the App Home tab."""
        view = home_view(status, menus, problem)
        call(self._clients.of(who.team_id).views_publish, user_id=who.user_id, view=view)

    def open_view(self, team_id: str, trigger_id: str, view: View) -> str | None:
        """Open a modal and return its id; None when the click is too long ago or was used already."""
        try:
            data = call(self._clients.of(team_id).views_open, expect=_TRIGGER_GONE, trigger_id=trigger_id, view=view)
        except Answered:
            return None
        return str(data["view"]["id"])

    def update_view(self, team_id: str, view_id: str, view: View) -> bool:
        """Draw a modal anew; False when it has been closed meanwhile."""
        try:
            call(self._clients.of(team_id).views_update, expect=_VIEW_GONE, view_id=view_id, view=view)
        except Answered:
            return False
        return True

    def answer(self, response_url: str, message: Message, *, replace_original: bool = False) -> bool:
        """Answer a command or a click, to the person alone. False when that was not possible."""
        return response_urls.answer(response_url, message, api_url=self._api_url, replace_original=replace_original)

    def _open_dm(self, who: Who) -> str:
        channel = call(self._clients.of(who.team_id).conversations_open, users=who.user_id)["channel"]["id"]
        with self._lock:
            self._channels[who] = str(channel)
        return str(channel)

    def _forget(self, who: Who) -> None:
        with self._lock:
            self._channels.pop(who, None)

    def _post(self, team_id: str, channel: str, message: Message, expect: frozenset[str] = frozenset()) -> MessageRef:
        client = self._clients.of(team_id)
        fixed = {
            "channel": channel,
            "unfurl_links": False,
            "unfurl_media": False,
            "parse": "none",
            "link_names": False,
        }
        try:
            posted: Mapping[str, Any] = call(client.chat_postMessage, expect=expect, **fixed, **message.payload)
        except LayoutRefused as refused:
            _in_plain_text(refused)
            posted = call(client.chat_postMessage, expect=expect, **fixed, text=message.text)
        if not posted.get("ts") or not posted.get("channel"):
            raise Unreachable
        return MessageRef(str(posted["channel"]), str(posted["ts"]))


def _in_plain_text(refused: LayoutRefused) -> None:
    """Better a plain message than none; but this is a bug of ours, so it is said aloud."""
    _log.error("Slack refused a layout of ours", extra={"event": "layout_refused", "code": code_of(refused)})
