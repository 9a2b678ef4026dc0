"""Who is in the workspace, in a channel, in a user group: long lists, against the stand-in."""

import itertools
import tracemalloc
from collections.abc import Iterator

import pytest

from bot.domain.people import Profile, Who
from bot.errors import SlackRefusesApp, SlackUnavailable, Unreachable
from bot.slack.workspaces import BOT_SCOPES
from tests.sandbox.faults import Fault
from tests.sandbox.slack.people import User
from tests.slack.rig import TEAM, Rig

RATE_LIMITED = {"ok": False, "error": "ratelimited"}
SCOPES = [*BOT_SCOPES, "channels:read", "groups:read", "usergroups:read"]
CROWD = [f"U1{number:05}" for number in range(1200)]


@pytest.fixture
def rig(slack: Rig) -> Rig:
    slack.tokens[TEAM] = slack.standin.install(TEAM, SCOPES)
    return slack


@pytest.fixture
def crowd(rig: Rig) -> Rig:
    rig.standin.add_users(
        User(TEAM, user_id, f"P {user_id}", f"{user_id}@acme.example", "Europe/Rome") for user_id in CROWD
    )
    return rig


def patiently(listing: Iterator[Profile]) -> list[str]:
    """All of them, asked again whenever Slack could not answer."""
    found: list[str] = []
    while True:
        try:
            profile = next(listing, None)
        except SlackUnavailable:
            continue
        if profile is None:
            return found
        found.append(profile.who.user_id)


def test_members_are_told_with_all_that_matters(rig: Rig) -> None:
    rig.standin.makes_guest("U0GUS", single_channel=True)
    rig.standin.deactivates("U0ADA")
    found = {profile.who.user_id: profile for profile in rig.directory.members(TEAM)}
    assert list(found) == ["USLACKBOT", "U0ADA", "U0ANA", "U0GUS", "UBOT"]
    assert found["U0ANA"] == rig.directory.profile(Who(TEAM, "U0ANA"))
    assert found["U0ANA"].locale == "pt-PT"
    assert found["U0ADA"].deleted
    assert found["U0GUS"].is_guest
    assert [user_id for user_id, profile in found.items() if profile.is_bot] == ["USLACKBOT", "UBOT"]


def test_members_come_page_by_page(crowd: Rig) -> None:
    listing = crowd.directory.members(TEAM)
    assert crowd.calls("users.list") == []
    next(listing)
    assert len(crowd.calls("users.list")) == 1
    assert len(list(listing)) == len(CROWD) + 4
    assert [call["limit"] for call in crowd.calls("users.list")] == ["500"] * 3


def test_a_page_may_be_shorter_than_asked_for(crowd: Rig) -> None:
    crowd.standin.state.longest_list = 7
    assert patiently(crowd.directory.members(TEAM))[4:] == ["UBOT", *CROWD]


def test_who_waits_as_long_as_slack_says_goes_on_where_it_stopped(crowd: Rig) -> None:
    listing = crowd.directory.members(TEAM)
    first = [next(listing).who.user_id for _ in range(500)]
    crowd.standin.script.add(Fault("users.list", status=429, headers={"Retry-After": "9"}, body=RATE_LIMITED))
    with pytest.raises(SlackUnavailable) as limited:
        next(listing)
    assert limited.value.retry_after == 9
    assert [*first, *patiently(listing)] == ["USLACKBOT", "U0ADA", "U0ANA", "U0GUS", "UBOT", *CROWD]
    assert next(listing, None) is None


def test_pages_that_fail_lose_nobody_and_double_nobody(crowd: Rig) -> None:
    crowd.standin.state.longest_list = 20
    crowd.standin.script.at_rate("users.list", 0.3, seed=4)
    assert patiently(crowd.directory.members(TEAM))[5:] == CROWD


def test_a_cursor_that_slack_no_longer_knows_is_begun_again(crowd: Rig) -> None:
    listing = crowd.directory.members(TEAM)
    next(listing)
    crowd.standin.script.add(Fault("users.list", status=200, body={"ok": False, "error": "invalid_cursor"}))
    assert set(patiently(listing)) >= set(CROWD)


@pytest.mark.parametrize(
    "body",
    [
        {"ok": True},
        {"ok": True, "members": None},
        {"ok": True, "members": [{"name": "nobody"}], "response_metadata": {"next_cursor": ""}},
        {"ok": True, "members": ["U0ANA"], "response_metadata": {"next_cursor": ""}},
    ],
)
def test_half_an_answer_never_ends_a_list(rig: Rig, body: dict[str, object]) -> None:
    rig.standin.script.add(Fault("users.list", status=200, body=body))
    listing = rig.directory.members(TEAM)
    with pytest.raises(SlackUnavailable):
        next(listing)
    assert len(list(listing)) == 5


