"""`calendar-bot risc`: the stream of security events, from an operator's terminal to this bot's receiver."""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import structlog
from fastapi import FastAPI
from typer.testing import CliRunner, Result

from bot import telemetry
from bot.domain.risc import RiscEvent, RiscKind
from bot.google.risc import RiscVerifier
from bot.google.risc_admin import EVENTS
from bot.google.transport import Transport
from bot.settings import Settings
from handlers import cli, edge, http_google
from handlers.background import Background
from handlers.rendering import Pages
from tests.edge.conftest import settings_for
from tests.sandbox.clock import SandboxClock
from tests.sandbox.faults import Fault
from tests.sandbox.google.standin import GoogleStandIn
from tests.sandbox.server import Faulty, Served
from tests.serving.test_settings import COMPLETE

ANA = "ana@acme.example"
SAID = {"error": {"code": 403, "message": "", "status": "PERMISSION_DENIED"}}


class Rig:
    """Google, the receiver of a bot, and an operator with the key of a service account."""

    def __init__(self, google: GoogleStandIn, receiver_url: str, folder: Path, told: list[RiscEvent]) -> None:
        self.google = google
        self.receiver_url = receiver_url
        self.told = told
        self._key = folder / "risc-admin.json"
        self.holds(google.service_account())

    def holds(self, key: str) -> None:
        self._key.write_text(key)

    def types(self, *words: str, **settings: str) -> Result:
        environment = {
            **COMPLETE,
            "PUBLIC_URL": self.receiver_url,
            "GOOGLE_RISC_API_URL": f"{self.google.base_url}/v1beta",
            "GOOGLE_RISC_CREDENTIALS": str(self._key),
        }
        return CliRunner().invoke(cli.app, ["risc", *words], env={**environment, **settings})

    def fails(self, *words: str, **settings: str) -> str:
        ended = self.types(*words, **settings)
        assert (ended.exit_code, "Traceback" in ended.output) == (1, False)
        assert "PRIVATE KEY" not in ended.output
        return ended.stderr


@pytest.fixture(scope="module", autouse=True)
def _quiet() -> Iterator[None]:
    """The receiver's log is not the operator's terminal."""
    telemetry.configure(StringIO())
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="module")
def parties() -> Iterator[tuple[GoogleStandIn, str, list[RiscEvent]]]:
    """Google, and a receiver with what it was told."""
    clock, told = SandboxClock(), list[RiscEvent]()
    google, background, transport = GoogleStandIn(clock), Background(2, 50, "risc"), Transport()
    served = Served(Faulty(google.app, google.script))
    google.base_url = served.url
    verifier = RiscVerifier(f"{served.url}/.well-known/risc-configuration", [google.client_id], clock, transport)
    http = FastAPI()
    edge.harden(http, Pages(), settings_for("http://127.0.0.1:3000"))
    http.include_router(http_google.router(told.extend, verifier, background))
    receiver = Served(http)
    google.redirect_uris.add(f"{receiver.url}/oauth/google/callback")
    try:
        yield google, receiver.url, told
    finally:
        receiver.stop()
        served.stop()
        background.stop()
        transport.close()


