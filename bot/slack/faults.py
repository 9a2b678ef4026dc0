"""Calls to Slack's Web API, and what their failures mean to us. The one place that knows Slack's error names."""

import errno
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from http.client import HTTPException
from socket import gaierror
from ssl import SSLCertVerificationError
from typing import Any, TypeVar
from urllib.error import URLError

import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from bot.errors import BotError, SlackRefusesApp, SlackUnavailable, Unreachable

log = structlog.get_logger()

T = TypeVar("T")
E = TypeVar("E", bound=BotError)

_OK = 200
_RATE_LIMITED = 429
_SERVER_ERROR = 500
_PATIENCE = timedelta(seconds=30)
"""How long we wait where Slack limits us and does not say for how long."""
_MIGRATION = timedelta(hours=1)
_LONGEST_WAIT = timedelta(hours=1)

UNREACHABLE = frozenset(
    {
        "cannot_dm_bot",
        "channel_not_found",
        "is_archived",
        "is_bot",
        "not_in_channel",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
        "users_not_found",
    }
)
# Our token, our scopes or our set-up: nothing that a second try or another person would change.
_OPERATOR = frozenset(
    {
        "access_denied",
        "accesslimited",
        "account_inactive",
        "app_access_restricted",
        "app_missing_action_url",
        "bad_client_secret",
        "bad_redirect_uri",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "invalid_auth",
        "invalid_client_id",
        "messages_tab_disabled",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "not_enabled",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
_RATE = frozenset({"message_limit_exceeded", "rate_limited", "ratelimited"})
_MIGRATING = frozenset({"external_channel_migrating", "org_login_required", "team_added_to_org"})
# "Some aspect of the operation [may have] succeeded before the error was raised", says Slack of fatal_error.
_LOST = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable", "update_failed"})
_METADATA = frozenset(
    {"invalid_metadata_format", "invalid_metadata_schema", "metadata_must_be_sent_from_app", "metadata_too_large"}
)
_LAYOUT = _METADATA | {
    "block_mismatch",
    "blocks_too_long",
    "invalid_blocks",
    "invalid_blocks_format",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_text",
}
RESTRICTED = "restricted_action"
"""How the codes begin by which a workspace's or a channel's own settings forbid posting."""
_NEVER_SENT = (ConnectionRefusedError, gaierror, SSLCertVerificationError)
_NO_WAY_THERE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN})
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_SCOPES = re.compile(r"[a-z:._,]{1,200}")
_SECONDS = re.compile(r"\d{1,6}")


class LayoutRefused(BotError):
    """Slack does not take the layout of this message."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code

    @property
    def is_the_mark(self) -> bool:
        """Whether it is the metadata that Slack does not take."""
        return self.code in _METADATA


class Answered(BotError):
    """Slack said no in a way that only the caller can judge."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Slack answered {code}")
        self.code = code


def call(method: Callable[..., SlackResponse], *, expect: frozenset[str] = frozenset(), **arguments: Any) -> Any:
    """The answer of one Web API call, as the dict it must be.

    Raises SlackUnavailable, Unreachable, SlackRefusesApp, LayoutRefused, and Answered for a code in ``expect``.
    """
    return ask(method, expect=expect, **arguments).data


def ask(
    method: Callable[..., SlackResponse], *, expect: frozenset[str] = frozenset(), **arguments: Any
) -> SlackResponse:
    """As ``call``, but with the headers. The cause is dropped on purpose: a SlackApiError holds the token."""
    try:
        response = method(**arguments)
        if isinstance(response.data, dict):
            return response
        error: BotError = _unavailable("no_object", lost=True)
    except SlackApiError as refused:
        error = _meaning(refused, expect)
    except (SlackClientError, OSError, HTTPException, ValueError, AttributeError) as broken:
        # slack_sdk stumbles over an answer that is no JSON object with an AttributeError
        error = _unavailable(type(broken).__name__, lost=not _never_sent(broken))
    if not isinstance(error, Answered):
        log.warning("slack_failed", method=getattr(method, "__name__", ""), error=code_of(error))
    raise error from None


