"""How we speak to people in Slack: direct messages, edits, the Home tab, modals, answers."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, TypeVar

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.agendas import Agenda
from bot.domain.notices import Menus, MessageRef, Notice, Status
from bot.domain.people import Who
from bot.domain.rollout import Stage
from bot.errors import SlackRefusesApp, SlackUnavailable, Unreachable
from bot.slack import board_views, response_urls
from bot.slack.blocks import without_pictures
from bot.slack.faults import RESTRICTED, Answered, LayoutRefused, call, code_in, code_of, listed, part
from bot.slack.messages import Message, render
from bot.slack.views import View, home_view
from bot.slack.workspaces import Clients, examine

log = structlog.get_logger()

T = TypeVar("T")

EVENT_TYPE = "calendar_bot_notice"
"""What the metadata of a marked message is called at Slack, where developers may see it."""
CLOCKS_APART = timedelta(days=1)
"""Slack's clock writes the time stamps, ours says since when: one that is wrong is often wrong by hours."""
_PAGE = 200

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
_CANNOT_DELETE = frozenset({"cant_delete_message", "channel_not_found", "message_not_found"})
_VIEW_GONE = frozenset({"hash_conflict", "not_found", "view_not_found"})
_VIEW_REFUSED = frozenset({"invalid_arguments", "invalid_blocks"})
_DM_GONE = frozenset({"channel_not_found"})


