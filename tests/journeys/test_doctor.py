"""`/calendar doctor`, and what is decided by the buttons on alerts and reminders."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from io import StringIO
from urllib.parse import parse_qs, urlencode

import pytest
from sqlmodel import col, select

from handlers import manifest
from storage.tables import Audit
from storage.watch_tables import Incident, Reminder
from tests.sandbox.faults import Fault
from tests.sandbox.slack.delivery import Sent, post
from tests.sandbox.slack.messages import Message
from tests.sandbox.world import Persona, World, said

SetUp = Callable[[Mapping[str, str]], World]

ANA = "ana@acme.example"
FOR_OTHERS = "is for the people who run the bot"
WELL = "Nothing is wrong"
TELL_NOW = "Tell them now"


pytestmark = pytest.mark.usefixtures("logged")


def events(logged: StringIO, name: str) -> list[dict[str, str]]:
    return [line for line in map(json.loads, logged.getvalue().splitlines()) if line["event"] == name]


def alerts(world: World, channel: str = "C0OPS") -> list[Message]:
    return [message for message in world.slack.channel(channel) if message.from_bot]


def incidents(world: World) -> list[Incident]:
    with world.bot.database.reading() as session:
        return list(session.exec(select(Incident).order_by(col(Incident.opened_at))))


def released(world: World) -> list[str]:
    """Who released messages, by the audit log."""
    with world.bot.database.reading() as session:
        return list(session.exec(select(Audit.user_id).where(Audit.action == "messages_released")))


# --- who may ask ----------------------------------------------------------------------------------------------------


def test_an_admin_sees_how_everything_stands(world: World, logged: StringIO) -> None:
    world.ana.connects_google(ANA)
    world.ada.types("/calendar doctor")
    assert WELL in world.ada.answer
    assert "1 connected" in world.ada.answer
    world.bot.watching.incidents.meet("google_client", "invalid_client", "T0ACME")
    world.settles()
    world.ada.types("doctor")
    assert world.ada.sees("Google rejects our client id or secret"), "in the direct message, by the word alone"
    assert events(logged, "not_an_admin") == []


def test_nobody_else_does_and_it_is_logged(world: World, logged: StringIO) -> None:
    world.ana.types("/calendar doctor")
    assert FOR_OTHERS in world.ana.answer
    world.gus.types("doctor")
    assert world.gus.sees(FOR_OTHERS)
    assert [(line["user"], line["asked"]) for line in events(logged, "not_an_admin")] == [
        ("U0ANA", "doctor"),
        ("U0GUS", "doctor"),
    ]


def test_help_names_it_to_admins_alone(world: World) -> None:
    for word in ("help", "nonsense"):
        world.ada.types(f"/calendar {word}")
        world.ana.types(f"/calendar {word}")
        assert "/calendar doctor" in world.ada.answer
        assert "/calendar doctor" not in world.ana.answer


def test_while_slack_does_not_say_who_somebody_is_they_are_no_admin(world: World) -> None:
    world.slack.script.add(Fault("users.info", status=500, times=1))
    world.ada.types("/calendar help")
    assert "/calendar status" in world.ada.answer
    assert "/calendar doctor" not in world.ada.answer
    world.slack.script.add(Fault("users.info", status=500, times=1))
    world.ada.types("/calendar doctor")
    assert WELL not in world.ada.answer
    assert "try again" in world.ada.answer


def test_whoever_admins_names_may_too(world_set_up: SetUp) -> None:
    world = world_set_up({"ADMINS": "U0BEN"})
    for person in (world.ben, world.ada):
        person.types("/calendar doctor")
        assert WELL in person.answer


def test_admins_names_people_of_the_workspace_of_the_bots_token(world_set_up: SetUp) -> None:
    """Somebody of another workspace may have the same id."""
    world = world_set_up({"ADMINS": "U0BEN,U0BEA"})
    world.slack.add_team("T0BETA", "Beta", "beta")
    world.slack.add_user("T0BETA", "U0BEA", name="Bea Beta", email="bea@beta.example", tz="Europe/Rome")
    world.slack.add_user("T0BETA", "U0BOB", name="Bob Beta", email="bob@beta.example", tz="Europe/Rome", admin=True)
    bob, bea = world.joined("U0BOB"), world.joined("U0BEA")
    bob.browser.opens(f"{world.bot_url}/slack/install").presses("Allow")
    world.settles()
    bea.types("/calendar doctor")
    assert FOR_OTHERS in bea.answer
    bob.types("/calendar doctor")
    assert WELL in bob.answer


@pytest.mark.parametrize("lost", ["rights", "account", "home"])
def test_rights_are_looked_at_at_each_click(world_set_up: SetUp, logged: StringIO, lost: str) -> None:
    """Somebody keeps an answer open in which there is a button, and is an admin no more."""
    world = world_set_up({})
    world.bot.watching.incidents.meet("mass", "mass", "T0ACME", touched=7)
    world.settles()
    world.ada.types("/calendar doctor")
    user = world.slack.state.users["U0ADA"]
    if lost == "rights":
        user.admin = user.owner = False
    elif lost == "account":
        user.deleted = True
    else:
        world.slack.add_team("T0BETA", "Beta", "beta")
        user.team_id = "T0BETA"
        world.slack.install("T0BETA", manifest.scopes()["bot"])
    request = _clicked(world, "U0ADA", "T0ACME", incidents(world)[0].id)
    assert post(request).status == 200
    world.settles()
    assert released(world) == []
    assert [line["user"] for line in events(logged, "not_an_admin")] == ["U0ADA"]


# --- letting messages go --------------------------------------------------------------------------------------------


@pytest.fixture
def frozen(world_set_up: SetUp) -> World:
    """Everybody's grant was revoked at once: nobody is told, and the operators are asked."""
    world = world_set_up({"OPERATOR_CHANNEL": "C0OPS"})
    world.slack.add_channel("T0ACME", "C0OPS", "ops", ["U0ADA", "U0ANA"], bot_is_member=True)
    accounts = {"U0GUS": "gus@partner.example"}
    for person in (world.ada, world.ana, world.ben, world.cleo, world.gus):
        account = accounts.get(person.user_id, f"{person.user_id[2:].lower()}@acme.example")
        person.connects_google(account)
        world.google.revoke(account)
    world.time_leaps(timedelta(minutes=13))
    world.jobs_run()
    world.time_leaps(timedelta(minutes=11))
    world.jobs_run()
    assert [TELL_NOW in said(message) for message in alerts(world)] == [True]
    return world


