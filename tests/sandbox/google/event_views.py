"""Events as Google shows them: to whom, how much, and in which time zone."""

import base64
from datetime import datetime

from tests.sandbox.google.errors import bad_request, required
from tests.sandbox.google.event import Event
from tests.sandbox.google.event_rules import moment, rfc3339, zone
from tests.sandbox.google.model import Json, rank

_TIMES_ONLY = ("id", "status", "iCalUID", "sequence", "eventType", "transparency", "recurringEventId")


def is_private(event: Event) -> bool:
    return event.resource.get("visibility") in ("private", "confidential")


def shown(event: Event, role: str, time_zone: str | None = None, max_attendees: int | None = None) -> Json:
    """The resource as ``role`` may see it. Times come in the calendar's zone unless another one is asked for."""
    hidden = rank(role) < rank("reader") or (is_private(event) and rank(role) < rank("writer"))
    kept = event.resource
    resource = {key: kept[key] for key in _TIMES_ONLY if key in kept} if hidden else dict(kept)
    body: Json = {
        "kind": "calendar#event",
        "etag": event.etag,
        **resource,
        "htmlLink": f"https://www.google.com/calendar/event?eid={_eid(event)}",
        "created": rfc3339(event.created),
        "updated": rfc3339(event.updated),
        "start": when(kept["start"], event, time_zone),
        "end": when(kept["end"], event, time_zone),
    }
    if "originalStartTime" in kept:
        body["originalStartTime"] = when(kept["originalStartTime"], event, time_zone)
    if hidden:
        return {**body, "visibility": "private"}
    body |= {"creator": event.creator, "organizer": event.organizer}
    link = _video(kept.get("conferenceData", {}))
    if link:
        body["hangoutLink"] = link
    if "attendees" in kept:
        body["attendees"] = _attendees(event, max_attendees)
        if len(body["attendees"]) < len(kept["attendees"]):
            body["attendeesOmitted"] = True
    return body


def _eid(event: Event) -> str:
    return base64.urlsafe_b64encode(f"{event.id} {event.calendar.id}".encode()).rstrip(b"=").decode()


def when(said: Json, event: Event, time_zone: str | None) -> Json:
    """A time of the event in its calendar's zone, or in another one."""
    if "date" in said:
        return {"date": said["date"]}
    local = moment(said, event.calendar.time_zone).astimezone(zone(time_zone or event.calendar.time_zone))
    return {"dateTime": _iso(local), "timeZone": said.get("timeZone") or event.calendar.time_zone}


def _iso(value: datetime) -> str:
    text = value.isoformat(timespec="seconds")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def _attendees(event: Event, most: int | None) -> list[Json]:
    me = (event.calendar.primary_of or event.calendar.id).casefold()
    guests = []
    for guest in event.resource["attendees"]:
        seen = {"responseStatus": "needsAction", **guest}
        seen |= {"self": True} if guest["email"].casefold() == me else {}
        seen |= {"organizer": True} if guest["email"] == event.organizer.get("email") else {}
        guests.append(seen)
    return guests if most is None or len(guests) <= most else [guest for guest in guests if guest.get("self")]


def _video(conference_data: Json) -> str | None:
    points = conference_data.get("entryPoints", [])
    return next((str(point["uri"]) for point in points if point.get("entryPointType") == "video"), None)


def conference(asked: Json, number: int) -> Json:
    """Conference data as stored: a request for a new one is answered with a made-up Meet room."""
    wanted = asked.get("createRequest")
    if wanted is None:
        return asked
    if not wanted.get("requestId"):
        raise required("Missing conference request id.")
    kind = wanted.get("conferenceSolutionKey", {}).get("type", "hangoutsMeet")
    if kind != "hangoutsMeet":
        raise bad_request("Invalid conference type value.")
    letters = "".join(chr(ord("a") + number // 26**place % 26) for place in range(10))
    room = f"{letters[:3]}-{letters[3:7]}-{letters[7:]}"
    return {
        "createRequest": {
            "requestId": wanted["requestId"],
            "conferenceSolutionKey": {"type": kind},
            "status": {"statusCode": "success"},
        },
        "conferenceId": room,
        "conferenceSolution": {"key": {"type": kind}, "name": "Google Meet"},
        "entryPoints": [
            {"entryPointType": "video", "uri": f"https://meet.google.com/{room}", "label": f"meet.google.com/{room}"}
        ],
    }
