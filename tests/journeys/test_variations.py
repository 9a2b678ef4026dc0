"""What documentation leaves open: services may answer otherwise than our stand-ins, and it works all the same."""

import json
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlencode

import pytest

from bot.domain.permissions import SCOPES
from tests.journeys.retold import Json, Retell, Retold
from tests.sandbox.server import Served
from tests.sandbox.slack.delivery import Sent, post
from tests.sandbox.world import World

ANA = "ana@acme.example"


@pytest.fixture
def google_says(world: World) -> Iterator[Callable[[str, Retell], None]]:
    """Has the bot hear Google through a Retold."""
    served: list[Served] = []

    def says(where: str, retell: Retell) -> None:
        served.append(Served(Retold(world.google.base_url, {where: retell})))
        world.stop_bot()
        paths = {
            "TOKEN_URI": "token",
            "REVOKE_URI": "revoke",
            "USERINFO_URI": "v1/userinfo",
            "CALENDAR_URL": "calendar/v3",
        }
        world.start_bot({f"GOOGLE_{name}": f"{served[-1].url}/{path}" for name, path in paths.items()})

    yield says
    world.settles()
    for each in served:
        each.stop()


def without(*names: str) -> Callable[[Json], Json]:
    return lambda body: {key: value for key, value in body.items() if key not in names}


TOKENS: dict[str, Retell] = {
    "scope left out": without("scope"),
    "scope null": lambda body: {**body, "scope": None},
    "scope in another order": lambda body: {**body, "scope": " ".join(reversed(body["scope"].split()))},
    "scope in short": lambda body: {**body, "scope": " ".join(["email", "profile", "openid", *SCOPES[3:]])},
    "scope and more": lambda body: {
        **body,
        "scope": f"https://www.googleapis.com/auth/drive.file {body['scope']} email",
    },
    "lifetime as text": lambda body: {**body, "expires_in": "3599"},
    "lifetime as a fraction": lambda body: {**body, "expires_in": 3599.0},
    "lifetime left out": without("expires_in"),
    "type left out": without("token_type"),
}
PEOPLE: dict[str, Retell] = {
    "verified as text": lambda body: {**body, "email_verified": "true"},
    "no domain": without("hd"),
    "domain null": lambda body: {**body, "hd": None},
}
LISTS: dict[str, Retell] = {
    "roles left out where they do not matter": lambda body: {
        **body,
        "items": [without("accessRole")(each) if each["accessRole"] == "reader" else each for each in body["items"]],
    },
    "names and zones left out": lambda body: {
        **body,
        "items": [
            {**each, "timeZone": None} | ({"summary": None} if each.get("primary") else {}) for each in body["items"]
        ],
    },
    "kinds and etags left out": lambda body: {"items": [without("kind", "etag")(each) for each in body["items"]]},
}


def walks(world: World) -> None:
    """The main job, end to end, with every tick."""
    assert "Connected" in world.ana.connects_google(ANA).page
    world.ana.picks("Family", "Holidays in Portugal", on="dm")
    assert world.ana.sees("Write to Family and tidy up")
    assert world.ana.sees("The test found everything in order")
    world.ana.types("/calendar status")
    assert "Appointments go to Family, 1 more" in world.ana.answer


@pytest.mark.parametrize("retell", TOKENS.values(), ids=TOKENS)
def test_tokens_may_be_told_otherwise(world: World, google_says: Callable[[str, Retell], None], retell: Retell) -> None:
    google_says("POST /token", retell)
    walks(world)
    world.hours_pass(2)  # the next token comes from a refresh, told in the same way
    world.ana.types("/calendar status")
    assert f"{ANA} is connected" in world.ana.answer


@pytest.mark.parametrize("retell", PEOPLE.values(), ids=PEOPLE)
def test_who_it_was_may_be_told_otherwise(
    world: World, google_says: Callable[[str, Retell], None], retell: Retell
) -> None:
    google_says("GET /v1/userinfo", retell)
    walks(world)


@pytest.mark.parametrize("retell", LISTS.values(), ids=LISTS)
def test_calendars_may_be_told_otherwise(
    world: World, google_says: Callable[[str, Retell], None], retell: Retell
) -> None:
    google_says("/calendarList", retell)
    walks(world)


@pytest.mark.parametrize("body", [{}, "OK"], ids=["an object", "a word"])
def test_a_success_may_say_anything(world: World, google_says: Callable[[str, Retell], None], body: object) -> None:
    google_says("POST /revoke", lambda _: body)
    walks(world)
    world.ana.types("/calendar disconnect")
    world.ana.clicks("Disconnect", on="dm")
    assert world.ana.sees("is disconnected")
    assert not world.ana.sees("could not be told")


def test_a_deletion_may_be_answered_with_an_empty_object(
    world: World, google_says: Callable[[str, Retell], None]
) -> None:
    google_says("DELETE /calendar", lambda _: "{}")
    walks(world)


