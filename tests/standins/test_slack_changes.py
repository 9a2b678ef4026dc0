"""People join, change and leave; a small bot built with the real Bolt hears of it, if it asked to."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk import WebClient

from tests.sandbox.clock import SandboxClock
from tests.sandbox.slack.refusal import SlackRefused
from tests.sandbox.slack.serving import SCOPES
from tests.sandbox.slack.standin import SlackStandIn
from tests.standins.slack_setting import Bot, Line, acme_on, line, listening

FLO = {"name": "Flo Faro", "email": "flo@acme.example", "tz": "Europe/Rome"}


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


def events(bot: Bot) -> list[str]:
    return [body["type"] for kind, body in bot.heard if kind == "event"]


def profile(slack: SlackStandIn, user_id: str) -> dict[str, Any]:
    client = WebClient(slack.state.installed("T0ACME").token, base_url=f"{slack.base_url}/api/")
    return dict(client.users_info(user=user_id, include_locale=True)["user"])


def test_a_new_member_is_told_of_to_those_who_asked(slack: SlackStandIn, bot: Bot) -> None:
    slack.subscribe(["team_join"])
    assert slack.joins("T0ACME", "U0FLO", **FLO, locale="it-IT").ok
    user = bot.last("event")["user"]
    assert (user["id"], user["profile"]["email"], user["locale"]) == ("U0FLO", FLO["email"], "it-IT")
    assert user == profile(slack, "U0FLO")


def test_who_did_not_ask_hears_nothing_and_it_happens_all_the_same(slack: SlackStandIn, bot: Bot) -> None:
    assert slack.joins("T0ACME", "U0FLO", **FLO).trouble == "unheard"
    assert bot.heard == []
    assert profile(slack, "U0FLO")["real_name"] == "Flo Faro"
    with pytest.raises(SlackRefused, match="not_subscribed"):
        slack.event("T0ACME", {"type": "team_join", "user": {"id": "U0FLO"}})


def test_without_its_scope_the_bot_hears_of_nobody(slack: SlackStandIn, bot: Bot) -> None:
    slack.install("T0ACME", ["chat:write"])
    assert slack.changes("U0ANA", name="Ana Sousa").trouble == "unheard"
    slack.uninstall("T0ACME")
    assert slack.changes("U0ANA", name="Ana Lima").trouble == "unheard"
    assert bot.heard == []


def test_what_changes_is_told_whole(slack: SlackStandIn, bot: Bot, clock: SandboxClock) -> None:
    clock.advance(timedelta(days=1))
    changed = {"name": "Ana Sousa", "email": "ana.sousa@acme.example", "tz": "Asia/Tokyo", "locale": "ja-JP"}
    assert slack.changes("U0ANA", **changed, display_name="ana").ok
    user = bot.last("event")["user"]
    assert user == profile(slack, "U0ANA")
    assert (user["tz"], user["tz_offset"], user["locale"]) == ("Asia/Tokyo", 32_400, "ja-JP")
    assert (user["profile"]["display_name"], user["profile"]["email"]) == ("ana", changed["email"])
    assert user["updated"] == int(clock.now().timestamp())
    assert events(bot) == ["user_change"]


def test_the_twin_event_comes_to_those_who_asked_for_it(slack: SlackStandIn, bot: Bot) -> None:
    slack.subscribe(["user_change", "user_profile_changed"])
    slack.changes("U0ANA", name="Ana Sousa")
    assert events(bot) == ["user_change"], "the bot has no listener for the other"
    assert slack.faults == ["event user_profile_changed: answered with status 404"]
    slack.faults.clear()
    slack.close()


def test_an_address_is_told_only_with_its_scope(slack: SlackStandIn, bot: Bot) -> None:
    slack.install("T0ACME", ["users:read"])
    slack.changes("U0ANA", email="ana.sousa@acme.example")
    assert "email" not in bot.last("event")["user"]["profile"]


def test_what_cannot_change_is_refused(slack: SlackStandIn) -> None:
    with pytest.raises(TypeError, match="bot_id, shoe_size"):
        slack.changes("U0ANA", shoe_size=38, bot_id="B0")
    with pytest.raises(SlackRefused, match="user_not_found"):
        slack.changes("U0NOBODY", name="x")


def test_roles_are_given_and_taken(slack: SlackStandIn, bot: Bot, clock: SandboxClock) -> None:
    def roles() -> tuple[bool, bool, bool, bool]:
        user = bot.last("event")["user"]
        return user["is_admin"], user["is_owner"], user["is_restricted"], user["is_ultra_restricted"]

    slack.makes_admin("U0ANA")
    assert roles() == (True, False, False, False)
    slack.makes_guest("U0ANA", single_channel=True, until=clock.now() + timedelta(days=30), invited_by="U0ADA")
    assert roles() == (False, False, True, True)
    shown = bot.last("event")["user"]["profile"]
    expected = int((clock.now() + timedelta(days=30)).timestamp())
    assert (shown["guest_invited_by"], shown["guest_expiration_ts"]) == ("U0ADA", expected)
    slack.makes_member("U0ANA")
    assert roles() == (False, False, False, False)
    assert "guest_expiration_ts" not in bot.last("event")["user"]["profile"]


def test_a_guests_time_runs_out(slack: SlackStandIn, bot: Bot, clock: SandboxClock) -> None:
    slack.makes_guest("U0GUS", until=clock.now() + timedelta(days=30))
    clock.advance(timedelta(days=29))
    assert slack.guests_expire() == []
    clock.advance(timedelta(days=1))
    assert slack.guests_expire() == ["U0GUS"]
    user = bot.last("event")["user"]
    assert user["deleted"]
    assert "tz" not in user, "Slack leaves out what only the living have"
    assert slack.guests_expire() == []


def test_who_left_may_come_back_unless_forgotten(slack: SlackStandIn, bot: Bot) -> None:
    slack.deactivates("U0ANA")
    slack.reactivates("U0ANA")
    assert not bot.last("event")["user"]["deleted"]
    assert slack.command("U0ANA", "/calendar").ok
    with pytest.raises(SlackRefused, match="user_is_active"):
        slack.forgets("U0ANA")
    slack.deactivates("U0ANA")
    slack.forgets("U0ANA")
    user = bot.last("event")["user"]
    assert (user["is_forgotten"], user["profile"]["real_name"], user["profile"]["email"]) == (
        True,
        "Deactivated User",
        "",
    )
    with pytest.raises(SlackRefused, match="user_is_forgotten"):
        slack.reactivates("U0ANA")
