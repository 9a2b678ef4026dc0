"""The booking API: each route is one question to a service and one JSON document. Titles are in no log and no error."""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import APIRouter, FastAPI, Header, Path, Query
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.booking_api import Booking, FreeTimes, VersionPassed
from bot.domain.api_keys import Key, Scope
from bot.domain.appointments import Appointment, State, Wish
from bot.ports import Clock
from handlers import api_documents, api_models, api_replies, api_shown
from handlers.api_gate import Gate, gated, key_of, needs
from handlers.api_models import Change, CommonWindow, NewAppointment, Page, PeoplePage, Window
from handlers.api_problems import API, RAISED, ProblemFound, Problems, Wrong
from handlers.api_refusals import Refusals
from handlers.api_shown import AvailabilityOut
from handlers.background import Background

T = TypeVar("T")

_BUDGET = 25.0
"""Seconds; a service answers 202 by itself long before that."""
_OK, _CREATED, _ACCEPTED = 200, 201, 202
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e][\x20-\x7e]{0,254}")
_ETAG = re.compile(r'"(\d{1,9})"')
_KNOWN = 'The ETag you know, such as `"3"`'
_PERSON = Annotated[str, Path(pattern=api_models.ID, description="The person's id")]
_APPOINTMENT = Annotated[str, Path(pattern=api_models.ID, description="The appointment's id")]


class Keys(Protocol):
    """What the routes ask of the keys. Every method may block."""

    def admit(self, text: str) -> Key:
        """Whose key it is; the request counts. Raises KeyUnknown, Exhausted."""
        ...

    def asks_about(self, key: Key, people: Sequence[str]) -> None:
        """Count a question for the time of each of them. Raises PersonAskedTooOften."""
        ...

    def may_hold(self, key: Key) -> None:
        """Whether another appointment may be begun. Raises TooManyHolds."""
        ...


def booking_router(
    booking: Booking, times: FreeTimes, keys: Keys, pool: Background, clock: Clock, public_url: str
) -> APIRouter:
    """Everything under /api/v1. ``pool`` had better be one that nobody else needs: slots may wait for Google."""
    routes = APIRouter()
    routes.mount(API, booking_app(BookingEdge(booking, times, keys, pool, clock), Gate(keys, pool, clock), public_url))
    return routes


def booking_app(edge: "BookingEdge", gate: Gate, public_url: str) -> FastAPI:
    """The API as an application of its own, so that each of its errors is a problem document."""
    api = FastAPI(title="Calendar Bot", version="1", docs_url=None, redoc_url=None, openapi_url=None)
    api.router.redirect_slashes = False
    api.router.route_class = gated(gate)
    slots, reads, writes = Scope.AVAILABILITY_READ, Scope.APPOINTMENTS_READ, Scope.APPOINTMENTS_WRITE
    of_one, all_of_them, one = "/people/{person}/availability", "/appointments", "/appointments/{appointment}"
    for method, path, name, endpoint, scope, reply in (
        ("GET", "/people", "find_people", edge.people, Scope.PEOPLE_READ, api_replies.PEOPLE),
        ("GET", of_one, "availability_of_one", edge.of_one, slots, api_replies.AVAILABILITY),
        ("GET", "/availability", "availability_of_several", edge.of_several, slots, api_replies.AVAILABILITY),
        ("POST", all_of_them, "book", edge.book, writes, api_replies.BOOKED),
        ("GET", all_of_them, "list_appointments", edge.listing, reads, api_replies.APPOINTMENTS),
        ("GET", one, "get_appointment", edge.get, reads, api_replies.APPOINTMENT),
        ("PATCH", one, "change", edge.change, writes, api_replies.CHANGED),
        ("DELETE", one, "cancel", edge.cancel, writes, api_replies.CANCELLED),
    ):
        api.add_api_route(
            path,
            endpoint,
            methods=[method],
            operation_id=name,
            name=name,
            status_code=min(reply),
            responses={status: each for status, each in reply.items()},  # noqa: C416 - it widens the keys' type
            response_model=None,
            openapi_extra=needs(scope),
        )
    refusals = Refusals(Problems(public_url), api)
    api.add_exception_handler(HTTPException, refusals.by_status)
    api.add_exception_handler(RequestValidationError, refusals.invalid)
    api.add_exception_handler(ProblemFound, refusals.found)
    for kind in RAISED:
        api.add_exception_handler(kind, refusals.raised)
    api.add_exception_handler(Exception, refusals.bug)
    api_documents.add_to(api, public_url)
    return api


