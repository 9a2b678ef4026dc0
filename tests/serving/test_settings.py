"""Settings: every problem at once, each with its variable's name, and never a secret."""

import base64
from datetime import timedelta

import pytest

from bot.errors import SettingsInvalid
from bot.settings import Settings, public_origin

KEY = base64.b64encode(bytes(32)).decode()
COMPLETE = {
    "PUBLIC_URL": "https://calendar.example.com",
    "ENCRYPTION_KEYS": KEY,
    "SLACK_BOT_TOKEN": "xoxb-settings",
    "SLACK_SIGNING_SECRET": "signing-secret",
    "GOOGLE_CLIENT_ID": "client",
    "GOOGLE_CLIENT_SECRET": "client-secret",
}
SIGN_IN = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "slack-client-secret"}


def problems(**more: str) -> list[str]:
    """What is wrong with complete settings, changed by ``more``."""
    with pytest.raises(SettingsInvalid) as refused:
        Settings.read({**COMPLETE, **more})
    return refused.value.problems


def test_complete_settings_have_the_contracts_defaults() -> None:
    settings = Settings.read({**COMPLETE, "UNKNOWN_VARIABLE": "is nobody's business", "ADMINS": " U0ADA , U0BEN,"})
    assert (settings.host, settings.port, settings.database_url) == ("127.0.0.1", 3000, "sqlite:///calendar-bot.db")
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.google_calendar_url == "https://www.googleapis.com/calendar/v3/"
    assert settings.google_risc_api_url == "https://risc.googleapis.com/v1beta/"
    assert settings.google_risc_config_url == "https://accounts.google.com/.well-known/risc-configuration"
    assert (settings.probe_every, settings.confirm_after) == (timedelta(minutes=10), timedelta(minutes=10))
    assert (settings.google_daily_calls, settings.google_risc_credentials) == (900_000, None)
    assert settings.account_match == "email"
    assert settings.invite_on_join is False
    kept = (settings.retain_flows_days, settings.retain_messages_days, settings.retain_audit_days)
    assert [each.days for each in kept] == [30, 90, 365]
    assert settings.admins == ("U0ADA", "U0BEN")


def test_everything_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(SettingsInvalid) as refused:
        Settings.read(dict.fromkeys(COMPLETE, "  "))
    named = " ".join(refused.value.problems)
    assert [name for name in COMPLETE if name not in named] == []


def test_everything_that_is_malformed_is_named_at_once_and_no_value_is_shown() -> None:
    wrong = {
        "PUBLIC_URL": "http://calendar.example.com",
        "PORT": "hunter2-port",
        "DATABASE_URL": "mysql://bot:hunter2@db/calendar",
        "ENCRYPTION_KEYS": "hunter2",
        "SLACK_API_URL": "ftp://slack.com/api/",
        "GOOGLE_TOKEN_URI": "https://client:hunter2@oauth2.googleapis.com/token",
        "GOOGLE_CLIENT_SECRET": " , ",
        "GOOGLE_RISC_CONFIG_URL": "http://accounts.google.com/.well-known/risc-configuration",
        "GOOGLE_RISC_API_URL": "file:///etc/passwd",
        "PROBE_EVERY": "ten minutes",
        "CONFIRM_AFTER": "0",
        "GOOGLE_DAILY_CALLS": "-1",
        "ACCOUNT_MATCH": "hunter2",
        "INVITE_ON_JOIN": "hunter2",
        "RETAIN_FLOWS_DAYS": "0",
        "RETAIN_MESSAGES_DAYS": "1.5",
        "RETAIN_AUDIT_DAYS": "99999",
        "SLACK_CLIENT_ID": "only one of the two",
    }
    found = " ".join(problems(**wrong))
    assert [name for name in wrong if name not in found] == []
    assert "hunter2" not in found
    assert "calendar-bot keys new" in found


