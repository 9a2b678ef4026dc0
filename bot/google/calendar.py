"""The Google module: whatever the bot asks of Google Calendar passes one private ``_execute``."""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httplib2
from googleapiclient.discovery import build_from_document  # type: ignore[attr-defined]  # its stubs leave it out
from googleapiclient.discovery_cache import get_static_doc

from bot.domain.faults import GoogleFault
from bot.google import resources
from bot.google.answers import BROKEN, broken, failed, fault, json_object, refusal
from bot.google.resources import ENTRY_FIELDS, held, instant
from bot.google.transport import Transport
from bot.ports import MOST_ENTRIES, PAGE_OF_ENTRIES, AccessToken, Busy, CalendarEntry, ListChanges

if TYPE_CHECKING:  # the stubs' own types, which do not exist at run time
    from googleapiclient._apis.calendar.v3.resources import CalendarResource
    from googleapiclient._apis.calendar.v3.schemas import Event, FreeBusyRequest
    from googleapiclient.http import HttpRequest

_MOST_PAGES = 40
"""Pages may be short; this only ends a list that never does."""
_ENTRY_FIELDS = f"kind,{ENTRY_FIELDS}"
_LIST_FIELDS = f"kind,nextPageToken,nextSyncToken,items({ENTRY_FIELDS})"
_STALE = (400, 410)
"""How Google refuses a sync token: it promises a 410 for one that has expired, and calls one it cannot read invalid."""
_CHUNK = 50
"""The most calendars freeBusy answers for at once."""
_MARK = "calendarBot"
"""Private extended property of our events: holds the event's own id, so a copy does not count as ours."""
_REFUSALS = 300
"""From here on a status is no success; redirects are none of Google Calendar's."""