@pytest.fixture
def rig(
    parties: tuple[GoogleStandIn, str, list[RiscEvent]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Rig]:
    """Nothing is registered yet, and the environment says nothing."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    google, receiver_url, told = parties
    google.risc.stream = None
    yield Rig(google, receiver_url, tmp_path, told)
    google.risc.settle()
    google.script.clear()
    told.clear()


def test_registered_once_or_twice_and_tested(rig: Rig) -> None:
    assert rig.types("status").exit_code == 1
    for _ in range(2):
        registered = rig.types("register")
        assert registered.exit_code == 0
        assert f"{rig.receiver_url}/google/risc" in registered.output
        rig.google.risc.settle()
        event = rig.told.pop()
        assert event.kind is RiscKind.VERIFICATION
        assert str(event.state) in registered.output
    stream = rig.google.risc.stream
    assert stream is not None
    assert (stream.url, set(stream.events)) == (f"{rig.receiver_url}/google/risc", set(EVENTS))
    seen = rig.types("status")
    assert (seen.exit_code, "WRONG" in seen.output) == (0, False)
    assert "tokens-revoked" in seen.output


def test_what_happens_at_google_is_told_here(rig: Rig) -> None:
    rig.google.add_account(ANA, name="Ana Lima")
    rig.types("register")
    rig.google.risc.settle()
    rig.told.clear()
    assert rig.google.send_risc("tokens-revoked", email=ANA) == 202
    assert rig.google.send_risc("token-revoked", refresh_token="1//0g-a-token-of-ana", algorithm="prefix") == 202
    revoked, token = rig.told
    assert (revoked.kind, revoked.sub) == (RiscKind.TOKENS_REVOKED, rig.google.accounts()[0].sub)
    assert (token.kind, token.token_prefix) == (RiscKind.TOKEN_REVOKED, "1//0g-a-token-of")


def test_registering_starts_a_stream_that_was_stopped(rig: Rig) -> None:
    rig.google.risc.register("https://somewhere-else.example/risc", ["tokens-revoked"])
    assert rig.google.risc.stream is not None
    rig.google.risc.stream.status = "disabled"
    seen = rig.types("status")
    assert seen.exit_code == 1
    assert seen.output.count("WRONG") == 3
    assert "somewhere-else" in seen.output
    assert "token-revoked" in seen.output
    assert rig.types("register").exit_code == 0
    assert rig.types("status").exit_code == 0


def test_without_a_stream_status_says_what_to_type(rig: Rig) -> None:
    seen = rig.types("status")
    assert seen.exit_code == 1
    assert "calendar-bot risc register" in seen.output


@pytest.mark.parametrize("command", ["register", "status"])
def test_a_key_that_is_not_there_or_none(rig: Rig, command: str) -> None:
    whole = json.loads(rig.google.service_account())
    assert "GOOGLE_RISC_CREDENTIALS is missing" in rig.fails(command, GOOGLE_RISC_CREDENTIALS="")
    assert "No such file" in rig.fails(command, GOOGLE_RISC_CREDENTIALS="nowhere.json")
    assert "cannot be read" in rig.fails(command, GOOGLE_RISC_CREDENTIALS=".")
    cut = {name: value for name, value in whole.items() if name != "client_email"}
    user = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "1//x"}
    broken = {**whole, "private_key": whole["private_key"][:200]}
    odd = {**whole, "private_key": 5}
    for key in ("", "no JSON", "[]", "null", "\ud83d", *map(json.dumps, (cut, user, broken, odd))):
        rig.holds(key.encode("utf-8", "replace").decode())
        assert "is not a service account's key" in rig.fails(command)


def test_a_service_account_without_the_role(rig: Rig) -> None:
    rig.holds(rig.google.service_account("nobody", admin=False))
    assert "roles/riscconfigs.admin" in rig.fails("register")


def test_a_service_account_of_another_project(rig: Rig) -> None:
    rig.holds(rig.google.service_account("stranger", foreign=True))
    assert "project" in rig.fails("register")


def test_a_key_that_google_does_not_know_any_more(rig: Rig) -> None:
    old = json.loads(rig.google.service_account())
    rig.holds(json.dumps({**old, "private_key_id": "deleted"}))
    assert "make a new one" in rig.fails("status")


def test_an_address_that_is_not_the_projects(rig: Rig) -> None:
    ended = rig.fails("register", PUBLIC_URL="https://not-ours.example")
    assert "authorized domains" in ended
    assert rig.google.risc.stream is None


def test_google_delivers_to_https_only(rig: Rig) -> None:
    ended = rig.fails("register", GOOGLE_RISC_API_URL="https://risc.googleapis.com/v1beta/")
    assert "PUBLIC_URL must be an https:// address" in ended


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault("/v1beta", kind="drop"), "does not answer"),
        (Fault("/v1beta", status=502, body="<html>"), "does not answer as Google does"),
        (Fault("/v1beta", status=404, body="<html>"), "does not answer as Google does"),
        (Fault("/v1beta", status=200, body="<html>"), "does not answer as Google does"),
        (Fault("/v1beta", status=400, body={"error": {"message": "Bad \x1b[31mthing"}}), '"Bad [31mthing"'),
        (
            Fault(
                "/v1beta",
                status=403,
                body={"error": {**SAID["error"], "details": [{"reason": "SERVICE_DISABLED"}]}},
            ),
            "enable the RISC API",
        ),
        (Fault("/v1beta", status=403, body={"error": "access_denied"}), "does not answer as Google does"),
        (Fault("/v1beta", status=403, body=dict(SAID)), "roles/riscconfigs.admin"),
    ],
    ids=str,
)
def test_what_else_google_may_answer(rig: Rig, fault: Fault, said: str) -> None:
    rig.google.script.add(fault)
    assert said in rig.fails("status")


def test_a_stream_that_is_told_oddly(rig: Rig) -> None:
    rig.google.script.add(Fault("/v1beta/stream", status=200, body={"delivery": 5, "events_requested": [None, "x"]}))
    rig.google.script.add(Fault("/v1beta/stream/status", status=200, body={}))
    seen = rig.types("status")
    assert (seen.exit_code, seen.output.count("WRONG")) == (1, 3)


@pytest.mark.parametrize("command", [[], ["register"], ["status"]], ids=" ".join)
def test_help_is_one_screen(command: list[str]) -> None:
    lines = CliRunner().invoke(cli.app, ["risc", *command, "--help"], env={"COLUMNS": "80"}).output.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
