"""Google as the doctor finds it: the client, the addresses, the clock."""

from collections.abc import Iterator
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from bot.ports import Clock
from bot.settings import Settings
from handlers.app import CALLBACK
from handlers.findings import Finding

_PATIENCE = 10
_SKEW = timedelta(minutes=1)
_UNAUTHORIZED = 401
_NOBODY = {"Authorization": "Bearer doctor"}
_WAY_OUT = "let this machine reach it, and check the address"


def examine(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Whether Google knows the client, and answers at every address as Google does."""
    yield _client(settings)
    userinfo = answered("GET", settings.google_userinfo_uri, headers=_NOBODY)
    yield _turns_us_away("userinfo", "GOOGLE_USERINFO_URI", userinfo)
    calendars = f"{settings.google_calendar_url}users/me/calendarList"
    yield _turns_us_away("calendar API", "GOOGLE_CALENDAR_URL", answered("GET", calendars, headers=_NOBODY))
    yield _revocation(settings)
    if userinfo is not None:
        yield _clock(userinfo.headers.get("date", ""), clock)


def answered(method: str, address: str, **request: Any) -> requests.Response | None:
    """What came back, if anything did."""
    try:
        return requests.request(method, address, timeout=_PATIENCE, allow_redirects=False, **request)
    except requests.RequestException:
        return None


def _client(settings: Settings) -> Finding:
    """A made-up grant is refused as such only after the client was believed."""
    what = "google: client id and secret"
    rejected = 0
    for secret in settings.google_client_secret:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": "doctor",
            "client_id": settings.google_client_id,
            "client_secret": secret.get_secret_value(),
        }
        error = _error(answered("POST", settings.google_token_uri, data=form))
        if error is None:
            return Finding("google: token endpoint (GOOGLE_TOKEN_URI)", f"no proper answer; {_WAY_OUT}")
        rejected += error != "invalid_grant"
    if not rejected:
        return Finding(f"{what} are accepted; redirect address {settings.public_url}{CALLBACK}")
    if len(settings.google_client_secret) == 1:
        return Finding(
            what, "Google rejects GOOGLE_CLIENT_ID with GOOGLE_CLIENT_SECRET; copy both from the Google Cloud console"
        )
    return Finding(what, f"Google rejects {rejected} of the GOOGLE_CLIENT_SECRETs; remove what is no longer valid")


def _turns_us_away(name: str, variable: str, response: requests.Response | None) -> Finding:
    """With a token that nobody has, Google says 401: anything else is not Google, or not that address."""
    if response is None:
        return Finding(f"google: {name} ({variable})", f"no answer; {_WAY_OUT}")
    if response.status_code != _UNAUTHORIZED:
        return Finding(f"google: {name} ({variable})", f"it does not answer as Google does; {_WAY_OUT}")
    return Finding(f"google: {name} answers")


def _revocation(settings: Settings) -> Finding:
    error = _error(answered("POST", settings.google_revoke_uri, data={"token": "doctor"}))
    if error == "invalid_token":
        return Finding("google: revocation answers")
    return Finding("google: revocation (GOOGLE_REVOKE_URI)", f"no proper answer; {_WAY_OUT}")


def _error(response: requests.Response | None) -> str | None:
    """OAuth's name for what is wrong; None when the answer is none of OAuth's."""
    if response is None:
        return None
    try:
        error = response.json().get("error")
    except (ValueError, AttributeError):
        return None
    return error if isinstance(error, str) else None


def _clock(header: str, clock: Clock) -> Finding:
    try:
        skew = abs(parsedate_to_datetime(header).astimezone(UTC) - clock.now())
    except ValueError:
        return Finding("clock: not compared, Google gave no date")
    mend = (
        "" if skew < _SKEW else f"it is {skew.total_seconds():.0f} s off; Slack's signatures need a clock kept by NTP"
    )
    return Finding("clock: agrees with Google's", mend)