class BookingEdge:
    """The routes. Services are asked in the pool, never on the event loop."""

    def __init__(self, booking: Booking, times: FreeTimes, keys: Keys, pool: Background, clock: Clock) -> None:
        self._booking = booking
        self._times = times
        self._keys = keys
        self._pool = pool
        self._clock = clock

    async def people(self, request: Request, page: Annotated[PeoplePage, Query()]) -> Response:
        """People of the workspace, or the one with an e-mail address, and whether they can be booked."""
        email = page.email.lower() if page.email else None
        asked = partial(self._times.people, key_of(request).team_id, email, page.cursor, page.limit)
        found, cursor = await self._ask(asked)
        return _json(api_shown.PeopleOut(items=[api_shown.person_out(each) for each in found], next_cursor=cursor))

    async def of_one(self, request: Request, person: _PERSON, window: Annotated[Window, Query()]) -> Response:
        """When one person can be booked."""
        return await self._availability(key_of(request), window, [person], [])

    async def of_several(self, request: Request, window: Annotated[CommonWindow, Query()]) -> Response:
        """When all of several people can be booked, and how many of some others could come."""
        return await self._availability(key_of(request), window, window.required, window.may_come)

    async def book(
        self,
        request: Request,
        wanted: NewAppointment,
        idempotency_key: Annotated[str | None, Header(description="Fresh for each new appointment")] = None,
    ) -> Response:
        """Book an appointment.

        201: it stands in Google Calendar. 202: the time is held, and it will be confirmed or fail within 15 minutes;
        poll `Location`. 200: this very request was made before, and its appointment has changed since.
        """
        if not _IDEMPOTENCY_KEY.fullmatch(idempotency_key or ""):
            raise ProblemFound("idempotency-key-missing")
        found = await self._ask(self._book, key_of(request), wanted, idempotency_key)
        fresh = {State.CONFIRMED: _CREATED, State.HELD: _ACCEPTED}
        return _appointment(found, fresh.get(found.state, _OK), located=True)

    async def listing(self, request: Request, page: Annotated[Page, Query()]) -> Response:
        """Appointments of the workspace that were made through the bot."""
        asked = partial(self._booking.listing, key_of(request).team_id, page.cursor, page.limit)
        found, cursor = await self._ask(asked)
        items = [api_shown.appointment_out(each) for each in found]
        return _json(api_shown.AppointmentsOut(items=items, next_cursor=cursor))

    async def get(self, request: Request, appointment: _APPOINTMENT) -> Response:
        """One appointment."""
        return _appointment(await self._ask(self._booking.get, key_of(request).team_id, appointment))

    async def change(
        self,
        request: Request,
        appointment: _APPOINTMENT,
        change: Change,
        if_match: Annotated[str | None, Header(description=_KNOWN)] = None,
    ) -> Response:
        """Change an appointment: its time, its title, its place, who is invited, or several of them at once.

        200: it stands so in Google Calendar, and everybody in it is told. 202: it is accepted; `moving_to` and
        `changing_to` are null once it stands there, or once it is known that it stays as it was. Asking again for
        what it is already changes nothing. What people have written into the event in Google Calendar stays, but for
        the fields that you change.
        """
        version = _version(if_match, change.version)
        asked = partial(self._booking.change, key_of(request).team_id, appointment, change.asked, version)
        found = await self._ask(asked)
        return _appointment(found, _ACCEPTED if found.moving_to or found.changing_to else _OK, located=True)

    async def cancel(
        self,
        request: Request,
        appointment: _APPOINTMENT,
        if_match: Annotated[str | None, Header(description=_KNOWN)] = None,
    ) -> Response:
        """Cancel an appointment; as often as you like. 202: it is gone here, and soon in Google Calendar.

        422: it is over, or its host has disconnected the calendar that it stays in.
        """
        version = _version(if_match, None)
        found = await self._ask(self._booking.cancel, key_of(request).team_id, appointment, version)
        return _appointment(found, _ACCEPTED if found.state is State.CANCELLING else _OK, located=True)

    def _book(self, key: Key, wanted: NewAppointment, idempotency_key: str) -> Appointment:
        self._keys.may_hold(key)
        spelt = json.dumps(api_models.canonical(wanted), sort_keys=True)
        wish = Wish(
            team_id=key.team_id,
            start=wanted.start,
            end=wanted.end,
            people=tuple(wanted.people),
            title=wanted.title,
            optional=tuple(wanted.optional),
            guests=tuple(wanted.guests),
            place=wanted.place,
            video=wanted.video,
        )
        digest = hashlib.sha256(spelt.encode()).hexdigest()
        return self._booking.book(wish, key_id=key.id, idempotency_key=idempotency_key, request_hash=digest)

    async def _availability(
        self, key: Key, window: Window, required: Sequence[str], optional: Sequence[str]
    ) -> Response:
        return _json(await self._ask(self._openings, key, window, required, optional))

    def _openings(self, key: Key, window: Window, required: Sequence[str], optional: Sequence[str]) -> AvailabilityOut:
        self._keys.asks_about(key, [*required, *optional])
        found = self._times.openings(
            key.team_id, required, optional, window.start, window.end, window.takes, self._clock.now()
        )
        unsure = [Wrong(each.person_id, each.reason) for each in found.unsure if each.person_id in required]
        problems = {each.party.person_id or "": each.problem for each in found.standings if each.problem}
        unsure += [
            Wrong(each, "broken") for each, problem in problems.items() if each in required and problem == "broken"
        ]
        never = [Wrong(each, problem) for each, problem in problems.items() if each in required and problem != "broken"]
        if never:
            raise ProblemFound("not-bookable", "Somebody cannot be booked at all.", errors=never, code=never[0].detail)
        if unsure:
            raise ProblemFound("availability-unknown", errors=unsure, code=unsure[0].detail)
        return api_shown.availability_out(window, found)

    async def _ask(self, question: Callable[..., T], *args: Any) -> T:
        return await self._pool.ask(question, *args, budget=_BUDGET)


def _version(if_match: str | None, version: int | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return version
    found = _ETAG.fullmatch(if_match.strip())
    if found is None or (version is not None and version != int(found[1])):
        raise VersionPassed
    return int(found[1])


def _appointment(found: Appointment, status: int = _OK, *, located: bool = False) -> Response:
    headers = {"ETag": f'"{found.version}"'}
    if located:
        headers["Location"] = f"{API}/appointments/{found.id}"
    return _json(api_shown.appointment_out(found), status, headers)


def _json(document: BaseModel, status: int = _OK, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(document.model_dump(mode="json"), status, headers)
