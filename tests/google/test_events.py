"""Appointments at Google: our adapter writes, reads, moves and follows events of the stand-in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.appointment_ports import EventDraft, EventState
from bot.domain.faults import GoogleFault
from bot.google.answers import failed
from bot.google.event_resources import STATE_FIELDS
from bot.ports import AccessToken
from tests.google.rig import ANA, BEN, Rig
from tests.sandbox.faults import Fault
from tests.sandbox.google.errors import google_error

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OURS = "bcana0123456789"
DRAFT = EventDraft(
    id=OURS,
    title="Canary title",
    place="Canary place",
    start=NINE,
    end=NINE + HOUR,
    attendees=(BEN, "otto@outside.example"),
    video=True,
    marks={"bk": "1", "gen": "0", "inst": "here"},
)


@pytest.fixture
def token(google: Rig) -> AccessToken:
    google.standin.add_calendar(ANA, "Ana Lima", primary=True, time_zone="Europe/Lisbon")
    google.standin.add_calendar(BEN, "Ben Okafor", primary=True, time_zone="America/New_York")
    return google.token(ANA)


def _busy(google: Rig, email: str, start: datetime = NINE - DAY) -> list[tuple[datetime, datetime]]:
    token = google.token(email)
    return list(google.calendars.busy(token, [email], start, start + 3 * DAY)[email].intervals)


def test_an_event_is_written_moved_and_removed(google: Rig, token: AccessToken) -> None:
    events = google.calendars.events
    made = events.insert(token, ANA, DRAFT)
    assert (made.id, made.status, made.start, made.end, made.marks) == (
        *(OURS, "confirmed", NINE, NINE + HOUR, DRAFT.marks),
    )
    assert made.video_url is not None
    assert made.attendee_responses == {BEN: "needsAction", "otto@outside.example": "needsAction"}
    assert events.get(token, ANA, OURS) == made
    moved = events.move(token, ANA, OURS, NINE + HOUR, NINE + 2 * HOUR, etag=made.etag)
    assert (moved.start, moved.sequence, moved.video_url) == (NINE + HOUR, 1, made.video_url)
    with pytest.raises(GoogleFault) as refused:
        events.move(token, ANA, OURS, NINE, NINE + HOUR, etag=made.etag)
    assert (refused.value.verdict.code, refused.value.lost) == ("changed_meanwhile", False)
    assert [each.id for each in events.marked(token, ANA, "inst", "here", NINE, NINE + DAY)] == [OURS]
    assert events.marked(token, ANA, "inst", "elsewhere", NINE, NINE + DAY) == []
    for _ in range(2):
        events.delete(token, ANA, OURS)
    gone = events.get(token, ANA, OURS)
    assert gone is not None
    assert gone.status == "cancelled"
    assert events.get(token, ANA, "bnever0123") is None
    with pytest.raises(GoogleFault, match="duplicate"):
        events.insert(token, ANA, DRAFT)


def test_titles_are_never_asked_for() -> None:
    assert not {"summary", "description", "location", "*"} & set(STATE_FIELDS.replace("/", ",").split(","))
    assert "Canary" not in repr(DRAFT)


def test_what_a_person_made_last_all_day_is_read_in_the_calendars_zone(google: Rig) -> None:
    google.standin.add_calendar(ANA, "Seoul", calendar_id="seoul", time_zone="Asia/Seoul")
    token, events = google.token(ANA), google.calendars.events
    events.insert(token, "seoul", replace(DRAFT, attendees=(), video=False))
    days = ({"date": f"2026-11-{day}", "dateTime": None} for day in (24, 25))
    google.standin.change_event("seoul", OURS, **dict(zip(("start", "end"), days, strict=True)))
    state = events.get(token, "seoul", OURS)
    assert state is not None
    midnight = datetime(2026, 11, 23, 15, tzinfo=UTC)
    assert (state.all_day, state.start, state.end) == (True, midnight, midnight + DAY)
    back = events.move(token, "seoul", OURS, NINE, NINE + HOUR, etag=state.etag)
    assert (back.all_day, back.start) == (False, NINE)


# --- what goes wrong with a write ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One fault of a write: what it is called, and whether it may have been done all the same."""

    says: str
    fault: Fault
    code: str
    lost: bool

    def __str__(self) -> str:
        return self.says


def _refused(status: int, reason: str) -> Fault:
    return Fault("", status=status, body=google_error(status, reason, "Canary"))


