"""manifest.yml declares what the code uses, and nothing more."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import yaml

from bot.domain.board import Board, Line, Look
from bot.domain.health import Cause, Health
from bot.domain.notices import (
    Card,
    Checkup,
    ConnectLink,
    ConsentRefused,
    DeclinedInvitation,
    Disconnected,
    ForeignAttempt,
    IncidentSeen,
    Invited,
    LinkReplaced,
    LinkUsed,
    Mended,
    Notice,
    Nudged,
    OperatorAlert,
    RoundProgress,
    Tick,
    TroubleOver,
    Unanswered,
)
from bot.domain.permissions import PERMISSIONS
from bot.domain.rollout import Audience, Choice, Stage
from bot.slack import answers, board_views, invite_views, messages, plans, views
from bot.slack.workspaces import BOT_SCOPES, REDIRECT_PATH
from handlers import http_slack, manifest
from tests.sandbox.slack.refusal import SlackRefused
from tests.sandbox.world import World, world_with
from tests.slack import appointment_samples, booking_samples
from tests.slack.samples import BROKEN_BY, NOW, STATUSES, fresh, menus, variations

ANA = "ana@acme.example"
SHIPPED: dict[str, Any] = yaml.safe_load(manifest.shipped())
SHORTCUTS = {each["callback_id"] for each in SHIPPED["features"]["shortcuts"]}
PLACEHOLDER = manifest.PLACEHOLDER


@pytest.fixture
def world(sqlite_database_url: str) -> Iterator[World]:
    with world_with(sqlite_database_url) as made:
        yield made


def registered(world: World) -> dict[str, set[str]]:
    """What listeners were registered for, read out of Bolt's matchers: it keeps no other list."""
    found: dict[str, set[str]] = {}
    for listener in world.bot.slack._async_listeners:  # noqa: SLF001 - as above
        for matcher in listener.matchers:
            match = inspect.getclosurevars(getattr(matcher, "func")).nonlocals["func"]  # noqa: B009 - untyped in Bolt
            for kind, name in inspect.getclosurevars(match).nonlocals.items():
                found.setdefault(kind, set()).add(str(name))
    return found


def drawn() -> list[Any]:
    """Everything the bot can draw, in every state."""
    cards = [
        messages.render(Card(status, offered, ticks=ticks))
        for status in STATUSES
        for offered in (None, menus(0), menus(3), menus(101))
        for ticks in ((), (Tick("See", None), Tick("Write", "No.")))
    ]
    notices: tuple[Notice, ...] = (
        *(ConnectLink("https://c.example/x", NOW, account) for account in (None, ANA)),
        *(LinkReplaced(), LinkUsed(ANA), ConsentRefused("cancelled", ANA, PERMISSIONS), ForeignAttempt("Eve")),
        *(Disconnected(ANA, revoked=revoked) for revoked in (True, False)),
        *watched(),
        *inviting(),
    )
    said = (
        *(answers.status(status) for status in STATUSES),
        *(answers.disconnect_question(status) for status in STATUSES),
        *(answers.help_text(admin=admin) for admin in (True, False)),
        *(answers.kept(), answers.disconnected(ANA), answers.link_sent(), answers.admins_only(), answers.released()),
        *(answers.open_invite(), answers.open_team(), answers.round_over()),
        *(answers.nothing_waits(), answers.nothing_to_remind(), answers.snoozed(NOW), examined()),
    )
    tabs = [views.home_view(status, offered, None) for status in STATUSES for offered in (None, menus(0), menus(101))]
    modals = [views.calendars_view(menus(count), status) for status in STATUSES for count in (0, 1, 101)]
    modals += rolled_out()
    others = [views.loading_view(), views.saving_view(), views.problem_view("No."), *map(views.saved_view, STATUSES)]
    said += (*appointment_samples.messages(), *booking_samples.messages())
    others += [*appointment_samples.windows(), *booking_samples.windows()]
    return [*(each.blocks for each in (*cards, *map(messages.render, notices), *said)), *tabs, *modals, *others]


def watched() -> Iterator[Notice]:
    """Everything that is said about outages and incidents."""
    for cause in Cause:
        yield from variations(fresh(cause))
        yield from (Mended(BROKEN_BY[cause], cause), TroubleOver(BROKEN_BY[cause], cause))
        yield Unanswered(BROKEN_BY[cause].who, ANA, cause, NOW)
    for release in ("i1", None):
        yield from (OperatorAlert("It broke.", "Mend it.", NOW, resolved, "", release) for resolved in (None, NOW))