# --- Slack ----------------------------------------------------------------------------------------------------------


def arrives(world: World, payload: Json) -> int:
    """One interaction, signed, as it stands; the status it is answered with."""
    return _posted(world, urlencode({"payload": json.dumps(payload)}).encode(), "application/x-www-form-urlencoded")


def happens(world: World, event: Json, **envelope: object) -> int:
    """One event of the Events API, in the smallest envelope."""
    body: Json = {"type": "event_callback", "team_id": "T0ACME", "event": event, **envelope}
    return _posted(world, json.dumps({name: each for name, each in body.items() if each}).encode(), "application/json")


def _posted(world: World, body: bytes, media_type: str) -> int:
    headers = {"Content-Type": media_type, **world.slack.signed(body)}
    status = post(Sent(f"{world.bot_url}/slack/events", body, headers)).status
    world.settles()
    return status


def last_interaction(world: World) -> Json:
    assert world.slack.last_request is not None
    (payload,) = parse_qs(world.slack.last_request.body.decode())["payload"]
    found: Json = json.loads(payload)
    return found


def save(payload: Json, **more: object) -> Json:
    """A click on Save where the payload's menu stood."""
    action = {"type": "button", "action_id": "save_picks", "block_id": "b", "action_ts": "1.1"}
    return {**payload, "trigger_id": "9.9.save", "actions": [action], **more}


@pytest.mark.parametrize("state", [None, {}, {"values": {}}], ids=["null", "empty", "without values"])
def test_choices_count_even_if_save_comes_without_them(world: World, state: object) -> None:
    world.ana.connects_google(ANA)
    world.ana.chooses("pick_linked", "Family", on="dm")
    world.ana.chooses("pick_conflicts", "Team", on="dm")
    assert arrives(world, save(last_interaction(world), state=state)) == 200
    world.ana.types("/calendar status")
    assert "Appointments go to Family, 1 more" in world.ana.answer


def test_the_home_tab_may_tell_its_state_beside_the_view(world: World) -> None:
    world.ana.connects_google(ANA)
    world.ana.opens_home()
    world.ana.chooses("pick_linked", "Family", on="home")
    payload = last_interaction(world)
    view = {name: payload["view"][name] for name in ("id", "type", "blocks")}
    assert arrives(world, save(payload, view=view, state=payload["view"]["state"])) == 200
    world.ana.types("/calendar status")
    assert "Appointments go to Family" in world.ana.answer


def test_a_trigger_is_no_name_of_a_request(world: World) -> None:
    fields = {"command": "/calendar", "team_id": "T0ACME", "user_id": "U0ANA", "trigger_id": "1.2.3"}
    for text in ("connect", "help"):
        body = urlencode({**fields, "text": text}).encode()
        assert _posted(world, body, "application/x-www-form-urlencoded") == 200
    assert [call.method for call in world.slack.journal].count("chat.postMessage") == 3  # the link, and two answers


ODD_MESSAGES: dict[str, Json] = {
    "nobody wrote it": {"type": "message", "channel": "D1", "channel_type": "im", "ts": "1.1", "text": "hello"},
    "without text": {
        "type": "message",
        "user": "U0ANA",
        "channel": "D1",
        "channel_type": "im",
        "text": None,
        "ts": "1.1",
    },
    "a bot's": {"type": "message", "bot_id": "B1", "user": "", "channel": "D1", "channel_type": "im", "ts": "1.1"},
    "changed": {
        "type": "message",
        "subtype": "message_changed",
        "channel": "D1",
        "message": {"ts": "1.1", "text": "x"},
    },
}


@pytest.mark.parametrize("event", ODD_MESSAGES.values(), ids=ODD_MESSAGES)
def test_no_message_of_slack_is_called_malformed(world: World, event: Json) -> None:
    assert happens(world, event) == 200


def test_an_organisation_may_say_goodbye_as_a_whole(world: World) -> None:
    assert happens(world, {"type": "app_uninstalled"}, team_id=None, enterprise_id="E0ACME") == 200


def test_a_tab_that_is_not_named_is_the_home_tab(world: World) -> None:
    assert happens(world, {"type": "app_home_opened", "user": "U0ANA", "channel": "D1"}) == 200
    assert "No Google Calendar is connected" in world.ana.home


def test_somebody_in_several_workspaces_of_one_organisation_belongs_to_each(world: World) -> None:
    def elsewhere_too(body: Json) -> Json:
        teams = {"enterprise_user": {"id": "W1", "enterprise_id": "E1", "teams": ["T0OTHER", "T0ACME"]}}
        return {**body, "user": {**body["user"], "team_id": "T0OTHER", **teams}}

    slack = Served(Retold(world.slack.base_url, {"/api/users.info": elsewhere_too}))
    world.stop_bot()
    world.start_bot({"SLACK_API_URL": f"{slack.url}/api"})
    walks(world)
    world.settles()
    slack.stop()