def listed(
    method: Callable[..., SlackResponse], name: str, *, expect: frozenset[str] = frozenset(), **arguments: Any
) -> Iterator[Any]:
    """What stands under this name in the answer, page after page. Raises as ``call``."""
    cursor = ""
    while True:
        page = call(method, expect=expect, **arguments, **({"cursor": cursor} if cursor else {}))
        yield from part(page, name, list)
        about = page.get("response_metadata")
        following = str(about.get("next_cursor") or "") if isinstance(about, dict) else ""
        if not following or following == cursor:
            return
        cursor = following


def part(data: object, name: str, kind: type[T]) -> T:
    """What Slack's answer must hold under this name. Raises SlackUnavailable for an answer that does not."""
    found = data.get(name) if isinstance(data, dict) else None
    if not isinstance(found, kind) or found == "":
        log.warning("slack_failed", error="half_an_answer", missing=name)
        raise _unavailable("half_an_answer", lost=True)
    return found


def code_in(refused: SlackApiError) -> str:
    """Slack's own name for the refusal; its HTTP status where the answer holds no name."""
    data, status, _ = _answer(refused)
    return _named(data) or f"http_{status}"


def code_of(error: BotError) -> str:
    """Slack's own name for what happened, for logs."""
    return str(getattr(error, "code", "") or "").strip() or " ".join(getattr(error, "__notes__", ()))


def _meaning(refused: SlackApiError, expect: frozenset[str]) -> BotError:
    (data, status, headers), code = _answer(refused), code_in(refused)
    if code in expect:
        return Answered(code)
    if status == _RATE_LIMITED or code in _RATE:
        return _unavailable(code, retry_after=_asked_to_wait(headers) or _PATIENCE.total_seconds())
    if status >= _SERVER_ERROR or code in _LOST or not _named(data):
        return _unavailable(code, retry_after=_asked_to_wait(headers), lost=True)
    return _refusal(code, data)


def _refusal(code: str, data: Mapping[str, Any]) -> BotError:
    """What it means that Slack did not do it, by the name that Slack gave."""
    if code in UNREACHABLE:
        return _noted(Unreachable(), code)
    if code in _LAYOUT:
        return LayoutRefused(code)
    if code in _OPERATOR or code.startswith(RESTRICTED):
        needed = data.get("needed")
        return SlackRefusesApp(code, needed if isinstance(needed, str) and _SCOPES.fullmatch(needed) else "")
    return _unavailable(code, retry_after=_MIGRATION.total_seconds() if code in _MIGRATING else None)


def _answer(refused: SlackApiError) -> tuple[dict[str, Any], int, Mapping[str, Any]]:
    response = refused.response
    data = getattr(response, "data", response)
    headers = getattr(response, "headers", None) or {}
    return data if isinstance(data, dict) else {}, getattr(response, "status_code", _OK), headers


def _named(data: Mapping[str, Any]) -> str:
    said = data.get("error")
    return said if isinstance(said, str) and _NAME.fullmatch(said) else ""


def _asked_to_wait(headers: Mapping[str, Any]) -> float | None:
    said = next((str(value) for name, value in headers.items() if name.lower() == "retry-after"), "")
    return min(float(said), _LONGEST_WAIT.total_seconds()) if _SECONDS.fullmatch(said) else None


def _never_sent(broken: Exception) -> bool:
    """Whether the request certainly did not reach Slack. urllib wraps whatever comes before the answer."""
    cause = broken.reason if isinstance(broken, URLError) else broken
    return isinstance(cause, _NEVER_SENT) or getattr(cause, "errno", None) in _NO_WAY_THERE


def _unavailable(code: str, *, retry_after: float | None = None, lost: bool = False) -> SlackUnavailable:
    return _noted(SlackUnavailable(retry_after=retry_after, lost=lost), code)


def _noted(error: E, code: str) -> E:
    error.add_note(f"Slack: {code}")
    return error
