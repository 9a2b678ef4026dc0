"""`calendar-bot serve` as a process: the whole way with nothing but the contract's settings, and a clean end."""

import signal
from pathlib import Path

import pytest
import requests

from storage.sole_server import sole_server
from tests.sandbox.faults import Fault
from tests.serving.program import Running, becomes_so, serving, told, without_its_own_bot

ANA = "ana@acme.example"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the program is started, with nothing in it."""
    made = tmp_path / "started-here"
    made.mkdir()
    return made


def test_connect_pick_status_and_a_clean_end(database_url: str, tmp_path: Path) -> None:
    with without_its_own_bot(database_url) as world:
        settings = told(world)
        with serving(tmp_path, settings) as program:
            ready = requests.get(f"{world.bot_url}/readyz", timeout=10)
            assert (ready.status_code, ready.text) == (200, "ready\n")
            world.ana.types("/calendar connect")
            becomes_so(world, lambda: bool(world.ana.messages()))
            world.ana.opens_link().presses("Continue")
            assert "Connected" in world.ana.consents(ANA).page
            becomes_so(world, lambda: world.ana.sees("pick_linked"))
            world.ana.picks(ANA, "Team")
            becomes_so(world, lambda: world.ana.sees("The test found everything in order"))
            world.ana.types("/calendar status")
            becomes_so(world, lambda: any("is connected" in each.text for each in world.slack.ephemerals("U0ANA")))
            program.is_told_to_stop()
            assert program.ends() == 0
            assert '"event": "ended"' in program.log[-1]
        assert world.slack.faults == []
        log = "".join(program.log)
        assert not [name for name, value in settings.items() if _is_secret(name) and value in log]
        assert "Traceback" not in log


def test_settings_from_a_file_and_work_in_hand_that_outlives_the_signal(sqlite_database_url: str, folder: Path) -> None:
    with without_its_own_bot(sqlite_database_url) as world:
        lines = [f"{name}='{value}'" for name, value in told(world).items() if name != "DATABASE_URL"]
        (folder / ".env").write_text("\n".join(["# as an operator writes it", *lines, ""]))
        # The environment has the last word, but an empty variable says nothing.
        with serving(folder, {"SLACK_BOT_TOKEN": "", "METRICS_TOKEN": "from-the-environment"}) as program:
            assert requests.get(f"{world.bot_url}/metrics", timeout=10).status_code == 401
            world.slack.script.add(Fault("users.info", kind="hang", seconds=1.5, status=503))
            world.ana.types("/calendar connect")
            program.is_told_to_stop()
            assert program.ends() == 0
        assert "Slack did not take our message" in world.ana.answer
        assert {path.name for path in folder.iterdir()} == {".env", "calendar-bot.db", "calendar-bot.db-lock"}
        assert world.slack.faults == []


def test_control_c_is_a_clean_end_too_and_a_killed_one_leaves_no_lock(sqlite_database_url: str, folder: Path) -> None:
    url = f"sqlite:///{folder}/mine.db"
    with without_its_own_bot(sqlite_database_url) as world:
        settings = told(world, DATABASE_URL=url)
        with serving(folder, settings) as program:
            second = Running(folder, {**settings, "PORT": "0"})
            assert second.ends() == 1
            assert "PostgreSQL" in "".join(second.log)
            second.close()
            program.is_told_to_stop(signal.SIGKILL)
            assert program.ends() == -signal.SIGKILL
        with sole_server(url):
            pass
        with serving(folder, settings) as program:
            program.is_told_to_stop(signal.SIGINT)
            assert program.ends() == 0


@pytest.mark.parametrize("mode", ["HTTP", "socket"])
def test_what_the_environment_holds_for_bolt_changes_nothing(sqlite_database_url: str, folder: Path, mode: str) -> None:
    """Bolt reads SLACK_CLIENT_ID and others by itself, and would keep installations in the home folder."""
    with without_its_own_bot(sqlite_database_url) as world:
        settings = told(world, HOME=str(folder), DATABASE_URL=f"sqlite:///{folder}/mine.db")
        if mode == "socket":
            settings |= {"SLACK_APP_TOKEN": world.slack.app_token, "SLACK_SIGNING_SECRET": ""}
        with serving(folder, settings) as program:
            becomes_so(world, lambda: world.slack.sockets.connected or mode == "HTTP")
            world.ana.types("/calendar help")
            becomes_so(world, lambda: bool(world.slack.ephemerals("U0ANA")))
            program.is_told_to_stop()
            assert program.ends() == 0
        assert {path.name for path in folder.iterdir()} == {"mine.db", "mine.db-lock"}
        assert world.slack.faults == []


def _is_secret(name: str) -> bool:
    return name.endswith(("TOKEN", "SECRET", "KEYS"))
