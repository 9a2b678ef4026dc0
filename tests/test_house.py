"""The house keeps its own rules: what it declares is what it does, and what it promises on paper is so."""

import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import Settings
from handlers import cli

ROOT = Path(__file__).parent.parent
OURS = ("bot", "handlers", "storage")
VERSION = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
CONTRACT = {
    *("PUBLIC_URL", "HOST", "PORT", "DATABASE_URL", "ENCRYPTION_KEYS", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"),
    *("SLACK_APP_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_API_URL", "GOOGLE_CLIENT_ID"),
    *("GOOGLE_CLIENT_SECRET", "GOOGLE_AUTH_URI", "GOOGLE_TOKEN_URI", "GOOGLE_REVOKE_URI", "GOOGLE_USERINFO_URI"),
    *("GOOGLE_CALENDAR_URL", "GOOGLE_DOMAINS", "ACCOUNT_MATCH", "ADMINS", "OPERATOR_CHANNEL", "METRICS_TOKEN"),
    *("GOOGLE_RISC_CONFIG_URL", "GOOGLE_RISC_API_URL", "GOOGLE_RISC_CREDENTIALS"),
    *("PROBE_EVERY", "CONFIRM_AFTER", "GOOGLE_DAILY_CALLS", "BOOKING_MAX_PENDING"),
    *("INVITE_ON_JOIN", "RETAIN_FLOWS_DAYS", "RETAIN_MESSAGES_DAYS", "RETAIN_AUDIT_DAYS"),
}
"""The variables people rely on; a rename breaks every installation."""
MOST_LINES = 320
VAGUE = {"util", "utils", "helper", "helpers", "common", "base", "manager", "misc"}
# In two pieces each, so that this file does not hold them.
ADDRESSES = re.compile(
    "|".join(["index" + r"[-_]url\s*=", "extra-" + "index", r"https?://\S*" + "/simple", "files.py" + "thonhosted"])
)
MACHINES = re.compile(
    "|".join(
        [
            r"(?<![\w.])/ro" + r"ot/",
            r"(?<![\w.])/ho" + r"me/\w",
            r"(?<![\w.])/Us" + r"ers/\w",
            r"(?<![\w.])/wo" + r"rk/",
        ]
    )
)
_LEFT_OUT = {"__pycache__", "node_modules", "build", "dist"}


def files(*folders: str, ending: str = ".py") -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob(f"*{ending}"))


def committed() -> Iterator[Path]:
    """Every text file that belongs to the project: nothing hidden but CI's, nothing that tools left behind."""
    for path in ROOT.rglob("*"):
        inside = path.relative_to(ROOT)
        hidden = any(part.startswith(".") and part not in {".ci", ".gitignore"} for part in inside.parts)
        if path.is_file() and not hidden and not _LEFT_OUT & set(inside.parts) and ".egg-info" not in str(inside):
            yield path


# --- paper ----------------------------------------------------------------------------------------------------------


def test_the_settings_are_those_of_the_contract() -> None:
    assert {name.upper() for name in Settings.model_fields} == CONTRACT


@pytest.mark.parametrize("variable", sorted(CONTRACT))
def test_every_setting_stands_in_the_readme(variable: str) -> None:
    assert re.search(rf"^\|.*`{variable}`.*\|", (ROOT / "README.md").read_text(), re.MULTILINE)


def test_every_command_of_the_command_line_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    names = [command.name or getattr(command.callback, "__name__", "") for command in cli.app.registered_commands]
    assert {"serve", "migrate", "doctor", "manifest"} <= set(names)
    assert [name for name in names if f"calendar-bot {name}" not in readme] == []


def test_the_changelog_speaks_of_this_version() -> None:
    assert VERSION is not None
    assert re.search(rf"^## {re.escape(VERSION[1])}\b", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


@pytest.mark.parametrize(
    "page", ["README.md", "CHANGELOG.md", *(f"docs/{each.name}" for each in (ROOT / "docs").glob("*.md"))]
)
def test_links_between_pages_lead_somewhere(page: str) -> None:
    file = ROOT / page
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", file.read_text())
    assert [link for link in links if not (file.parent / link).exists()] == []


def test_proofs_names_tests_that_exist() -> None:
    named = re.findall(r"`(tests/[\w/.]+)`", (ROOT / "docs/proofs.md").read_text())
    assert named
    assert [each for each in named if not (ROOT / each).exists()] == []


# --- rooms ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "file", [path for path in files(*OURS) if "versions" not in path.parts], ids=lambda path: path.name
)
def test_a_file_is_short_enough_to_hold_one_thing(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= MOST_LINES


def test_init_files_are_empty() -> None:
    assert [path for path in files(*OURS, "tests") if path.name == "__init__.py" and path.read_text()] == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [path for path in files(*OURS, "tests") if VAGUE & set(path.stem.split("_"))] == []


def test_every_exception_to_a_rule_names_the_rule_and_the_reason() -> None:
    good = re.compile(r"# noqa: [A-Z]+\d+(, [A-Z]+\d+)* - \S+|# type: ignore\[[a-z-]+(, [a-z-]+)*\] +# \S+")
    bare = []
    for path in files(*OURS, "tests"):
        with path.open("rb") as source:
            comments = [token for token in tokenize.tokenize(source.readline) if token.type == tokenize.COMMENT]
        bare += [
            f"{path.relative_to(ROOT)}:{comment.start[0]}"
            for comment in comments
            if re.match(r"#\s*(noqa|type:\s*ignore)", comment.string) and not good.match(comment.string)
        ]
    assert bare == []


def test_nothing_committed_holds_a_registrys_address_or_a_machines_path() -> None:
    found = []
    for path in committed():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}: {hit[0]}" for rule in (ADDRESSES, MACHINES) for hit in rule.finditer(text)
        ]
    assert found == []
    assert not (ROOT / "uv.lock").exists()


def test_every_dependency_is_pinned_with_a_hash() -> None:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert len(pins) > 50
    assert [pin for pin in pins if not re.match(r"[\w.\[\],-]+==\S+( ;.*)? \\$", pin)] == []
    assert sum("--hash=sha256:" in line for line in lines) >= len(pins)
