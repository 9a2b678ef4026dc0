"""`calendar-bot doctor`: a line for everything, and the one thing that is wrong is the one that says so."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.settings import Settings
from handlers import cli, doctor, doctor_slack
from tests.databases import Postgres
from tests.sandbox.clock import SandboxClock
from tests.sandbox.faults import Fault
from tests.sandbox.world import World, world_with

UNREACHABLE = "http://127.0.0.1:9/"


@dataclass
class Ward:
    """A world with its bot running, and a doctor who is told something else about it."""

    world: World
    told: dict[str, str] = field(default_factory=dict)

    def examined(self) -> tuple[int, list[str]]:
        """The exit status, and the lines."""
        environment = {**self.world.environment(), **self.told}
        ended = CliRunner().invoke(cli.app, ["doctor"], env=environment, catch_exceptions=False)
        secrets = Settings.read(environment).secrets()
        assert [secret for secret in secrets if secret in ended.output] == []
        # The bot runs in this process and logs in between.
        return ended.exit_code, [line for line in ended.output.splitlines() if line.startswith(("ok ", "WRONG "))]


@pytest.fixture
def ward(sqlite_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ward]:
    monkeypatch.chdir(tmp_path)
    with world_with(sqlite_database_url) as world:
        yield Ward(world)


def test_everything_is_in_order(ward: Ward) -> None:
    ward.told = {"ADMINS": "U0ADA,U0BEN", "SLACK_APP_TOKEN": ward.world.slack.app_token}
    status, lines = ward.examined()
    assert [line for line in lines if line.startswith("WRONG ")] == []
    assert status == 0
    said = "\n".join(lines)
    assert [
        each for each in ("settings", "database", "keys", "Acme", "scopes", "U0ADA", "Socket Mode") if each not in said
    ] == []
    assert [
        each for each in ("client id", "userinfo", "calendar API", "revocation", "clock", "public") if each not in said
    ] == []
    assert ward.world.ada.messages() == ward.world.ben.messages() == [], "nobody is written to"


WRONG: dict[str, tuple[Callable[[Ward], object], str]] = {
    "bot token": (lambda ward: ward.told.update(SLACK_BOT_TOKEN="xoxb-somebody-elses"), "SLACK_BOT_TOKEN"),
    "revoked token": (lambda ward: ward.world.slack.uninstall("T0ACME"), "SLACK_BOT_TOKEN"),
    "scopes": (lambda ward: ward.world.slack.install("T0ACME", ["chat:write", "commands", "im:write"]), "users:read"),
    "admin": (lambda ward: ward.told.update(ADMINS="U0ADA,U0NOBODY"), "U0NOBODY"),
    "app token": (lambda ward: ward.told.update(SLACK_APP_TOKEN="xapp-somebody-elses"), "SLACK_APP_TOKEN"),
    "Slack client": (lambda ward: ward.told.update(SLACK_CLIENT_SECRET="somebody-elses"), "SLACK_CLIENT_SECRET"),
    "Google client": (lambda ward: ward.told.update(GOOGLE_CLIENT_SECRET="somebody-elses"), "GOOGLE_CLIENT_SECRET"),
    "old Google secret": (
        lambda ward: ward.told.update(GOOGLE_CLIENT_SECRET=f"{ward.world.google.client_secrets[0]},long-gone"),
        "1 of the GOOGLE_CLIENT_SECRETs",
    ),
    "token endpoint": (lambda ward: ward.told.update(GOOGLE_TOKEN_URI=UNREACHABLE), "GOOGLE_TOKEN_URI"),
    "hotel Wi-Fi": (
        lambda ward: ward.world.google.script.add(Fault("calendarList", status=200, body="<html>Welcome</html>")),
        "GOOGLE_CALENDAR_URL",
    ),
    "userinfo": (lambda ward: ward.told.update(GOOGLE_USERINFO_URI=UNREACHABLE), "GOOGLE_USERINFO_URI"),
    "revocation": (lambda ward: ward.told.update(GOOGLE_REVOKE_URI=UNREACHABLE), "GOOGLE_REVOKE_URI"),
    "public address": (lambda ward: ward.told.update(PUBLIC_URL="http://127.0.0.1:9"), "calendar-bot serve"),
    "keys": (
        lambda ward: ward.told.update(ENCRYPTION_KEYS=base64.b64encode(b"\x07" * 32).decode()),
        "put the earlier key back",
    ),
    "database": (
        lambda ward: ward.told.update(DATABASE_URL="postgresql+psycopg://bot:hunter2@127.0.0.1:9/c"),
        "DATABASE_URL",
    ),
    "database file": (lambda ward: ward.told.update(DATABASE_URL="sqlite:///."), "DATABASE_URL"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_with_how_to_mend_it(ward: Ward, name: str) -> None:
    break_it, words = WRONG[name]
    break_it(ward)
    status, lines = ward.examined()
    wrong = [line for line in lines if line.startswith("WRONG ")]
    assert status == 1
    assert len(wrong) == 1, lines
    assert words in wrong[0]
    assert "hunter2" not in wrong[0]


def test_a_clock_that_is_off_is_noticed(ward: Ward) -> None:
    clock = SandboxClock()
    clock.advance(timedelta(minutes=4))
    settings = Settings.read(ward.world.environment())
    (wrong,) = [finding for finding in doctor.examine(settings, clock) if not finding.ok]
    assert "NTP" in wrong.mend


def test_a_postgresql_schema_that_is_behind_names_the_command(ward: Ward, postgres: Postgres) -> None:
    ward.told = {"DATABASE_URL": postgres.empty()}
    status, lines = ward.examined()
    postgres.drop(ward.told["DATABASE_URL"])
    assert status == 1
    assert "calendar-bot migrate" in next(line for line in lines if line.startswith("WRONG "))


def test_it_writes_nothing(ward: Ward, tmp_path: Path, postgresql_database_url: str) -> None:
    """Else the keys that somebody was still trying out would be the database's for good."""
    other = base64.b64encode(b"\x09" * 32).decode()
    for told in ({}, {"ENCRYPTION_KEYS": other}):
        ward.told = {"DATABASE_URL": postgresql_database_url, **told}
        assert ward.examined()[0] == 0
    ward.told = {"DATABASE_URL": f"sqlite:///{tmp_path}/not-yet.db"}
    assert ward.examined()[0] == 0
    assert not (tmp_path / "not-yet.db").exists()


def test_each_installed_workspace_is_asked(ward: Ward) -> None:
    world = ward.world
    world.slack.add_team("T0BETA", "Beta", "beta")
    world.slack.add_user("T0BETA", "U0BEA", name="Bea", email="bea@beta.example", tz="Europe/Rome", admin=True)
    ward.told = {"SLACK_BOT_TOKEN": ""}
    assert "no workspace yet" in "\n".join(ward.examined()[1])
    world.joined("U0BEA").browser.opens(f"{world.bot_url}/slack/install").presses("Allow")
    status, lines = ward.examined()
    assert (status, any("installed in Beta" in line for line in lines)) == (0, True)
    world.slack.uninstall("T0BETA")
    status, lines = ward.examined()
    assert (status, any(line.startswith("WRONG slack: workspace T0BETA") for line in lines)) == (1, True)


def test_slack_itself_cannot_come_to_a_loopback_address(ward: Ward) -> None:
    settings = Settings.read({**ward.world.environment(), "SLACK_API_URL": "https://slack.com/api/"})
    assert "Socket Mode" in doctor_slack.way_in(settings).mend
