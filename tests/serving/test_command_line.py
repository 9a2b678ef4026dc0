"""The command line, as somebody meets it who types `calendar-bot`."""

import base64
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from bot.settings import Settings
from handlers import cli, manifest
from storage import schema
from tests.serving.test_settings import COMPLETE

COMMANDS: tuple[list[str], ...] = (
    [],
    ["serve"],
    ["migrate"],
    ["doctor"],
    ["probe"],
    ["invite"],
    ["status"],
    ["audit"],
    ["manifest"],
    ["keys"],
    ["keys", "new"],
)
HEAVY = {"aiohttp", "alembic", "fastapi", "googleapiclient", "pydantic", "slack_bolt", "slack_sdk", "sqlalchemy"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place to start in, and an environment that says nothing."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path


def typed(*words: str, **environment: str) -> Result:
    return CliRunner().invoke(cli.app, words, env=environment)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_is_one_screen(command: list[str]) -> None:
    told = typed(*command, "--help", COLUMNS="80")
    lines = told.output.splitlines()
    assert told.exit_code == 0
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80


def test_help_is_there_at_once() -> None:
    """Whatever takes long to import is not asked for."""
    script = f"import sys, handlers.cli; print(*({HEAVY!r} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []


@pytest.mark.parametrize("command", ["serve", "migrate", "doctor", "probe", "invite", "status", "audit"])
def test_settings_that_are_missing_end_every_command_with_all_their_names(command: str) -> None:
    ended = typed(command)
    assert ended.exit_code == 1
    assert [name for name in COMPLETE if name not in ended.stderr] == []
    assert "Traceback" not in ended.output


def test_new_keys_are_keys_and_never_the_same() -> None:
    keys = [typed("keys", "new").output.strip() for _ in range(2)]
    assert [len(base64.b64decode(key)) for key in keys] == [32, 32]
    assert keys[0] != keys[1]


def test_migrate_makes_the_tables_and_may_be_typed_again(folder: Path) -> None:
    (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in COMPLETE.items()))
    for _ in range(2):
        migrated = typed("migrate")
        assert migrated.exit_code == 0
        assert schema.head_revision() in migrated.output
    assert not schema.is_behind(f"sqlite:///{folder}/calendar-bot.db")


def test_migrate_says_what_is_wrong_with_the_database() -> None:
    ended = typed("migrate", **COMPLETE, DATABASE_URL="postgresql+psycopg://bot:hunter2@127.0.0.1:9/calendar")
    assert ended.exit_code == 1
    assert "DATABASE_URL" in ended.stderr
    assert "hunter2" not in ended.stderr


def test_the_manifest_has_the_address_everywhere_and_is_ready_to_paste() -> None:
    printed = typed("manifest", "--url", "https://bot.acme.example/").output
    made = yaml.safe_load(printed)
    assert made["oauth_config"]["redirect_urls"] == ["https://bot.acme.example/slack/oauth_redirect"]
    assert made["settings"]["event_subscriptions"]["request_url"] == "https://bot.acme.example/slack/events"
    assert manifest.PLACEHOLDER not in printed
    assert made["settings"]["socket_mode_enabled"] is False


def test_the_manifest_for_socket_mode() -> None:
    printed = typed("manifest", "--url", "https://bot.acme.example", "--socket-mode").output
    assert yaml.safe_load(printed)["settings"]["socket_mode_enabled"] is True


@pytest.mark.parametrize("url", ["bot.acme.example", "http://bot.acme.example", "https://bot.acme.example/calendar"])
def test_no_manifest_for_what_is_no_address(url: str) -> None:
    ended = typed("manifest", "--url", url)
    assert ended.exit_code == 1
    assert "--url" in ended.stderr


def test_the_environment_stands_above_the_file_and_an_empty_variable_says_nothing(folder: Path) -> None:
    (folder / ".env").write_text('PUBLIC_URL="https://file.example"\nexport ADMINS=U0FILE # who runs it\n')
    found = CliRunner(env={"PUBLIC_URL": "https://environment.example", "ADMINS": ""})
    with found.isolation():
        told = cli.environment()
    assert (told["PUBLIC_URL"], told["ADMINS"]) == ("https://environment.example", "U0FILE")
