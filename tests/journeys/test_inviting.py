"""An admin invites: whom, what that comes to, how far it is; and what becomes of it on the other side."""

from datetime import timedelta

import pytest

from tests.journeys.attacking import rows
from tests.journeys.outages import ANA, Letters, buttons, reads
from tests.sandbox.faults import Fault
from tests.sandbox.slack.refusal import SlackRefused
from tests.sandbox.world import TEAM, Persona, World, said

DAY = timedelta(days=1)
GROUP = "S0SALES"


def invites(admin: Persona, *, audience: str = "Everyone in this workspace", options: tuple[str, ...] = ()) -> None:
    """From the command to the preview."""
    admin.types("/calendar invite")
    admin.chooses("invite_audience", audience)
    if options:
        admin.chooses("invite_options", *options)
    admin.submits()


def invitations_of(person: Persona) -> list[str]:
    return [message.text for message in person.messages() if "invites you to connect" in message.text]


def test_everyone_is_invited_once_and_the_progress_is_told(world: World) -> None:
    letters = Letters(world.ada)
    invites(world.ada)
    assert "*4 people are invited*" in world.ada.modal
    assert "1 are guests" in world.ada.modal
    assert "are bots" in world.ada.modal
    assert all(invitations_of(person) == [] for person in world.everybody), "a preview sends nothing"
    world.ada.submits()
    assert "4 invitations are on their way" in world.ada.modal
    world.jobs_run()
    for person in (world.ada, world.ana, world.ben, world.cleo):
        assert len(invitations_of(person)) == 1
    assert invitations_of(world.gus) == []
    progress = next(each for each in letters.new if "Everybody is invited" in each.text)
    reads(progress, "4 of 4 invited", "100%")
    assert buttons(progress) == []
    assert rows(world, "SELECT action FROM audit") == ["invited_people"]


def test_the_button_of_the_invitation_connects(world: World) -> None:
    invites(world.ada)
    world.ada.submits()
    world.jobs_run()
    assert "<@U0ADA> invites you to connect your Google Calendar" in world.ana.messages()[-1].text
    world.ana.opens_link().presses("Continue")
    world.ana.consents(ANA)
    assert any("has done its work" in message.text for message in world.ana.messages())
    world.ada.types("/calendar invite")
    world.ada.submits()
    assert "*Nobody would be invited.*" in world.ada.modal
    assert "1 are connected already" in world.ada.modal
    assert "3 were invited already" in world.ada.modal
    with pytest.raises(SlackRefused):
        world.ada.submits()


def test_a_group_a_channel_and_chosen_people_are_counted_and_invited(world: World) -> None:
    world.slack.add_user_group(TEAM, GROUP, "sales", ["U0ANA", "U0GUS"], name="Sales")
    invites_group(world)
    assert "*1 person is invited*" in world.ada.modal
    world.ada.clicks("invite_back")
    world.ada.chooses("invite_audience", "People I choose")
    world.ada.chooses("invite_people", "Ben Okafor", "Gus Guest")
    world.ada.chooses("invite_options", "Guests too")
    world.ada.submits()
    assert "*2 people are invited*" in world.ada.modal
    world.ada.submits()
    world.jobs_run()
    assert [len(invitations_of(each)) for each in (world.ben, world.gus, world.ana)] == [1, 1, 0]


def invites_group(world: World) -> None:
    world.ada.types("/calendar invite")
    world.ada.chooses("invite_audience", "User groups")
    world.ada.chooses("invite_groups", "Sales (@sales)")
    world.ada.submits()


def test_a_channel_that_cannot_be_seen_is_named_under_the_field(world: World) -> None:
    world.slack.add_channel(TEAM, "C0SECRET", "secret", ["U0ADA", "U0ANA"], bot_is_member=False, private=True)
    world.ada.types("/calendar invite")
    world.ada.chooses("invite_audience", "The members of channels")
    world.ada.chooses("invite_channels", "secret")
    world.ada.submits()
    assert "Invite Calendar Bot to the channel" in world.slack.view_errors("U0ADA")["invite_channels"]
    world.ada.chooses("invite_channels", "general")
    world.ada.submits()
    assert "*4 people are invited*" in world.ada.modal


