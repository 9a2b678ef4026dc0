"""`calendar-bot probe`: a verdict per line, beside a bot that serves, and nobody is written to."""

import base64
import os
import pty
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import select

from bot.services.sweep import CALLS_A_MINUTE
from bot.settings import Settings
from handlers import app, probing
from handlers.probing import Probing, Stopped
from storage import probes
from storage.tables import Connection
from storage.watch_tables import Incident, Probe
from tests.proofs.crowd import gather
from tests.sandbox.faults import Fault
from tests.sandbox.world import World, world_with
from tests.serving.program import PATIENCE, PROGRAM

ADA, ANA, MARRIED = "ada@acme.example", "ana@acme.example", "ana.sousa@acme.example"
BEN, CLEO = "ben@acme.example", "cleo@acme.example"


@pytest.fixture
def world(sqlite_database_url: str) -> Iterator[World]:
    with world_with(sqlite_database_url) as made:
        yield made


@pytest.fixture
def world_on_each(database_url: str) -> Iterator[World]:
    """Where processes meet."""
    with world_with(database_url) as made:
        yield made


@contextmanager
def probing_beside(world: World, **settings: str) -> Iterator[Probing]:
    """Another process' worth of bot over the same database; whoever waits lets the world's time pass."""
    told = Settings.read({**world.environment(), **settings})
    bot = app.build(told, world.clock, speaks=False)
    try:
        yield Probing(bot, world.clock, told.confirm_after, world.clock.advance)
    finally:
        bot.close()


def lines(world: World, email: str = "", **settings: str) -> list[str]:
    with probing_beside(world, **settings) as probing_:
        found = list(probing_.person(email) if email else probing_.everyone())
    assert [each.ok for each in found] == [": ok" in each.line or "it was ok" in each.line for each in found]
    return [each.line for each in found]


def why_it_stopped(world: World, email: str = "", **settings: str) -> tuple[list[str], str]:
    """The lines until then, and the reason."""
    found: list[str] = []
    with probing_beside(world, **settings) as probing_, pytest.raises(Stopped) as stopped:
        found.extend(each.line for each in (probing_.person(email) if email else probing_.everyone()))
    return found, str(stopped.value)


def ids(world: World) -> list[str]:
    with world.bot.database.reading() as session:
        return list(session.exec(select(Connection.id)))


# --- whom -----------------------------------------------------------------------------------------------------------


def test_everyone_by_account(world: World) -> None:
    for person, account in ((world.cleo, CLEO), (world.ana, ANA), (world.ada, ADA)):
        person.connects_google(account)
    world.ada.types("disconnect")
    world.ada.clicks("Disconnect", on="dm")
    assert lines(world) == [f"{ANA} (U0ANA in T0ACME): ok", f"{CLEO} (U0CLEO in T0ACME): ok"]


@pytest.mark.parametrize("email", [ANA, "Ana@ACME.example", MARRIED, MARRIED.upper()])
def test_one_person_by_the_address_at_google_or_in_slack(world: World, email: str) -> None:
    world.ana.connects_google(ANA)
    world.cleo.connects_google(CLEO)
    world.slack.state.users["U0ANA"].email = MARRIED
    assert lines(world, email) == [f"{ANA} (U0ANA in T0ACME): ok"]


def test_an_address_that_nobody_has(world: World) -> None:
    world.ana.connects_google(ANA)
    for email in ("nobody@acme.example", BEN, "ana"):
        why = f"No connection belongs to {email}, be it the Google account's address or Slack's."
        assert why_it_stopped(world, email) == ([], why)


def test_while_slack_does_not_answer_googles_addresses_will_do(world: World) -> None:
    world.ana.connects_google(ANA)
    world.slack.script.add(Fault("users.lookupByEmail", status=500, times=2))
    assert lines(world, ANA) == [f"{ANA} (U0ANA in T0ACME): ok"]
    assert "Slack could not be asked" in why_it_stopped(world, BEN)[1]


def test_whoever_has_disconnected_is_named_as_such(world: World) -> None:
    world.ana.connects_google(ANA)
    world.ana.types("disconnect")
    world.ana.clicks("Disconnect", on="dm")
    assert lines(world, ANA) == [f"{ANA} (U0ANA in T0ACME): disconnected"]
    assert lines(world) == []


# --- what -----------------------------------------------------------------------------------------------------------


