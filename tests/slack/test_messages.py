"""Every notice, in every variation: Slack takes it, nothing hostile gets through, and it says what it must."""

from dataclasses import replace
from itertools import product

import pytest

from bot.domain.health import Health
from bot.domain.notices import (
    Card,
    ConnectLink,
    ConsentRefused,
    Disconnected,
    ForeignAttempt,
    LinkReplaced,
    LinkUsed,
    Notice,
    OperatorAlert,
    Tick,
)
from bot.domain.permissions import PERMISSIONS, REQUESTS
from bot.domain.reasons import REASONS
from bot.slack.messages import render
from tests.sandbox.slack.blocks import LONGEST_UPDATE, check_message
from tests.slack.samples import (
    ACCOUNT,
    BROKEN,
    BROKEN_BY,
    CONNECTED,
    EDGES,
    HALF_BACK,
    HOSTILE,
    NOW,
    STATUSES,
    UNPICKED,
    elements,
    menus,
    named,
    texts,
)

LINK = f"https://calendar.example.com/connect/{'s' * 43}"
OURS = ("<!date^", "<https://myaccount.google.com/")


def _notices(name: str) -> list[Notice]:
    ticks = tuple(Tick(name, problem) for problem in (None, name)) * 60
    return [
        ConnectLink(LINK, NOW),
        ConnectLink(LINK, NOW, name),
        LinkReplaced(),
        LinkUsed(name),
        *(ConsentRefused(key, name, PERMISSIONS) for key in (*REASONS, name)),
        ConsentRefused("cancelled"),
        ForeignAttempt(name),
        Disconnected(name),
        Disconnected(name, revoked=False),
        OperatorAlert(name, name),
        *(Card(status, note=note) for status, note in product(STATUSES, (None, name))),
        *(Card(CONNECTED, menus(count, name, problem=name)) for count in EDGES),
        *(Card(CONNECTED, menus(count, name, role="reader")) for count in EDGES),
        Card(named(name), ticks=ticks, note=name),
        Card(named(name), testing=True),
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_slack_takes_every_notice_and_nothing_hostile_gets_through(name: str) -> None:
    for notice in _notices(name):
        message = render(notice)
        check_message(message.payload, longest=LONGEST_UPDATE)
        for text in texts(message.payload):
            for ours in OURS:
                text = text.replace(ours, "")  # noqa: PLW2901 - our own markup is taken out, whatever is left is theirs
            assert "<" not in text


def _said(notice: Notice) -> str:
    return "\n".join(texts(render(notice).payload))


def test_the_connect_link_says_what_will_be_asked_for_what_is_never_stored_and_how_long_it_works() -> None:
    message = render(ConnectLink(LINK, NOW))
    said = "\n".join(texts(message.payload))
    for request in REQUESTS:
        assert request.asks in said
        assert request.so_that in said
    assert "never store the titles" in said
    assert "22 November 2026, 14:03 UTC" in said
    (button,) = elements(message.blocks, "connect_open")
    assert (button["text"]["text"], button["url"], button["style"]) == ("Connect Google Calendar", LINK, "primary")


def test_the_links_address_stands_in_its_button_alone() -> None:
    message = render(ConnectLink(LINK, NOW))
    assert not [text for text in texts(message.payload) if LINK in text]


def test_a_reconnect_names_the_account() -> None:
    message = render(ConnectLink(LINK, NOW, ACCOUNT))
    assert elements(message.blocks, "connect_open")[0]["text"]["text"] == "Reconnect Google Calendar"
    assert f"Sign in with *{ACCOUNT}* once more" in _said(ConnectLink(LINK, NOW, ACCOUNT))


@pytest.mark.parametrize("notice", [LinkReplaced(), LinkUsed(ACCOUNT)])
def test_a_link_that_is_done_with_has_no_button(notice: Notice) -> None:
    assert not [block for block in render(notice).blocks if "elements" in block or "accessory" in block]


def test_the_card_names_the_account_and_asks_not_you() -> None:
    card = render(Card(UNPICKED, menus(3)))
    assert f":white_check_mark: *{ACCOUNT}* is connected.\nNot you?" in texts(card.blocks)
    (button,) = elements(card.blocks, "disconnect")
    assert "style" not in button, "quiet beside Save; the question is the red one"
    assert button["confirm"]["style"] == "danger"
    assert ACCOUNT in button["confirm"]["text"]["text"]
    assert elements(card.blocks, "save_picks")


def test_the_saved_card_says_what_was_saved_and_how_to_change_it() -> None:
    card = Card(CONNECTED, ticks=(Tick("List your calendars"), Tick("Write a test event", "It was refused.")))
    said = _said(card)
    for words in (
        "*Ana Lima*",
        "*Team*",
        "*Holidays*",
        ":white_check_mark: List your calendars",
        ":warning: *Write a test event*: It was refused.",
        "The test found something to look at.",
    ):
        assert words in said
    assert elements(render(card).blocks, "change_calendars")
    assert elements(render(card).blocks, "disconnect")
    assert not elements(render(card).blocks, "save_picks")


def test_while_the_test_runs_the_card_says_so() -> None:
    assert "Testing that everything works…" in _said(Card(CONNECTED, testing=True))


def test_among_many_ticks_the_problems_come_first() -> None:
    ticks = (*(Tick(f"Team {number}") for number in range(40)), Tick("Last", "It is gone."))
    said = _said(Card(CONNECTED, ticks=ticks))
    assert ":warning: *Last*: It is gone." in said
    assert ":white_check_mark: and 29 more" in said


def test_picks_that_did_not_come_back_are_named_and_the_others_kept_apart() -> None:
    card = render(Card(HALF_BACK))
    lost = next(text for text in texts(card.blocks) if "Not found again" in text)
    assert "*Ana Lima*" in lost
    assert "*Holidays*" in lost
    assert "*Team*" not in lost


def test_a_broken_connection_is_never_called_connected() -> None:
    said = _said(Card(BROKEN))
    assert "is connected" not in said
    assert elements(render(Card(BROKEN)).blocks, "connect")[0]["text"]["text"] == "Reconnect"


@pytest.mark.parametrize("key", REASONS)
def test_every_refusal_has_its_own_words_and_says_what_to_do(key: str) -> None:
    why, said = REASONS[key], _said(ConsentRefused(key, ACCOUNT))
    assert why.title in said
    assert why.sentence in said
    assert why.what_to_do.replace("&", "&amp;") in said
    assert ACCOUNT in said
    assert bool(elements(render(ConsentRefused(key)).blocks, "connect")) == why.can_try_again


def test_no_two_refusals_say_the_same() -> None:
    assert len({reason.sentence for reason in REASONS.values()}) == len(REASONS)


def test_each_missing_permission_is_named_with_what_it_breaks() -> None:
    missing = PERMISSIONS[-2:]
    said = _said(ConsentRefused("permission_missing", ACCOUNT, missing))
    for permission in missing:
        assert f"• *{permission.asks}*: without it, {permission.breaks}" in said
    assert PERMISSIONS[0].asks not in said


def test_a_reason_nobody_knows_is_worth_another_try() -> None:
    assert REASONS["try_again"].sentence in _said(ConsentRefused("brand_new"))


def test_an_account_that_is_taken_does_not_say_by_whom() -> None:
    assert "Somebody else" in _said(ConsentRefused("account_taken", ACCOUNT))


def test_a_disconnect_that_google_did_not_hear_of_says_so() -> None:
    assert "Google could not be told" in _said(Disconnected(ACCOUNT, revoked=False))
    assert "Google could not be told" not in _said(Disconnected(ACCOUNT))


def test_an_alert_says_what_is_wrong_and_how_to_mend_it() -> None:
    said = _said(OperatorAlert("Google refuses our client secret.", "Set GOOGLE_CLIENT_SECRET."))
    assert "*Google refuses our client secret.*" in said
    assert "*To mend it*: Set GOOGLE_CLIENT_SECRET." in said


def test_a_card_of_a_broken_connection_has_the_one_button_that_mends_it() -> None:
    for cause, status in BROKEN_BY.items():
        blocks = render(Card(status)).blocks
        changes = elements(blocks, "change_calendars")
        assert len(changes) == (cause.health in (Health.CALENDAR_GONE, Health.LOST_WRITE))


def test_an_end_that_google_has_set_is_told() -> None:
    assert "Google's permission ends on" in _said(Card(CONNECTED))
    assert "Google's permission ends on" not in _said(Card(replace(CONNECTED, refresh_expires_at=None)))
