"""Speaking to people, against the stand-in: what arrives, what is asked of Slack, and what a refusal becomes."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.notices import Card, ConnectLink, LinkReplaced, Menus, MessageRef, OperatorAlert
from bot.domain.people import Who
from bot.domain.picks import Picks
from bot.errors import OperatorMustMend, SlackRefusesApp, SlackUnavailable, Unreachable
from bot.slack import views
from bot.slack.answers import link_sent, status
from bot.slack.notifier import opened_view
from bot.slack.workspaces import BOT_SCOPES
from tests.sandbox.faults import Fault
from tests.slack.rig import TEAM, Rig
from tests.slack.samples import ANA, CONNECTED, NOBODY, NOW, offered

LINK = ConnectLink("https://calendar.example.com/connect/secret", NOW)


def test_a_notice_arrives_as_a_direct_message_without_link_previews(slack: Rig) -> None:
    sent = slack.notifier.tell(ANA, LINK)
    (message,) = slack.standin.dm("U0ANA")
    assert (message.channel, message.ts) == (sent.channel, sent.ts)
    assert (message.unfurl_links, message.unfurl_media) == (False, False)
    assert "Connect your Google Calendar" in message.text


def test_the_conversation_is_opened_once(slack: Rig) -> None:
    slack.notifier.tell(ANA, LINK)
    slack.notifier.tell(ANA, LinkReplaced())
    assert len(slack.calls("conversations.open")) == 1


def test_a_conversation_that_is_gone_is_opened_again(slack: Rig) -> None:
    slack.notifier.tell(ANA, LINK)
    slack.standin.script.add(Fault("chat.postMessage", status=200, body={"ok": False, "error": "channel_not_found"}))
    slack.notifier.tell(ANA, LinkReplaced())
    assert len(slack.standin.dm("U0ANA")) == 2
    assert len(slack.calls("conversations.open")) == 2


def test_a_message_is_changed_where_it_stands(slack: Rig) -> None:
    sent = slack.notifier.tell(ANA, LINK)
    assert slack.notifier.edit(TEAM, sent, LinkReplaced())
    (message,) = slack.standin.dm("U0ANA")
    assert message.edited
    assert "replaced by a newer one" in message.text
    assert not [block for block in message.blocks if block["type"] == "actions"]


@pytest.mark.parametrize("error", ["message_not_found", "cant_update_message", "edit_window_closed"])
def test_what_can_no_longer_be_changed_is_no_failure(slack: Rig, error: str) -> None:
    sent = slack.notifier.tell(ANA, LINK)
    slack.standin.script.add(Fault("chat.update", status=200, body={"ok": False, "error": error}))
    assert slack.notifier.edit(TEAM, sent, LinkReplaced()) is False


def test_messages_that_may_not_be_edited_any_more_stay_as_they_are(slack: Rig) -> None:
    sent = slack.notifier.tell(ANA, LINK)
    slack.standin.refuse_edits()
    assert slack.notifier.edit(TEAM, sent, LinkReplaced()) is False
    slack.standin.refuse_edits(None)
    assert slack.notifier.edit(TEAM, sent, LinkReplaced()) is True


def test_a_message_that_never_was_is_not_changed(slack: Rig) -> None:
    sent = slack.notifier.tell(ANA, LINK)
    assert slack.notifier.edit(TEAM, MessageRef(sent.channel, "1.1"), LinkReplaced()) is False


def test_operators_are_told_in_their_channel_or_it_is_said_that_they_cannot(slack: Rig) -> None:
    slack.standin.add_channel(TEAM, "C0OPS", "ops", ["U0ADA"], bot_is_member=True)
    slack.standin.add_channel(TEAM, "C0SHUT", "shut", ["U0ADA"])
    alert = OperatorAlert("Google refuses our client secret.", "Set GOOGLE_CLIENT_SECRET.")
    slack.notifier.tell_channel(TEAM, "C0OPS", alert)
    (message,) = slack.standin.channel("C0OPS")
    assert "Set GOOGLE_CLIENT_SECRET." in message.text
    with pytest.raises(Unreachable):
        slack.notifier.tell_channel(TEAM, "C0SHUT", alert)
    closed = {"ok": False, "error": "restricted_action_read_only_channel"}
    slack.standin.script.add(Fault("chat.postMessage", status=200, body=closed))
    with pytest.raises(Unreachable):  # one channel: no reason to fall silent everywhere
        slack.notifier.tell_channel(TEAM, "C0OPS", alert)
    slack.standin.refuse_token(TEAM)
    with pytest.raises(SlackRefusesApp):
        slack.notifier.tell_channel(TEAM, "C0OPS", alert)


def test_somebody_who_left_is_unreachable(slack: Rig) -> None:
    left = {"name": "Lea Left", "email": "lea@acme.example", "tz": "Europe/Paris"}
    slack.standin.add_user(TEAM, "U0LEFT", **left, deleted=True)
    for user_id in ("U0LEFT", "U0NOBODY"):
        with pytest.raises(Unreachable):
            slack.notifier.tell(Who(TEAM, user_id), LINK)


def test_a_refused_layout_still_arrives_as_text(slack: Rig) -> None:
    refused = {"ok": False, "error": "invalid_blocks"}
    slack.standin.script.add(Fault("chat.postMessage", status=200, body=refused))
    sent = slack.notifier.tell(ANA, Card(CONNECTED))
    (message,) = slack.standin.dm("U0ANA")
    assert "ana@acme.example is connected." in message.text
    assert not message.blocks
    slack.standin.script.add(Fault("chat.update", status=200, body=refused))
    assert slack.notifier.edit(TEAM, sent, LinkReplaced())
    assert not slack.standin.dm("U0ANA")[0].blocks


def test_a_removed_app_is_the_operators_matter(slack: Rig) -> None:
    slack.standin.uninstall(TEAM)
    with pytest.raises(OperatorMustMend):
        slack.notifier.tell(ANA, LINK)


def test_a_workspace_that_installed_again_is_spoken_to_with_its_new_token(slack: Rig) -> None:
    slack.notifier.tell(ANA, LINK)
    slack.standin.uninstall(TEAM)
    slack.tokens[TEAM] = slack.standin.install(TEAM, ["chat:write", "im:write"])
    slack.notifier.tell(ANA, LinkReplaced())
    assert len(slack.standin.dm("U0ANA")) == 2


@pytest.mark.parametrize("code", ["token_revoked", "invalid_auth", "account_inactive"])
def test_a_dead_token_is_well_again_when_slack_takes_it(slack: Rig, code: str) -> None:
    slack.notifier.well(TEAM)
    slack.standin.refuse_token(TEAM, code)
    with pytest.raises(SlackRefusesApp) as refused:
        slack.notifier.well(TEAM)
    assert refused.value.code == code
    slack.standin.accept_token(TEAM)
    slack.notifier.well(TEAM)


def test_a_token_without_all_its_scopes_is_not_well(slack: Rig) -> None:
    slack.tokens[TEAM] = slack.standin.install(TEAM, set(BOT_SCOPES) - {"im:history", "users:read"})
    with pytest.raises(SlackRefusesApp) as refused:
        slack.notifier.well(TEAM)
    assert (refused.value.code, refused.value.needed) == ("missing_scope", "im:history,users:read")
    slack.tokens[TEAM] = slack.standin.install(TEAM, set(BOT_SCOPES) - {"commands"})
    slack.notifier.well(TEAM)


def test_whether_it_is_well_cannot_be_said_while_slack_is_away(slack: Rig) -> None:
    slack.standin.script.add(Fault("auth.test", status=503))
    with pytest.raises(SlackUnavailable):
        slack.notifier.well(TEAM)


def test_slack_says_how_long_to_wait_between_messages(slack: Rig) -> None:
    slack.standin.limits.on = True
    slack.notifier.tell(ANA, LINK)
    with pytest.raises(SlackUnavailable) as failed:
        slack.notifier.tell(ANA, LinkReplaced())
    assert (failed.value.retry_after, failed.value.lost) == (1, False)
    slack.clock.advance(timedelta(seconds=1))
    slack.notifier.tell(ANA, LinkReplaced())
    assert len(slack.standin.dm("U0ANA")) == 2


def test_nothing_is_posted_twice_when_nobody_knows_whether_it_arrived(slack: Rig) -> None:
    slack.notifier.tell(ANA, LINK)
    slack.standin.script.add(Fault("chat.postMessage", status=503, when="after"))
    with pytest.raises(SlackUnavailable):
        slack.notifier.tell(ANA, LinkReplaced())
    assert len(slack.standin.dm("U0ANA")) == 2


def test_the_home_tab_is_drawn_with_menus_that_work(slack: Rig) -> None:
    slack.notifier.publish_home(ANA, CONNECTED, Menus(offered(300), Picks(), {}), None)
    home = slack.standin.home("U0ANA")
    assert home is not None
    assert [block["block_id"] for block in home["blocks"] if block.get("accessory", {}).get("min_query_length") == 0]


def test_a_modal_is_opened_filled_and_forgotten_when_closed(slack: Rig) -> None:
    trigger_id = slack.standin.state.triggers.issue(TEAM, "U0ANA")
    client = AsyncWebClient(slack.tokens[TEAM], base_url=slack.api_url)
    view_id = asyncio.run(opened_view(client, trigger_id, views.loading_view()))
    assert view_id
    assert slack.notifier.update_view(TEAM, view_id, views.problem_view("No calendars."))
    assert "No calendars." in str(slack.standin.modals("U0ANA"))
    assert slack.notifier.update_view(TEAM, "V0GONE", views.loading_view()) is False


def test_a_click_that_is_too_old_or_an_answer_that_is_garbage_opens_no_modal(slack: Rig) -> None:
    client = AsyncWebClient(slack.tokens[TEAM], base_url=slack.api_url)
    assert asyncio.run(opened_view(client, "1.2.old", views.loading_view())) is None
    bodies: tuple[Any, ...] = ("<html>", [1], {"ok": True})
    for body in bodies:
        slack.standin.script.add(Fault("views.open", status=200, body=body))
        assert asyncio.run(opened_view(client, "1.2.old", views.loading_view())) is None


def test_an_answer_is_shown_to_the_person_alone(slack: Rig) -> None:
    url = _response_url(slack)
    assert slack.notifier.answer(url, status(NOBODY))
    (message,) = slack.standin.ephemerals("U0ANA")
    assert "No Google Calendar is connected." in message.text
    assert not slack.standin.faults


def test_an_answer_that_comes_too_late_or_nowhere_is_no_failure(slack: Rig) -> None:
    url = _response_url(slack)
    for _ in range(5):
        assert slack.notifier.answer(url, link_sent())
    assert slack.notifier.answer(url, link_sent()) is False
    assert slack.notifier.answer("https://evil.example/response/1", link_sent()) is False
    slack.standin.script.add(Fault("/response/", kind="drop"))
    assert slack.notifier.answer(url, link_sent()) is False


def _response_url(slack: Rig) -> str:
    """A command reaches nobody here, but the address to answer it at has been handed out."""
    slack.standin.point_at("http://127.0.0.1:9")
    slack.standin.command("U0ANA", "/calendar status")
    slack.standin.faults.clear()
    return f"{slack.standin.base_url}/response/{next(iter(slack.standin.state.response_urls))}"
