"""The stream of security events as Google's project holds it: where it goes, what is in it, whether it flows.

Source: https://developers.google.com/identity/protocols/risc ("Register your receiver", "Error code reference")
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from google.auth import jwt
from google.auth.exceptions import GoogleAuthError
from google.oauth2.service_account import Credentials

from bot.errors import BotError
from bot.google.answers import json_object
from bot.google.transport import Transport
from bot.ports import Clock

EVENTS = (
    "https://schemas.openid.net/secevent/risc/event-type/sessions-revoked",
    "https://schemas.openid.net/secevent/oauth/event-type/tokens-revoked",
    "https://schemas.openid.net/secevent/oauth/event-type/token-revoked",
    "https://schemas.openid.net/secevent/risc/event-type/account-disabled",
    "https://schemas.openid.net/secevent/risc/event-type/account-enabled",
    "https://schemas.openid.net/secevent/risc/event-type/account-credential-change-required",
    "https://schemas.openid.net/secevent/risc/event-type/verification",
)
"""All that Google sends."""
PUSH = "https://schemas.openid.net/secevent/risc/delivery-method/push"
_AUDIENCE = "https://risc.googleapis.com/google.identity.risc.v1beta.RiscManagementService"
_LIVES = timedelta(hours=1)
_QUOTED_AT_MOST = 300
_OK, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 200, 401, 403, 404
_ROLE = "give the service account the role RISC Configuration Admin (roles/riscconfigs.admin) in the client's project"
# What to do about a 403, by what Google says or by its reason, in lower case; the first that fits.
_MEND: Mapping[str, str] = {
    "service_disabled": "enable the RISC API in the OAuth client's project, at "
    "https://console.developers.google.com/apis/library/risc.googleapis.com",
    "https url": "PUBLIC_URL must be an https:// address: Google delivers to no other",
    "project's domains": "add the domain of PUBLIC_URL to the authorized domains of the consent screen",
    "oauth client": "make the OAuth client in the service account's project, or the service account in the client's",
    "delivery method": "Firebase manages this project's stream; switch Google Sign-In off there, and try in an hour",
    "could not be found": "use a service account of the OAuth client's project",
    "service account": _ROLE,
}


class RiscSetupFailed(BotError):
    """The stream of security events could not be looked at or set up; the message says how to mend it."""


@dataclass(frozen=True)
class Stream:
    """The stream as it stands."""

    url: str
    events: frozenset[str]
    pushes: bool
    enabled: bool


class RiscStream:
    """The calls that set the stream up, signed with the key of a service account. Raises RiscSetupFailed."""

    def __init__(self, api_url: str, credentials_file: str, clock: Clock, transport: Transport) -> None:
        self._api_url = api_url
        self._account = _account(credentials_file)
        self._clock = clock
        self._transport = transport

    def register(self, receiver: str) -> None:
        """Have every event pushed to ``receiver``. Safe to do again."""
        delivery = {"delivery_method": PUSH, "url": receiver}
        self._call("POST", "stream:update", {"delivery": delivery, "events_requested": list(EVENTS)})
        if self._call("GET", "stream/status").get("status") != "enabled":
            self._call("POST", "stream/status:update", {"status": "enabled"})

    def verify(self, state: str) -> None:
        """Have Google send a test event that carries ``state``."""
        self._call("POST", "stream:verify", {"state": state})

    def current(self) -> Stream | None:
        """The stream as it stands, or None when the project has none."""
        try:
            told = self._call("GET", "stream")
            status = self._call("GET", "stream/status").get("status")
        except _NoStream:
            return None
        delivery = told.get("delivery")
        delivery = delivery if isinstance(delivery, dict) else {}
        requested = told.get("events_requested")
        return Stream(
            url=_shown(delivery.get("url")),
            events=frozenset(_shown(each) for each in requested) if isinstance(requested, list) else frozenset(),
            pushes=delivery.get("delivery_method") == PUSH,
            enabled=status == "enabled",
        )

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._bearer()}", "Accept": "application/json"}
        sent = None
        if body is not None:
            headers["Content-Type"], sent = "application/json", json.dumps(body)
        try:
            response, content = self._transport.request(f"{self._api_url}{path}", method, sent, headers)
        except OSError:
            raise RiscSetupFailed("GOOGLE_RISC_API_URL does not answer; let this machine reach it") from None
        answer = json_object(content or b"{}")
        if response.status == _OK and answer is not None:
            return answer
        raise _failure(response.status, (answer or {}).get("error"))

    def _bearer(self) -> str:
        """A token that the service account signs itself; Google's APIs take it without any exchange."""
        now, email = self._clock.now(), self._account.service_account_email
        claims = {
            "iss": email,
            "sub": email,
            "aud": _AUDIENCE,
            "iat": int(now.timestamp()),
            "exp": int((now + _LIVES).timestamp()),
        }
        encoded: bytes = jwt.encode(self._account.signer, claims)  # type: ignore[no-untyped-call]  # google-auth's own lack
        return encoded.decode()


class _NoStream(RiscSetupFailed):
    """The project has no stream yet; `calendar-bot risc register` makes it."""


def _account(file: str) -> Credentials:
    try:
        account: Credentials = Credentials.from_service_account_file(file)  # type: ignore[no-untyped-call]  # as above
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    except (ValueError, GoogleAuthError, AttributeError, TypeError):  # other JSON, no JSON, no key, a broken key
        problem = "is not a service account's key: make one of type JSON in the Google Cloud console"
    else:
        return account
    raise RiscSetupFailed(f"GOOGLE_RISC_CREDENTIALS: {file} {problem}")


def _failure(status: int, error: object) -> RiscSetupFailed:
    told = error if isinstance(error, dict) else {}
    said = _shown(told.get("message"))
    quoted = f' Google says: "{said}"' if said else ""
    if status == _NOT_FOUND and told:
        return _NoStream()
    if status == _UNAUTHORIZED:
        mend = "Google does not accept the service account's key; make a new one, and check this machine's clock"
    elif status == _FORBIDDEN and told:
        mend = _mend(f"{said} {json.dumps(told.get('details'))}".lower())
    elif told:
        mend = f"Google refused ({status})"
    else:
        mend = f"GOOGLE_RISC_API_URL does not answer as Google does ({status}); check the address"
    return RiscSetupFailed(f"{mend}.{quoted}")


def _mend(said: str) -> str:
    return next((mend for sign, mend in _MEND.items() if sign in said), _ROLE)


def _shown(text: object) -> str:
    """A text of Google's as it may stand in a terminal."""
    return "".join(each for each in text if each.isprintable())[:_QUOTED_AT_MOST] if isinstance(text, str) else ""