def test_nothing_printed_of_settings_holds_a_secret() -> None:
    settings = Settings.read(
        {**COMPLETE, **SIGN_IN, "METRICS_TOKEN": "metrics-token", "DATABASE_URL": "postgresql://bot:hunter%402@db/c"}
    )
    shown = f"{settings!r} {settings} {settings.model_dump_json(exclude={'database_url'})}"
    hidden = settings.secrets()
    assert {KEY, "xoxb-settings", "signing-secret", "slack-client-secret", "metrics-token", "hunter@2"} <= set(hidden)
    assert [secret for secret in hidden if secret in shown] == []


@pytest.mark.parametrize(
    ("settings", "variable"),
    [
        ({"ACCOUNT_MATCH": "strict"}, "SLACK_CLIENT_ID"),
        ({"ACCOUNT_MATCH": "domain", "GOOGLE_DOMAINS": "acme.example"}, "SLACK_CLIENT_ID"),
        ({"ACCOUNT_MATCH": "domain", **SIGN_IN}, "GOOGLE_DOMAINS"),
        ({"ACCOUNT_MATCH": "domain", "GOOGLE_DOMAINS": " , ", **SIGN_IN}, "GOOGLE_DOMAINS"),
        ({"ACCOUNT_MATCH": "anybody"}, "ACCOUNT_MATCH"),
        ({"ACCOUNT_MATCH": "strict", **SIGN_IN, "SLACK_CLIENT_SECRET": " "}, "SLACK_CLIENT_SECRET"),
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN"),
        ({"SLACK_SIGNING_SECRET": ""}, "SLACK_SIGNING_SECRET"),
        ({"ENCRYPTION_KEYS": f"{KEY},{KEY[:-4]}"}, "key 2"),
    ],
)
def test_what_does_not_go_together_is_named(settings: dict[str, str], variable: str) -> None:
    assert any(variable in problem for problem in problems(**settings))


@pytest.mark.parametrize(
    "settings",
    [
        {"SLACK_SIGNING_SECRET": "", "SLACK_APP_TOKEN": "xapp-socket"},
        {"SLACK_BOT_TOKEN": "", **SIGN_IN},
        {"ACCOUNT_MATCH": "strict", **SIGN_IN},
        {"ACCOUNT_MATCH": "domain", "GOOGLE_DOMAINS": "acme.example", **SIGN_IN},
        {"ENCRYPTION_KEYS": base64.urlsafe_b64encode(b"\xff" * 32).decode().rstrip("=")},
        {"DATABASE_URL": "postgresql+psycopg://bot@db/calendar"},
    ],
)
def test_what_does_go_together_is_taken(settings: dict[str, str]) -> None:
    Settings.read({**COMPLETE, **settings})


@pytest.mark.parametrize(("written", "meant"), [("1", timedelta(seconds=1)), ("86400", timedelta(days=1))])
def test_seconds_become_a_length_of_time(written: str, meant: timedelta) -> None:
    settings = Settings.read({**COMPLETE, "PROBE_EVERY": written, "CONFIRM_AFTER": written})
    assert (settings.probe_every, settings.confirm_after) == (meant, meant)


@pytest.mark.parametrize("written", ["0", "86401", "-5", "1.5", "1e3", "600s", "\u0661\u0660", "9" * 5000])
def test_no_number_of_seconds(written: str) -> None:
    assert problems(PROBE_EVERY=written) == ["PROBE_EVERY: must be a whole number of seconds between 1 and 86400"]


@pytest.mark.parametrize(
    "url", ["https://a.example", "https://a.example:8443/", "http://127.0.0.1:3000", "http://[::1]"]
)
def test_a_public_address(url: str) -> None:
    assert public_origin(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://calendar.example.com",
        "http://10.0.0.1:3000",
        "http://127.0.0.1.evil.example",
        "calendar.example.com",
        "https://",
        "https://a.example/calendar",
        "https://a.example?x",
        "https://a.example#x",
        "https://bot:secret@a.example",
        "https://a.example:99999",
        "https://[::1",
        "https://a.example\nX-Evil: 1",
        "https://a.example .evil.example",
        "https://ä.example",
    ],
)
def test_no_public_address(url: str) -> None:
    with pytest.raises(ValueError, match=r"must|not"):
        public_origin(url)