class SlackNotifier:
    """The port ``Notifier``, and what handlers need besides: modals and answers."""

    def __init__(self, clients: Clients, api_url: str) -> None:
        self._clients = clients
        self._api_url = api_url
        self._lock = Lock()
        self._channels: dict[Who, str] = {}

    def tell(self, who: Who, notice: Notice, *, mark: str = "") -> MessageRef:
        """Post a direct message. A ``mark`` goes along unseen, so that ``find`` can tell whether it arrived."""
        return self.send(who, render(notice), mark=mark)

    def send(self, who: Who, message: Message, *, channel: str | None = None, mark: str = "") -> MessageRef:
        """Post a direct message that is no notice: the answer to something typed there. ``channel`` is the DM's id."""
        return self._in_dm(who, lambda dm, expect: self._post(who.team_id, dm, message, mark, expect), channel)

    def tell_channel(self, team_id: str, channel: str, notice: Notice, *, mark: str = "") -> MessageRef:
        """Post into a channel, for operators."""
        try:
            return self._post(team_id, channel, render(notice), mark)
        except SlackRefusesApp as refused:
            if refused.code.startswith(RESTRICTED):  # in that channel only: elsewhere we may still speak
                raise Unreachable from None
            raise

    def find(self, who: Who, mark: str, since: datetime) -> MessageRef | None:
        """Our direct message with this mark, if it stands in the conversation since then."""
        return self._in_dm(who, lambda dm, expect: self._marked(who.team_id, dm, mark, since - CLOCKS_APART, expect))

    def well(self, team_id: str) -> None:
        """Returns when Slack takes our token for this workspace, with all the scopes we need."""
        examine(self._clients.of(team_id))

    def edit(self, team_id: str, ref: MessageRef, notice: Notice) -> bool:
        """Change a message of ours; False when it no longer can be changed."""
        message, client = render(notice), self._clients.of(team_id)
        fixed = {"channel": ref.channel, "ts": ref.ts, "parse": "none", "link_names": False}
        try:
            try:
                call(client.chat_update, expect=_CANNOT_EDIT, **fixed, **message.payload)
            except LayoutRefused as refused:
                _say_aloud(refused)
                _again(client.chat_update, expect=_CANNOT_EDIT, **fixed, text=message.text, blocks=[])
        except Answered:
            return False
        return True

    def take_back(self, team_id: str, ref: MessageRef) -> None:
        """Remove a message of ours, if it still stands."""
        with suppress(Answered):
            call(self._clients.of(team_id).chat_delete, expect=_CANNOT_DELETE, channel=ref.channel, ts=ref.ts)

    def publish_home(
        self,
        who: Who,
        status: Status,
        menus: Menus | None,
        problem: str | None,
        team: Mapping[Stage, int] | None = None,
        agenda: Agenda | None = None,
    ) -> None:
        """Draw the App Home tab; ``team`` are an admin's counts of who stands where."""
        view = home_view(status, menus, problem, agenda)
        if team is not None:
            view["blocks"] += board_views.on_home(team)
        call(self._clients.of(who.team_id).views_publish, user_id=who.user_id, view=view)

    def update_view(self, team_id: str, view_id: str, view: View, *, seen: str | None = None) -> bool:
        """Draw a modal anew; False when it has been closed meanwhile.

        ``seen`` is the hash of the view that was clicked: False, too, when another click has changed it since.
        """
        only = {"hash": seen} if seen else {}
        try:
            call(self._clients.of(team_id).views_update, expect=_VIEW_GONE, view_id=view_id, view=view, **only)
        except Answered:
            return False
        return True

    def redraw_view(self, team_id: str, view_id: str, view: View, *, seen: str | None) -> str | None:
        """As ``update_view``, for more to come: the new hash, or None when it was closed or changed meanwhile."""
        only = {"hash": seen} if seen else {}
        method = self._clients.of(team_id).views_update
        try:
            drawn = call(method, expect=_VIEW_GONE, view_id=view_id, view=view, **only)
        except Answered:
            return None
        return part(part(drawn, "view", dict), "hash", str)

    def update_pictured(self, team_id: str, view_id: str, view: View, plainer: View, *, seen: str | None) -> bool:
        """As ``update_view``; False when Slack does not show the pictures, or not yet, and ``plainer`` was drawn."""
        if self.add_pictures(team_id, view_id, view, seen=seen):
            return True
        self.update_view(team_id, view_id, plainer, seen=seen)
        return False

    def add_pictures(self, team_id: str, view_id: str, view: View, *, seen: str | None) -> bool:
        """Draw it with its pictures; False when Slack does not show them, or not yet, and all stays as it was."""
        only = {"hash": seen} if seen else {}
        expect = _VIEW_GONE | _VIEW_REFUSED
        try:
            call(self._clients.of(team_id).views_update, expect=expect, view_id=view_id, view=view, **only)
        except Answered as said:
            if said.code in _VIEW_REFUSED:
                log.info("picture_refused", error=said.code)
                return False
        return True

    def answer(self, response_url: str, message: Message, *, replace_original: bool = False) -> bool:
        """Answer a command or a click, to the person alone. False when that was not possible."""
        return response_urls.answer(response_url, message, api_url=self._api_url, replace_original=replace_original)

    def _in_dm(self, who: Who, do: Callable[[str, frozenset[str]], T], channel: str | None = None) -> T:
        """Do it in the person's direct messages, opened once and again when they are gone."""
        with self._lock:
            known = channel or self._channels.get(who)
        if known:
            try:
                return do(known, _DM_GONE)
            except Answered:
                with self._lock:
                    self._channels.pop(who, None)
        return do(self._open_dm(who), frozenset())

    def _open_dm(self, who: Who) -> str:
        try:
            answer = call(self._clients.of(who.team_id).conversations_open, users=who.user_id)
            channel = part(part(answer, "channel", dict), "id", str)
        except SlackUnavailable as failed:
            failed.lost = False  # whether it is open or not: nothing has been said there yet
            raise
        with self._lock:
            self._channels[who] = channel
        return channel

    def _post(
        self, team_id: str, channel: str, message: Message, mark: str, expect: frozenset[str] = frozenset()
    ) -> MessageRef:
        client = self._clients.of(team_id)
        fixed = {
            "channel": channel,
            "unfurl_links": False,
            "unfurl_media": False,
            "parse": "none",
            "link_names": False,
        }
        if mark:
            fixed["metadata"] = {"event_type": EVENT_TYPE, "event_payload": {"mark": mark}}
        try:
            posted = call(client.chat_postMessage, expect=expect, **fixed, **message.payload)
        except LayoutRefused as refused:
            bare = tuple(without_pictures(message.blocks))
            if len(bare) < len(message.blocks) and not refused.is_the_mark:
                log.info("picture_refused", error=code_of(refused))
                return self._post(team_id, channel, Message(message.text, bare), mark, expect)
            _say_aloud(refused)
            if refused.is_the_mark:
                del fixed["metadata"]
            less = message.payload if refused.is_the_mark else {"text": message.text}
            posted = _again(client.chat_postMessage, expect=expect, **fixed, **less)
        return MessageRef(part(posted, "channel", str), part(posted, "ts", str))

    def _marked(
        self, team_id: str, channel: str, mark: str, since: datetime, expect: frozenset[str]
    ) -> MessageRef | None:
        bot_id = self._clients.bot_id(team_id)
        messages = listed(
            self._clients.of(team_id).conversations_history,
            "messages",
            expect=expect,
            channel=channel,
            include_all_metadata=True,  # otherwise Slack leaves the payload out
            oldest=f"{since.timestamp():.6f}",
            limit=_PAGE,
        )
        found = next((each for each in messages if _mark_of(each, bot_id) == mark), None)
        return None if found is None else MessageRef(channel, part(found, "ts", str))


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


def _mark_of(message: object, bot_id: str) -> object:
    """The mark of a message of ours: other apps, and the person, may write into this conversation too."""
    if not isinstance(message, dict) or message.get("bot_id") != bot_id:
        return None
    metadata = message.get("metadata")
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    return payload.get("mark") if isinstance(payload, dict) else None


def _again(method: Callable[..., SlackResponse], **arguments: Any) -> Any:
    """The second and last try of a message, plainer than the first."""
    try:
        return call(method, **arguments)
    except LayoutRefused:
        raise SlackUnavailable from None


def _say_aloud(refused: LayoutRefused) -> None:
    """Better a plain message than none; but this is a bug of ours, so it is said aloud."""
    log.error("layout_refused", error=code_of(refused))
