"""Events as Google Calendar spells them: what we write, and what we read of an answer, without any title."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.appointment_ports import EventDraft, EventState, Revision
from bot.google.answers import failed
from bot.google.resources import instant, parsed

if TYPE_CHECKING:  # the stubs' own types, which do not exist at run time
    from googleapiclient._apis.calendar.v3.schemas import Event

STATE_FIELDS = (
    "kind,id,status,start,end,etag,updated,sequence,transparency,eventType,extendedProperties/private,hangoutLink,"
    "conferenceData/entryPoints(entryPointType,uri),attendees(email,responseStatus,self)"
)
"""All that is ever read of an event; neither its title nor its description is among it."""
_STRANGE = (TypeError, ValueError, LookupError, AttributeError, OverflowError, OSError)


def resource(draft: EventDraft) -> "Event":
    """The draft as Google is told it."""
    event: Event = {
        "id": draft.id,
        "summary": draft.title,
        "start": {"dateTime": instant(draft.start)},
        "end": {"dateTime": instant(draft.end)},
        "extendedProperties": {"private": dict(draft.marks)},
    }
    if draft.place:
        event["location"] = draft.place
    if draft.description:
        event["description"] = draft.description
    if draft.attendees:
        event["attendees"] = [{"email": address} for address in draft.attendees]
    if draft.video:
        event["conferenceData"] = _meet(draft.id)
    return event


def _meet(request_id: str) -> Any:
    """A new conference; the same request a second time is ignored."""
    return {"createRequest": {"requestId": request_id, "conferenceSolutionKey": {"type": "hangoutsMeet"}}}


def revised(revision: Revision) -> "Event":
    """A patch to these words; its guests are another matter. Private properties are merged, so that ours stay."""
    patch: dict[str, Any] = {"extendedProperties": {"private": {"op": revision.id}}}
    if revision.title is not None:
        patch["summary"] = revision.title
    if revision.place is not None:
        patch["location"] = revision.place or None
    if revision.video is not None:
        patch["conferenceData"] = _meet(revision.id) if revision.video else None
    return patch  # type: ignore[return-value]  # null removes, which the stubs do not know


def invited(guests: Sequence[Mapping[str, Any]], revision: Revision) -> Any:
    """The guests as Google knows them but for those who go, and those who come."""
    going = {email.lower() for email in revision.uninvited}
    kept = [guest for guest in guests if _text(guest.get("email") or "").lower() not in going]
    there = {_text(guest.get("email") or "").lower() for guest in kept}
    return [*kept, *({"email": email} for email in revision.invited if email.lower() not in there)]


def times(start: datetime, end: datetime) -> "Event":
    """A patch to these times, also of an event that somebody made last all day."""
    new = [{"dateTime": instant(moment), "date": None, "timeZone": None} for moment in (start, end)]
    return {"start": new[0], "end": new[1]}  # type: ignore[typeddict-item]  # null removes, which the stubs do not know


def is_all_day(event: Mapping[str, Any]) -> bool:
    """Whether its times are dates, which mean nothing without the calendar's zone."""
    start = event.get("start")
    return isinstance(start, dict) and "date" in start


def state(event: object, zone: str) -> EventState:
    """The event; ``zone`` is the calendar's. Raises GoogleFault for what is none."""
    try:
        return _state(event, zone)
    except _STRANGE:
        pass
    raise failed("calendar", "garbage")  # out here it carries no context, so no value of the answer


def _state(event: Any, zone: str) -> EventState:
    guests = event.get("attendees") or []
    private = (event.get("extendedProperties") or {}).get("private") or {}
    return EventState(
        id=_text(event["id"]),
        status=_text(event.get("status") or "confirmed"),
        start=_moment(event.get("start"), zone),
        end=_moment(event.get("end"), zone),
        etag=_text(event.get("etag") or ""),
        updated=parsed(event["updated"]) if event.get("updated") else None,
        sequence=int(event.get("sequence") or 0),
        transparent=event.get("transparency") == "transparent",
        all_day=is_all_day(event),
        marks={_text(key): _text(value) for key, value in private.items()},
        video_url=_video(event),
        declined_by_owner=any(guest.get("self") and guest.get("responseStatus") == "declined" for guest in guests),
        kind=_text(event.get("eventType") or "default"),
        attendee_responses={
            guest["email"].lower(): _text(guest.get("responseStatus") or "needsAction")
            for guest in guests
            if guest.get("email")
        },
    )


def _moment(when: Mapping[str, str] | None, zone: str) -> datetime | None:
    if not when:
        return None
    if "date" in when:
        return datetime.combine(date.fromisoformat(when["date"]), time(), ZoneInfo(zone)).astimezone(UTC)
    return parsed(when["dateTime"])


def _video(event: Mapping[str, Any]) -> str | None:
    points = (event.get("conferenceData") or {}).get("entryPoints") or []
    links = [point.get("uri") for point in points if point.get("entryPointType") == "video"]
    link = next((link for link in links if link), None) or event.get("hangoutLink")
    return _text(link) if link else None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value