def told(person: Persona) -> list[Message]:
    return [message for message in person.messages() if "Reconnect your calendar" in message.text]


def test_an_admin_lets_the_messages_go(frozen: World) -> None:
    world = frozen
    assert not any(told(person) for person in world.everybody)
    world.ada.clicks(TELL_NOW, on="channel")
    assert "on their way" in world.ada.answer
    assert released(world) == ["U0ADA"]
    assert TELL_NOW not in said(alerts(world)[0]), "the button is gone"
    assert [len(told(person)) for person in world.everybody] == [1] * 5, "looked at again, and told, at once"
    world.jobs_run()
    assert "Resolved" in said(alerts(world)[0])
    assert [len(told(person)) for person in world.everybody] == [1] * 5


def test_in_the_channel_anybody_may_click_and_only_admins_are_heard(frozen: World, logged: StringIO) -> None:
    world = frozen
    world.ana.clicks(TELL_NOW, on="channel")
    assert FOR_OTHERS in world.ana.answer
    assert released(world) == []
    assert TELL_NOW in said(alerts(world)[0])
    assert [(line["user"], line["asked"]) for line in events(logged, "not_an_admin")] == [("U0ANA", "release_messages")]


def test_from_the_doctors_answer_too_and_only_once(frozen: World) -> None:
    world = frozen
    world.ada.types("/calendar doctor")
    request = _clicked(world, "U0ADA", "T0ACME", incidents(world)[0].id)
    world.ada.clicks(TELL_NOW, on="ephemeral")
    assert "on their way" in world.ada.answer
    assert TELL_NOW not in said(alerts(world)[0])
    post(request)
    world.settles()
    assert released(world) == ["U0ADA"]
    assert [len(told(person)) for person in world.everybody] == [1] * 5


def test_an_admin_of_another_workspace_does_not_decide_for_this_one(frozen: World) -> None:
    world = frozen
    world.slack.add_team("T0BETA", "Beta", "beta")
    world.slack.add_user("T0BETA", "U0BOB", name="Bob Beta", email="bob@beta.example", tz="Europe/Rome", admin=True)
    bob = world.joined("U0BOB")
    bob.browser.opens(f"{world.bot_url}/slack/install").presses("Allow")
    bob.types("/calendar doctor")
    assert "Many connections failed" in bob.answer
    assert TELL_NOW not in bob.answer
    assert post(_clicked(world, "U0BOB", "T0BETA", incidents(world)[0].id)).status == 200
    world.settles()
    assert released(world) == []
    assert "No message waits" in said(bob.messages()[-1])


def test_what_holds_nothing_back_cannot_be_released(world: World) -> None:
    world.bot.watching.incidents.meet("google_client", "invalid_client", "T0ACME")
    world.settles()
    for value in (incidents(world)[0].id, "", "no-such-incident", "x" * 2000):
        assert post(_clicked(world, "U0ADA", "T0ACME", value)).status == 200
    world.settles()
    assert released(world) == []
    assert [incident.released for incident in incidents(world)] == [False]