ROWS = [
    Row("403 not the organizer", _refused(403, "forbiddenForNonOrganizer"), "not_organizer", lost=False),
    Row("403 may not write", _refused(403, "requiredAccessLevel"), "no_write_access", lost=False),
    Row("403 rate", _refused(403, "rateLimitExceeded"), "rate_limited", lost=False),
    Row("409 duplicate", _refused(409, "duplicate"), "duplicate", lost=False),
    Row("412", _refused(412, "conditionNotMet"), "changed_meanwhile", lost=False),
    Row("429", replace(_refused(429, "rateLimitExceeded"), headers={"retry-after": "7"}), "rate_limited", lost=False),
    Row("503 before", _refused(503, "backendError"), "server_error", lost=True),
    Row("503 though it was done", replace(_refused(503, "backendError"), when="after"), "server_error", lost=True),
    Row("cut before", Fault("", kind="drop"), "network", lost=True),
    Row("cut though it was done", Fault("", kind="drop", when="after"), "network", lost=True),
    Row("a proxy's page", Fault("", status=200, body="<html>Sign in to Wi-Fi</html>"), "garbage", lost=True),
    Row("a proxy's refusal", Fault("", status=403, body="<html>Blocked</html>"), "garbage", lost=True),
    Row("another's event", Fault("", status=200, body={"kind": "calendar#events", "id": "x"}), "garbage", lost=True),
]


def _write(google: Rig, token: AccessToken, verb: str) -> Callable[[], EventState | None]:
    events = google.calendars.events
    return {
        "insert": lambda: events.insert(token, ANA, DRAFT),
        "move": lambda: events.move(token, ANA, OURS, NINE + HOUR, NINE + 2 * HOUR, etag=None),
        "delete": lambda: events.delete(token, ANA, OURS),
    }[verb]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_write_that_fails_says_whether_it_may_have_been_done(google: Rig, token: AccessToken, row: Row) -> None:
    """And is never sent twice by itself: each fault befalls one request, and a second would be answered well."""
    verbs = {"insert": "POST", "move": "PATCH", "delete": "DELETE"}
    for verb, method in verbs.items():
        google.script.add(replace(row.fault, where=f"{method} /calendar"))
        with pytest.raises(GoogleFault) as caught:
            _write(google, token, verb)()
        assert (caught.value.verdict.code, caught.value.lost) == (row.code, row.lost), verb
        _is_done(google, verb, done=row.fault.when == "after")
        if row.fault.when == "after" and verb == "insert":
            with pytest.raises(GoogleFault, match="duplicate"):
                _write(google, token, verb)()
        else:
            _write(google, token, verb)()  # twice is as good as once
        _is_done(google, verb, done=True)
    assert len({(each.to, each.kind) for each in google.standin.mail}) == len(google.standin.mail)


def _is_done(google: Rig, verb: str, *, done: bool) -> None:
    standing = google.standin.events(ANA)
    if verb == "move":
        assert standing[0]["sequence"] == int(done)
    else:
        assert bool(standing) is ((verb == "insert") is done)


def test_nothing_is_written_to_somebody_we_do_not_trust() -> None:
    assert not failed("calendar", "certificate").lost


@pytest.mark.parametrize(("status", "reason"), [(404, "notFound"), (410, "deleted")])
def test_what_is_gone_may_be_deleted_and_not_moved(google: Rig, token: AccessToken, status: int, reason: str) -> None:
    google.script.add(replace(_refused(status, reason), where="/events/", times=3))
    assert _write(google, token, "delete")() is None
    assert google.calendars.events.get(token, ANA, OURS) is None
    with pytest.raises(GoogleFault) as refused:
        _write(google, token, "move")()
    assert refused.value.verdict.code in ("not_found", "gone")


# --- what people do at Google ----------------------------------------------------------------------------------------


def test_a_week_is_read_with_all_that_repeats(google: Rig, token: AccessToken) -> None:
    """Every week at nine in Lisbon: at eight in UTC before the clocks go back on 25 October, at nine after."""
    standin, events = google.standin, google.calendars.events
    first = datetime(2026, 10, 19, 8, tzinfo=UTC)
    weekly = standin.add_event(ANA, first, first + HOUR, "Canary", recurrence=["RRULE:FREQ=WEEKLY;COUNT=4"])
    starts = [first, *(datetime(2026, *day, 9, tzinfo=UTC) for day in ((10, 26), (11, 2), (11, 9)))]
    standin.move_event(ANA, f"{weekly}_20261102T090000Z", starts[2] + DAY, starts[2] + DAY + HOUR)
    standin.delete_event(ANA, f"{weekly}_20261109T090000Z")
    standin.shorten_pages(1)
    stands = [starts[0], starts[1], starts[2] + DAY]
    found = events.within(token, ANA, first - DAY, first + 60 * DAY)
    assert sorted(each.start for each in found if each.start) == stands
    assert all(each.id.startswith(f"{weekly}_") for each in found)
    busy = google.calendars.busy(token, [ANA], first - DAY, first + 60 * DAY)[ANA].intervals
    assert [start for start, _ in busy] == stands


