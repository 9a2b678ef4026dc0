"""How we speak to people in Slack: direct messages, edits, the Home tab, modals, answers."""

import asyncio
from collections.abc import Mapping
from threading import Lock
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.notices import Menus, MessageRef, Notice, Status
from bot.domain.people import Who
from bot.errors import SlackUnavailable
from bot.slack import response_urls
from bot.slack.faults import Answered, LayoutRefused, call, code_in, code_of
from bot.slack.messages import Message, render
from bot.slack.views import View, home_view
from bot.slack.workspaces import Clients

log = structlog.get_logger()

OPEN_BUDGET = 2.0
"""Seconds of Slack's three that opening a modal may take before the click is acknowledged."""

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

    def send(self, who: Who, message: Message, *, channel: str | None = None) -> MessageRef:
        """Post a direct message that is no notice: the answer to something typed there. ``channel`` is the DM's id."""
        with self._lock:
            known = channel or self._channels.get(who)
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
            raise SlackUnavailable
        return MessageRef(str(posted["channel"]), str(posted["ts"]))


async def opened_view(client: AsyncWebClient, trigger_id: str, view: View) -> str | None:
    """Open a modal and return its id; None when that was not possible, for whatever reason.

    It runs on the event loop before the acknowledgement, so it neither raises nor takes its time.
    """
    try:
        async with asyncio.timeout(OPEN_BUDGET):
            answer = await client.views_open(trigger_id=trigger_id, view=view)
        return str(answer["view"]["id"])
    except SlackApiError as refused:
        log.warning("view_not_opened", error=code_in(refused))
    except Exception as broken:  # noqa: BLE001 - aiohttp, slack_sdk and garbage from Slack: all the same to the click
        log.warning("view_not_opened", error=type(broken).__name__)
    return None


def _in_plain_text(refused: LayoutRefused) -> None:
    """Better a plain message than none; but this is a bug of ours, so it is said aloud."""
    log.error("layout_refused", error=code_of(refused))