def test_a_cursor_that_leads_round_and_round_never_ends_a_list(rig: Rig) -> None:
    body: dict[str, object] = {"ok": True, "members": [], "response_metadata": {"next_cursor": "again"}}
    rig.standin.script.add(Fault("users.list", status=200, body=body, times=2))
    listing = rig.directory.members(TEAM)
    with pytest.raises(SlackUnavailable):
        next(listing)


@pytest.mark.parametrize("about", [{}, {"next_cursor": None}, None])
def test_the_last_page_may_leave_the_cursor_out(rig: Rig, about: object) -> None:
    body: dict[str, object] = {"ok": True, "members": [{"id": "U0ANA"}], "response_metadata": about}
    rig.standin.script.add(Fault("users.list", status=200, body=body))
    assert patiently(rig.directory.members(TEAM)) == ["U0ANA"]


def test_one_page_is_in_memory_however_many_there_are(rig: Rig) -> None:
    page: list[dict[str, object]] = [{"id": f"U{number}", "profile": {"title": "x" * 500}} for number in range(500)]
    for number in range(40):
        body: dict[str, object] = {"ok": True, "members": page, "response_metadata": {"next_cursor": f"n{number}"}}
        rig.standin.script.add(Fault("users.list", status=200, body=body))
    listing = rig.directory.members(TEAM)
    next(listing)
    tracemalloc.start()
    assert sum(1 for _ in itertools.islice(listing, 38 * 500)) == 38 * 500
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 12_000_000, "all forty pages would take more"


def test_a_channels_members_are_its_people_and_the_bot(crowd: Rig) -> None:
    crowd.standin.add_channel(TEAM, "C0ALL", "all", CROWD, bot_is_member=True)
    crowd.standin.deactivates(CROWD[3])
    crowd.standin.state.longest_list = 100
    assert set(crowd.directory.channel_members(TEAM, "C0ALL")) == {*CROWD, "UBOT"} - {CROWD[3]}


def test_a_public_channel_is_seen_without_being_in_it(rig: Rig) -> None:
    rig.standin.add_channel(TEAM, "C0OPEN", "open", ["U0ANA"])
    assert list(rig.directory.channel_members(TEAM, "C0OPEN")) == ["U0ANA"]


def test_a_channel_we_cannot_see_is_said_in_a_sentence(rig: Rig) -> None:
    rig.standin.add_channel(TEAM, "C0SHUT", "shut", ["U0ANA"], private=True)
    for channel in ("C0SHUT", "C0NOWHERE"):
        with pytest.raises(Unreachable, match="Invite Calendar Bot to the channel"):
            next(rig.directory.channel_members(TEAM, channel))
    rig.standin.state.channels["C0SHUT"].bot_is_member = True
    assert list(rig.directory.channel_members(TEAM, "C0SHUT")) == ["U0ANA", "UBOT"]


def test_a_user_groups_members_are_known(rig: Rig) -> None:
    rig.standin.add_user_group(TEAM, "S0DESIGN", "designers", ["U0ANA", "U0ADA"])
    assert rig.directory.group_members(TEAM, "S0DESIGN") == ["U0ANA", "U0ADA"]


def test_a_user_group_out_of_use_is_said_in_a_sentence(rig: Rig) -> None:
    rig.standin.add_user_group(TEAM, "S0OLD", "old", ["U0ANA"], disabled=True)
    for group in ("S0OLD", "S0NOWHERE"):
        with pytest.raises(Unreachable, match="user group is not in use"):
            rig.directory.group_members(TEAM, group)
    rig.standin.state.teams[TEAM].free = True
    with pytest.raises(Unreachable, match="user group is not in use"):
        rig.directory.group_members(TEAM, "S0OLD")


def test_missing_scopes_are_named_for_the_operator(slack: Rig) -> None:
    slack.standin.add_channel(TEAM, "C0OPEN", "open", ["U0ANA"])
    slack.standin.add_channel(TEAM, "C0SHUT", "shut", ["U0ANA"], bot_is_member=True, private=True)
    for channel, needed in (("C0OPEN", "channels:read"), ("C0SHUT", "groups:read")):
        slack.tokens[TEAM] = slack.standin.install(TEAM, set(BOT_SCOPES) - {needed})
        with pytest.raises(SlackRefusesApp) as refused:
            next(slack.directory.channel_members(TEAM, channel))
        assert (refused.value.code, refused.value.needed) == ("missing_scope", needed)
    slack.tokens[TEAM] = slack.standin.install(TEAM, set(BOT_SCOPES) - {"usergroups:read"})
    with pytest.raises(SlackRefusesApp) as refused:
        slack.directory.group_members(TEAM, "S0DESIGN")
    assert refused.value.needed == "usergroups:read"