def test_what_blocks_and_what_does_not(google: Rig, token: AccessToken) -> None:
    standin = google.standin
    lasting = {"focusTime": True, "outOfOffice": True, "workingLocation": False, "default": True}
    for place, kind in enumerate(lasting):
        standin.add_event(ANA, NINE + place * 2 * HOUR, NINE + (place * 2 + 1) * HOUR, "Canary", eventType=kind)
    free = standin.add_event(ANA, NINE + 9 * HOUR, NINE + 10 * HOUR, "Canary", transparency="transparent")
    day = standin.add_event(ANA, date(2026, 11, 25), date(2026, 11, 26), "Canary", all_day=True)
    found = {each.id: each for each in google.calendars.events.within(token, ANA, NINE, NINE + 3 * DAY)}
    assert (found[free].transparent, found[day].all_day, found[day].start) == (True, True, NINE + 39 * HOUR)
    assert {each.kind for each in found.values()} == set(lasting)
    taken = {start for start, _ in google.calendars.busy(token, [ANA], NINE, NINE + 3 * DAY)[ANA].intervals}
    blocks = {NINE + place * 2 * HOUR for place, kind in enumerate(lasting) if lasting[kind]}
    assert taken == blocks | {NINE + 39 * HOUR}


def test_guests_have_copies_answer_and_are_written_to(google: Rig, token: AccessToken) -> None:
    standin, events = google.standin, google.calendars.events
    made = events.insert(token, ANA, DRAFT)
    assert [(each.to, each.kind) for each in standin.mail] == [
        (BEN, "invitation"),
        ("otto@outside.example", "invitation"),
    ]
    assert _busy(google, BEN) == [(NINE, NINE + HOUR)]
    [copy] = events.within(google.token(BEN), BEN, NINE, NINE + HOUR)
    assert (copy.id, copy.marks) == (OURS, {})  # private properties stay on the organizer's calendar
    standin.respond(BEN, OURS, BEN, "declined")
    assert _busy(google, BEN) == []
    [copy] = events.within(google.token(BEN), BEN, NINE, NINE + HOUR)
    assert copy.declined_by_owner
    answered = events.get(token, ANA, OURS)
    assert answered is not None
    assert (answered.attendee_responses[BEN], answered.sequence, answered.etag == made.etag) == ("declined", 0, False)
    standin.respond(ANA, OURS, BEN, "accepted")
    events.move(token, ANA, OURS, NINE + HOUR, NINE + 2 * HOUR, etag=None, notify=False)
    assert _busy(google, BEN) == [(NINE + HOUR, NINE + 2 * HOUR)]
    assert len(standin.mail) == 2
    with pytest.raises(GoogleFault) as refused:
        events.move(google.token(BEN), BEN, OURS, NINE, NINE + HOUR, etag=None)
    assert (refused.value.verdict.code, refused.value.lost) == ("not_organizer", False)
    events.delete(token, ANA, OURS)
    assert _busy(google, BEN) == []
    assert [each.kind for each in standin.mail[2:]] == ["cancellation", "cancellation"]


def test_a_write_may_show_late(google: Rig, token: AccessToken) -> None:
    """And no sync token runs past what it did not tell."""
    standin, events = google.standin, google.calendars.events
    _, begin, _ = events.changes(token, ANA, None)
    standin.delay_visibility(timedelta(seconds=30))
    events.insert(token, ANA, DRAFT)
    assert events.get(token, ANA, OURS) is not None
    assert (_busy(google, ANA), events.within(token, ANA, NINE, NINE + HOUR)) == ([], [])
    told, following, _ = events.changes(token, ANA, begin)
    assert told == []
    google.clock.advance(timedelta(seconds=31))
    assert [each.id for each in events.changes(token, ANA, following).events] == [OURS]
    assert _busy(google, ANA) == [(NINE, NINE + HOUR)]
    standin.delay_visibility(calls=1, readers=["freebusy"])
    events.delete(token, ANA, OURS, notify=False)
    assert events.within(token, ANA, NINE, NINE + HOUR) == []
    assert [_busy(google, ANA), _busy(google, ANA)] == [[(NINE, NINE + HOUR)], []]


def test_changes_are_followed(google: Rig, token: AccessToken) -> None:
    standin, events = google.standin, google.calendars.events
    old = standin.add_event(ANA, NINE - 30 * DAY, NINE - 30 * DAY + HOUR, "Canary")
    new = standin.add_event(ANA, NINE, NINE + HOUR, "Canary")
    assert {each.id for each in events.changes(token, ANA, None).events} == {old, new}
    found, following, whole = events.changes(token, ANA, None, since=NINE - DAY)
    assert ([each.id for each in found], whole) == ([new], True)
    standin.move_event(ANA, new, NINE + DAY, NINE + DAY + HOUR)
    standin.delete_event(ANA, old)
    found, later, whole = events.changes(token, ANA, following)
    assert {each.id: (each.status, each.start) for each in found} == {
        new: ("confirmed", NINE + DAY),
        old: ("cancelled", None),
    }
    assert not whole
    assert events.changes(token, ANA, later).events == []
    standin.lose_sync_tokens(1.0)
    assert events.changes(token, ANA, later)._replace(sync_token=None) == ([found[-1]], None, True)
    google.script.add(Fault("GET /calendar", status=503, body=""))
    with pytest.raises(GoogleFault, match="server_error"):
        events.changes(token, ANA, later)
