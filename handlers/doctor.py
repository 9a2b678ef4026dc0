"""`calendar-bot doctor`: every setting and every outside party, one finding each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse, WebClient

from bot.ports import Clock
from bot.settings import Settings
from bot.slack.workspaces import BOT_SCOPES, web_client
from handlers.app import CALLBACK, SystemClock
from storage import canary, schema
from storage.crypto import Sealer, Unreadable
from storage.database import Database, DatabaseUnavailable

_PATIENCE = 10
_OK = 200
_SKEW = timedelta(minutes=1)


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, and when something is wrong how to mend it."""

    what: str
    mend: str = ""

    @property
    def ok(self) -> bool:
        """Whether there is nothing to mend."""
        return not self.mend


def examine(settings: Settings, clock: Clock | None = None) -> list[Finding]:
    """Every finding, good ones too, in the order an operator would mend them. Writes nothing."""
    clock = clock or SystemClock()
    return [
        Finding("settings: complete and well-formed"),
        *_database(settings, clock),
        *_slack(settings),
        *_google(settings, clock),
        _public(settings),
    ]


def _database(settings: Settings, clock: Clock) -> Iterator[Finding]:
    database = Database(settings.database_url)
    try:
        database.check()
        yield Finding("database: answers")
        if schema.is_behind(settings.database_url):
            yield Finding("database: schema", "it is behind; run `calendar-bot migrate`")
            return
        yield Finding("database: schema is current")
        with database.transaction() as session:
            canary.check(session, Sealer(settings.raw_encryption_keys), clock.now())
        yield Finding("encryption keys: open what is stored")
    except DatabaseUnavailable:
        yield Finding("database: answers", "it does not; check DATABASE_URL and that the server runs")
    except Unreadable:
        yield Finding(
            "encryption keys", "they do not open what is stored; put the earlier key back into ENCRYPTION_KEYS"
        )
    finally:
        database.close()


def _slack(settings: Settings) -> Iterator[Finding]:
    if settings.slack_bot_token:
        client = web_client(settings.slack_api_url, settings.slack_bot_token.get_secret_value())
        answer, problem = _asked(client.auth_test)
        if answer is None:
            yield Finding(
                "slack: bot token", f"Slack says {problem}; copy the Bot User OAuth Token into SLACK_BOT_TOKEN"
            )
        else:
            yield Finding(f"slack: bot token works in {answer.get('team')}")
            yield _scopes(answer)
            yield _messages_tab(client, settings)
    else:
        yield Finding("slack: several workspaces, installed through /slack/install")
    if settings.slack_app_token:
        client = web_client(settings.slack_api_url)
        token = settings.slack_app_token.get_secret_value()
        answer, problem = _asked(lambda: client.apps_connections_open(app_token=token))
        mend = "" if answer else f"Slack says {problem}; make an app-level token with connections:write"
        yield Finding("slack: Socket Mode", mend)
    if settings.slack_client_id:
        yield Finding("slack: Sign in with Slack is set up")
    else:
        yield Finding("slack: Sign in with Slack is off: people whose Google e-mail differs cannot connect")


def _scopes(answer: SlackResponse) -> Finding:
    granted = {scope.strip() for scope in str(answer.headers.get("x-oauth-scopes", "")).split(",")}
    missing = [scope for scope in BOT_SCOPES if scope not in granted]
    # Slack names the scopes in a header; a proxy that drops it leaves nothing to compare.
    if not any(granted) or not missing:
        return Finding("slack: scopes are complete")
    return Finding("slack: scopes", f"{', '.join(missing)} missing; reinstall the app from `calendar-bot manifest`")


def _messages_tab(client: WebClient, settings: Settings) -> Finding:
    if not settings.admins:
        return Finding("slack: messages tab not tried, because ADMINS names nobody to write to")
    answer, problem = _asked(lambda: client.conversations_open(users=settings.admins[0]))
    mend = "" if answer else f"Slack says {problem}; check ADMINS, and App Home, Messages Tab"
    return Finding("slack: direct messages can be opened", mend)


def _google(settings: Settings, clock: Clock) -> Iterator[Finding]:
    yield _client(settings)
    for name, address in (("calendar API", settings.google_calendar_url), ("userinfo", settings.google_userinfo_uri)):
        response = _get(address)
        mend = "" if response is not None else f"no answer; let this machine reach {address}"
        yield Finding(f"google: {name} is reachable", mend)
        if response is not None and "date" in response.headers and name == "userinfo":
            yield _clock(response.headers["date"], clock)


def _client(settings: Settings) -> Finding:
    what = "google: client id and secret"
    for secret in settings.google_client_secret:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": "doctor",
            "client_id": settings.google_client_id,
            "client_secret": secret.get_secret_value(),
        }
        try:
            response = requests.post(settings.google_token_uri, data=form, timeout=_PATIENCE, allow_redirects=False)
            error = response.json().get("error")
        except (requests.RequestException, ValueError, AttributeError):
            return Finding(what, f"no proper answer from {settings.google_token_uri}; check the way out to Google")
        if error == "invalid_grant":  # the client is known, and the made-up token is not: just as it should be
            return Finding(f"{what} are accepted; redirect address {settings.public_url}{CALLBACK}")
    return Finding(what, "Google rejects them; copy both from the Google Cloud console")


def _clock(header: str, clock: Clock) -> Finding:
    try:
        skew = abs(parsedate_to_datetime(header).astimezone(UTC) - clock.now())
    except ValueError:
        return Finding("clock: not compared, Google gave no readable date")
    mend = "" if skew < _SKEW else f"it is {skew.total_seconds():.0f} s off; Slack's signatures need NTP"
    return Finding("clock: agrees with Google's", mend)


def _public(settings: Settings) -> Finding:
    what = f"public address {settings.public_url}"
    response = _get(f"{settings.public_url}/healthz")
    if response is not None and response.status_code == _OK:
        return Finding(f"{what}: reaches the bot")
    return Finding(what, "it does not reach a running bot; start `calendar-bot serve` and check the proxy and the name")


def _get(address: str) -> requests.Response | None:
    try:
        return requests.get(address, timeout=_PATIENCE, allow_redirects=False)
    except requests.RequestException:
        return None


def _asked(question: Callable[[], Any]) -> tuple[SlackResponse | None, str]:
    """Slack's answer, or in a word why there is none. The error itself may hold a token."""
    try:
        return question(), ""
    except SlackApiError as error:
        response = error.response
        return None, str(response.get("error", "")) if isinstance(response, SlackResponse | dict) else "something odd"
    except (SlackClientError, OSError, ValueError):
        return None, "nothing: it cannot be reached"
