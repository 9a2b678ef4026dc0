"""A message that bears a mark can be found again, so that nobody is told twice what nobody knows to have arrived."""

from datetime import timedelta

import pytest

from bot.domain.notices import ConnectLink, LinkReplaced, MessageRef, OperatorAlert
from bot.domain.people import Who
from bot.errors import SlackRefusesApp, SlackUnavailable, Unreachable
from bot.slack.workspaces import BOT_SCOPES
from tests.sandbox.faults import Fault
from tests.sandbox.slack.people import Installation
from tests.sandbox.slack.posting import post
from tests.slack.rig import TEAM, Rig
from tests.slack.samples import ANA, NOW

LINK = ConnectLink("https://calendar.example.com/connect/secret", NOW)
MARK = "reminder:7:1:0"
A_DAY = timedelta(days=1)


def test_a_mark_goes_along_unseen(slack: Rig) -> None:
    sent = slack.notifier.tell(ANA, LINK, mark=MARK)
    (message,) = slack.standin.marked("U0ANA", MARK)
    assert message.ts == sent.ts
    assert message.metadata == {"event_type": "calendar_bot_notice", "event_payload": {"mark": MARK}}
    assert MARK not in f"{message.text}{message.blocks}"


def test_a_message_without_a_mark_has_no_metadata(slack: Rig) -> None:
    slack.notifier.tell(ANA, LINK)
    assert slack.standin.dm("U0ANA")[0].metadata is None


def test_an_alert_bears_its_mark_too(slack: Rig) -> None:
    slack.standin.add_channel(TEAM, "C0OPS", "ops", ["U0ADA"], bot_is_member=True)
    slack.notifier.tell_channel(TEAM, "C0OPS", OperatorAlert("What.", "Mend."), mark="incident:1")
    (message,) = slack.standin.channel("C0OPS")
    assert (message.metadata or {})["event_payload"] == {"mark": "incident:1"}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_message_whose_answer_was_lost_is_found_if_it_arrived(slack: Rig, when: str) -> None:
    began = slack.clock.now()
    slack.standin.script.add(Fault("chat.postMessage", kind="drop", when="after" if when == "after" else "before"))
    with pytest.raises(SlackUnavailable) as failed:
        slack.notifier.tell(ANA, LINK, mark=MARK)
    assert failed.value.lost
    found = slack.notifier.find(ANA, MARK, began)
    arrived = [MessageRef(each.channel, each.ts) for each in slack.standin.marked("U0ANA", MARK)]
    assert ([found] if found else []) == arrived
    assert len(arrived) == (when == "after")


def test_another_mark_is_another_message(slack: Rig) -> None:
    slack.notifier.tell(ANA, LINK, mark=MARK)
    second = slack.notifier.tell(ANA, LINK, mark="reminder:7:1:1")
    slack.notifier.tell(ANA, LINK)
    began = slack.clock.now() - A_DAY
    assert slack.notifier.find(ANA, "reminder:7:1:1", began) == second
    assert slack.notifier.find(ANA, "reminder:7:1", began) is None
    assert slack.notifier.find(ANA, "", began) is None


def test_nobody_elses_message_is_taken_for_ours(slack: Rig) -> None:
    """Other apps may answer in this conversation, and may copy what they saw."""
    slack.notifier.tell(ANA, LinkReplaced())
    other = Installation("xoxb-other", frozenset(), "UOTHER", "BOTHER")
    copied = {"text": "x", "metadata": {"event_type": "calendar_bot_notice", "event_payload": {"mark": MARK}}}
    post(slack.standin.state, "D0ANA", other, copied)
    assert slack.notifier.find(ANA, MARK, slack.clock.now() - A_DAY) is None


def test_a_message_is_found_however_far_back_it_stands(slack: Rig) -> None:
    """Slack may answer with fewer than were asked for, so the last page is the one without a cursor."""
    began = slack.clock.now()
    sent = slack.notifier.tell(ANA, LINK, mark=MARK)
    for _ in range(45):
        slack.notifier.tell(ANA, LinkReplaced())
    slack.standin.state.longest_page = 20
    assert slack.notifier.find(ANA, MARK, began) == sent
    assert len(slack.calls("conversations.history")) == 3


