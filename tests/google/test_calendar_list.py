"""Following a calendar list: what changed, what is gone, and when the whole list comes instead."""

import pytest

from bot.domain.faults import GoogleFault
from bot.ports import CalendarEntry, ListChanges
from tests.google.rig import ANA, BEN, Rig
from tests.sandbox.faults import Fault

LIST = "/calendar/v3/users/me/calendarList"


def asked(google: Rig) -> int:
    return [call.path for call in google.standin.journal].count(LIST)


def test_a_first_look_brings_the_whole_list_and_a_token(google: Rig) -> None:
    ids = [google.standin.add_calendar(ANA, f"Calendar {number}") for number in range(300)]
    seen = google.calendars.changes(google.token(ANA), None)
    assert ([entry.id for entry in seen.entries], seen.gone, seen.whole) == (ids, frozenset(), True)
    assert seen.sync_token
    assert asked(google) == 2


def test_nothing_new_is_one_short_answer(google: Rig) -> None:
    google.standin.add_calendar(ANA, "Ana", primary=True)
    token = google.token(ANA)
    first = google.calendars.changes(token, None)
    again = google.calendars.changes(token, first.sync_token)
    assert (again.entries, again.gone, again.whole) == ((), frozenset(), False)
    assert again.sync_token


def test_what_changed_and_what_is_gone_is_told(google: Rig) -> None:
    kept, left = google.standin.add_calendar(ANA, "Kept"), google.standin.add_calendar(ANA, "Left")
    deleted, hidden = google.standin.add_calendar(ANA, "Deleted"), google.standin.add_calendar(ANA, "Hidden")
    token = google.token(ANA)
    first = google.calendars.changes(token, None)
    google.standin.unsubscribe(ANA, left)
    google.standin.delete_calendar(deleted)
    google.standin.hide_calendar(ANA, hidden)
    new = google.standin.add_calendar(ANA, "New")
    seen = google.calendars.changes(token, first.sync_token)
    assert ({entry.id for entry in seen.entries}, seen.gone) == ({hidden, new}, frozenset({left, deleted}))
    assert kept not in {entry.id for entry in seen.entries}
    assert google.calendars.changes(token, seen.sync_token).entries == ()


def test_changes_are_paged_through_too(google: Rig) -> None:
    token = google.token(ANA)
    first = google.calendars.changes(token, None)
    with google.standin.changing():
        ids = [google.standin.add_calendar(ANA, f"Calendar {number}") for number in range(300)]
    before = asked(google)
    seen = google.calendars.changes(token, first.sync_token)
    assert ([entry.id for entry in seen.entries], seen.whole) == (ids, False)
    assert asked(google) - before == 2


def test_an_expired_token_brings_the_whole_list_once(google: Rig) -> None:
    kept = google.standin.add_calendar(ANA, "Kept")
    token = google.token(ANA)
    first = google.calendars.changes(token, None)
    google.standin.expire_sync_tokens(email=ANA)
    before = asked(google)
    seen = google.calendars.changes(token, first.sync_token)
    assert ([entry.id for entry in seen.entries], seen.whole) == ([kept], True)
    assert asked(google) - before == 2
    assert google.calendars.changes(token, seen.sync_token) == ListChanges(
        (), frozenset(), seen.sync_token, whole=False
    )


@pytest.mark.parametrize("status", [400, 410])
def test_a_token_google_cannot_read_brings_the_whole_list(google: Rig, status: int) -> None:
    kept = google.standin.add_calendar(ANA, "Kept")
    token = google.token(ANA)
    body: dict[str, object] = {"error": {"code": status, "errors": [{"reason": "invalid"}]}}
    google.script.add(Fault("calendarList", status=status, body=body))
    seen = google.calendars.changes(token, "another's")
    assert ([entry.id for entry in seen.entries], seen.whole) == ([kept], True)


def test_a_list_google_never_lets_us_follow_is_a_fault(google: Rig) -> None:
    token = google.token(ANA)
    body: dict[str, object] = {"error": {"code": 410, "errors": [{"reason": "fullSyncRequired"}]}}
    google.script.add(Fault("calendarList", status=410, body=body, times=-1))
    before = asked(google)
    with pytest.raises(GoogleFault):
        google.calendars.changes(token, "CAIQ")
    assert asked(google) == before  # both were answered by the script


def test_other_trouble_does_not_bring_the_whole_list(google: Rig) -> None:
    token = google.token(ANA)
    google.script.add(Fault("calendarList", status=503))
    with pytest.raises(GoogleFault) as refused:
        google.calendars.changes(token, "CAIQ")
    assert refused.value.verdict.code == "server_error"


def test_a_list_too_long_to_hold_cannot_be_followed(google: Rig) -> None:
    with google.standin.changing():
        for number in range(1001):
            google.standin.add_calendar(BEN, f"Calendar {number}")
    seen = google.calendars.changes(google.token(BEN), None)
    assert (len(seen.entries), seen.sync_token, seen.whole) == (1000, None, True)


def test_a_list_just_short_enough_is_followed(google: Rig) -> None:
    with google.standin.changing():
        for number in range(1000):
            google.standin.add_calendar(BEN, f"Calendar {number}")
    seen = google.calendars.changes(google.token(BEN), None)
    assert len(seen.entries) == 1000
    assert seen.sync_token


def test_a_list_that_never_ends_cannot_be_followed(google: Rig) -> None:
    token = google.token(ANA)
    endless: dict[str, object] = {"kind": "calendar#calendarList", "nextPageToken": "again", "nextSyncToken": "never"}
    google.script.add(Fault("calendarList", status=200, body=endless, times=-1))
    assert google.calendars.changes(token, "CAIQ").sync_token is None


def test_one_entry_is_told_with_its_role(google: Rig) -> None:
    team = google.standin.add_calendar(BEN, "Team")
    google.standin.share(team, ANA, "reader")
    told = CalendarEntry(team, "Team", "reader", primary=False, time_zone="Europe/London", owner=BEN)
    assert google.calendars.entry(google.token(ANA), team) == told


def test_an_entry_that_is_not_there_is_none(google: Rig) -> None:
    left, deleted = google.standin.add_calendar(ANA, "Left"), google.standin.add_calendar(ANA, "Deleted")
    token = google.token(ANA)
    google.standin.unsubscribe(ANA, left)
    google.standin.delete_calendar(deleted)
    for calendar_id in (left, deleted, "nobody@acme.example"):
        assert google.calendars.entry(token, calendar_id) is None
    google.script.add(Fault("calendarList", status=200, body={"id": left, "deleted": True}))
    assert google.calendars.entry(token, left) is None


def test_a_proxys_404_does_not_say_that_an_entry_is_gone(google: Rig) -> None:
    token = google.token(ANA)
    google.script.add(Fault("calendarList", status=404, body="<html>Not found</html>"))
    with pytest.raises(GoogleFault) as refused:
        google.calendars.entry(token, ANA)
    assert refused.value.verdict.code == "garbage"
