"""Calendars at Google: the list of them, when they are busy, and the test event. The port ``Calendars``."""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.faults import GoogleFault
from bot.google import resources
from bot.google.answers import failed
from bot.google.calendar_api import STALE, CalendarApi
from bot.google.events import GoogleEvents
from bot.google.resources import ENTRY_FIELDS, held, instant
from bot.google.transport import Transport
from bot.ports import MOST_ENTRIES, PAGE_OF_ENTRIES, AccessToken, Busy, CalendarEntry, ListChanges

if TYPE_CHECKING:  # the stubs' own types, which do not exist at run time
    from googleapiclient._apis.calendar.v3.schemas import Event, FreeBusyRequest
    from googleapiclient.http import HttpRequest

_MOST_PAGES = 40
"""Pages may be short; this only ends a list that never does."""
_ENTRY_FIELDS = f"kind,{ENTRY_FIELDS}"
_LIST_FIELDS = f"kind,nextPageToken,nextSyncToken,items({ENTRY_FIELDS})"
_CHUNK = 50
"""The most calendars freeBusy answers for at once."""
_MARK = "calendarBot"
"""Private extended property of our events: holds the event's own id, so a copy does not count as ours."""


class GoogleCalendars:
    """The port ``Calendars``. One instance serves everybody: the access token goes into each request's header."""

    def __init__(self, calendar_url: str, transport: Transport) -> None:
        """``calendar_url`` ends in /calendar/v3/: googleapiclient puts it in the place of the whole base address."""
        self._api = CalendarApi(calendar_url, transport)
        self._calendar_list = self._api.calendar_list
        self.events = GoogleEvents(self._api)
        """The port ``Events``, by the same service and connections."""
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
                if refused.facts.kind != "answer" or refused.facts.status not in STALE:
                    raise
        return self._listing(token, None)

    def entry(self, token: AccessToken, calendar_id: str) -> CalendarEntry | None:
        """One entry of the calendar list; None when it is not there. Raises GoogleFault."""
        request = self._calendar_list.get(calendarId=calendar_id, fields=_ENTRY_FIELDS)
        try:
            answer = held(self._api.execute(request, token), "calendar#calendarListEntry")
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
            answer = held(self._api.execute(request, token), "calendar#calendarList")
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
            answer = held(self._api.execute(self._api.free_busy.query(body=question), token), "calendar#freeBusy")
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
        request = self._api.events.insert(calendarId=calendar_id, body=event, sendUpdates="none")
        try:
            written = held(self._api.execute(request, token), "calendar#event")
        except GoogleFault as refused:
            if refused.verdict.code != "duplicate" or not self._is_ours(token, calendar_id, event_id):
                raise
            return
        if written.get("id") != event_id:
            raise failed("calendar", "garbage")

    def delete_event(self, token: AccessToken, calendar_id: str, event_id: str) -> None:
        """Remove an event and tell nobody. Raises GoogleFault, though not for an event that is gone."""
        self.events.delete(token, calendar_id, event_id, notify=False)

    def _is_ours(self, token: AccessToken, calendar_id: str, event_id: str) -> bool:
        event = self.events.get(token, calendar_id, event_id)
        return event is not None and event.marks.get(_MARK) == event_id and event.status != "cancelled"


def _chunks(ids: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for begin in range(0, len(ids), _CHUNK):
        yield ids[begin : begin + _CHUNK]
