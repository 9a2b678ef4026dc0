"""People act; a small bot built with the real Bolt, its signature check on, is asked over HTTP."""

from collections.abc import Iterator

import pytest

from tests.sandbox.clock import SandboxClock
from tests.sandbox.slack.refusal import Json, SlackRefused
from tests.sandbox.slack.serving import SCOPES
from tests.sandbox.slack.standin import SlackStandIn
from tests.standins.slack_setting import LINKED, NAME, Bot, Line, acme_on, line, listening, modal


@pytest.fixture(scope="module")
def slack_line() -> Iterator[Line]:
    with line() as opened:
        yield opened


@pytest.fixture(scope="module")
def bot_line() -> Iterator[Line]:
    with line() as opened:
        yield opened


@pytest.fixture
def clock() -> SandboxClock:
    return SandboxClock()


@pytest.fixture
def slack(slack_line: Line, clock: SandboxClock) -> Iterator[SlackStandIn]:
    with acme_on(slack_line, clock) as standin:
        yield standin


@pytest.fixture
def bot(slack: SlackStandIn, bot_line: Line) -> Iterator[Bot]:
    bot = Bot()
    bot_line.app = listening(bot, slack.install("T0ACME", SCOPES), slack)
    slack.point_at(bot_line.served.url)
    yield bot
    slack.close()
    assert slack.faults == []


def test_a_command_is_answered_for_its_sender_alone(slack: SlackStandIn, bot: Bot) -> None:
    ack = slack.command("U0ANA", "/calendar free @ben <now> & then", channel_id="C0GENERAL")
    assert (ack.status, ack.body) == (200, "")
    body = bot.last("command")
    assert body["text"] == "free <@U0BEN|ben> &lt;now&gt; &amp; then"
    assert (body["channel_name"], body["user_name"], body["is_enterprise_install"]) == ("general", "ana", "false")
    assert [each.text for each in slack.ephemerals("U0ANA")] == ["Sent you a DM"]
    assert slack.ephemerals("U0BEN") == []
    assert [each.text for each in slack.dm("U0ANA")] == ["Hello"]


def test_the_body_of_an_acknowledgement_is_an_answer_too(slack: SlackStandIn, bot: Bot) -> None:
    slack.command("U0ANA", "/calendar now")
    assert bot.heard
    assert [(each.text, each.channel) for each in slack.ephemerals("U0ANA")] == [("At once", "D0ANA")]


@pytest.mark.parametrize(
    ("user", "text", "channel", "code"),
    [
        ("U0ANA", "calendar", None, "not_a_command"),
        ("U0ANA", "/calendar", "C0SECRET", "channel_not_found"),
        ("U0NOBODY", "/calendar", None, "user_not_found"),
    ],
)
def test_a_command_a_person_could_not_type(
    slack: SlackStandIn, bot: Bot, user: str, text: str, channel: str | None, code: str
) -> None:
    with pytest.raises(SlackRefused) as refused:
        slack.command(user, text, channel_id=channel)
    assert refused.value.code == code
    assert bot.heard == []


def test_a_click_says_what_was_clicked_and_where(slack: SlackStandIn, bot: Bot) -> None:
    slack.command("U0ANA", "/calendar")
    assert slack.link("U0ANA", "Connect") == "https://bot.example/connect/1"
    assert slack.clicks("U0ANA", "Connect").status == 200
    body = bot.last("action")
    [message] = slack.dm("U0ANA")
    assert body["container"] == {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": "D0ANA",
        "is_ephemeral": False,
    }
    assert body["actions"][0]["url"] == "https://bot.example/connect/1"
    assert body["message"]["text"] == "Hello"
    assert body["state"]["values"]["acts"]["pick"] == {"type": "static_select", "selected_option": None}
    assert body["response_url"].startswith(slack.base_url)
    with pytest.raises(SlackRefused, match="no_such_button"):
        slack.clicks("U0ANA", "Nothing")


def test_a_menu_is_chosen_from_by_what_it_says(slack: SlackStandIn, bot: Bot) -> None:
    slack.command("U0ANA", "/calendar")
    slack.chooses("U0ANA", "pick", ["Home"])
    body = bot.last("action")
    assert body["actions"][0]["selected_option"]["value"] == "home"
    assert slack.dm("U0ANA")[0].state["acts"]["pick"]["selected_option"]["value"] == "home"
    with pytest.raises(SlackRefused, match="no_such_option"):
        slack.chooses("U0ANA", "pick", ["Holidays"])
    with pytest.raises(SlackRefused, match="one_choice_only"):
        slack.chooses("U0ANA", "pick", ["Home", "Work"])


