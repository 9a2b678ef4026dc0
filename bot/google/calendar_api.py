"""The one way out to Google Calendar: googleapiclient's service, built once, and ``execute``."""

from typing import TYPE_CHECKING, Any

import httplib2
from googleapiclient.discovery import build_from_document  # type: ignore[attr-defined]  # its stubs leave it out
from googleapiclient.discovery_cache import get_static_doc

from bot.google.answers import BROKEN, broken, failed, fault, refusal
from bot.google.transport import Transport
from bot.ports import AccessToken

if TYPE_CHECKING:  # the stubs' own types, which do not exist at run time
    from googleapiclient._apis.calendar.v3.resources import CalendarResource
    from googleapiclient.http import HttpRequest

STALE = (400, 410)
"""How Google refuses a sync token: it promises a 410 for one that has expired, and calls one it cannot read invalid."""
_REFUSALS = 300
"""From here on a status is no success; redirects are none of Google Calendar's."""
_NO_CONTENT = 204
"""What Google says when it has nothing to say. An empty 200 is a proxy's: believed, it would make a false deletion."""


class CalendarApi:
    """Calendar v3's methods for the adapters of this package, who send what they build through ``execute`` alone."""

    def __init__(self, calendar_url: str, transport: Transport) -> None:
        """``calendar_url`` ends in /calendar/v3/: googleapiclient puts it in the place of the whole base address."""
        document = get_static_doc("calendar", "v3")  # type: ignore[no-untyped-call]  # the library's own lack
        options = {"api_endpoint": calendar_url}
        service: CalendarResource = build_from_document(document, http=_Judge(transport), client_options=options)
        # Held, because making one costs half a millisecond, and asking it a hundredth of that.
        self.calendar_list = service.calendarList()
        self.free_busy = service.freebusy()
        self.events = service.events()

    def execute(self, request: "HttpRequest", token: AccessToken) -> Any:
        """Send one request as the owner of ``token``, once. Raises GoogleFault, and nothing else."""
        request.headers = {**(request.headers or {}), "authorization": f"Bearer {token.value}"}
        try:
            return request.execute(num_retries=0)
        except BROKEN as error:
            facts = broken("calendar", error)
        raise fault(facts)  # out here it carries no context, so no library's text


class _Judge:
    """Looks at an answer before googleapiclient does.

    That one writes a refusal's body into the log, shows a 403's reason in one of two places, quotes the address in its
    HttpError, and stumbles over errors of another shape than it knows.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def request(self, uri: str, method: str, **more: Any) -> tuple[httplib2.Response, bytes]:
        """The answer, if it is no refusal. Raises GoogleFault, and what Transport raises."""
        response, content = self._transport.request(uri, method, **more)
        if response.status >= _REFUSALS:
            raise fault(refusal("calendar", response.status, content, response))
        if not content and response.status != _NO_CONTENT:
            raise failed("calendar", "garbage", response.status)
        return response, content