def test_what_was_said_before_is_not_read(slack: Rig) -> None:
    slack.notifier.tell(ANA, LINK, mark=MARK)
    slack.clock.advance(timedelta(hours=25))
    assert slack.notifier.find(ANA, MARK, slack.clock.now()) is None


def test_clocks_may_be_hours_apart(slack: Rig) -> None:
    sent = slack.notifier.tell(ANA, LINK, mark=MARK)
    assert slack.notifier.find(ANA, MARK, slack.clock.now() + timedelta(hours=2)) == sent


def test_a_process_that_has_just_started_finds_it_too(slack: Rig) -> None:
    sent = slack.notifier.tell(ANA, LINK, mark=MARK)
    assert slack.anew().find(ANA, MARK, slack.clock.now() - A_DAY) == sent


def test_an_edited_message_keeps_its_mark(slack: Rig) -> None:
    sent = slack.notifier.tell(ANA, LINK, mark=MARK)
    assert slack.notifier.edit(TEAM, sent, LinkReplaced())
    assert slack.notifier.find(ANA, MARK, slack.clock.now() - A_DAY) == sent


@pytest.mark.parametrize(
    "body",
    ["", "<html>", [1], {"ok": True}, {"ok": True, "messages": {}}, {"ok": False, "error": "fatal_error"}],
    ids=str,
)
def test_an_answer_that_cannot_be_read_does_not_mean_that_there_is_none(
    slack: Rig, body: str | dict[str, object] | list[object]
) -> None:
    slack.notifier.tell(ANA, LINK, mark=MARK)
    slack.standin.script.add(Fault("conversations.history", status=200, body=body))
    with pytest.raises(SlackUnavailable):
        slack.notifier.find(ANA, MARK, slack.clock.now() - A_DAY)


def test_history_that_we_may_not_read_is_the_operators_matter(slack: Rig) -> None:
    slack.tokens[TEAM] = slack.standin.install(TEAM, set(BOT_SCOPES) - {"im:history"})
    with pytest.raises(SlackRefusesApp) as refused:
        slack.notifier.find(ANA, MARK, slack.clock.now())
    assert (refused.value.code, refused.value.needed) == ("missing_scope", "im:history")


def test_the_history_of_somebody_who_left_is_out_of_reach(slack: Rig) -> None:
    left = {"name": "Lea Left", "email": "lea@acme.example", "tz": "Europe/Paris"}
    slack.standin.add_user(TEAM, "U0LEFT", **left, deleted=True)
    with pytest.raises(Unreachable):
        slack.notifier.find(Who(TEAM, "U0LEFT"), MARK, slack.clock.now())


@pytest.mark.parametrize("code", ["metadata_too_large", "invalid_metadata_schema"])
def test_a_refused_mark_is_left_out_rather_than_the_message(slack: Rig, code: str) -> None:
    slack.standin.script.add(Fault("chat.postMessage", status=200, body={"ok": False, "error": code}))
    slack.notifier.tell(ANA, LINK, mark=MARK)
    (message,) = slack.standin.dm("U0ANA")
    assert message.metadata is None
    assert message.blocks, "the layout was not what Slack refused"


def test_a_message_in_plain_text_keeps_its_mark(slack: Rig) -> None:
    slack.standin.script.add(Fault("chat.postMessage", status=200, body={"ok": False, "error": "invalid_blocks"}))
    slack.notifier.tell(ANA, LINK, mark=MARK)
    assert not slack.standin.marked("U0ANA", MARK)[0].blocks


def test_a_message_that_slack_refuses_in_any_form_was_not_told(slack: Rig) -> None:
    refused = {"ok": False, "error": "invalid_blocks"}
    slack.standin.script.add(Fault("chat.postMessage", status=200, body=refused, times=2))
    with pytest.raises(SlackUnavailable) as failed:
        slack.notifier.tell(ANA, LINK, mark=MARK)
    assert not failed.value.lost