class GoogleCalendars:
    """The port ``Calendars``. One instance serves everybody: the access token goes into each request's header."""

    def __init__(self, calendar_url: str, transport: Transport) -> None:
        """``calendar_url`` ends in /calendar/v3/: googleapiclient puts it in the place of the whole base address."""
        document = get_static_doc("calendar", "v3")  # type: ignore[no-untyped-call]  # the library's own lack
        options = {"api_endpoint": calendar_url}
        service: CalendarResource = build_from_document(document, http=_Judge(transport), client_options=options)
        # Held, because making one costs half a millisecond, and asking it a hundredth of that.
        self._calendar_list = service.calendarList()
        self._free_busy = service.freebusy()
        self._events = service.events()
        self._first_page = self._page(None, None)  # nearly every look asks for it, and asking anew costs 5 % of one

    def entries(self, token: AccessToken) -> Sequence[CalendarEntry]:
        """The whole calendar list, hidden entries too, deleted ones left out; at most 1,000. Raises GoogleFault."""
        return list(self._listing(token, None).entries)

    def changes(self, token: AccessToken, sync_token: str | None) -> ListChanges:
        """What changed since ``sync_token``; the whole list without one, or when Google no longer takes it.

        Google reports deletions, but not a change of what it calls read-only, the access role included: whoever must
        know the role asks for the whole list or the entry. Raises GoogleFault.
        """
        if sync_token is not None:
            try:
                return self._listing(token, sync_token)
            except GoogleFault as refused:
                if refused.facts.kind != "answer" or refused.facts.status not in _STALE:
                    raise
        return self._listing(token, None)

    def entry(self, token: AccessToken, calendar_id: str) -> CalendarEntry | None:
        """One entry of the calendar list; None when it is not there. Raises GoogleFault."""
        request = self._calendar_list.get(calendarId=calendar_id, fields=_ENTRY_FIELDS)
        try:
            answer = held(self._execute(request, token), "calendar#calendarListEntry")
        except GoogleFault as refused:
            if refused.verdict.code != "not_found":
                raise
            return None
        return None if answer.get("deleted") else resources.entry(answer)

    def _listing(self, token: AccessToken, sync_token: str | None) -> ListChanges:
        found: dict[str, CalendarEntry] = {}
        gone: set[str] = set()
        page: str | None = None
        following: object = None
        for _ in range(_MOST_PAGES):
            request = copy(self._first_page) if page is None and sync_token is None else self._page(sync_token, page)
            answer = held(self._execute(request, token), "calendar#calendarList")
            for item in resources.items(answer):
                entry = resources.entry(item)
                if item.get("deleted"):
                    gone.add(entry.id)
                else:
                    found[entry.id] = entry
            page, following = answer.get("nextPageToken"), answer.get("nextSyncToken")
            if not page or len(found) >= MOST_ENTRIES:
                break
        ended = not page and len(found) <= MOST_ENTRIES
        return ListChanges(
            entries=tuple(found.values())[:MOST_ENTRIES],
            gone=frozenset(gone) if sync_token is not None else frozenset(),
            sync_token=following if ended and isinstance(following, str) else None,
            whole=sync_token is None,
        )

    def _page(self, sync_token: str | None, page: str | None) -> "HttpRequest":
        # What changed is mostly nothing, and then naming the fields costs more than leaving them out.
        fields = _LIST_FIELDS if sync_token is None else None
        return self._calendar_list.list(
            maxResults=PAGE_OF_ENTRIES, showHidden=True, fields=fields, pageToken=page, syncToken=sync_token
        )

    def busy(
        self, token: AccessToken, calendar_ids: Sequence[str], start: datetime, end: datetime
    ) -> Mapping[str, Busy]:
        """Free/busy of each id. Raises GoogleFault when a whole answer is missing; unknown is never free."""
        known: dict[str, Busy] = {}
        for chunk in _chunks(tuple(dict.fromkeys(calendar_ids))):
            question: FreeBusyRequest = {
                "timeMin": instant(start),
                "timeMax": instant(end),
                "calendarExpansionMax": _CHUNK,
                "items": [{"id": calendar_id} for calendar_id in chunk],
            }
            answer = held(self._execute(self._free_busy.query(body=question), token), "calendar#freeBusy")
            calendars = answer.get("calendars")
            if not isinstance(calendars, dict):
                raise failed("calendar", "garbage")
            known |= {calendar_id: resources.busy(calendars.get(calendar_id)) for calendar_id in chunk}
        return known

    def insert_private_event(
        self, token: AccessToken, calendar_id: str, event_id: str, title: str, start: datetime, end: datetime
    ) -> None:
        """Write a private event that blocks nothing and tells nobody. Ours being there already counts as written."""
        event: Event = {
            "id": event_id,
            "summary": title,
            "start": {"dateTime": instant(start)},
            "end": {"dateTime": instant(end)},
            "visibility": "private",
            "transparency": "transparent",
            "reminders": {"useDefault": False},
            "extendedProperties": {"private": {_MARK: event_id}},
        }
        request = self._events.insert(calendarId=calendar_id, body=event, sendUpdates="none")
        try:
            written = held(self._execute(request, token), "calendar#event")
        except GoogleFault as refused:
            if refused.verdict.code != "duplicate" or not self._is_ours(token, calendar_id, event_id):
                raise
            return
        if written.get("id") != event_id:
            raise failed("calendar", "garbage")

    def delete_event(self, token: AccessToken, calendar_id: str, event_id: str) -> None:
        """Remove an event and tell nobody. Raises GoogleFault, though not for an event that is gone."""
        request = self._events.delete(calendarId=calendar_id, eventId=event_id, sendUpdates="none")
        try:
            answer = self._execute(request, token)
        except GoogleFault as refused:
            if refused.verdict.code not in ("not_found", "gone"):
                raise
            return
        if answer and json_object(answer) is None:  # a deletion is answered with nothing at all; a proxy says more
            raise failed("calendar", "garbage")

    def _is_ours(self, token: AccessToken, calendar_id: str, event_id: str) -> bool:
        request = self._events.get(calendarId=calendar_id, eventId=event_id)
        event = held(self._execute(request, token), "calendar#event")
        properties = event.get("extendedProperties")
        private = properties.get("private") if isinstance(properties, dict) else None
        marked = isinstance(private, dict) and private.get(_MARK) == event_id
        return marked and event.get("id") == event_id and event.get("status") != "cancelled"

    def _execute(self, request: "HttpRequest", token: AccessToken) -> Any:
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
        return response, content


def _chunks(ids: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for begin in range(0, len(ids), _CHUNK):
        yield ids[begin : begin + _CHUNK]
