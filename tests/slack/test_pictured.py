"""Modals and messages with pictures in them, and modals that several clicks draw at once."""

import pytest

from bot.domain.board import Board, Line, Look
from bot.domain.health import Cause
from bot.domain.notices import WeeklyDigest
from bot.domain.rollout import Stage
from bot.domain.tallies import Change, Chart, NoChart
from bot.slack import board_views
from bot.slack.messages import render
from bot.slack.uploads import upload_png
from tests.sandbox.slack.blocks import check_message, check_view
from tests.slack.rig import TEAM, Rig
from tests.slack.samples import HOSTILE, NOW, texts
from tests.standins.slack_pictures import png

BOARD = Board(Look(), {Stage.CONNECTED: 49_999, Stage.BROKEN: 1}, (), more=False, now=NOW)


def opened(rig: Rig) -> tuple[str, str]:
    """A modal that Ada has open: its id, and its hash."""
    trigger_id = rig.standin.state.triggers.issue(TEAM, "U0ADA")
    view = board_views.loading()
    made = rig.clients.of(TEAM).views_open(trigger_id=trigger_id, view=view)["view"]
    return made["id"], made["hash"]


def shown(rig: Rig) -> str:
    return str(rig.standin.modals("U0ADA")[-1]["blocks"])


def a_chart(file_id: str) -> Chart:
    return Chart(file_id, "12 of 40 connected", NOW)


def test_a_modal_that_another_click_has_changed_since_is_left_as_it_is(slack: Rig) -> None:
    view_id, seen = opened(slack)
    first, second = (board_views.refused(sentence) for sentence in ("First.", "Second."))
    assert slack.notifier.update_view(TEAM, view_id, first, seen=seen)
    assert not slack.notifier.update_view(TEAM, view_id, second, seen=seen)
    pictured = board_views.board_view(BOARD, a_chart("F0"))
    slack.notifier.update_pictured(TEAM, view_id, pictured, second, seen=seen)
    assert "First." in shown(slack)


@pytest.mark.parametrize("ready", [True, False])
def test_a_picture_is_shown_or_left_out_of_modals_and_messages_alike(slack: Rig, ready: bool) -> None:
    file_id = upload_png(slack.clients, TEAM, png(), "a.png", "A", "A")
    if not ready:
        file_id = "F0GONE"
    view_id, seen = opened(slack)
    views = [board_views.board_view(BOARD, chart) for chart in (a_chart(file_id), NoChart.NOT_NOW)]
    assert slack.notifier.update_pictured(TEAM, view_id, views[0], views[1], seen=seen) is ready
    assert (file_id in shown(slack), "The chart is not there yet." in shown(slack)) == (ready, not ready)

    slack.standin.add_channel(TEAM, "C0OPS", "ops", ["U0ADA"], bot_is_member=True)
    digest = WeeklyDigest(BOARD.counts, None, (), a_chart(file_id))
    slack.notifier.tell_channel(TEAM, "C0OPS", digest)
    (message,) = slack.standin.channel("C0OPS")
    assert [block["type"] for block in message.blocks].count("image") == ready
    assert message.blocks[0]["type"] == "header"


@pytest.mark.parametrize("name", HOSTILE)
def test_slack_takes_every_digest_and_every_board_with_a_chart(name: str) -> None:
    broken = tuple(
        Line(str(number), "U0ANA", name, name, False, Stage.BROKEN, cause, NOW, name, None, None)
        for number, cause in enumerate((*list(Cause)[:4], None))
    )
    chart = Chart("F0123456789", "x" * 5000, NOW)
    for change in (None, Change(NOW.date(), 0, 0, 0), Change(NOW.date(), 50_000, -3, 1)):
        message = render(WeeklyDigest(dict.fromkeys(Stage, 50000), change, broken, chart))
        check_message(message.payload)
        assert not [text for text in texts(message.payload) if "<!channel>" in text or "<!here>" in text]
    for look in (chart, *NoChart, None):
        check_view(board_views.board_view(BOARD, look))
