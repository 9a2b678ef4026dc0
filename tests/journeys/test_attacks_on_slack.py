"""A11, A12, A24, A25, A26: what comes in as Slack's, and what people's names do to it."""

import json
import socket
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.journeys.attacking import ANA, BEN, is_connected, rows
from tests.sandbox.slack.delivery import Sent, post
from tests.sandbox.world import World

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_a11_a_recorded_save_does_nothing_to_another_process_either(world: World) -> None:
    world.ana.connects_google(ANA)
    world.ana.types("/calendar calendars")
    world.ana.chooses("pick_linked", "Family", on="modal")
    world.slack.state.echo = lambda _team, _event: None  # the last request shall be the one that people made
    world.ana.submits()
    recorded = world.slack.last_request
    assert recorded is not None
    assert b"view_submission" in recorded.body
    world.ana.opens_home()
    world.ana.picks("Team", on="home")
    world.stop_bot()
    world.start_bot()
    assert post(Sent(f"{world.bot_url}/slack/events", recorded.body, recorded.headers)).status == 200
    world.settles()
    world.ana.types("/calendar status")
    assert "Appointments go to Team" in world.ana.answer


def test_a11_nobodys_request_keeps_another_persons_from_being_served(world: World) -> None:
    """A trigger that was seen before in somebody else's hands."""
    world.ana.types("/calendar status")
    mine = world.slack.last_request
    assert mine is not None
    theirs = mine.body.replace(b"U0ANA", b"U0CLEO")
    assert post(Sent(mine.url, theirs, FORM | world.slack.signed(theirs))).status == 200
    world.settles()
    assert len(world.slack.ephemerals("U0ANA")) == 2, "both answers go where the response_url leads"


def test_a11_an_answer_goes_nowhere_but_to_slack(world: World) -> None:
    with socket.create_server(("127.0.0.2", 0)) as trap:
        trap.setblocking(False)
        url = f"http://127.0.0.2:{trap.getsockname()[1]}/x"
        fields = {"command": "/calendar", "text": "help", "team_id": "T0ACME", "user_id": "U0ANA", "response_url": url}
        body = urlencode(fields).encode()
        assert post(Sent(f"{world.bot_url}/slack/events", body, FORM | world.slack.signed(body))).status == 200
        world.settles()
        with pytest.raises(BlockingIOError):
            trap.accept()


def test_a12_an_unsigned_look_at_the_certificate_carries_nothing_in(world: World) -> None:
    fields = {"ssl_check": "1", "command": "/calendar", "text": "connect", "team_id": "T0ACME", "user_id": "U0ANA"}
    payload = {"type": "block_actions", "user": {"id": "U0ANA"}, "actions": [{"action_id": "connect"}]}
    for more in ({}, {"payload": json.dumps(payload)}):
        ack = world.slack.delivery.unsigned({**fields, **more})
        assert (ack.status, ack.body) == (200, "")
    world.settles()
    assert world.ana.messages() == []
    assert rows(world, "SELECT COUNT(*) FROM person") == [0]


HOSTILE = ("<!channel>", "<https://evil.example|Google>", "<@U0ADA>", "\u202egro.elpmaxe\u2066", "&lt;!here&gt;")


def test_a24_names_of_calendars_and_people_stay_text(world: World) -> None:
    for number, name in enumerate(HOSTILE):
        world.google.add_calendar(ANA, f"{name} {number}", role="owner")
    world.slack.state.users["U0ANA"].name = "<!channel> \u202eAna"
    world.ana.types("/calendar connect")
    assert "\u202e" not in world.ana.opens_link().html
    world.ana.connects_google(ANA)
    world.ana.opens_home()
    menu = next(each for each in _menus(world.ana.messages()[-1].blocks) if each["action_id"] == "pick_conflicts")
    options = [each["text"]["text"] for each in menu["options"] if each["text"]["text"][-1] in "01234"]
    world.ana.picks(ANA, *options)
    world.ana.types(f"/calendar {HOSTILE[0]}")
    world.ana.types("/calendar status")
    sent = json.dumps([call.args for call in world.slack.journal], ensure_ascii=False) + world.ana.answer
    assert "evil.example" in sent, "they were there"
    assert not any(raw in sent for raw in ("<!channel", "<https://evil", "<@U0ADA", "\u202e", "\u2066", "<!here"))


def _menus(blocks: Any) -> list[dict[str, Any]]:
    """Everything with an action id, however deep."""
    if isinstance(blocks, list):
        return [found for each in blocks for found in _menus(each)]
    if not isinstance(blocks, dict):
        return []
    mine = [blocks] if "action_id" in blocks else []
    return mine + [found for each in blocks.values() for found in _menus(each)]


def test_a25_thousands_of_calendars_with_endless_names_fit_and_are_told_apart(world: World) -> None:
    with world.google.changing():
        for _ in range(2500):
            world.google.add_calendar(BEN, "x" * 10_000, role="owner")
    world.ben.connects_google(BEN)
    assert world.ben.sees("You have 1000 calendars"), "which is where we stop listing them"
    options = world.slack.suggest("U0BEN", "pick_conflicts", "x " * 5000, on="dm")
    labels = [option["text"]["text"] for option in options]
    assert len(set(labels)) == len(labels) == 100
    world.ben.opens_home()
    assert len(world.ben.home.encode()) < 250_000
    assert is_connected(world.ben, BEN)


def test_a26_bodies_made_to_break_a_parser_are_refused(world: World) -> None:
    json_kind = {"Content-Type": "application/json"}
    for body, kind, status in (
        (b"[" * 100_000, json_kind, 400),
        (b'{"type":' * 60_000, json_kind, 400),
        (urlencode({"payload": "[" * 100_000}).encode(), FORM, 400),
        (b"a" * (1024 * 1024 + 1), json_kind, 413),
    ):
        sent = Sent(f"{world.bot_url}/slack/events", body, kind | world.slack.signed(body))
        assert post(sent).status == status, body[:10]
