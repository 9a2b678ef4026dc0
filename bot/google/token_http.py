"""The HTTP under the OAuth libraries, and their failures turned into facts before they can quote a secret.

An answer is judged before the library that asked sees it: google-auth drops the status of a refusal and the body of
`invalid_rapt`, and tries 429 and 5xx three times by itself; oauthlib calls a 502 a missing token.
"""

import re
import ssl
from collections.abc import Callable, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any, TypeVar

import google.auth.transport
import google.auth.transport.requests
import requests
from google.auth.exceptions import GoogleAuthError, TransportError
from oauthlib.oauth2 import OAuth2Error
from requests.adapters import HTTPAdapter

from bot.domain.faults import Facts, Step
from bot.google.answers import failed, fault, json_object, refusal, word

T = TypeVar("T")
Timeouts = tuple[float, float]
"""Seconds to connect, and to wait for bytes."""

_OK = 200
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_LONGEST = 10**9
_LIFETIMES = ("expires_in", "refresh_token_expires_in")
_LIBRARY_FAULTS = (
    requests.RequestException,
    GoogleAuthError,
    OAuth2Error,
    Warning,  # oauthlib raises the builtin one, as an error
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    RecursionError,
)


def prepare(session: requests.Session, adapter: HTTPAdapter) -> None:
    """Pooled connections, no redirect followed, no cookie kept, nothing taken from ~/.netrc."""
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.max_redirects = 0
    session.auth = _as_it_is
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def ask(step: Step, question: Callable[[], T]) -> T:
    """The answer to ``question``. Raises GoogleFault for whatever the libraries raise, without a word of theirs."""
    try:
        return question()
    except _LIBRARY_FAULTS as error:
        facts = _facts(step, error)
    raise fault(facts)  # out here it carries no context, so no library's text


def _facts(step: Step, error: BaseException) -> Facts:
    if isinstance(error, TransportError) and error.args and isinstance(error.args[0], Exception):
        error = error.args[0]
    match error:
        case requests.Timeout():
            return Facts(step=step, kind="timeout")
        case requests.TooManyRedirects():
            return Facts(
                step=step, kind="garbage", status=error.response.status_code if error.response is not None else 0
            )
        case requests.exceptions.SSLError() if _untrusted(error):
            return Facts(step=step, kind="certificate")
        case requests.RequestException() | TransportError():
            return Facts(step=step, kind="network")
        case OAuth2Error():
            return Facts(step=step, oauth_error=word(error.error))
        case _:
            return Facts(step=step, kind="garbage")


def _untrusted(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__context__
    return error is not None


def answer_of(step: Step, status: int, body: bytes | str) -> dict[str, Any]:
    """The JSON object Google answered with. Raises GoogleFault for anything else, a 200 with HTML included."""
    answer = json_object(body) if status == _OK else None
    if answer is not None and "error" not in answer:
        return answer
    if status == _OK and answer is None:
        raise failed(step, "garbage", status)
    raise fault(refusal(step, status, body))


def token_of(step: Step, status: int, body: bytes | str) -> dict[str, Any]:
    """The token endpoint's answer, held to be one. Raises GoogleFault."""
    answer = answer_of(step, status, body)
    answer |= {name: _seconds(answer[name]) for name in _LIFETIMES if answer.get(name) is not None}
    well_formed = (
        _is_token(answer.get("access_token"))
        and (answer.get("refresh_token") is None or _is_token(answer["refresh_token"]))
        and all(answer.get(name) is None or 0 < answer[name] < _LONGEST for name in _LIFETIMES)
        and isinstance(answer.get("scope"), str | None)
    )
    if not well_formed:
        raise failed(step, "garbage", status)
    return answer


def _seconds(lives: object) -> int:
    """A lifetime; 0 is none. Some servers write the number as a text, which OAuth's libraries take as well."""
    try:
        return int(float(lives)) if isinstance(lives, int | float | str) else 0
    except (ValueError, OverflowError):
        return 0


def _is_token(value: object) -> bool:
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


class RefreshRequest(google.auth.transport.Request):
    """What google-auth asks with: one request, its answer judged and kept."""

    def __init__(self, request: google.auth.transport.requests.Request, timeouts: Timeouts) -> None:
        self._request = request
        self._timeouts = timeouts
        self.answer: dict[str, Any] = {}

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> google.auth.transport.Response:
        """Send it. Raises GoogleFault for everything but a token."""
        del timeout  # google-auth knows only one for all; ours tells connecting from waiting
        response: google.auth.transport.Response
        response = self._request(url, method, body, headers, timeout=self._timeouts, **more)
        self.answer = token_of("refresh", response.status, response.data)
        return response
