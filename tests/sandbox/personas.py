"""Who lives in the sandbox: Acme's people, their Google accounts and calendars, and what this week holds for them."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import cycle, product
from zoneinfo import ZoneInfo

from tests.sandbox.clock import SandboxClock
from tests.sandbox.google.standin import GoogleStandIn
from tests.sandbox.slack.standin import SlackStandIn

TEAM = "T0ACME"
ADA, ANA, BEN, CLEO, GUS = "U0ADA", "U0ANA", "U0BEN", "U0CLEO", "U0GUS"
GENERAL, PARTNERS = "C0GENERAL", "C0PARTNERS"

_LONDON, _LISBON, _NEW_YORK, _SEOUL, _BERLIN = (
    "Europe/London",
    "Europe/Lisbon",
    "America/New_York",
    "Asia/Seoul",
    "Europe/Berlin",
)
_TEAM_CALENDAR = "c_acme-team@group.calendar.google.com"
_HOLIDAYS = "pt.portuguese#holiday@group.v.calendar.google.com"

# 13 kinds in 23 places: with his primary calendar, Ben has 300
_KINDS = (
    "Room",
    "Van",
    "Sales",
    "Support",
    "Design",
    "Operations",
    "Finance",
    "Legal",
    "Hiring",
    "Events",
    "Clients",
    "Training",
    "On call",
)
_PLACES = (
    "Amsterdam",
    "Athens",
    "Austin",
    "Berlin",
    "Boston",
    "Chicago",
    "Dublin",
    "Geneva",
    "Helsinki",
    "Kraków",
    "Lagos",
    "Lisbon",
    "London",
    "Madrid",
    "Montréal",
    "Nairobi",
    "New York",
    "Oslo",
    "Porto",
    "Seattle",
    "Seoul",
    "Tokyo",
    "Zürich",
)
_ROLES = ("owner", "writer", "reader", "freeBusyReader", "reader", "writer", "freeBusyReader")


def populate(slack: SlackStandIn, google: GoogleStandIn, clock: SandboxClock, scopes: Iterable[str]) -> str:
    """Fill both stand-ins and install the app in Acme with these scopes. Returns the bot's token."""
    _members(slack)
    token = slack.install(TEAM, scopes)
    with google.changing():
        _accounts(google)
        _calendars(google)
        _Week(google, clock).fill()
    return token


def _members(slack: SlackStandIn) -> None:
    slack.add_team(TEAM, "Acme", "acme")
    slack.add_user(TEAM, ADA, name="Ada Admin", email="ada@acme.example", tz=_LONDON, admin=True, owner=True)
    slack.add_user(TEAM, ANA, name="Ana Lima", email="ana@acme.example", tz=_LISBON)
    slack.add_user(TEAM, BEN, name="Ben Okafor", email="ben@acme.example", tz=_NEW_YORK)
    slack.add_user(TEAM, CLEO, name="Cleo Park", email="cleo@acme.example", tz=_SEOUL)
    slack.add_user(TEAM, GUS, name="Gus Guest", email="gus@partner.example", tz=_BERLIN, guest=True)
    slack.add_channel(TEAM, GENERAL, "general", [ADA, ANA, BEN, CLEO], bot_is_member=False)
    slack.add_channel(TEAM, PARTNERS, "partners", [ANA, GUS], bot_is_member=True)


def _accounts(google: GoogleStandIn) -> None:
    google.add_account("ada@acme.example", name="Ada Admin", hd="acme.example", owner=ADA)
    google.add_account("ana@acme.example", name="Ana Lima", hd="acme.example", owner=ANA)
    google.add_account("ana.lima@gmail.example", name="Ana Lima", owner=ANA)
    google.add_account("ben@acme.example", name="Ben Okafor", hd="acme.example", owner=BEN)
    google.add_account("cleo@acme.example", name="Cleo Park", hd="acme.example", owner=CLEO)
    google.add_account("gus@partner.example", name="Gus Guest", hd="partner.example", owner=GUS)


def _calendars(google: GoogleStandIn) -> None:
    for email, zone in (
        ("ada@acme.example", _LONDON),
        ("ana@acme.example", _LISBON),
        ("ana.lima@gmail.example", _LISBON),
        ("ben@acme.example", _NEW_YORK),
        ("cleo@acme.example", _SEOUL),
        ("gus@partner.example", _BERLIN),
    ):
        google.add_calendar(email, email, primary=True, time_zone=zone)
    google.add_calendar("ada@acme.example", "Team", calendar_id=_TEAM_CALENDAR, time_zone=_LONDON)
    google.add_calendar("ada@acme.example", "Board", calendar_id=_own("board"), time_zone=_LONDON)
    google.share(_TEAM_CALENDAR, "ana@acme.example", "writer")
    google.share(_TEAM_CALENDAR, "cleo@acme.example", "writer")
    google.add_calendar("ana@acme.example", "Holidays in Portugal", calendar_id=_HOLIDAYS, role="reader")
    google.add_calendar("ana.lima@gmail.example", "Family", calendar_id=_own("family"), time_zone=_LISBON)
    google.share(_own("family"), "ana@acme.example", "writer")
    google.add_calendar("ada@acme.example", "Projects", calendar_id=_own("projects-ada"), time_zone=_LONDON)
    google.add_calendar("cleo@acme.example", "Projects", calendar_id=_own("projects-cleo"), time_zone=_SEOUL)
    google.share(_own("projects-ada"), "ana@acme.example", "writer")
    google.share(_own("projects-cleo"), "ana@acme.example", "reader")
    for number, ((kind, place), role) in enumerate(zip(product(_KINDS, _PLACES), cycle(_ROLES), strict=False)):
        google.add_calendar("ben@acme.example", f"{kind} {place}", calendar_id=_own(f"ben-{number:03}"), role=role)


