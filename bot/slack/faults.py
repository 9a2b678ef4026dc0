"""Calls to Slack's Web API, and what their failures mean to us. The one place that knows Slack's error names."""

import re
from collections.abc import Callable
from http.client import HTTPException
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from bot.errors import BotError, OperatorMustMend, SlackUnavailable, Unreachable

log = structlog.get_logger()

_OK = 200
_RATE_LIMITED = 429

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
        "restricted_action",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
_LAYOUT = frozenset(
    {"block_mismatch", "blocks_too_long", "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"}
)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_SCOPES = re.compile(r"[a-z:._,]{1,200}")


class SlackRefusesApp(OperatorMustMend):
    """Slack does not accept how this bot is set up. The people who run it have to mend that."""

    def __init__(self, code: str, needed: str = "") -> None:
        super().__init__()
        self.code = code
        self.needed = needed
        """The scopes that Slack misses, if it says so."""


class LayoutRefused(BotError):
    """Slack does not take the layout of this message."""


class Answered(BotError):
    """Slack said no in a way that only the caller can judge."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Slack answered {code}")
        self.code = code


def call(method: Callable[..., SlackResponse], *, expect: frozenset[str] = frozenset(), **arguments: Any) -> Any:
    """The answer of one Web API call, as the dict it must be.

    Raises SlackUnavailable, Unreachable, SlackRefusesApp, LayoutRefused, and Answered for a code in ``expect``.
    The cause is dropped on purpose: a SlackApiError holds the request with its token.
    """
    try:
        data = method(**arguments).data
        if isinstance(data, dict):
            return data
        error = _unavailable("no_object")
    except SlackApiError as refused:
        error = _meaning(refused, expect)
    except (SlackClientError, OSError, HTTPException, ValueError, AttributeError) as broken:
        # slack_sdk stumbles over an answer that is no JSON object with an AttributeError
        error = _unavailable(type(broken).__name__)
    if not isinstance(error, Answered):
        log.warning("slack_failed", method=getattr(method, "__name__", ""), error=code_of(error))
    raise error from None


def code_in(refused: SlackApiError) -> str:
    """Slack's own name for the refusal; its HTTP status where the answer holds no name."""
    data, status = _answer(refused)
    said = data.get("error")
    return said if isinstance(said, str) and _NAME.fullmatch(said) else f"http_{status}"


def code_of(error: BotError) -> str:
    """Slack's own name for what happened, for logs."""
    return str(getattr(error, "code", "") or "").strip() or " ".join(getattr(error, "__notes__", ()))


def _meaning(refused: SlackApiError, expect: frozenset[str]) -> BotError:
    (data, status), code = _answer(refused), code_in(refused)
    if code in expect:
        return Answered(code)
    if status >= _RATE_LIMITED:
        return _unavailable(code)
    if code in UNREACHABLE:
        return _noted(Unreachable(), code)
    if code in _LAYOUT:
        return _noted(LayoutRefused(), code)
    if code in _OPERATOR or code.startswith("restricted_action"):
        needed = data.get("needed")
        return SlackRefusesApp(code, needed if isinstance(needed, str) and _SCOPES.fullmatch(needed) else "")
    return _unavailable(code)


def _answer(refused: SlackApiError) -> tuple[dict[str, Any], int]:
    response = refused.response
    data = getattr(response, "data", response)
    return data if isinstance(data, dict) else {}, getattr(response, "status_code", _OK)


def _unavailable(code: str) -> BotError:
    return _noted(SlackUnavailable(), code)


def _noted(error: BotError, code: str) -> BotError:
    error.add_note(f"Slack: {code}")
    return error
