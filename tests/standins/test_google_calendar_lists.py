"""Calendar lists through googleapiclient: pages, roles, deletions, incremental sync."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.standins.google_setting import ANA, CLEO, Setting, opened, refusal


@pytest.fixture(scope="module")
def fresh() -> Iterator[Callable[[], Setting]]:
    with opened() as made:
        yield made


@pytest.fixture
def setting(fresh: Callable[[], Setting]) -> Setting:
    return fresh()


@pytest.fixture
def lists(setting: Setting) -> Any:
    return setting.calendar(setting.connected()).calendarList()


def test_three_hundred_calendars_come_in_pages(setting: Setting, lists: Any) -> None:
    for number in range(299):
        setting.google.add_calendar(ANA, f"Room {number}")
    request, pages = lists.list(), []
    while request is not None:
        answer = request.execute()
        pages.append(answer)
        request = lists.list_next(request, answer)
    assert [len(page["items"]) for page in pages] == [100, 100, 100]
    assert len({item["id"] for page in pages for item in page["items"]}) == 300
    assert ["nextSyncToken" in page for page in pages] == [False, False, True]
    assert len(lists.list(maxResults=1000).execute()["items"]) == 250


def test_a_calendar_gone_between_two_pages_hides_no_other(setting: Setting, lists: Any) -> None:
    made = [setting.google.add_calendar(ANA, f"Room {number}") for number in range(9)]
    first = lists.list(maxResults=5).execute()
    setting.google.delete_calendar(made[0])
    second = lists.list(maxResults=5, pageToken=first["nextPageToken"]).execute()
    assert [item["id"] for item in second["items"]] == made[4:]


def test_a_page_token_belongs_to_its_question(setting: Setting, lists: Any) -> None:
    for number in range(9):
        setting.google.add_calendar(ANA, f"Room {number}")
    token = lists.list(maxResults=5).execute()["nextPageToken"]
    for wrong in ({"pageToken": token, "showHidden": True}, {"pageToken": token[:-2]}, {"pageToken": "x"}):
        assert refusal(lists.list(**wrong)) == (400, "invalid")


def test_only_what_may_be_seen_is_listed(setting: Setting, lists: Any) -> None:
    """Hidden, shared with a lesser role, taken away, unsubscribed, deleted."""
    google = setting.google
    busy, hidden, gone, left, taken = (google.add_calendar(CLEO, name) for name in "abcde")
    for made, role in (
        (busy, "freeBusyReader"),
        (hidden, "reader"),
        (gone, "owner"),
        (left, "writer"),
        (taken, "owner"),
    ):
        google.share(made, ANA, role)
    google.hide_calendar(ANA, hidden)
    google.delete_calendar(gone)
    google.unsubscribe(ANA, left)
    google.set_role(ANA, taken, "none")

    def seen(**query: Any) -> set[str]:
        return {item["id"] for item in lists.list(**query).execute()["items"]}

    assert seen() == {ANA, busy}
    assert seen(showHidden=True) == {ANA, busy, hidden}
    assert seen(showDeleted=True) == {ANA, busy, gone, left, taken}
    assert seen(minAccessRole="writer") == {ANA}
    deleted = [item for item in lists.list(showDeleted=True).execute()["items"] if item.get("deleted")]
    assert all("accessRole" not in item for item in deleted)
    assert lists.get(calendarId=busy).execute()["accessRole"] == "freeBusyReader"
    for missing in (gone, left, taken, "nothing@acme.example"):
        assert refusal(lists.get(calendarId=missing)) == (404, "notFound")


def test_primary_is_a_name_for_ones_own(lists: Any) -> None:
    mine = lists.get(calendarId="primary").execute()
    assert (mine["id"], mine["primary"], mine["accessRole"]) == (ANA, True, "owner")


def test_a_sync_token_brings_only_what_changed(setting: Setting, lists: Any) -> None:
    kept, gone = setting.google.add_calendar(ANA, "Kept"), setting.google.add_calendar(ANA, "Gone")
    token = lists.list().execute()["nextSyncToken"]
    assert lists.list(syncToken=token).execute()["items"] == []
    setting.google.delete_calendar(gone)
    setting.google.hide_calendar(ANA, kept)
    answer = lists.list(syncToken=token).execute()
    assert {(item["id"], item.get("deleted", False)) for item in answer["items"]} == {(kept, False), (gone, True)}
    assert lists.list(syncToken=answer["nextSyncToken"]).execute()["items"] == []


def test_a_sync_token_tells_nothing_of_roles_and_names(setting: Setting, lists: Any) -> None:
    """The reference: "If only read-only fields such as calendar properties or ACLs have changed" it is silent."""
    team = setting.google.add_calendar(CLEO, "Team")
    setting.google.share(team, ANA, "writer")
    token = lists.list().execute()["nextSyncToken"]
    setting.google.set_role(ANA, team, "reader")
    setting.google.share(team, ANA, "freeBusyReader")
    setting.google.rename_calendar(team, "The team")
    assert lists.list(syncToken=token).execute()["items"] == []
    assert lists.get(calendarId=team).execute()["accessRole"] == "freeBusyReader"
    assert (team, "freeBusyReader") in {(item["id"], item["accessRole"]) for item in lists.list().execute()["items"]}
    setting.google.set_syncs_tell_roles(True)
    setting.google.set_role(ANA, team, "owner")
    assert [item["accessRole"] for item in lists.list(syncToken=token).execute()["items"]] == ["owner"]


def test_a_sync_token_tells_of_unsharing_and_of_sharing_again(setting: Setting, lists: Any) -> None:
    team = setting.google.add_calendar(CLEO, "Team")
    setting.google.share(team, ANA, "writer")
    token = lists.list().execute()["nextSyncToken"]
    setting.google.unshare(team, ANA)
    gone = lists.list(syncToken=token, fields="items(id,deleted,accessRole),nextSyncToken").execute()
    assert gone["items"] == [{"id": team, "deleted": True}]
    assert refusal(lists.get(calendarId=team)) == (404, "notFound")
    setting.google.share(team, ANA, "reader")
    back = lists.list(syncToken=gone["nextSyncToken"], fields="items(id,accessRole)").execute()
    assert back == {"items": [{"id": team, "accessRole": "reader"}]}
    setting.google.unsubscribe(ANA, team)
    left = lists.list(syncToken=gone["nextSyncToken"]).execute()["items"]
    assert [(item["id"], item["deleted"]) for item in left] == [(team, True)]
    assert refusal(lists.get(calendarId=team)) == (404, "notFound")


def test_an_old_sync_token_asks_for_a_full_sync(setting: Setting, lists: Any) -> None:
    token = lists.list().execute()["nextSyncToken"]
    setting.google.expire_sync_tokens(email=ANA)
    for wrong in (token, "x"):
        assert refusal(lists.list(syncToken=wrong)) == (410, "fullSyncRequired")
    fresh = lists.list().execute()["nextSyncToken"]
    assert refusal(lists.list(syncToken=fresh, minAccessRole="owner")) == (400, "invalidParameter")


def test_the_list_is_changed_by_those_with_the_scope_for_it(setting: Setting) -> None:
    shared = setting.google.add_calendar(CLEO, "Team")
    setting.google.share(shared, ANA, "reader")
    full = setting.calendar(setting.connected(scopes=["https://www.googleapis.com/auth/calendar"])).calendarList()
    full.delete(calendarId=shared).execute()
    assert [entry.id for entry in setting.google.calendars(ANA)] == [ANA]
    assert full.insert(body={"id": shared}).execute()["accessRole"] == "reader"
    assert refusal(full.delete(calendarId="primary")) == (403, "forbidden")


def test_five_thousand_calendars_are_made_in_no_time(setting: Setting) -> None:
    started = time.process_time()
    heard: list[int] = []
    setting.google.on_change(lambda: heard.append(1))
    with setting.google.changing():
        for number in range(5000):
            setting.google.add_calendar(CLEO, f"Room {number}", role="reader")
    assert heard == [1]
    assert len(setting.google.calendars(CLEO)) == 5001
    assert time.process_time() - started < 10
