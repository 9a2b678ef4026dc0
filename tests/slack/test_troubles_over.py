"""What becomes of an outage's message: replaced by a later one, mended, or over."""

from dataclasses import replace

import pytest

from bot.domain.health import Cause
from bot.domain.notices import Mended, Trouble, TroubleOver
from bot.slack.messages import render
from tests.slack.samples import (
    ACCOUNT,
    BROKEN_BY,
    BY_LINK,
    BY_MENUS,
    CONNECTED,
    NOBODY,
    NOW,
    elements,
    fresh,
    replaced,
    texts,
)


@pytest.mark.parametrize("cause", [*BY_LINK, *BY_MENUS])
def test_a_message_that_was_replaced_keeps_its_words_and_loses_its_button(cause: Cause) -> None:
    before, after = render(fresh(cause, 1)), render(replaced(fresh(cause, 1)))
    assert after.text == before.text
    assert after.blocks[:2] == before.blocks[:2]
    assert not [block for block in after.blocks if "elements" in block and block["type"] != "context"]
    assert not [block for block in after.blocks if "accessory" in block]
    assert "The button is in my newest message." in "\n".join(texts(after.blocks))


@pytest.mark.parametrize("cause", BY_LINK)
def test_the_last_message_has_its_link(cause: Cause) -> None:
    assert elements(render(replace(fresh(cause, 5), is_last=True, snooze=None)).blocks, "connect_open")


def test_the_last_message_still_lets_one_choose_when_the_menus_cannot_be_had() -> None:
    assert elements(
        render(Trouble(BROKEN_BY[Cause.LOST_WRITE], Cause.LOST_WRITE, NOW, 2, is_last=True)).blocks, "change_calendars"
    )


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (Cause.GRANT_DEAD, f"*Reconnected*: {ACCOUNT}."),
        (Cause.SESSION_EXPIRED, f"*Reconnected*: {ACCOUNT}."),
        (Cause.ADMIN_POLICY, "*Google lets us in again*"),
        (Cause.SERVICE_OFF, "*Google lets us in again*"),
        (Cause.PERMISSION_MISSING, "*Allowed again*"),
        (Cause.CALENDAR_GONE, "Appointments go to *Ana Lima* now."),
        (Cause.LOST_WRITE, "Appointments go to *Ana Lima* now."),
        (Cause.EXPIRING, "*Renewed*"),
    ],
)
def test_what_is_mended_says_so_and_that_nothing_is_to_do(cause: Cause, words: str) -> None:
    message = render(Mended(CONNECTED, cause))
    assert message.text.startswith(":white_check_mark: ")
    assert words in message.text
    assert message.text.endswith("There is nothing to do.")
    assert [block["type"] for block in message.blocks] == ["section"]


def test_while_something_else_is_open_nobody_is_told_that_nothing_is_to_do() -> None:
    text = render(Mended(BROKEN_BY[Cause.PERMISSION_MISSING], Cause.GRANT_DEAD)).text
    assert "nothing to do" not in text
    assert "`/calendar status`" in text


@pytest.mark.parametrize("cause", Cause)
def test_what_ended_otherwise_says_so_quietly_and_has_no_button(cause: Cause) -> None:
    for status, words in ((replace(NOBODY, account=ACCOUNT), "no longer connected"), (CONNECTED, "out of date")):
        message = render(TroubleOver(status, cause))
        assert words in message.text
        assert [block["type"] for block in message.blocks] == ["section"]
        assert "accessory" not in message.blocks[0]
