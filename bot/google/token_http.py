"""The OAuth libraries over our Transport, and their failures turned into facts before they can quote a secret.

An answer is judged before the library that asked sees it: google-auth drops the status of a refusal and the body of
`invalid_rapt`, and tries 429 and 5xx three times by itself; oauthlib calls a 502 a missing token, and requests would
follow a redirect with the secret in hand.
"""

import io
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import google.auth.transport
import httplib2
import requests
from google.auth.exceptions import GoogleAuthError
from oauthlib.oauth2 import OAuth2Error
from requests.adapters import BaseAdapter

from bot.domain.faults import Step
from bot.google.answers import BROKEN, broken, failed, fault, json_object, refusal
from bot.google.transport import Transport

T = TypeVar("T")

_OK = 200
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_LONGEST = 10**9
_LIFETIMES = ("expires_in", "refresh_token_expires_in")
_LIBRARY_FAULTS = (*BROKEN, GoogleAuthError, OAuth2Error, Warning)
"""oauthlib raises the builtin Warning, as an error."""


def ask(step: Step, question: Callable[[], T]) -> T:
    """The answer to ``question``. Raises GoogleFault for whatever the libraries raise, without a word of theirs."""
    try:
        return question()
    except _LIBRARY_FAULTS as error:
        facts = broken(step, error)
    raise fault(facts)  # out here it carries no context, so no library's text


def answer_of(step: Step, response: httplib2.Response, body: bytes) -> dict[str, Any]:
    """The JSON object Google answered with. Raises GoogleFault for anything else, a 200 with HTML included."""
    answer = json_object(body) if response.status == _OK else None
    if answer is not None and "error" not in answer:
        return answer
    if response.status == _OK and answer is None:
        raise failed(step, "garbage", response.status)
    raise fault(refusal(step, response.status, body, response))


def token_of(step: Step, response: httplib2.Response, body: bytes) -> dict[str, Any]:
    """The token endpoint's answer, held to be one. Raises GoogleFault."""
    answer = answer_of(step, response, body)
    answer |= {name: _seconds(answer[name]) for name in _LIFETIMES if answer.get(name) is not None}
    well_formed = (
        _is_token(answer.get("access_token"))
        and (answer.get("refresh_token") is None or _is_token(answer["refresh_token"]))
        and all(answer.get(name) is None or 0 < answer[name] < _LONGEST for name in _LIFETIMES)
        and isinstance(answer.get("scope"), str | None)
    )
    if not well_formed:
        raise failed(step, "garbage", response.status)
    return answer


def _seconds(lives: object) -> int:
    """A lifetime; 0 is none. Some servers write the number as a text, which OAuth's libraries take as well."""
    try:
        return int(float(lives)) if isinstance(lives, int | float | str) else 0
    except (ValueError, OverflowError):
        return 0


def _is_token(value: object) -> bool:
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


class ExchangeAdapter(BaseAdapter):
    """What requests-oauthlib sends with: one request, its answer judged and kept."""

    def __init__(self, transport: Transport) -> None:
        super().__init__()
        self._transport = transport
        self.answer: dict[str, Any] = {}

    def mount(self, session: requests.Session) -> None:
        """Take the place of everything else that ``session`` could send with; take nothing from ~/.netrc."""
        session.adapters.clear()
        session.mount("https://", self)
        session.mount("http://", self)
        session.trust_env = False

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        """Send it. Raises GoogleFault for everything but a token, and what Transport raises."""
        uri, method = request.url or "", request.method or ""
        response, content = self._transport.request(uri, method, body=request.body, headers=request.headers)
        self.answer = token_of("exchange", response, content)
        shown = requests.Response()
        shown.status_code, shown.encoding, shown.raw = response.status, "utf-8", io.BytesIO(content)
        shown.request, shown.url = request, uri
        return shown

    def close(self) -> None:
        """Nothing: the transport outlives the exchange."""


class RefreshRequest(google.auth.transport.Request):
    """What google-auth asks with: one request, its answer judged and kept."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.answer: dict[str, Any] = {}

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **_: object,
    ) -> google.auth.transport.Response:
        """Send it. Raises GoogleFault for everything but a token, and what Transport raises."""
        del timeout  # google-auth knows only one for all; the transport tells connecting from waiting
        response, content = self._transport.request(url, method, body=body, headers=headers)
        self.answer = token_of("refresh", response, content)
        return _Answered(response, content)


class _Answered(google.auth.transport.Response):
    def __init__(self, response: httplib2.Response, content: bytes) -> None:
        self._response = response
        self._content = content

    @property
    def status(self) -> int:
        return int(self._response.status)

    @property
    def headers(self) -> Mapping[str, str]:
        return dict(self._response)

    @property
    def data(self) -> bytes:
        return self._content
