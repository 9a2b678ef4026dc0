"""calendarList and calendars."""

from collections.abc import Mapping

from tests.sandbox.google.calendars import COLORS, Calendars, Entry
from tests.sandbox.google.calls import Handler, Reply, Request
from tests.sandbox.google.errors import forbidden, not_found, required
from tests.sandbox.google.event import etag_of
from tests.sandbox.google.model import Json, rank
from tests.sandbox.google.paging import Listing, refuse_with_sync_token
from tests.sandbox.google.state import State

_LARGEST_PAGE = 250
_PRIMARY: Json = {
    "defaultReminders": [{"method": "popup", "minutes": 10}],
    "notificationSettings": {"notifications": [{"type": "eventCreation", "method": "email"}]},
    "primary": True,
}


class CalendarLists:
    def __init__(self, state: State, calendars: Calendars) -> None:
        self._state = state
        self._calendars = calendars

    def handlers(self) -> Mapping[str, Handler]:
        return {
            "calendar.calendarList.list": self.list,
            "calendar.calendarList.get": self.get,
            "calendar.calendarList.insert": self.insert,
            "calendar.calendarList.delete": self.delete,
            "calendar.calendars.get": self.calendar,
        }

    def list(self, request: Request) -> Reply:
        query, email = {"maxResults": 100, **request.query}, request.account.email
        refuse_with_sync_token(query, ["minAccessRole", "showOwnOrganizationOnly"])
        floor = self._calendars.list_floor.get(email, 0)
        listing = Listing(f"list:{email}", query, self._state.version, floor, _LARGEST_PAGE)
        since = listing.since()
        page = listing.page(
            [entry for entry in self._calendars.entries(email) if _listed(entry, query, since)],
            lambda entry: (entry.seq,),
            syncs="minAccessRole" not in query,
        )
        body: Json = {"kind": "calendar#calendarList", "etag": f'"p{self._state.version}"'}
        if page.next_page:
            body["nextPageToken"] = page.next_page
        if page.next_sync:
            body["nextSyncToken"] = page.next_sync
        return Reply({**body, "items": [_entry(entry) for entry in page.items]}, body["etag"])

    def get(self, request: Request) -> Reply:
        request.calendar(self._calendars)
        entry = self._calendars.entry(request.account.email, request.path["calendarId"])
        if entry is None or not entry.live:
            raise not_found()
        return Reply(_entry(entry), etag_of(entry.version))

    def insert(self, request: Request) -> Reply:
        if not request.body.get("id"):
            raise required("Missing calendar id.")
        found = self._calendars.seen_by(request.account.email, request.body["id"])
        if found is None:
            raise not_found()
        entry = self._calendars.subscribe(request.account.email, found[0])
        return Reply(_entry(entry), etag_of(entry.version))

    def delete(self, request: Request) -> Reply:
        calendar, _ = request.calendar(self._calendars)
        entry = self._calendars.entry(request.account.email, calendar.id)
        if entry is None or not entry.live:
            raise not_found()
        if entry.primary:
            raise forbidden("The primary calendar cannot be removed from the list.")
        self._calendars.unsubscribe(request.account.email, calendar.id)
        return Reply()

    def calendar(self, request: Request) -> Reply:
        calendar, _ = request.calendar(self._calendars)
        body: Json = {
            "kind": "calendar#calendar",
            "etag": etag_of(calendar.version),
            "id": calendar.id,
            "summary": calendar.summary,
            "timeZone": calendar.time_zone,
            "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
        }
        if calendar.data_owner is not None:
            body["dataOwner"] = calendar.data_owner
        return Reply(body, body["etag"])


def _listed(entry: Entry, query: Json, since: int | None) -> bool:
    if since is not None:
        return entry.told > since  # deletions and hidden entries always included
    if not entry.live:
        return bool(query.get("showDeleted")) and "minAccessRole" not in query
    if entry.hidden and not query.get("showHidden"):
        return False
    return "minAccessRole" not in query or rank(entry.role) >= rank(query["minAccessRole"])


def _entry(entry: Entry) -> Json:
    calendar = entry.calendar
    body: Json = {"kind": "calendar#calendarListEntry", "etag": etag_of(entry.version), "id": calendar.id}
    if not entry.live:
        return {**body, "deleted": True}
    body |= {
        "summary": calendar.summary,
        "timeZone": calendar.time_zone,
        "colorId": str(entry.color_id),
        "backgroundColor": COLORS[entry.color_id - 1],
        "foregroundColor": "#000000",
        "accessRole": entry.role,
        "defaultReminders": [],
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
    }
    if entry.selected:
        body["selected"] = True
    if entry.hidden:
        body["hidden"] = True
    if entry.summary_override is not None:
        body["summaryOverride"] = entry.summary_override
    if calendar.data_owner is not None and not entry.primary:
        body["dataOwner"] = calendar.data_owner
    return {**body, **_PRIMARY} if entry.primary else body