def test_a_revoked_grant_is_suspect_and_then_believed_and_serve_tells_its_owner(world: World) -> None:
    world.ana.connects_google(ANA)
    world.google.revoke(ANA)
    before = len(world.ana.messages())
    (line,) = lines(world, ANA)
    assert ": suspect: grant_dead, believed if it is so again after " in line
    world.time_leaps(timedelta(minutes=10))
    assert lines(world, ANA) == [f"{ANA} (U0ANA in T0ACME): needs_reconnect: grant_dead"]
    assert len(world.ana.messages()) == before, "nothing is said from here"
    world.jobs_run()
    assert len(world.ana.messages()) == before + 1
    world.ana.connects_google(ANA)
    assert lines(world) == [f"{ANA} (U0ANA in T0ACME): ok"]


def test_what_is_mended_is_noted_as_such(world: World) -> None:
    world.ana.connects_google(ANA)
    world.ana.picks("Team")
    world.google.set_role(ANA, "c_acme-team@group.calendar.google.com", "reader")
    assert "suspect: lost_write" in lines(world, ANA)[0]
    world.time_leaps(timedelta(minutes=10))
    assert lines(world, ANA) == [f"{ANA} (U0ANA in T0ACME): lost_write: lost_write"]
    world.google.set_role(ANA, "c_acme-team@group.calendar.google.com", "writer")
    assert lines(world, ANA) == [f"{ANA} (U0ANA in T0ACME): ok"]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("POST /token", kind="drop", times=-1), "could not be asked: network"),
        (Fault("POST /token", status=503), "could not be asked: server_error"),
        (Fault("POST /token", status=401, body={"error": "invalid_client"}), "invalid_client (Google rejects our"),
        (Fault("calendarList", status=429), "could not be asked: rate_limited"),
    ],
    ids=["network", "server", "client", "rate"],
)
def test_what_says_nothing_about_the_person(world: World, fault: Fault, words: str) -> None:
    world.ana.connects_google(ANA)
    world.google.script.add(fault)
    assert words in lines(world, ANA)[0]
    world.google.script.clear()
    assert lines(world, ANA) == [f"{ANA} (U0ANA in T0ACME): ok"]


def test_while_an_incident_is_open_a_refusal_is_said_and_not_believed(world: World) -> None:
    world.ana.connects_google(ANA)
    world.bot.watching.incidents.meet("google_client", "invalid_client", "T0ACME")
    world.google.revoke(ANA)
    assert "refused: grant_dead, which counts for nothing while an incident is open" in lines(world, ANA)[0]


def test_a_permission_that_ends_soon_is_no_fault(world: World) -> None:
    world.ana.connects_google(ANA)
    ends_at = world.clock.now() + timedelta(days=2)
    with world.bot.database.transaction() as session:
        session.exec(update(Connection).values(refresh_expires_at=ends_at))
    assert lines(world) == [f"{ANA} (U0ANA in T0ACME): ok, until Google ends the permission on {ends_at:%d %B %Y}"]


# --- beside serve ---------------------------------------------------------------------------------------------------


def test_whoever_is_looked_at_already_is_left_alone(world_on_each: World) -> None:
    world = world_on_each
    world.ana.connects_google(ANA)
    now, only = world.clock.now(), ids(world)
    with world.bot.database.transaction() as session:
        claimed = probes.claim(session, now=now, lease="another", until=now + timedelta(minutes=5), limit=9, only=only)
    assert len(claimed) == 1
    assert lines(world) == [f"{ANA} (U0ANA in T0ACME): being looked at by another process; before that it was ok"]
    with world.bot.database.reading() as session:
        assert session.exec(select(Probe.lease)).one() == "another"


def test_an_incident_that_is_met_here_is_told_by_serve(world: World) -> None:
    world.ana.connects_google(ANA)
    world.google.script.add(Fault("POST /token", status=401, body={"error": "invalid_client"}))
    lines(world)
    world.settles()
    assert world.ada.messages() == []
    with world.bot.database.reading() as session:
        assert session.exec(select(Incident.todo)).one() == "alert"
    world.bot.watching.incidents.say()
    assert "Google rejects our client" in world.ada.messages()[0].text


# --- many -----------------------------------------------------------------------------------------------------------


def test_very_many_in_pages(world_on_each: World) -> None:
    world = world_on_each
    people_ = gather(world, probing.FIRST + probing.PAGE + 3)
    world.google.revoke(people_.members[5].email)
    found = lines(world)
    assert [line.split()[0] for line in found] == [each.email for each in people_.members]
    assert [number for number, line in enumerate(found) if not line.endswith(": ok")] == [5]
    assert people_.not_answered_since(world.clock.now() - timedelta(minutes=5)) == 0
    assert people_.told() == {}


