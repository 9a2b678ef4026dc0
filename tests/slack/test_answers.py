"""Answers to commands and clicks."""

import pytest

from bot.slack import answers
from bot.slack.messages import Message
from tests.sandbox.slack.blocks import check_message, check_response
from tests.slack.samples import ACCOUNT, BROKEN, CONNECTED, HALF_BACK, HOSTILE, NOBODY, STATUSES, elements, texts


def _all() -> list[Message]:
    return [
        answers.help_text(admin=False),
        answers.help_text(admin=True),
        answers.link_sent(),
        answers.kept(),
        answers.working(),
        answers.disconnected(ACCOUNT),
        answers.disconnected(ACCOUNT, revoked=False),
        *(answers.not_yet(word, admin=admin) for word in ("book", *HOSTILE) for admin in (True, False)),
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
    assert "calendar-bot doctor" in " ".join(texts(answers.help_text(admin=True).payload))
    assert "calendar-bot doctor" not in " ".join(texts(answers.help_text(admin=False).payload))


def test_a_command_to_come_is_told_from_one_nobody_knows() -> None:
    assert "`/calendar book` does not work yet." in answers.not_yet("book", admin=False).text
    assert "I do not know “frobnicate”." in answers.not_yet("frobnicate", admin=False).text


def test_status_says_the_account_the_calendars_and_since_when() -> None:
    said = " ".join(texts(answers.status(CONNECTED).payload))
    for words in (ACCOUNT, "*Ana Lima*", "*Team*", "Connected since", "22 November 2026"):
        assert words in said


def test_status_of_a_broken_connection_offers_to_reconnect_and_to_end_it() -> None:
    blocks = answers.status(BROKEN).blocks
    assert elements(blocks, "connect")
    assert elements(blocks, "disconnect")
    assert not elements(blocks, "change_calendars")


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