def inviting() -> Iterator[Notice]:
    """Everything that is said about invitations."""
    for step in range(3):
        yield Invited("https://c.example/x", NOW, "U0ADA", step, "i1")
    yield from (Nudged(stage, "U0ADA", ANA, url) for stage in Stage for url in ("https://c.example/x", None))
    yield DeclinedInvitation()
    for state in ("running", "paused", "stopped", "finished"):
        yield RoundProgress("r1", state, 9, 5, 1, 1, None, (("U0ANA", "Unreachable"),))


def rolled_out() -> list[views.View]:
    """Every window of an admin's."""
    forms = [invite_views.form(Choice(audience)) for audience in Audience]
    previews = [invite_views.preview(Choice(Audience.EVERYONE), count, {}) for count in (0, 1, 5000)]
    return [*forms, *previews, invite_views.sent(3), invite_views.loading(), *(board_of(stage) for stage in Stage)]


def board_of(stage: Stage) -> views.View:
    """Its second page, of three."""
    line = Line("p1", "U0ANA", "Ana", ANA, False, stage, None, NOW, ANA, NOW, None)
    look = Look(stage, "ana", ("p0",))
    return board_views.board_view(Board(look, dict.fromkeys(Stage, 3), (line,), True, NOW, "Done."))


def examined() -> messages.Message:
    """The answer to `/calendar doctor` with something for an admin to decide."""
    seen = (IncidentSeen(f"i{holds}", "It broke.", "Mend it.", NOW, None, 7, holds=holds) for holds in (True, False))
    return answers.checkup(Checkup(tuple(seen), dict.fromkeys(Health, 1), NOW, 3))


def named(node: Any, name: str) -> set[str]:
    """Every value under this key, however deep."""
    if isinstance(node, dict):
        mine = {node[name]} if isinstance(node.get(name), str) else set()
        return mine.union(*(named(each, name) for each in node.values()))
    if isinstance(node, list | tuple):
        return set().union(*(named(each, name) for each in node))
    return set()


def with_key(node: Any, name: str) -> list[dict[str, Any]]:
    """Everything that has this key, however deep."""
    if isinstance(node, dict):
        return [*([node] if name in node else []), *(hit for each in node.values() for hit in with_key(each, name))]
    if isinstance(node, list | tuple):
        return [hit for each in node for hit in with_key(each, name)]
    return []


def test_commands_are_those_that_are_listened_to(world: World) -> None:
    declared = {each["command"] for each in SHIPPED["features"]["slash_commands"]}
    assert declared == registered(world)["command"]


def test_events_are_those_that_are_listened_to(world: World) -> None:
    declared = SHIPPED["settings"]["event_subscriptions"]["bot_events"]
    assert sorted(declared) == declared, "in order, so that a change is seen"
    assert {each.partition(".")[0] for each in declared} == registered(world)["event_type"]


def test_every_button_and_menu_that_can_be_drawn_is_listened_to_and_no_other(world: World) -> None:
    assert named(drawn(), "action_id") == registered(world)["constraints"]
    assert named(drawn(), "callback_id") == registered(world)["callback_id"] - SHORTCUTS


def test_a_button_that_only_opens_an_address_is_listened_to_as_well(world: World) -> None:
    """Slack tells us of the click all the same, and shows a warning when nobody takes it."""
    opening = {each["action_id"] for each in with_key(drawn(), "url")}
    assert opening
    assert opening <= registered(world)["constraints"]


def test_shortcuts_are_those_that_are_listened_to_and_no_workflow_step_is(world: World) -> None:
    assert {plans.SHORTCUT} == SHORTCUTS
    assert registered(world)["callback_id"] >= SHORTCUTS
    for each in SHIPPED["features"]["shortcuts"]:
        assert (each["type"], len(each["name"]) <= 24) == ("message", True)
    assert set(registered(world)) == {"command", "event_type", "constraints", "callback_id"}


def test_the_hint_names_the_words_that_help_names() -> None:
    (command,) = SHIPPED["features"]["slash_commands"]
    helped = re.findall(r"`/calendar (\w+)[ `]", answers.help_text(admin=False).text)
    assert command["usage_hint"].split(" | ") == helped
    assert command["should_escape"] is True