def test_nobody_but_an_admin_gets_to_the_form(world: World) -> None:
    world.ana.types("/calendar invite")
    assert "for the people who run the bot" in world.ana.modal
    with pytest.raises(SlackRefused):
        world.ana.submits()
    world.ana.types("invite")
    assert world.ana.sees("for the people who run the bot")


def test_an_admin_no_more_is_refused_at_the_last_click(world: World) -> None:
    invites(world.ada)
    world.slack.makes_member("U0ADA")
    world.ada.submits()
    assert "for the people who run the bot" in world.ada.modal
    world.jobs_run()
    assert rows(world, "SELECT count(*) FROM invitation") == [0]


def test_a_round_is_paused_gone_on_with_and_stopped(world: World) -> None:
    letters = held_up(world)
    reads(letters.only, "Inviting people", "0 of 3 invited")
    assert buttons(letters.only) == ["round_pause", "round_stop"]
    world.ada.clicks("Pause", on="dm")
    reads(letters.only, "is paused")
    time_goes_on(world)
    assert all(invitations_of(person) == [] for person in world.everybody)
    world.ada.clicks("Go on", on="dm")
    world.jobs_run()
    assert len(invitations_of(world.ana)) == 1
    reads(letters.new[0], "Everybody is invited", "3 of 3 invited")


def test_a_stopped_round_invites_nobody_more_and_says_so(world: World) -> None:
    letters = held_up(world)
    world.ada.clicks("Stop", on="dm")
    reads(letters.only, "was stopped", "0 of 3 invited · 3 left out")
    time_goes_on(world)
    assert all(invitations_of(person) == [] for person in world.everybody)
    world.ada.types("/calendar invite")
    world.ada.submits()
    assert "*4 people are invited*" in world.ada.modal, "whoever was not reached may be invited anew"


def test_an_old_button_of_somebody_who_is_no_admin_any_more_does_nothing(world: World) -> None:
    held_up(world)
    world.slack.makes_member("U0ADA")
    world.ada.clicks("Stop", on="dm")
    assert "for the people who run the bot" in said(world.ada.messages()[-1]) + world.ada.answer
    time_goes_on(world)
    assert len(invitations_of(world.ana)) == 1


def held_up(world: World) -> Letters:
    """A round that is under way, while Slack asks us to wait for a minute."""
    world.ada.types("/calendar connect")
    letters = Letters(world.ada)
    limited: dict[str, object] = {"ok": False, "error": "ratelimited"}
    world.slack.script.add(Fault("conversations.open", status=429, body=limited, headers={"Retry-After": "60"}))
    world.ada.types("/calendar invite")
    world.ada.chooses("invite_audience", "People I choose")
    world.ada.chooses("invite_people", "Ana Lima", "Ben Okafor", "Cleo Park")
    world.ada.submits()
    world.ada.submits()
    return letters


def time_goes_on(world: World) -> None:
    world.time_leaps(timedelta(minutes=3))
    world.jobs_run()


def test_not_for_me_is_heeded_and_can_be_taken_back(world: World) -> None:
    invites(world.ada)
    world.ada.submits()
    world.jobs_run()
    world.ana.clicks("Not for me", on="dm")
    assert "I will not ask you again" in said(world.ana.messages()[-1])
    letters = Letters(world.ana)
    world.time_leaps(8 * DAY)
    world.jobs_run()
    assert letters.new == []
    world.ana.clicks("Changed my mind", on="dm")
    world.ana.opens_link().presses("Continue")
    world.ana.consents(ANA)
    world.ana.types("/calendar status")
    assert f"{ANA} is connected" in world.ana.answer


def test_who_does_not_answer_is_reminded_twice_in_their_hours_and_then_left_in_peace(world: World) -> None:
    invites(world.ada)
    world.ada.submits()
    world.jobs_run()
    letters = Letters(world.cleo)
    for _ in range(14 * 4):
        world.time_leaps(DAY / 4)
        world.jobs_run()
    texts = [message.text for message in letters.new]
    assert sum("A reminder: connect" in text or "replaced by a newer one" in text for text in texts) >= 1
    assert "The last reminder: connect" in texts[-1]
    assert len(texts) == 2