def test_a_typeahead_menu_asks_the_bot(slack: SlackStandIn, bot: Bot) -> None:
    slack.command("U0ANA", "/calendar")
    assert [each["value"] for each in slack.suggest("U0ANA", "find", "Tea")] == ["team 0", "team 1", "team 2"]
    slack.chooses("U0ANA", "find", ["Team 1"])
    assert bot.last("options")["value"] == "Team 1"
    assert bot.last("action")["actions"][0]["selected_option"]["value"] == "team 1"
    with pytest.raises(SlackRefused, match="query_too_short"):
        slack.suggest("U0ANA", "find", "")


def test_a_modal_sends_what_was_typed_and_what_was_there_before(slack: SlackStandIn, bot: Bot) -> None:
    slack.command("U0ANA", "/calendar")
    slack.clicks("U0ANA", "Choose calendars")
    with pytest.raises(SlackRefused, match="incomplete"):
        slack.submits("U0ANA")
    assert slack.view_errors("U0ANA") == {"name": "Please complete this required field."}
    slack.types("U0ANA", "n", "Ana")
    bot.submission = {"response_action": "errors", "errors": {"linked": "That calendar is gone."}}
    slack.clicks("U0ANA", "Save")
    assert slack.view_errors("U0ANA") == {"linked": "That calendar is gone."}
    values = bot.last("view")["view"]["state"]["values"]
    assert values["name"]["n"] == {"type": "plain_text_input", "value": "Ana"}
    assert values["linked"]["l"]["selected_option"]["value"] == "home"
    bot.submission = {"response_action": "update", "view": modal(NAME, title="Again")}
    slack.submits("U0ANA")
    [view] = slack.modals("U0ANA")
    assert view["title"]["text"] == "Again"
    assert view["state"]["values"]["name"]["n"]["value"] == "Ana", "typed text outlives an update"
    bot.submission = {"response_action": "push", "view": modal(LINKED, title="More")}
    slack.submits("U0ANA")
    assert len(slack.modals("U0ANA")) == 2
    slack.closes("U0ANA")
    assert bot.last("closed")["is_cleared"] is False
    bot.submission = {}
    slack.submits("U0ANA")
    assert slack.modals("U0ANA") == []


def test_a_shortcut_of_a_message_tells_the_bot_all_of_it(slack: SlackStandIn, bot: Bot) -> None:
    """Also where the bot is not. What is gone, or seen by one person alone, has no such menu."""
    slack.writes("U0BEN", "C0GENERAL", "@ana, *time* for <ideas>?")
    (said,) = slack.channel("C0GENERAL")
    slack.message_shortcut("U0ANA", "book_with_author", said)
    body = bot.last("action")
    assert (body["type"], body["user"]["id"], body["message"]["user"]) == ("message_action", "U0ANA", "U0BEN")
    assert body["message"]["text"] == "<@U0ANA>, *time* for &lt;ideas&gt;?"
    assert (body["channel"], body["message_ts"]) == ({"id": "C0GENERAL", "name": "general"}, said.ts)
    assert {"action_ts", "trigger_id", "response_url", "token"} < body.keys()
    slack.command("U0ANA", "/calendar")
    for user_id, shortcut, message in (
        ("U0ANA", "another", said),
        ("U0ANA", "book_with_author", slack.ephemerals("U0ANA")[0]),
        ("U0BEN", "book_with_author", slack.dm("U0ANA")[0]),
    ):
        with pytest.raises(SlackRefused):
            slack.message_shortcut(user_id, shortcut, message)


@pytest.mark.parametrize(
    "submission",
    [
        {"response_action": "errors", "errors": {"nowhere": "x"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "update", "view": {"type": "modal", "blocks": []}},
    ],
)
def test_a_wrong_answer_to_a_submission_is_a_fault(slack: SlackStandIn, bot: Bot, submission: Json) -> None:
    slack.command("U0ANA", "/calendar")
    slack.clicks("U0ANA", "open")
    slack.types("U0ANA", "n", "Ana")
    bot.submission = submission
    slack.submits("U0ANA")
    assert slack.notices("U0ANA") == ["We had some trouble connecting. Try again?"]
    assert len(slack.faults) == 1
    slack.faults.clear()