def _own(name: str) -> str:
    return f"c_acme-{name}@group.calendar.google.com"


class _Week:
    """Events of the week the clock stands in, each in the time zone of the person it is for."""

    def __init__(self, google: GoogleStandIn, clock: SandboxClock) -> None:
        self._google = google
        today = clock.now().astimezone(ZoneInfo(_LONDON)).date()
        self._monday = today - timedelta(days=today.weekday())

    def fill(self) -> None:
        for calendar_id, zone, rows in _EVENTS:
            for day, start, end, title, transparency in rows:
                self._add(calendar_id, zone, self._monday + timedelta(days=day), start, end, title, transparency)
        first = self._monday + timedelta(days=2)
        self._google.add_event(_HOLIDAYS, first, first + timedelta(days=1), "Municipal holiday", all_day=True)

    def _add(self, calendar_id: str, zone: str, day: date, start: str, end: str, title: str, transparency: str) -> None:
        begins, ends = (datetime.combine(day, time.fromisoformat(each), ZoneInfo(zone)) for each in (start, end))
        self._google.add_event(calendar_id, begins, ends, title, transparency=transparency)


_BUSY, _FREE = "opaque", "transparent"
_WORKDAYS = range(5)

# calendar, time zone, and per event: day after Monday, start, end, title, whether it blocks the time
_EVENTS: tuple[tuple[str, str, list[tuple[int, str, str, str, str]]], ...] = (
    (
        "ana@acme.example",
        _LISBON,
        [
            *((day, "09:30", "09:45", "Stand-up", _BUSY) for day in _WORKDAYS),
            (0, "11:00", "12:00", "Roadmap review", _BUSY),
            (0, "14:00", "14:45", "1:1 with Ada", _BUSY),
            (1, "10:30", "12:00", "Interview: backend", _BUSY),
            (1, "13:00", "14:00", "Lunch", _FREE),
            (1, "15:00", "16:30", "Pairing with Cleo", _BUSY),
            (2, "10:00", "12:30", "Focus: release notes", _BUSY),
            (3, "11:00", "11:30", "Dentist", _BUSY),
            (3, "16:00", "17:00", "Customer call: Northwind", _BUSY),
            (4, "14:00", "15:00", "Demo", _BUSY),
            (4, "14:30", "15:30", "Train to Porto", _FREE),
        ],
    ),
    (
        _TEAM_CALENDAR,
        _LONDON,
        [
            (0, "10:00", "11:00", "Sprint planning", _BUSY),
            (2, "15:00", "15:30", "Design critique", _BUSY),
            (4, "16:00", "17:00", "Retrospective", _BUSY),
        ],
    ),
    (_own("board"), _LONDON, [(1, "09:00", "11:00", "Board meeting", _BUSY)]),
    (
        _own("family"),
        _LISBON,
        [(3, "18:00", "19:00", "Parents' evening", _BUSY), (5, "11:00", "14:00", "Beach", _FREE)],
    ),
    (_own("projects-ada"), _LONDON, [(1, "16:00", "17:00", "Harbour: launch review", _BUSY)]),
    (_own("projects-cleo"), _SEOUL, [(2, "10:00", "11:00", "Atlas: kick-off", _BUSY)]),
    (
        "ada@acme.example",
        _LONDON,
        [(0, "09:00", "09:30", "Week ahead", _BUSY), (2, "13:00", "14:00", "Budget", _BUSY)],
    ),
    (
        "ben@acme.example",
        _NEW_YORK,
        [
            *((day, "12:00", "13:00", "Lunch", _FREE) for day in _WORKDAYS),
            (1, "09:00", "10:00", "Pipeline", _BUSY),
            (3, "14:00", "15:30", "Contract review", _BUSY),
        ],
    ),
    (
        "cleo@acme.example",
        _SEOUL,
        [(1, "14:00", "15:00", "Atlas sync", _BUSY), (4, "10:00", "11:00", "Demo prep", _BUSY)],
    ),
    ("gus@partner.example", _BERLIN, [(2, "09:00", "10:00", "Partner call", _BUSY)]),
    ("ana.lima@gmail.example", _LISBON, [(1, "19:00", "20:00", "Running club", _BUSY)]),
)
