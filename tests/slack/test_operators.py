"""What the people who run the bot read: alerts, people who do not answer, and `/calendar doctor`."""

from datetime import datetime, timedelta

import pytest

from bot.domain.health import Cause, Health
from bot.domain.incidents import incident
from bot.domain.notices import Checkup, IncidentSeen, Notice, OperatorAlert, Unanswered
from bot.domain.people import Who
from bot.slack import answers
from bot.slack.messages import render
from bot.slack.operators import length
from tests.sandbox.slack.blocks import LONGEST_UPDATE, check_message, check_response
from tests.slack.samples import ACCOUNT, ANA, HOSTILE, NOW, elements, texts

LATER = NOW + timedelta(minutes=12)
CODES = (
    *(
        "invalid_client",
        "deleted_client",
        "disabled_client",
        "api_disabled",
        "quota_exceeded",
        "certificate",
        "garbage",
    ),
    *("mass", "testing_mode", "consent_screen", "egress", "crypto_key", "crypto_row", "clock_skew"),
    *("admin_policy_enforced", "session_expired", "calendar_service_off", "missing_scope", "messages_tab_disabled"),
    *("account_inactive", "org_login_required", "bad_client_secret", "not_enabled", "restricted_action"),
)
REVOKED_TOKEN = ("account_inactive", "token_revoked", "token_expired", "invalid_auth", "not_authed")


def said(notice: Notice) -> str:
    return "\n".join(texts(render(notice).payload))


def seen(
    number: int = 0,
    *,
    what: str = "Google rejects our client id or secret.",
    resolved_at: datetime | None = None,
    holds: bool = False,
) -> IncidentSeen:
    return IncidentSeen(f"i{number}", what, "Check GOOGLE_CLIENT_ID.", NOW, resolved_at, number, holds)


def checkup(*incidents: IncidentSeen, behind: int = 0, answered_at: datetime | None = NOW) -> Checkup:
    return Checkup(
        incidents, {Health.CONNECTED: 5000, Health.NEEDS_RECONNECT: 2, Health.BLOCKED: 0}, answered_at, behind
    )


# --- alerts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE)
def test_slack_takes_everything_operators_are_told_and_nothing_hostile_gets_through(name: str) -> None:
    notices: list[Notice] = [
        OperatorAlert(name, name),
        OperatorAlert(name, name, NOW, touches=name, release="i1"),
        OperatorAlert(name, name, NOW, LATER, name),
        *(Unanswered(Who("T0ACME", name), name, cause, NOW) for cause in Cause),
    ]
    for payload in (render(notice).payload for notice in notices):
        check_message(payload, longest=LONGEST_UPDATE)
        assert not [text for text in texts(payload) if "<" in text.replace("<!date^", "")]


@pytest.mark.parametrize("code", CODES)
def test_every_incident_says_what_is_wrong_and_how_to_mend_it(code: str) -> None:
    found = incident(code)
    words = said(OperatorAlert(found.what, found.mend, NOW, touches="It touches 5,000 people.", release="i1"))
    assert found.what.replace("&", "&amp;") in words
    assert found.mend in words
    assert "It touches 5,000 people." in words
    assert "Since <!date^" in words
    assert found.what.endswith(".")
    assert found.mend.endswith(".")
    assert "did not foresee" not in words


def test_no_two_incidents_say_the_same() -> None:
    assert len({incident(code) for code in CODES}) == len(CODES)


@pytest.mark.parametrize("code", REVOKED_TOKEN)
def test_a_token_that_slack_no_longer_takes_wants_another_installation(code: str) -> None:
    assert "no longer takes our token" in incident(code).what
    assert "/slack/install" in incident(code).mend


@pytest.mark.parametrize(
    "code", ["invalid_client", "deleted_client", "disabled_client", "api_disabled", "egress", "crypto_key"]
)
def test_a_fault_of_ours_says_that_nobody_else_is_bothered(code: str) -> None:
    assert "people's connections stay as they are, and nobody is written to" in incident(code).mend


def test_an_incident_nobody_foresaw_says_so() -> None:
    assert "brand_new" in incident("brand_new").what
    assert incident("restricted_action_thread_locked") == incident("restricted_action")


def test_one_grant_is_told_from_all_of_them() -> None:
    assert "none of them" in incident("crypto_key").what
    assert "others can" in incident("crypto_row").what


