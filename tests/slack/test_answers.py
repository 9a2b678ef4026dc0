"""Answers to commands and clicks."""

import pytest

from bot.domain.health import Cause
from bot.slack import answers
from bot.slack.messages import Message
from tests.sandbox.slack.blocks import check_message, check_response
from tests.slack.samples import (
    ACCOUNT,
    BROKEN,
    BROKEN_BY,
    CONNECTED,
    HALF_BACK,
    HOSTILE,
    NOBODY,
    NOW,
    STATUSES,
    SUSPECT,
    elements,
    texts,
)


def _all() -> list[Message]:
    return [
        answers.help_text(admin=False),
        answers.help_text(admin=True),
        answers.link_sent(),
        answers.kept(),
        answers.working(),
        answers.disconnected(ACCOUNT),
        answers.disconnected(ACCOUNT, revoked=False),
        answers.admins_only(),
        answers.released(),
        answers.nothing_waits(),
        answers.nothing_to_remind(),
        answers.snoozed(NOW),
        *(answers.unknown(word, admin=admin) for word in ("book", *HOSTILE) for admin in (True, False)),
        *(answers.problem(sentence) for sentence in HOSTILE),
        *(ask(status) for status in STATUSES for ask in (answers.status, answers.disconnect_question, answers.saved)),
    ]


def test_slack_takes_every_answer_as_a_message_and_through_a_response_url() -> None:
    for message in _all():
        check_message(message.payload)
        check_response({**message.payload, "response_type": "ephemeral", "replace_original": False})


def test_nothing_hostile_gets_through() -> None:
    for message in _all():
        for text in texts(message.payload):
            assert "<" not in text.replace("<!date^", "").replace("<https://myaccount.google.com/", "")


@pytest.mark.parametrize("word", ["connect", "calendars", "status", "disconnect", "help"])
def test_help_names_every_command_that_works(word: str) -> None:
    assert f"`/calendar {word}`" in answers.help_text(admin=False).text


def test_help_tells_admins_where_their_tools_are() -> None:
    assert "`/calendar doctor`" in answers.help_text(admin=True).text
    assert "`/calendar doctor`" in answers.unknown("frobnicate", admin=True).text
    assert "doctor" not in answers.unknown("frobnicate", admin=False).text
    assert "calendar-bot doctor" in " ".join(texts(answers.help_text(admin=True).payload))
    assert "calendar-bot doctor" not in " ".join(texts(answers.help_text(admin=False).payload))


def test_a_word_that_nobody_knows_is_said_back() -> None:
    assert "I do not know “frobnicate”." in answers.unknown("frobnicate", admin=False).text


def test_status_says_the_account_the_calendars_and_since_when() -> None:
    said = " ".join(texts(answers.status(CONNECTED).payload))
    for words in (ACCOUNT, "*Ana Lima*", "*Team*", "Connected since", "22 November 2026"):
        assert words in said


def test_status_of_a_broken_connection_offers_to_reconnect_and_to_end_it() -> None:
    blocks = answers.status(BROKEN).blocks
    assert elements(blocks, "connect")
    assert elements(blocks, "disconnect")
    assert not elements(blocks, "change_calendars")


@pytest.mark.parametrize(
    ("cause", "words", "button", "label"),
    [
        (Cause.GRANT_DEAD, "no longer accepts our access to *ana@acme.example*", "connect", "Reconnect"),
        (Cause.SESSION_EXPIRED, "limits how long an app stays signed in", "connect", "Reconnect"),
        (Cause.PERMISSION_MISSING, "“Write, move and remove", "connect", "Choose permissions again"),
        (Cause.CALENDAR_GONE, "*Ana Lima*, *Team*, *Holidays* are no longer", "change_calendars", "Choose calendars"),
        (Cause.LOST_WRITE, "make changes in *Ana Lima*", "change_calendars", "Choose calendars"),
        (Cause.EXPIRING, "Everything works until then", "connect", "Renew"),
    ],
)
def test_status_says_what_is_wrong_and_has_the_button_that_mends_it(
    cause: Cause, words: str, button: str, label: str
) -> None:
    shown = answers.status(BROKEN_BY[cause])
    assert words in " ".join(texts(shown.blocks))
    mending = [each for each in elements(shown.blocks, button) if each.get("style") == "primary"]
    assert [each["text"]["text"] for each in mending] == [label]
    assert elements(shown.blocks, "disconnect")
    assert "is connected" not in shown.text


@pytest.mark.parametrize("cause", [Cause.ADMIN_POLICY, Cause.SERVICE_OFF])
def test_status_of_somebody_who_is_kept_out_offers_nothing_to_click_but_the_end(cause: Cause) -> None:
    shown = answers.status(BROKEN_BY[cause])
    assert "nothing for you to do" in shown.text
    assert not elements(shown.blocks, "connect")
    assert not elements(shown.blocks, "change_calendars")
    assert elements(shown.blocks, "disconnect")


@pytest.mark.parametrize("cause", [each for each in Cause if each is not Cause.EXPIRING])
def test_status_says_since_when_it_is_broken(cause: Cause) -> None:
    assert any(text.startswith("Since <!date^") for text in texts(answers.status(BROKEN_BY[cause]).blocks))


def test_status_after_one_refusal_is_no_alarm() -> None:
    said = " ".join(texts(answers.status(SUSPECT).payload))
    assert "Google refused us once just now; I am checking again." in said
    assert ":warning:" not in said
    assert elements(answers.status(SUSPECT).blocks, "change_calendars")


def test_calendars_that_can_only_be_read_are_not_said_to_be_written_to() -> None:
    said = " ".join(texts(answers.status(BROKEN_BY[Cause.LOST_WRITE]).blocks))
    assert "appointments are written here" not in said


def test_a_reminder_that_is_put_off_says_until_when() -> None:
    assert "I will remind you again: <!date^" in answers.snoozed(NOW).text


def test_status_of_nobody_offers_to_connect() -> None:
    assert elements(answers.status(NOBODY).blocks, "connect")


def test_lost_calendars_do_not_count_as_blocking() -> None:
    assert "was not found again" in answers.status(HALF_BACK).text


def test_disconnect_asks_first_and_can_be_declined() -> None:
    blocks = answers.disconnect_question(CONNECTED).blocks
    (button,) = elements(blocks, "disconnect")
    assert "confirm" not in button
    assert elements(blocks, "keep_connection")


def test_nobody_is_asked_to_disconnect_nothing() -> None:
    assert not elements(answers.disconnect_question(NOBODY).blocks, "disconnect")
