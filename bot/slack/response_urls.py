"""Answers to commands and clicks, through the `response_url` that came with them."""

from http.client import HTTPException
from urllib.parse import SplitResult, urlsplit

import structlog
from slack_sdk.errors import SlackClientError
from slack_sdk.webhook import WebhookClient

from bot.slack.messages import Message
from bot.slack.workspaces import TIMEOUT

log = structlog.get_logger()

_OK = 200
_SLACK = "slack.com"
_HOOKS = "hooks.slack.com"


def is_allowed(url: str, api_url: str) -> bool:
    """Whether we call this address: Slack's own host for it or, away from Slack, the API's host on any port."""
    parts, api = _split(url), _split(api_url)
    if parts is None or api is None or parts.username is not None or parts.password is not None:
        return False
    if parts.scheme == "https" and parts.hostname == _HOOKS and parts.port in (None, 443):
        return True
    return api.hostname != _SLACK and parts.hostname == api.hostname and parts.scheme in ("https", api.scheme)


def answer(url: str, message: Message, *, api_url: str, replace_original: bool) -> bool:
    """Show a message to the person alone. False when it could not be shown: nobody is left to hear an exception."""
    if not is_allowed(url, api_url):
        log.warning("response_url_refused")
        return False
    try:
        response = WebhookClient(url, timeout=TIMEOUT, retry_handlers=[]).send(
            text=message.text,
            blocks=list(message.blocks),
            response_type="ephemeral",
            replace_original=replace_original,
            unfurl_links=False,
            unfurl_media=False,
        )
    except (SlackClientError, OSError, HTTPException, ValueError) as error:
        # Never the error's own text: it may hold the address, which is a secret
        log.warning("answer_failed", error=type(error).__name__)
        return False
    if response.status_code != _OK:
        log.warning("answer_refused", status=response.status_code)
        return False
    return True


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - a port out of range raises when it is looked at
    except (ValueError, AttributeError, TypeError):
        return None
    return parts if parts.hostname else None
