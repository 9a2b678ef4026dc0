"""The real slack_sdk asks the stand-in who is where: long lists, channels, user groups."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from tests.sandbox.clock import SandboxClock
from tests.sandbox.slack.people import User
from tests.sandbox.slack.serving import SCOPES
from tests.sandbox.slack.standin import SlackStandIn
from tests.standins.slack_setting import Line, acme_on, line

READING = [*SCOPES, "channels:read", "groups:read", "usergroups:read"]


@pytest.fixture(scope="module")
def slack_line() -> Iterator[Line]:
    with line() as opened:
        yield opened


@pytest.fixture
def slack(slack_line: Line) -> Iterator[SlackStandIn]:
    with acme_on(slack_line, SandboxClock()) as standin:
        yield standin


@pytest.fixture
def client(slack: SlackStandIn) -> WebClient:
    return WebClient(slack.install("T0ACME", READING), base_url=f"{slack.base_url}/api/", retry_handlers=[])


def refusal(client: WebClient, method: str, **arguments: Any) -> SlackResponse:
    with pytest.raises(SlackApiError) as error:
        client.api_call(method, params=arguments)
    assert isinstance(error.value.response, SlackResponse)
    return error.value.response


def crowd(slack: SlackStandIn, many: int) -> list[str]:
    ids = [f"U1{number:06}" for number in range(many)]
    slack.add_users(User("T0ACME", each, f"P {each}", f"{each}@acme.example", "Europe/Rome") for each in ids)
    return ids


def test_the_far_end_of_a_hundred_thousand_is_as_near_as_the_beginning(slack: SlackStandIn, client: WebClient) -> None:
    ids = crowd(slack, 100_000)
    first = client.users_list(limit=1000)
    assert len(first["members"]) == 1000
    assert first["response_metadata"]["next_cursor"] == cursor(ids[1000 - 7])
    last = client.users_list(limit=1000, cursor=cursor(ids[-3]))
    assert [each["id"] for each in last["members"]] == ids[-3:]
    assert last["response_metadata"]["next_cursor"] == ""
    assert client.users_info(user=ids[-1])["user"]["real_name"] == f"P {ids[-1]}"
    assert len(slack.journal[0].response["members"]) < 1000, "the journal does not keep them all"


def test_a_page_may_hold_fewer_than_were_asked_for(slack: SlackStandIn, client: WebClient) -> None:
    slack.state.longest_list = 2
    seen = [[each["id"] for each in page["members"]] for page in client.users_list(limit=5)]
    assert [len(page) for page in seen] == [2, 2, 2, 1]


def cursor(user_id: str) -> str:
    return base64.b64encode(f"user:{user_id}".encode()).decode()


def test_a_large_workspace_wants_a_limit(slack: SlackStandIn, client: WebClient) -> None:
    crowd(slack, 1000)
    assert refusal(client, "users.list")["error"] == "limit_required"
    assert refusal(client, "users.list", limit=1001)["error"] == "invalid_limit"
    assert refusal(client, "users.list", limit=100, cursor="dXNlcjpVMA==")["error"] == "invalid_cursor"
    assert len(client.users_list(limit=1000)["members"]) == 1000


def test_those_who_left_are_listed_and_are_in_no_channel(slack: SlackStandIn, client: WebClient) -> None:
    slack.deactivates("U0BEN")
    assert [each["id"] for each in client.users_list()["members"] if each["deleted"]] == ["U0BEN"]
    assert client.conversations_members(channel="C0GENERAL")["members"] == ["U0ADA", "U0ANA", "U0CLEO", "U0GUS"]


def test_a_channels_members_come_in_pages(slack: SlackStandIn, client: WebClient) -> None:
    slack.add_channel("T0ACME", "C0BIG", "big", crowd(slack, 30), bot_is_member=True)
    pages = [page["members"] for page in client.conversations_members(channel="C0BIG", limit=20)]
    assert [len(page) for page in pages] == [20, 11]
    everybody = [each for page in pages for each in page]
    assert len(set(everybody)) == 31
    assert "UBOT" in everybody
    assert len(client.conversations_members(channel="C0BIG")["members"]) == 31


def test_who_enters_and_leaves_between_two_pages_shifts_nobody(slack: SlackStandIn, client: WebClient) -> None:
    ids = crowd(slack, 6)
    slack.add_channel("T0ACME", "C0BIG", "big", ids)
    first = client.conversations_members(channel="C0BIG", limit=3)
    slack.leaves_channel("C0BIG", ids[:2])
    slack.enters_channel("C0BIG", ["U0ANA"])
    cursor = first["response_metadata"]["next_cursor"]
    assert client.conversations_members(channel="C0BIG", limit=3, cursor=cursor)["members"] == ids[3:]


@pytest.mark.parametrize("limit", [0, 1001, "many"])
def test_a_channels_members_have_a_limit(client: WebClient, limit: object) -> None:
    answer = refusal(client, "conversations.members", channel="C0GENERAL", limit=limit)
    assert answer["error"] == "invalid_limit"


def test_a_bot_sees_public_channels_and_the_private_ones_it_is_in(slack: SlackStandIn, client: WebClient) -> None:
    shut = slack.add_channel("T0ACME", "C0SHUT", "shut", ["U0ANA"], private=True)
    for method in ("conversations.info", "conversations.members"):
        assert client.api_call(method, params={"channel": "C0GENERAL"})["ok"]
        assert refusal(client, method, channel="C0SHUT")["error"] == "channel_not_found"
        assert refusal(client, method, channel="C0NOWHERE")["error"] == "channel_not_found"
    shut.bot_is_member = True
    told = client.conversations_info(channel="C0SHUT", include_num_members=True)["channel"]
    assert (told["is_private"], told["is_channel"], told["is_member"], told["num_members"]) == (True, True, True, 2)
    assert "num_members" not in client.conversations_info(channel="C0GENERAL")["channel"]


@pytest.mark.parametrize(
    ("scopes", "channel", "needed"),
    [
        ([], "C0GENERAL", "channels:read"),
        (["channels:read"], "C0SHUT", "groups:read"),
        (["channels:read"], "D0ANA", "im:read"),
        ([], "C0NOWHERE", "channels:read,groups:read,mpim:read,im:read"),
    ],
)
def test_each_kind_of_conversation_has_its_scope(
    slack: SlackStandIn, client: WebClient, scopes: list[str], channel: str, needed: str
) -> None:
    slack.add_channel("T0ACME", "C0SHUT", "shut", ["U0ANA"], bot_is_member=True, private=True)
    client.conversations_open(users="U0ANA")
    slack.install("T0ACME", scopes)
    answer = refusal(client, "conversations.members", channel=channel)
    assert (answer["error"], answer["needed"]) == ("missing_scope", needed)


def test_nothing_is_posted_into_an_archived_channel(slack: SlackStandIn, client: WebClient) -> None:
    slack.add_channel("T0ACME", "C0OLD", "old", ["U0ANA"], bot_is_member=True, archived=True)
    assert refusal(client, "chat.postMessage", channel="C0OLD", text="x")["error"] == "is_archived"


def test_user_groups_are_listed(slack: SlackStandIn, client: WebClient) -> None:
    slack.add_user_group("T0ACME", "S0DESIGN", "designers", ["U0ANA", "U0BEN"], name="Designers")
    slack.add_user_group("T0ACME", "S0OLD", "old", ["U0CLEO"], disabled=True)
    [group] = client.usergroups_list(include_count=True)["usergroups"]
    assert (group["handle"], group["name"], group["user_count"]) == ("designers", "Designers", "2")
    groups = client.usergroups_list(include_disabled=True, include_users=True)["usergroups"]
    assert [(each["id"], each["users"], bool(each["date_delete"])) for each in groups] == [
        ("S0DESIGN", ["U0ANA", "U0BEN"], False),
        ("S0OLD", ["U0CLEO"], True),
    ]
    assert client.usergroups_users_list(usergroup="S0DESIGN")["users"] == ["U0ANA", "U0BEN"]
    assert refusal(client, "usergroups.users.list", usergroup="S0OLD")["error"] == "no_such_subteam"
    assert client.usergroups_users_list(usergroup="S0OLD", include_disabled=True)["users"] == ["U0CLEO"]


def test_user_groups_have_their_scope_and_their_price(slack: SlackStandIn, client: WebClient) -> None:
    assert refusal(client, "usergroups.users.list", usergroup="S0NOWHERE")["error"] == "no_such_subteam"
    slack.state.teams["T0ACME"].free = True
    assert refusal(client, "usergroups.list")["error"] == "plan_upgrade_required"
    slack.install("T0ACME", SCOPES)
    for method in ("usergroups.list", "usergroups.users.list"):
        assert refusal(client, method, usergroup="S0DESIGN")["needed"] == "usergroups:read"


def test_another_workspaces_people_and_groups_are_not_seen(slack: SlackStandIn, client: WebClient) -> None:
    slack.add_team("T0BETA", "Beta", "beta")
    slack.add_user("T0BETA", "U0BEA", name="Bea", email="bea@beta.example", tz="UTC")
    slack.add_user_group("T0BETA", "S0BETA", "beta", ["U0BEA"])
    slack.add_channel("T0BETA", "C0BETA", "beta", ["U0BEA"])
    assert "U0BEA" not in {each["id"] for each in client.users_list()["members"]}
    assert refusal(client, "users.info", user="U0BEA")["error"] == "user_not_found"
    assert refusal(client, "users.lookupByEmail", email="bea@beta.example")["error"] == "users_not_found"
    assert refusal(client, "usergroups.users.list", usergroup="S0BETA")["error"] == "no_such_subteam"
    assert refusal(client, "conversations.members", channel="C0BETA")["error"] == "channel_not_found"
    assert client.usergroups_list()["usergroups"] == []


def test_lists_of_people_have_their_tiers(slack: SlackStandIn, client: WebClient) -> None:
    slack.limits.on = True
    slack.add_user_group("T0ACME", "S0DESIGN", "designers", [])
    for _ in range(20):
        client.usergroups_users_list(usergroup="S0DESIGN")
    assert refusal(client, "usergroups.users.list", usergroup="S0DESIGN").status_code == 429
    for _ in range(100):
        client.users_info(user="U0ANA")
    assert refusal(client, "users.info", user="U0ANA").headers["retry-after"]
