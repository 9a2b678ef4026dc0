"""Slack as the doctor finds it: tokens, scopes, people, the app's own credentials."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse, WebClient

from bot.settings import Settings
from bot.slack.faults import code_in
from bot.slack.workspaces import BOT_SCOPES, REDIRECT_PATH, web_client
from handlers.findings import Finding

_REAL_SLACK = "slack.com"
_KNOWN_CLIENT = "invalid_code"


def examine(settings: Settings, installed: Mapping[str, str]) -> Iterator[Finding]:
    """``installed`` are the tokens of workspaces that came through /slack/install, by team."""
    if settings.slack_bot_token:
        yield from _token(settings, settings.slack_bot_token.get_secret_value())
    elif not installed:
        yield Finding(f"slack: no workspace yet; install the app at {settings.public_url}/slack/install")
    for team_id, token in installed.items():
        yield from _installed(settings, team_id, token)
    yield way_in(settings)
    yield _app(settings)


def _token(settings: Settings, token: str) -> Iterator[Finding]:
    client = web_client(settings.slack_api_url, token)
    answer, problem = _asked(client.auth_test)
    if answer is None:
        yield Finding(
            "slack: bot token",
            f"Slack says {problem}; copy the Bot User OAuth Token into SLACK_BOT_TOKEN, and check SLACK_API_URL",
        )
        return
    yield Finding(f"slack: bot token works in {answer.get('team')}")
    yield _scopes(answer)
    yield from _people(client, settings)


def _installed(settings: Settings, team_id: str, token: str) -> Iterator[Finding]:
    answer, problem = _asked(web_client(settings.slack_api_url, token).auth_test)
    if answer is None:
        mend = f"Slack says {problem}; install the app there again at {settings.public_url}/slack/install"
        yield Finding(f"slack: workspace {team_id}", mend)
        return
    yield Finding(f"slack: installed in {answer.get('team')}")
    yield _scopes(answer)


def _scopes(answer: SlackResponse) -> Finding:
    granted = {scope.strip() for scope in str(answer.headers.get("x-oauth-scopes", "")).split(",")}
    missing = [scope for scope in BOT_SCOPES if scope not in granted]
    # Slack names the scopes in a header; a proxy that drops it leaves nothing to compare.
    if not any(granted) or not missing:
        return Finding("slack: scopes are complete")
    return Finding(
        "slack: scopes",
        f"{', '.join(missing)} missing; update the app from `calendar-bot manifest` and install it again",
    )


def _people(client: WebClient, settings: Settings) -> Iterator[Finding]:
    """Everybody in ADMINS must be somebody we can write to: alerts go there."""
    if not settings.admins:
        yield Finding("slack: ADMINS is not set, so Slack's own admins are")
    for admin in settings.admins:
        answer, problem = _asked(partial(client.conversations_open, users=admin))
        mend = "" if answer else f"Slack says {problem}; check ADMINS, and the app's Messages Tab under App Home"
        yield Finding(f"slack: admin {admin} can be written to" if answer else f"slack: admin {admin}", mend)


def way_in(settings: Settings) -> Finding:
    """How what people do in Slack gets to us."""
    if settings.slack_app_token:
        client, token = web_client(settings.slack_api_url), settings.slack_app_token.get_secret_value()
        answer, problem = _asked(lambda: client.apps_connections_open(app_token=token))
        if answer:
            return Finding("slack: Socket Mode opens")
        mend = f"Slack says {problem}; put an app-level token with connections:write into SLACK_APP_TOKEN"
        return Finding("slack: Socket Mode", mend)
    if settings.public_is_loopback and urlsplit(settings.slack_api_url).hostname == _REAL_SLACK:
        mend = "Slack cannot reach a loopback PUBLIC_URL; give it a public one, or use Socket Mode (SLACK_APP_TOKEN)"
        return Finding("slack: the way in", mend)
    return Finding(f"slack: sends to {settings.public_url}/slack/events")


def _app(settings: Settings) -> Finding:
    if not settings.slack_client_id or not settings.slack_client_secret:
        return Finding("slack: Sign in with Slack is off, so people whose Google e-mail differs cannot connect")
    client, secret = web_client(settings.slack_api_url), settings.slack_client_secret.get_secret_value()
    _, problem = _asked(
        lambda: client.oauth_v2_access(
            client_id=str(settings.slack_client_id),
            client_secret=secret,
            code="doctor",
            redirect_uri=settings.public_url + REDIRECT_PATH,
        )
    )
    if problem == _KNOWN_CLIENT:  # the client is believed, and the made-up code is not: just as it should be
        return Finding("slack: client id and secret are accepted, Sign in with Slack is on")
    mend = f"Slack says {problem}; copy SLACK_CLIENT_ID and SLACK_CLIENT_SECRET from Basic Information"
    return Finding("slack: client id and secret", mend)


def _asked(question: Callable[[], Any]) -> tuple[SlackResponse | None, str]:
    """Slack's answer, or in a word why there is none. The error itself may hold a token."""
    try:
        return question(), ""
    except SlackApiError as error:
        return None, code_in(error)
    except (SlackClientError, OSError, ValueError, AttributeError):
        return None, "nothing that we understand"
