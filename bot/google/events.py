"""Events in a person's calendars: the port ``Events``."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from bot.appointment_ports import EventChanges, EventDraft, EventState, Revision
from bot.domain.faults import Blame, GoogleFault, Verdict
from bot.google.answers import failed, json_object
from bot.google.calendar_api import STALE, CalendarApi
from bot.google.event_resources import STATE_FIELDS, invited, is_all_day, resource, revised, state, times
from bot.google.resources import held, instant, items
from bot.ports import AccessToken

if TYPE_CHECKING:  # the stubs' own types, which do not exist at run time
    from googleapiclient._apis.calendar.v3.schemas import Event
    from googleapiclient.http import HttpRequest

_PAGE = 2500
"""The most events.list gives at once."""
_MOST_PAGES = 40
"""Pages may be short; this only ends a list that never does."""
_LIST_FIELDS = f"kind,timeZone,nextPageToken,nextSyncToken,items({STATE_FIELDS})"
_GUEST_FIELDS = "kind,id,etag,attendees,attendeesOmitted"
_EVENT = "calendar#event"
_NONE = ("not_found", "gone")
_SUCCESSES = range(200, 300)
_BAD_REQUEST, _WRONG = 400, frozenset({"invalid", "required"})
"""How Google says that something in an event will not do."""


class GoogleEvents:
    """The port ``Events``. One instance serves everybody: the access token goes into each request's header."""

    def __init__(self, api: CalendarApi) -> None:
        self._api = api

    def insert(self, token: AccessToken, calendar_id: str, draft: EventDraft, *, notify: bool = True) -> EventState:
        """Write the event under its own id, once; an id that is taken is the fault "duplicate". Raises GoogleFault.

        What Google will not have as it is asked for, an attendee's address for instance, is "refused_by_google".
        """
        request = self._api.events.insert(
            calendarId=calendar_id,
            body=resource(draft),
            sendUpdates=_updates(notify),
            conferenceDataVersion=1,
            fields=STATE_FIELDS,
        )
        return self._written(token, calendar_id, draft.id, request)

    def get(self, token: AccessToken, calendar_id: str, event_id: str) -> EventState | None:
        """The event, a cancelled one too; None when Google knows none. Raises GoogleFault."""
        request = self._api.events.get(calendarId=calendar_id, eventId=event_id, fields=STATE_FIELDS)
        try:
            return self._written(token, calendar_id, event_id, request)
        except GoogleFault as refused:
            if refused.verdict.code not in _NONE:
                raise
        return None

    def move(
        self,
        token: AccessToken,
        calendar_id: str,
        event_id: str,
        start: datetime,
        end: datetime,
        *,
        etag: str | None,
        notify: bool = True,
        revision: Revision | None = None,
    ) -> EventState:
        """Set its times and what the revision holds, if it is still what ``etag`` says. Raises GoogleFault."""
        return self._patched(token, calendar_id, event_id, times(start, end), revision, etag, notify=notify)

    def revise(
        self,
        token: AccessToken,
        calendar_id: str,
        event_id: str,
        revision: Revision,
        *,
        etag: str | None,
        notify: bool = True,
    ) -> EventState:
        """Set what the revision holds, if it is still what ``etag`` says. Raises GoogleFault."""
        return self._patched(token, calendar_id, event_id, {}, revision, etag, notify=notify)

    def _patched(
        self,
        token: AccessToken,
        calendar_id: str,
        event_id: str,
        body: "Event",
        revision: Revision | None,
        etag: str | None,
        *,
        notify: bool,
    ) -> EventState:
        if revision is not None:
            body |= revised(revision)
        if revision is not None and (revision.invited or revision.uninvited):
            guests, seen = self._guests(token, calendar_id, event_id)
            body["attendees"] = invited(guests, revision)
            etag = etag or seen  # a list is replaced as a whole: nobody's answer may come in between
        request = self._api.events.patch(
            calendarId=calendar_id,
            eventId=event_id,
            body=body,
            sendUpdates=_updates(notify),
            conferenceDataVersion=1,
            fields=STATE_FIELDS,
        )
        if etag is not None:
            request.headers = {**(request.headers or {}), "if-match": etag}
        return self._written(token, calendar_id, event_id, request)

    def delete(self, token: AccessToken, calendar_id: str, event_id: str, *, notify: bool = True) -> None:
        """Remove the event. Raises GoogleFault, though not for one that is gone."""
        request = self._api.events.delete(calendarId=calendar_id, eventId=event_id, sendUpdates=_updates(notify))
        try:
            answer = self._api.execute(request, token)
        except GoogleFault as refused:
            if refused.verdict.code in _NONE:
                return
            if refused.facts.kind != "garbage" or refused.facts.status not in _SUCCESSES:
                raise
            answer = b"{}"  # it held nothing at all
        if answer and json_object(answer) is None:  # a page
            raise failed("calendar", "garbage")
        if answer:  # only a 204 proves it, which has come as "": anybody may have said this
            left = self.get(token, calendar_id, event_id)
            if left is not None and left.status != "cancelled":
                raise failed("calendar", "garbage")

    def within(self, token: AccessToken, calendar_id: str, start: datetime, end: datetime) -> Sequence[EventState]:
        """All that stands in the window, recurring events as their instances. Raises GoogleFault, never tells half."""
        window = {"timeMin": instant(start), "timeMax": instant(end)}
        return self._all(token, calendar_id, **window, singleEvents=True, showDeleted=False)

    def marked(
        self, token: AccessToken, calendar_id: str, key: str, value: str, start: datetime, end: datetime
    ) -> Sequence[EventState]:
        """What stands in the window and bears the private property. Raises GoogleFault, never tells half."""
        window = {"timeMin": instant(start), "timeMax": instant(end)}
        mark = [f"{key}={value}"]
        asked = {**window, "privateExtendedProperty": mark, "singleEvents": True, "showDeleted": False}
        return self._all(token, calendar_id, **asked)

    def changes(
        self, token: AccessToken, calendar_id: str, sync_token: str | None, *, since: datetime | None = None
    ) -> EventChanges:
        """What changed since ``sync_token``, or everything that had not ended by ``since``. Raises GoogleFault.

        Everything must otherwise be asked alike before and with a token, and a token goes with no time bounds
        (events.list, syncToken). Recurring events stay unexpanded, for without an end their instances have none.
        """
        if sync_token is not None:
            try:
                found, following, _ = self._listing(token, calendar_id, syncToken=sync_token)
            except GoogleFault as refused:
                if refused.facts.kind != "answer" or refused.facts.status not in STALE:
                    raise
            else:
                return EventChanges(found, following, whole=False)
        bounds = {} if since is None else {"timeMin": instant(since)}
        found, following, _ = self._listing(token, calendar_id, **bounds)
        return EventChanges(found, following, whole=True)

    def _all(self, token: AccessToken, calendar_id: str, **asked: Any) -> Sequence[EventState]:
        found, _, ended = self._listing(token, calendar_id, **asked)
        if not ended:
            raise failed("calendar", "garbage")
        return found

    def _listing(self, token: AccessToken, calendar_id: str, **asked: Any) -> tuple[list[EventState], str | None, bool]:
        """The events of all pages, the token that follows them, and whether they came to an end."""
        found: dict[str, EventState] = {}
        page: str | None = None
        for _ in range(_MOST_PAGES):
            request = self._api.events.list(
                calendarId=calendar_id, maxResults=_PAGE, fields=_LIST_FIELDS, pageToken=page, **asked
            )
            answer = held(self._api.execute(request, token), "calendar#events")
            zone = str(answer.get("timeZone") or "UTC")
            found |= {each.id: each for each in (state(item, zone) for item in items(answer))}
            page = answer.get("nextPageToken")
            if not page:
                following = answer.get("nextSyncToken")
                return list(found.values()), following if isinstance(following, str) else None, True
        return list(found.values()), None, False

    def _written(self, token: AccessToken, calendar_id: str, event_id: str, request: "HttpRequest") -> EventState:
        """The event that the request is answered with, held to be ours."""
        answer = held(self._asked(token, request), _EVENT)
        if answer.get("id") != event_id:
            raise failed("calendar", "garbage")
        return state(answer, self._zone(token, calendar_id) if is_all_day(answer) else "UTC")

    def _asked(self, token: AccessToken, request: "HttpRequest") -> Any:
        """The answer. What is wrong with what people have asked for is no fault of ours that operators could mend."""
        try:
            return self._api.execute(request, token)
        except GoogleFault as refused:
            facts = refused.facts
            if facts.status != _BAD_REQUEST or not facts.reasons or not facts.reasons <= _WRONG:
                raise
        raise GoogleFault(Verdict(Blame.RESOURCE, "refused_by_google"), facts)

    def _guests(self, token: AccessToken, calendar_id: str, event_id: str) -> tuple[list[Any], str]:
        """All who are invited, with everything that Google knows of their answers; and of which version that is."""
        request = self._api.events.get(calendarId=calendar_id, eventId=event_id, fields=_GUEST_FIELDS)
        answer = held(self._api.execute(request, token), _EVENT)
        found = answer.get("attendees", [])
        if not isinstance(found, list) or answer.get("attendeesOmitted"):
            raise failed("calendar", "garbage")
        return found, str(answer.get("etag") or "")

    def _zone(self, token: AccessToken, calendar_id: str) -> str:
        """The calendar's time zone, which a single event does not tell."""
        request = self._api.events.list(calendarId=calendar_id, maxResults=1, fields="kind,timeZone")
        return str(held(self._api.execute(request, token), "calendar#events").get("timeZone") or "UTC")


def _updates(notify: bool) -> Literal["all", "none"]:
    return "all" if notify else "none"