def test_an_alert_that_slack_did_not_take_yet_comes_without_the_button(world: World) -> None:
    world.slack.script.add(Fault("chat.postMessage", status=503, times=1))
    world.bot.watching.incidents.meet("mass", "mass", "T0ACME", touched=7)
    world.settles()
    assert world.ada.messages() == []
    world.ada.types("/calendar doctor")
    world.ada.clicks(TELL_NOW, on="ephemeral")
    assert "Many connections failed" in said(world.ada.messages()[-1])
    assert TELL_NOW not in said(world.ada.messages()[-1])


# --- remind me tomorrow ---------------------------------------------------------------------------------------------


def next_step(world: World) -> datetime:
    """When the next reminder is due."""
    with world.bot.database.reading() as session:
        due = session.exec(select(Reminder.due_at).where(Reminder.step == 1)).one()
    assert due is not None
    return due


def test_the_next_reminder_waits_until_tomorrow(world: World, logged: StringIO) -> None:
    world.ana.connects_google(ANA)
    world.google.revoke(ANA)
    world.hours_pass(1)
    assert len(told(world.ana)) == 1
    usual = next_step(world)
    world.slack.state.echo = lambda _team, _event: None  # the last request shall be the one that people made
    world.ana.clicks("Remind me tomorrow", on="dm")
    tomorrow = next_step(world)
    assert tomorrow <= usual
    assert f"I will remind you again <!date^{int(tomorrow.timestamp())}^" in world.ana.messages()[-1].text
    stolen = world.slack.last_request
    assert stolen is not None
    assert post(_as_somebody_else(world, stolen, "U0BEN")).status == 200
    world.settles()
    assert "I will not remind you" in world.ana.answer, "it went where the click says it came from"
    assert next_step(world) == tomorrow
    world.time_leaps(tomorrow - world.clock.now() - timedelta(minutes=1))
    world.jobs_run()
    assert len(told(world.ana)) == 1
    world.time_leaps(timedelta(minutes=2))
    world.jobs_run()
    assert len(told(world.ana)) == 2
    assert events(logged, "bug") == []


def test_there_is_nothing_to_remind_of_once_it_is_mended(world: World) -> None:
    world.ana.connects_google(ANA)
    world.google.revoke(ANA)
    world.hours_pass(1)
    world.slack.state.echo = lambda _team, _event: None  # the last request shall be the one that people made
    world.ana.clicks("Remind me tomorrow", on="dm")
    late = world.slack.last_request
    assert late is not None
    world.ana.connects_google(ANA)
    world.time_leaps(timedelta(seconds=2))
    assert post(_anew(world, late, user="U0ANA")).status == 200
    world.settles()
    assert "I will not remind you of this again" in world.ana.answer


# --- the clock ------------------------------------------------------------------------------------------------------


def test_a_wrong_clock_is_told_once_and_over_when_it_is_right_again(world: World) -> None:
    stamp, world.slack.delivery.stamp = world.slack.delivery.stamp, lambda: world.clock.now().timestamp() + 400
    for person in (world.ana, world.ben, world.cleo) * 3:
        person.types("/calendar status")
    world.slack.post_office.settle()  # the alert itself comes back to us as an event, and is refused as well
    assert all(fault.endswith("answered with status 401") for fault in world.slack.faults)
    assert len(world.slack.faults) >= 9
    world.slack.faults.clear()
    assert ["our clock is wrong" in message.text for message in world.ada.messages()] == [True]
    world.slack.delivery.stamp = stamp
    world.ada.types("/calendar doctor")
    assert "our clock is wrong" in world.ada.answer
    world.time_passes(timedelta(hours=1))
    assert "Resolved" in world.ada.messages()[0].text
    assert len(world.ada.messages()) == 1


# --- requests that no client would send -----------------------------------------------------------------------------


def _clicked(world: World, user_id: str, team_id: str, value: str) -> Sent:
    """A click on the button of an alert, in the app's direct messages."""
    payload = {
        "type": "block_actions",
        "team": {"id": team_id, "domain": "somewhere"},
        "user": {"id": user_id, "team_id": team_id},
        "container": {"type": "message", "message_ts": "1.2", "channel_id": "D1"},
        "trigger_id": f"1.2.{value[:30]}",
        "actions": [{"type": "button", "action_id": "release_messages", "block_id": "b", "value": value}],
    }
    return _signed(world, payload)


def _as_somebody_else(world: World, sent: Sent, user_id: str) -> Sent:
    return _anew(world, sent, user=user_id)


def _anew(world: World, sent: Sent, *, user: str) -> Sent:
    """The same click once more, by this person."""
    payload = json.loads(parse_qs(sent.body.decode())["payload"][0])
    payload["user"] |= {"id": user}
    payload["trigger_id"] += ".again"
    return _signed(world, payload)


def _signed(world: World, payload: Mapping[str, object]) -> Sent:
    body = urlencode({"payload": json.dumps(payload)}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", **world.slack.signed(body)}
    return Sent(f"{world.bot_url}/slack/events", body, headers)
