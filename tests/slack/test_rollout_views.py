"""Inviting and the board as Slack takes them: every variation, long and hostile names, within the limits."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.board import PAGE, Board, Line, Look, Nudging
from bot.domain.health import Cause
from bot.domain.notices import DeclinedInvitation, Invited, Notice, Nudged, RoundProgress
from bot.domain.rollout import Audience, Choice, Left, Stage
from bot.slack import board_views, invitations, invite_views, stages
from bot.slack.messages import render
from tests.sandbox.slack.blocks import check_message, check_options, check_view
from tests.slack.samples import HOSTILE, NOW, elements, texts

LINK = "https://calendar.example.com/connect/secret"


def line(name: str = "Ana Lima", stage: Stage = Stage.INVITED, cause: Cause | None = None, number: int = 0) -> Line:
    return Line(f"{number:032}", "U0ANA", name, name, False, stage, cause, NOW, name, NOW, None)


def board(*lines: Line, look: Look = Look(), counts: dict[Stage, int] | None = None) -> Board:  # noqa: B008 - frozen
    return Board(look, {Stage.INVITED: 3} if counts is None else counts, lines, True, NOW, "Done.")


def progress(state: str, sent: int, unreachable: int = 0, total: int = 5000) -> RoundProgress:
    named = tuple((f"U{number:05}", "Unreachable") for number in range(min(unreachable, 30)))
    return RoundProgress("r1", state, total, sent, 0, unreachable, timedelta(minutes=90), named)


def said(notice: Notice) -> str:
    return "\n".join(texts(render(notice).payload))


@pytest.mark.parametrize("name", HOSTILE)
def test_slack_takes_every_message_and_nothing_hostile_gets_through(name: str) -> None:
    notices: list[Notice] = [
        *(Invited(LINK, NOW, name, step, "i1") for step in (0, 1, 2, 9)),
        *(Nudged(stage, name, name, url, NOW) for stage in Stage for url in (LINK, None)),
        DeclinedInvitation(),
        replace(progress("finished", 1, 1), unreached=((name, name),)),
    ]
    for notice in notices:
        check_message(render(notice).payload)


@pytest.mark.parametrize("name", HOSTILE)
def test_slack_takes_every_window(name: str) -> None:
    lines = [line(name, stage, cause) for stage in Stage for cause in (None, *Cause)]
    for each in lines:
        check_view(board_views.board_view(board(each, look=Look(each.stage, name[:100]))), "modal")
    full = tuple(line(name, Stage.BROKEN, Cause.ADMIN_POLICY, number) for number in range(PAGE))
    check_view(board_views.board_view(board(*full, counts=dict.fromkeys(Stage, 1_000_000))), "modal")
    check_view(board_views.board_view(board(counts={})), "modal")
    check_view({"type": "home", "blocks": board_views.on_home(dict.fromkeys(Stage, 7))}, "home")
    for refused in (board_views.refused(name), invite_views.refused(name)):
        check_view(refused, "modal")
    check_options(invite_views.groups_answer({f"S{number}": f"{name} {number}" for number in range(300)}))


def test_slack_takes_every_form_and_every_preview() -> None:
    ids = tuple(f"U{number:010}" for number in range(100))
    for audience in Audience:
        choice = Choice(audience, ids, with_guests=True, again=True)
        check_view(invite_views.form(choice), "modal")
        view = invite_views.preview(choice, 50_000, dict.fromkeys(Left, 1000))
        check_view(view, "modal")
        assert invite_views.load(view["private_metadata"]) == choice
    for waiting in (invite_views.loading(), invite_views.counting(), invite_views.starting(), invite_views.sent(5000)):
        check_view(waiting, "modal")


@pytest.mark.parametrize("garbage", ["", "{}", "[1]", "null", '["everybody",[],0,0]', '["people",7,0,0]', None])
def test_a_view_that_was_tampered_with_means_nobody(garbage: object) -> None:
    assert invite_views.load(garbage) == Choice(Audience.PEOPLE)
    assert board_views.load(garbage) == Look()


@pytest.mark.parametrize("garbage", [None, [], {"invite_audience": 7}, {"invite_people": {"invite_people": None}}])
def test_a_form_that_says_nothing_is_read_as_nothing_more_than_it_says(garbage: object) -> None:
    assert invite_views.read(garbage) == Choice(Audience.EVERYONE)
    assert board_views.read_search(garbage) == ""


def test_the_look_goes_along_with_the_view_however_deep() -> None:
    look = Look(Stage.BROKEN, "é" * 100)
    for number in range(500):
        look = look.after(f"{number:032}")
    view = board_views.board_view(board(line(), look=look))
    check_view(view, "modal")
    assert board_views.load(view["private_metadata"]) == look
    assert look.before().trail == look.trail[:-1]


def test_the_bar_is_full_only_when_nothing_is_left() -> None:
    bars = [invitations.bar(done, 5000) for done in (0, 1, 4999, 5000)]
    assert [bar.count("█") for bar in bars] == [0, 1, 19, 20]
    assert [bar.rpartition(" ")[2] for bar in bars] == ["0%", "0%", "99%", "100%"]


def test_the_boards_bar_is_as_long_whoever_stands_in_it() -> None:
    for counts in ({Stage.INVITED: 1}, dict.fromkeys(Stage, 1), {Stage.CONNECTED: 49_999, Stage.BROKEN: 1}):
        bar = stages.summary(counts).partition("\n")[0]
        assert bar.count("_square:") == 20
    assert ":large_red_square:" in stages.summary({Stage.CONNECTED: 49_999, Stage.BROKEN: 1}).partition("\n")[0]


def test_progress_says_what_is_true_and_offers_what_can_be_done() -> None:
    assert "1,200 of 5,000 invited · 3 could not be reached" in said(progress("running", 1200, 3))
    assert "About 1 hour 30 minutes left" in said(progress("running", 1200))
    offered = {
        state: [each["action_id"] for each in elements(render(progress(state, 1)).payload)]
        for state in ("running", "paused", "stopped", "finished")
    }
    assert offered == {
        "running": ["round_pause", "round_stop"],
        "paused": ["round_resume", "round_stop"],
        "stopped": [],
        "finished": [],
    }
    assert "<@U00029>: Slack does not let me write to them" in said(progress("finished", 1, 100))
    assert "and 70 more" in said(progress("finished", 1, 100))


def test_the_address_stands_in_the_button_alone() -> None:
    for notice in (Invited(LINK, NOW, "U0ADA", 0, "i1"), Nudged(Stage.INVITED, "U0ADA", None, LINK, NOW)):
        assert LINK not in render(notice).text
        assert [each["url"] for each in elements(render(notice).payload) if "url" in each] == [LINK]


def test_who_was_asked_today_has_no_button() -> None:
    asked = replace(line(), nudged_at=NOW - timedelta(hours=23))
    rested = replace(line(number=1), nudged_at=NOW - timedelta(hours=24))
    view = board_views.board_view(board(asked, rested))
    nudges = [each for each in elements(view) if each["action_id"] == board_views.NUDGE]
    assert len(nudges) == 1


def test_a_nudge_says_what_came_of_it() -> None:
    assert board_views.said(Nudging(1200, 3)) == "1,200 asked. 3 were asked within a day already."
    assert board_views.said(Nudging(0, 1)) == "Nobody was asked. 1 were asked within a day already."
    assert board_views.said(Nudging(0, 0, 1)) == "There is nothing for them to do just now."