def test_messages_that_wait_are_released_after_a_question() -> None:
    (button,) = elements(render(OperatorAlert("What.", "Mend.", NOW, release="i1")).blocks, "release_messages")
    assert (button["text"]["text"], button["value"]) == ("Tell them now", "i1")
    assert "written to now" in button["confirm"]["text"]["text"]
    assert not elements(render(OperatorAlert("What.", "Mend.", NOW)).blocks, "release_messages")


def test_a_resolved_incident_says_how_long_it_lasted_and_has_no_button() -> None:
    notice = OperatorAlert("What.", "Mend.", NOW, LATER, "It touches 7 people.", "i1")
    assert ":white_check_mark: *Resolved*: What." in said(notice)
    assert "It lasted 12 minutes, from <!date^" in said(notice)
    assert "Mend." not in said(notice)
    assert not elements(render(notice).blocks, "release_messages")


@pytest.mark.parametrize(
    ("lasted", "words"),
    [
        (timedelta(seconds=-1), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=2, minutes=5), "2 hours 5 minutes"),
        (timedelta(days=1, minutes=5), "1 day"),
        (timedelta(days=3, hours=1, minutes=5), "3 days 1 hour"),
    ],
)
def test_lengths_of_time_read_as_one_says_them(lasted: timedelta, words: str) -> None:
    assert length(lasted) == words


# --- people who do not answer -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("cause", Cause)
def test_who_does_not_answer_is_named_with_account_cause_and_since(cause: Cause) -> None:
    words = said(Unanswered(ANA, ACCOUNT, cause, NOW))
    for part in ("<@U0ANA>", f"*{ACCOUNT}*", "22 November 2026", "no more reminders are sent", "`/calendar c"):
        assert part in words
    assert len({said(Unanswered(ANA, ACCOUNT, each, NOW)) for each in Cause}) == len(Cause)


# --- /calendar doctor -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("count", [0, 1, 15, 16, 40])
def test_slack_takes_any_number_of_incidents(name: str, count: int) -> None:
    every = [seen(n, what=name, holds=n % 2 == 0, resolved_at=LATER if n % 3 == 0 else None) for n in range(count)]
    found = Checkup(tuple(every), dict.fromkeys(Health, 10**9), None, 10**9)
    message = answers.checkup(found)
    check_message(message.payload)
    check_response({**message.payload, "response_type": "ephemeral"})
    assert not [text for text in texts(message.payload) if "<" in text.replace("<!date^", "")]


def test_with_nothing_wrong_the_doctor_says_so_first() -> None:
    message = answers.checkup(checkup(seen(resolved_at=LATER)))
    assert message.text == "Nothing is wrong."
    assert "*Nothing is wrong.*" in texts(message.blocks[0])[0]
    words = "\n".join(texts(message.blocks))
    assert "Google rejects our client id or secret. It began <!date^" in words
    assert "and lasted 12 minutes." in words
    assert "• 5,000 connected\n• 2 to reconnect" in words
    assert "administrator" not in words, "nobody waits for one"
    assert "Google last answered <!date^" in words
    assert "No look at a connection is overdue." in words


def test_what_is_open_comes_first_with_what_to_do_about_it() -> None:
    message = answers.checkup(checkup(seen(1), seen(1200, what="Many connections failed.", holds=True)))
    assert message.text.startswith("2 things are wrong. Many connections failed. To mend it: ")
    first, second = (block["text"]["text"] for block in message.blocks[:2])
    assert "*Many connections failed.*\nSince <!date^" in first
    assert "It touches 1,200 people. Messages to people wait because of it." in first
    assert "It touches 1 person." in second
    (button,) = elements(message.blocks, "release_messages")
    assert button["value"] == "i1200"
    assert button["confirm"]


def test_what_the_doctor_does_not_show_is_counted() -> None:
    message = answers.checkup(checkup(*(seen(number) for number in range(40))))
    assert "And 25 more that are open." in "\n".join(texts(message.blocks))


def test_with_nobody_connected_and_nothing_heard_the_doctor_says_that_too() -> None:
    words = "\n".join(texts(answers.checkup(Checkup((), {}, None, 1)).blocks))
    assert "nobody has connected a calendar yet" in words
    assert "Google has not answered for anybody yet. 1 look at connections is overdue." in words


def test_the_doctor_is_for_admins() -> None:
    assert "for the people who run the bot" in answers.admins_only().text
