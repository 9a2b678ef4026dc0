"""The Google module through googleapiclient against the stand-in."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.faults import Blame, GoogleFault
from bot.ports import AccessToken, Busy, CalendarEntry
from tests.google.rig import ANA, BEN, Rig
from tests.sandbox.faults import Fault

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
OURS = "bot0123456789"


def test_three_hundred_calendars_come_in_two_pages(google: Rig) -> None:
    ids = [google.standin.add_calendar(BEN, f"Calendar {number}") for number in range(300)]
    entries = google.calendars.entries(google.token(BEN))
    assert [entry.id for entry in entries] == ids
    assert [call.path for call in google.standin.journal].count("/calendar/v3/users/me/calendarList") == 2


def test_no_more_than_a_thousand_entries_are_taken(google: Rig) -> None:
    with google.standin.changing():
        for number in range(1100):
            google.standin.add_calendar(BEN, f"Calendar {number}")
    assert len(google.calendars.entries(google.token(BEN))) == 1000


def test_an_entry_is_told_as_google_tells_it(google: Rig) -> None:
    google.standin.add_calendar(ANA, "Ana Lima", primary=True, time_zone="Europe/Lisbon")
    team = google.standin.add_calendar(BEN, "Team")
    google.standin.share(team, ANA, "freeBusyReader")
    google.standin.hide_calendar(ANA, team)
    assert google.calendars.entries(google.token(ANA)) == [
        CalendarEntry(ANA, "Ana Lima", "owner", primary=True, time_zone="Europe/Lisbon", owner=None),
        CalendarEntry(team, "Team", "freeBusyReader", primary=False, time_zone="Europe/London", owner=BEN),
    ]


def test_deleted_and_unsubscribed_calendars_are_left_out(google: Rig) -> None:
    gone, left = google.standin.add_calendar(ANA, "Gone"), google.standin.add_calendar(ANA, "Left")
    kept = google.standin.add_calendar(ANA, "Kept")
    google.standin.delete_calendar(gone)
    google.standin.unsubscribe(ANA, left)
    assert [entry.id for entry in google.calendars.entries(google.token(ANA))] == [kept]


def test_an_entry_marked_deleted_is_dropped_and_an_own_name_wins(google: Rig) -> None:
    token = google.token(ANA)
    items = [
        {"id": "a@x", "accessRole": "reader", "summary": "Theirs", "summaryOverride": "Mine"},
        {"id": "b@x", "deleted": True},
        {"id": "c@x", "accessRole": "reader"},
    ]
    google.script.add(Fault("calendarList", status=200, body={"kind": "calendar#calendarList", "items": items}))
    entries = google.calendars.entries(token)
    assert [(entry.id, entry.name) for entry in entries] == [("a@x", "Mine"), ("c@x", "c@x")]


def test_a_list_that_never_ends_is_left(google: Rig) -> None:
    token = google.token(ANA)
    endless: dict[str, object] = {"kind": "calendar#calendarList", "items": [], "nextPageToken": "again"}
    google.script.add(Fault("calendarList", status=200, body=endless, times=-1))
    assert google.calendars.entries(token) == []


def test_busy_times_of_120_calendars_are_asked_in_three_calls(google: Rig) -> None:
    ids = [google.standin.add_calendar(BEN, f"Calendar {number}") for number in range(120)]
    google.standin.add_event(ids[0], NINE, NINE + HOUR, "Canary title")
    google.standin.add_event(ids[119], NINE + HOUR, NINE + 2 * HOUR, "Canary title")
    answer = google.calendars.busy(google.token(BEN), [*ids, ids[0]], NINE, NINE + 8 * HOUR)
    assert list(answer) == ids
    assert answer[ids[0]] == Busy(((NINE, NINE + HOUR),))
    assert answer[ids[119]] == Busy(((NINE + HOUR, NINE + 2 * HOUR),))
    assert answer[ids[60]] == Busy()
    assert [call.path for call in google.standin.journal].count("/calendar/v3/freeBusy") == 3


def test_no_calendars_are_asked_about_without_a_call(google: Rig) -> None:
    token = google.token(ANA)
    calls = len(google.standin.journal)
    assert google.calendars.busy(token, [], NINE, NINE + HOUR) == {}
    assert len(google.standin.journal) == calls


def test_a_calendar_with_an_error_is_unknown_and_the_others_are_not(google: Rig) -> None:
    fine, broken = google.standin.add_calendar(ANA, "Fine"), google.standin.add_calendar(ANA, "Broken")
    google.standin.break_calendar(broken, "internalError")
    answer = google.calendars.busy(google.token(ANA), [fine, broken, "nobody@acme.example"], NINE, NINE + HOUR)
    assert answer == {
        fine: Busy(),
        broken: Busy(unknown="internalError"),
        "nobody@acme.example": Busy(unknown="notFound"),
    }


@pytest.mark.parametrize(
    ("part", "unknown"),
    [
        (None, "missing"),
        ({"errors": [{"domain": "global", "reason": "<b>canary</b>"}]}, "unrecognised"),
        ({"errors": ["canary"], "busy": []}, "unrecognised"),
        ({"errors": {"reason": "notFound"}, "busy": []}, "unrecognised"),
        ({}, "garbage"),
        ("busy", "garbage"),
        ({"busy": [{"start": "2026-11-23T09:00:00"}]}, "garbage"),
        ({"busy": [{"start": "2026-11-23T09:00:00", "end": "2026-11-23T10:00:00"}]}, "garbage"),
        ({"busy": "2026-11-23T09:00:00Z"}, "garbage"),
    ],
)
def test_whatever_is_not_an_answer_is_never_free(google: Rig, part: object, unknown: str) -> None:
    token = google.token(ANA)
    calendars = {} if part is None else {"x": part}
    google.script.add(Fault("freeBusy", status=200, body={"kind": "calendar#freeBusy", "calendars": calendars}))
    assert google.calendars.busy(token, ["x"], NINE, NINE + HOUR) == {"x": Busy(unknown=unknown)}


def test_the_written_event_is_private_blocks_nothing_and_has_our_id(google: Rig) -> None:
    calendar = google.standin.add_calendar(ANA, "Ana")
    token = google.token(ANA)
    google.calendars.insert_private_event(token, calendar, OURS, "Self-test", NINE, NINE + HOUR)
    [event] = google.standin.events(calendar)
    written = {key: event[key] for key in ("id", "summary", "visibility", "transparency", "reminders")}
    assert written == {
        "id": OURS,
        "summary": "Self-test",
        "visibility": "private",
        "transparency": "transparent",
        "reminders": {"useDefault": False},
    }
    assert google.calendars.busy(token, [calendar], NINE, NINE + HOUR) == {calendar: Busy()}


def test_writing_again_after_a_lost_answer_counts_as_written(google: Rig) -> None:
    calendar = google.standin.add_calendar(ANA, "Ana")
    token = google.token(ANA)
    google.script.add(Fault("POST /calendar/v3/calendars", kind="drop", when="after"))
    with pytest.raises(GoogleFault) as lost:
        google.calendars.insert_private_event(token, calendar, OURS, "Self-test", NINE, NINE + HOUR)
    assert (lost.value.verdict.blame, lost.value.verdict.code) == (Blame.TRANSIENT, "network")
    google.calendars.insert_private_event(token, calendar, OURS, "Self-test", NINE, NINE + HOUR)
    assert [event["id"] for event in google.standin.events(calendar)] == [OURS]


def test_somebody_elses_event_under_our_id_does_not_count_as_written(google: Rig) -> None:
    calendar = google.standin.add_calendar(ANA, "Ana")
    google.standin.add_event(calendar, NINE, NINE + HOUR, "Theirs", id=OURS)
    with pytest.raises(GoogleFault) as taken:
        google.calendars.insert_private_event(google.token(ANA), calendar, OURS, "Self-test", NINE, NINE + HOUR)
    assert (taken.value.verdict.blame, taken.value.verdict.code) == (Blame.RESOURCE, "duplicate")


def test_an_event_of_ours_that_was_deleted_does_not_count_as_written(google: Rig) -> None:
    calendar = google.standin.add_calendar(ANA, "Ana")
    token = google.token(ANA)
    google.calendars.insert_private_event(token, calendar, OURS, "Self-test", NINE, NINE + HOUR)
    google.standin.delete_event(calendar, OURS)
    with pytest.raises(GoogleFault):
        google.calendars.insert_private_event(token, calendar, OURS, "Self-test", NINE, NINE + HOUR)


def test_deleting_what_is_gone_is_no_fault(google: Rig) -> None:
    calendar = google.standin.add_calendar(ANA, "Ana")
    token = google.token(ANA)
    google.calendars.insert_private_event(token, calendar, OURS, "Self-test", NINE, NINE + HOUR)
    google.calendars.delete_event(token, calendar, OURS)
    assert google.standin.events(calendar) == []
    google.calendars.delete_event(token, calendar, OURS)
    google.calendars.delete_event(token, calendar, "bot9876543210")


def test_a_calendar_id_stays_one_path_segment(google: Rig) -> None:
    calendar = google.standin.add_calendar(ANA, "Feast/days", calendar_id="en.uk#feast/days@group.v.calendar.example")
    token = google.token(ANA)
    google.calendars.insert_private_event(token, calendar, OURS, "Self-test", NINE, NINE + HOUR)
    assert [event["id"] for event in google.standin.events(calendar)] == [OURS]


def test_threads_with_different_tokens_never_see_each_others_calendars(google: Rig) -> None:
    tokens = {email: google.token(email) for email in (ANA, BEN)}
    own = {email: google.standin.add_calendar(email, email) for email in tokens}

    def seen(email: str) -> bool:
        token: AccessToken = tokens[email]
        listed = [entry.id for entry in google.calendars.entries(token)] == [own[email]]
        other = next(value for key, value in own.items() if key != email)
        answer = google.calendars.busy(token, [own[email], other], NINE, NINE + HOUR)
        return listed and answer == {own[email]: Busy(), other: Busy(unknown="notFound")}

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(seen, [ANA, BEN] * 60))