def test_when_google_says_nothing_about_the_first_the_others_are_left_in_peace(world: World) -> None:
    gather(world, probing.FIRST + 3)
    world.google.script.add(Fault("POST /token", status=503, times=-1))
    found, why = why_it_stopped(world)
    assert len(found) == probing.FIRST
    assert all("could not be asked: server_error" in line for line in found)
    assert why == "Google said nothing about any of these, so the others were not asked."


def test_nobody_is_left_out_because_the_first_few_are_all_who_there_are(world: World) -> None:
    gather(world, 3)
    world.google.script.add(Fault("POST /token", status=503, times=-1))
    assert [line.rpartition(": ")[2] for line in lines(world)] == ["server_error"] * 3


def test_the_next_minute_is_waited_for(world: World) -> None:
    """The sweep has taken nearly all that Google allows in this one."""
    gather(world, 9)
    world.bot.watching.sweep.room(CALLS_A_MINUTE - 4)
    now = world.clock.now()
    assert len(lines(world)) == 9
    assert world.clock.now() >= now.replace(second=0, microsecond=0) + timedelta(minutes=1)


def test_the_next_day_is_not(world: World) -> None:
    gather(world, 9)
    found, why = why_it_stopped(world, GOOGLE_DAILY_CALLS="4")
    assert len(found) == 4
    assert why == "Today's GOOGLE_DAILY_CALLS are used up, so the others were not asked."


# --- as it is typed -------------------------------------------------------------------------------------------------


def typed(world: World, folder: Path, *words: str, **settings: str) -> tuple[int, list[str], str]:
    """The exit status, the lines, and what standard error says."""
    environment = {**world.environment(), **settings}
    ended = subprocess.run(
        [PROGRAM, "probe", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert "Traceback" not in ended.stderr
    assert [secret for secret in Settings.read(environment).secrets() if secret in ended.stdout + ended.stderr] == []
    return ended.returncode, ended.stdout.splitlines(), ended.stderr


def test_a_process_beside_the_one_that_serves(world_on_each: World, tmp_path: Path) -> None:
    world = world_on_each
    world.ana.connects_google(ANA)
    world.cleo.connects_google(CLEO)
    well = [f"{ANA} (U0ANA in T0ACME): ok", f"{CLEO} (U0CLEO in T0ACME): ok"]
    assert typed(world, tmp_path) == (0, well, "")
    world.google.revoke(CLEO)
    status, (line,), said = typed(world, tmp_path, CLEO)
    assert (status, ": suspect: grant_dead" in line) == (1, True)
    assert '"event": "health_changed"' in said
    assert typed(world, tmp_path, ANA) == (0, well[:1], "")


def test_what_keeps_it_from_starting(world: World, tmp_path: Path) -> None:
    assert typed(world, tmp_path, "eve@acme.example")[0::2] == (
        1,
        "No connection belongs to eve@acme.example, be it the Google account's address or Slack's.\n",
    )
    another = base64.b64encode(b"another-key-of-thirty-two-bytes!").decode()
    status, found, said = typed(world, tmp_path, ENCRYPTION_KEYS=another)
    assert (status, found, "ENCRYPTION_KEYS" in said) == (1, [], True)
    status, found, said = typed(world, tmp_path, DATABASE_URL="postgresql+psycopg://bot:hunter2@127.0.0.1:9/calendar")
    assert (status, found, "DATABASE_URL" in said) == (1, [], True)


def test_with_a_terminal_there_is_a_bar_and_the_lines_stay_whole(world: World, tmp_path: Path) -> None:
    gather(world, 20)
    leader, follower = pty.openpty()
    running = subprocess.Popen(
        [PROGRAM, "probe"],
        cwd=tmp_path,
        env={**world.environment(), "TERM": "xterm"},
        stderr=follower,
        stdout=subprocess.PIPE,
    )
    os.close(follower)
    assert running.stdout is not None
    found = running.stdout.read().decode().splitlines()
    drawn = _read_to_the_end(leader)
    running.stdout.close()
    assert running.wait(PATIENCE) == 0
    assert len(found) == 20
    assert all(line.endswith(": ok") for line in found)
    assert "Looking at connections" in drawn


def _read_to_the_end(terminal: int) -> str:
    drawn = b""
    try:
        while part := os.read(terminal, 4096):
            drawn += part
    except OSError:  # the way Linux says that nobody is left at the other end
        pass
    finally:
        os.close(terminal)
    return drawn.decode()
