"""Slack's people, against the stand-in."""

import pytest

from bot.domain.people import Profile, Who
from bot.errors import NotAnEmployee, OperatorMustMend, SlackRefusesApp, SlackUnavailable
from bot.slack.directory import home_team
from tests.sandbox.faults import Fault
from tests.slack.rig import TEAM, Rig
from tests.slack.samples import ANA


def test_a_profile_says_who_somebody_is(slack: Rig) -> None:
    assert slack.directory.profile(ANA) == Profile(
        who=ANA,
        name="Ana Lima",
        email="ana@acme.example",
        email_confirmed=True,
        time_zone="Europe/Lisbon",
        locale="pt-PT",
        is_guest=False,
        is_admin=False,
        is_bot=False,
        deleted=False,
        home_team_id=TEAM,
    )


def test_admins_and_guests_are_told_apart(slack: Rig) -> None:
    ada, gus = (slack.directory.profile(Who(TEAM, user_id)) for user_id in ("U0ADA", "U0GUS"))
    assert (ada.is_admin, ada.is_guest) == (True, False)
    assert (gus.is_admin, gus.is_guest) == (False, True)


def test_only_an_explicit_no_makes_an_address_unconfirmed(slack: Rig) -> None:
    unsure = {"name": "Una Unsure", "email": "una@acme.example", "tz": "Europe/Oslo"}
    slack.standin.add_user(TEAM, "U0UNA", **unsure, email_confirmed=False)
    assert slack.directory.profile(Who(TEAM, "U0UNA")).email_confirmed is False
    silent = {"id": "U0ANA", "profile": {"real_name": "Ana", "email": "ana@acme.example"}}
    slack.standin.script.add(Fault("users.info", status=200, body={"ok": True, "user": silent}))
    assert slack.directory.profile(ANA).email_confirmed is True


@pytest.mark.parametrize("zone", [None, "", "Europe/Atlantis", "../../etc/passwd", "Europe", "/UTC", 7, "x\0"])
def test_a_time_zone_nobody_knows_is_utc(slack: Rig, zone: object) -> None:
    user = {"id": "U0ANA", "tz": zone, "profile": {"real_name": "Ana"}}
    slack.standin.script.add(Fault("users.info", status=200, body={"ok": True, "user": user}))
    assert slack.directory.profile(ANA).time_zone == "UTC"


def test_a_stranger_from_another_workspace_is_a_guest_with_a_home_elsewhere(slack: Rig) -> None:
    stranger = {"id": "U0ANA", "team_id": "T0OTHER", "is_stranger": True, "profile": {"display_name": "Stranger"}}
    slack.standin.script.add(Fault("users.info", status=200, body={"ok": True, "user": stranger}))
    profile = slack.directory.profile(ANA)
    assert (profile.is_guest, profile.home_team_id, profile.email) == (True, "T0OTHER", None)


def test_slackbot_is_a_bot_whatever_slack_says(slack: Rig) -> None:
    body = {"ok": True, "user": {"id": "USLACKBOT", "is_bot": False, "profile": {"real_name": "Slackbot"}}}
    slack.standin.script.add(Fault("users.info", status=200, body=body))
    assert slack.directory.profile(Who(TEAM, "USLACKBOT")).is_bot


def test_somebody_slack_does_not_know_is_no_employee(slack: Rig) -> None:
    with pytest.raises(NotAnEmployee):
        slack.directory.profile(Who(TEAM, "U0NOBODY"))


def test_people_are_found_by_their_address(slack: Rig) -> None:
    assert slack.directory.find_by_email(TEAM, "ana@acme.example") == ANA
    assert slack.directory.find_by_email(TEAM, "nobody@acme.example") is None


def test_the_workspaces_name_is_asked_for_once(slack: Rig) -> None:
    assert [slack.directory.team_name(TEAM), slack.directory.team_name(TEAM)] == ["Acme", "Acme"]
    assert len(slack.calls("auth.test")) == 1


def test_owners_are_found_on_whichever_page_they_stand(slack: Rig) -> None:
    for number in range(450):
        more = {"name": f"P {number}", "email": f"p{number}@acme.example", "tz": "Europe/Rome"}
        slack.standin.add_user(TEAM, f"U1{number:04}", **more, owner=number == 449)
    gone = {"name": "Old Owner", "email": "old@acme.example", "tz": "Europe/Rome"}
    slack.standin.add_user(TEAM, "U2OLD", **gone, owner=True, deleted=True)
    assert set(slack.directory.owners(TEAM)) == {Who(TEAM, "U0ADA"), Who(TEAM, "U10449")}
    assert len(slack.calls("users.list")) == 3


def test_a_token_tells_its_workspace(slack: Rig) -> None:
    assert home_team(slack.api_url, slack.tokens[TEAM]) == TEAM
    with pytest.raises(OperatorMustMend):
        home_team(slack.api_url, "xoxb-made-up")


def test_a_missing_scope_is_named_for_the_operator(slack: Rig) -> None:
    slack.tokens[TEAM] = slack.standin.install(TEAM, ["chat:write"])
    with pytest.raises(SlackRefusesApp) as refused:
        slack.directory.profile(ANA)
    assert (refused.value.code, refused.value.needed) == ("missing_scope", "users:read")


@pytest.mark.parametrize(
    "fault",
    [
        Fault("users.info", status=429, headers={"Retry-After": "30"}, body={"ok": False, "error": "ratelimited"}),
        Fault("users.info", status=200, body={"ok": False, "error": "ratelimited"}),
        Fault("users.info", status=503, body="<html>busy</html>"),
        Fault("users.info", status=200, body="<html>Log in to the hotel's network</html>"),
        Fault("users.info", status=200, body=[1, 2]),
        Fault("users.info", status=200, body=""),
        Fault("users.info", status=200, body={"ok": True}),
        Fault("users.info", status=200, body={"ok": True, "user": "U0ANA"}),
        Fault("users.info", status=200, body={"ok": False, "error": "fatal_error"}),
        Fault("users.info", status=200, body={"ok": False, "error": "never_heard_of"}),
        Fault("users.info", status=200, body={"ok": False}),
        Fault("users.info", kind="drop"),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}-{str(fault.body)[:30]}",
)
def test_whatever_else_goes_wrong_is_worth_another_try(slack: Rig, fault: Fault) -> None:
    slack.standin.script.add(fault)
    with pytest.raises(SlackUnavailable):
        slack.directory.profile(ANA)
    assert slack.directory.profile(ANA).name == "Ana Lima"


def test_no_failure_carries_the_token_or_what_slack_said(slack: Rig) -> None:
    token = slack.tokens[TEAM]
    for body in ({"ok": False, "error": "canary <html> text"}, "canary", {"ok": False, "error": "missing_scope"}):
        slack.standin.script.add(Fault("users.info", status=200, body=body))
        with pytest.raises((SlackUnavailable, OperatorMustMend)) as failed:
            slack.directory.profile(ANA)
        error = failed.value
        told = f"{error!r} {error} {vars(error)} {getattr(error, '__notes__', '')}"
        assert "canary" not in told
        assert token not in told
        assert error.__suppress_context__