def test_bot_scopes_are_those_the_installer_asks_for() -> None:
    scopes = SHIPPED["oauth_config"]["scopes"]
    assert tuple(scopes["bot"]) == BOT_SCOPES == tuple(sorted(BOT_SCOPES))
    assert set(scopes["user"]) == {"openid", "email", "profile"}, "Sign in with Slack"


def test_every_bot_scope_is_needed(world: World) -> None:
    """Without any one of them Slack refuses something that people do."""
    world.slack.add_user_group("T0ACME", "S0SALES", "sales", ["U0ANA"], name="Sales")
    world.slack.add_channel("T0ACME", "C0SHUT", "shut", ["U0ADA"], bot_is_member=True, private=True)
    for scope in BOT_SCOPES:
        world.slack.install("T0ACME", set(BOT_SCOPES) - {scope})
        before = len(world.slack.journal)
        refused = _what_slack_refuses_a_person(world)
        calls = world.slack.journal[before:]
        missed = {call.response.get("needed") for call in calls if call.response.get("error") == "missing_scope"}
        assert scope in missed | refused, f"nothing needs {scope}"
        world.stop_bot()
        world.start_bot()  # it remembers opened conversations


def _what_slack_refuses_a_person(world: World) -> set[str]:
    """The scopes that are missed when somebody types, writes, and somebody else uses their link."""
    missed = set()
    for scope, act in (
        ("commands", lambda: world.ana.types("/calendar connect")),
        ("im:history", lambda: world.ana.types("connect")),
        # The e-mail address leads straight to Google; without it Sign in with Slack has to come first.
        ("users:read.email", lambda: _is_sent_to_google(world)),
        ("", lambda: world.cleo.consents("cleo@acme.example")),
        ("", lambda: _invites(world, "User groups", "invite_groups", "Sales (@sales)")),
        ("", lambda: _invites(world, "The members of channels", "invite_channels", "general")),
        ("", lambda: _invites(world, "The members of channels", "invite_channels", "shut")),
        ("", lambda: _downloads(world)),
    ):
        try:
            act()
        except (SlackRefused, AssertionError, requests.RequestException):
            missed.add(scope)
    return missed


def _invites(world: World, audience: str, menu: str, what: str) -> None:
    world.ada.types("/calendar invite")
    world.ada.chooses("invite_audience", audience)
    world.ada.chooses(menu, what)
    world.ada.submits()


def _downloads(world: World) -> None:
    world.ada.types("/calendar team")
    world.ada.clicks("Download CSV")


def _is_sent_to_google(world: World) -> None:
    assert world.cleo.browser.opens(world.ana.link).presses("Continue").address.startswith(world.google.base_url)


def test_nothing_that_people_do_needs_more(world: World) -> None:
    world.ana.types("/calendar connect")
    world.cleo.browser.opens(world.ana.link).presses("Continue")
    world.cleo.consents("cleo@acme.example")
    world.ana.connects_google(ANA)
    world.ana.picks(ANA, "Team")
    world.ana.opens_home()
    world.ana.types("/calendar calendars")
    world.ana.submits()
    world.ana.types("disconnect")
    refused = [call.method for call in world.slack.journal if not call.response["ok"]]
    assert refused == []


def test_addresses_are_those_that_are_served() -> None:
    slack = PLACEHOLDER + http_slack.PATH
    assert {each["url"] for each in SHIPPED["features"]["slash_commands"]} == {slack}
    assert SHIPPED["settings"]["event_subscriptions"]["request_url"] == slack
    interactivity = SHIPPED["settings"]["interactivity"]
    assert {interactivity["request_url"], interactivity["message_menu_options_url"]} == {slack}
    assert SHIPPED["oauth_config"]["redirect_urls"] == [PLACEHOLDER + REDIRECT_PATH]


def test_with_an_operators_address_nothing_is_left_of_ours() -> None:
    printed = manifest.for_address("https://calendar.acme.example/")
    assert PLACEHOLDER not in printed
    assert yaml.safe_load(printed.replace("https://calendar.acme.example", PLACEHOLDER)) == SHIPPED


def test_socket_mode_is_one_switch() -> None:
    assert (
        yaml.safe_load(manifest.for_address(PLACEHOLDER, socket_mode=True))["settings"]["socket_mode_enabled"] is True
    )
    assert SHIPPED["settings"]["socket_mode_enabled"] is False
