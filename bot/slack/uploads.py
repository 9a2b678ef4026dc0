"""Files brought to Slack: pictures for blocks to show without a public address of ours, and tables to download."""

import re
from io import SEEK_END, BytesIO
from ipaddress import ip_address
from typing import Any, BinaryIO
from urllib.error import HTTPError
from urllib.parse import SplitResult, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse, WebClient

from bot.domain.people import Who
from bot.errors import SlackRefusesApp, SlackUnavailable
from bot.slack.faults import Answered, call, part
from bot.slack.workspaces import TIMEOUT, Clients

log = structlog.get_logger()

_OK = 200
_SLACK = "slack.com"
_LONGEST_ALT_TEXT = 1000  # of a file; the alt_text of an image block may be twice as long
_HOST = re.compile(r"[a-z0-9.-]+|[0-9a-f:.]+")
# The workspace's own rules and its plan: another try changes nothing
_FORBIDDEN = frozenset(
    {"file_type_not_allowed", "file_upload_size_restricted", "file_uploads_disabled", "storage_limit_reached"}
)


def upload_png(clients: Clients, team_id: str, png: bytes, filename: str, title: str, alt_text: str) -> str:
    """The id of a file that is ours alone, for the ``slack_file`` of an image block.

    Slack looks at new files in its own time: for a moment it may still answer ``invalid_blocks`` (LayoutRefused) to
    blocks that show it. Nothing is posted then, and the same blocks are good a little later.
    Raises SlackUnavailable, SlackRefusesApp.
    """
    client = clients.of(team_id)
    file_id = _brought(client, BytesIO(png), len(png), filename, "image/png", alt_txt=alt_text[:_LONGEST_ALT_TEXT])
    call(client.files_completeUploadExternal, files=[{"id": file_id, "title": title}])
    return file_id


def send_csv(clients: Clients, who: Who, file: BinaryIO, filename: str, title: str, comment: str) -> str:
    """A table, as ``send_file`` does it."""
    return send_file(clients, who, file, filename, "text/csv", title, comment)


def send_file(clients: Clients, who: Who, file: BinaryIO, filename: str, kind: str, title: str, comment: str) -> str:
    """The id of a file of this media type that stands in the person's direct messages with us from now on.

    It is read piece by piece, from its beginning; Slack wants to know its length first.
    Raises SlackUnavailable, SlackRefusesApp, Unreachable.
    """
    client = clients.of(who.team_id)
    length = file.seek(0, SEEK_END)
    file.seek(0)
    channel = part(part(call(client.conversations_open, users=who.user_id), "channel", dict), "id", str)
    file_id = _brought(client, file, length, filename, kind)
    call(
        client.files_completeUploadExternal,
        files=[{"id": file_id, "title": title}],
        channel_id=channel,
        initial_comment=comment,
    )
    return file_id


def _brought(client: WebClient, file: BinaryIO, length: int, filename: str, kind: str, **about: str) -> str:
    """Announced and sent; it is nowhere until it is completed."""
    try:
        ticket = call(client.files_getUploadURLExternal, expect=_FORBIDDEN, filename=filename, length=length, **about)
    except Answered as forbidden:
        raise SlackRefusesApp(forbidden.code) from None
    url, file_id = part(ticket, "upload_url", str), part(ticket, "file_id", str)
    if not is_allowed(url, client.base_url):
        log.warning("upload_url_refused")
        raise SlackUnavailable
    call(_upload, client=client, url=url, file=file, headers={"Content-Type": kind, "Content-Length": str(length)})
    return file_id


def is_allowed(url: str, api_url: str) -> bool:
    """Whether we send a file to this address: Slack's or, away from Slack, the API's own host and those below it.

    Never without encryption, but on the loopback of a sandbox.
    """
    parts, api = _split(url), _split(api_url)
    if parts is None or api is None:
        return False
    host, home = parts.hostname or "", api.hostname or ""
    if parts.scheme == "https" and _belongs(host, _SLACK):
        return parts.port in (None, 443)
    if _belongs(home, _SLACK):
        return False
    if parts.scheme == "https":
        return _belongs(host, home)
    return parts.scheme == "http" == api.scheme and host == home and _is_loopback(home)


class _NoRedirects(HTTPRedirectHandler):
    """Nobody else is to get the file: a redirect is an answer like any other that is not 200."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _upload(*, client: WebClient, url: str, file: BinaryIO, headers: dict[str, str]) -> SlackResponse:
    """The address is the permission: no token goes along. Raises SlackApiError unless the status is 200."""
    request = Request(url, data=file, headers=headers, method="POST")  # noqa: S310 - see is_allowed
    try:
        with _opener(client).open(request, timeout=TIMEOUT) as answer:
            status, answered = answer.status, dict(answer.headers)
    except HTTPError as refused:
        with refused:
            status, answered = refused.code, dict(refused.headers)
    response = SlackResponse(
        client=client,
        http_verb="POST",
        api_url="upload",  # never the real one, which is a secret
        req_args={},
        data={},
        headers=answered,
        status_code=status,
    )
    if status != _OK:
        raise SlackApiError("upload", response)  # type: ignore[no-untyped-call]  # slack_sdk says no types here
    return response


def _opener(client: WebClient) -> OpenerDirector:
    """The SDK's own way out: its proxy, its certificates."""
    proxies = [ProxyHandler({"http": client.proxy, "https": client.proxy})] if client.proxy else []
    return build_opener(_NoRedirects, HTTPSHandler(context=client.ssl), *proxies)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - a port out of range raises when it is looked at
    except (ValueError, AttributeError, TypeError):
        return None
    host = parts.hostname or ""
    return parts if "@" not in parts.netloc and _HOST.fullmatch(host) else None


def _belongs(host: str, home: str) -> bool:
    return host == home or host.endswith(f".{home}")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
