"""T20 and A17: no secret, no code, no title stands where it must not, whatever went wrong meanwhile."""

import sqlite3
from contextlib import closing
from io import StringIO

import pytest
import structlog

from bot import telemetry
from tests.proofs import tour, tour_of_watching
from tests.proofs.canaries import Canary, Kind, Surface, leaks
from tests.proofs.watched import TITLE, watched_world


def test_no_canary_gets_out(sqlite_database_url: str, logged: StringIO, capfd: pytest.CaptureFixture[str]) -> None:
    bugs = telemetry.counted("bug")
    with watched_world(sqlite_database_url) as watched:
        world = watched.world
        tour.everything_goes_well(world)
        tour.consent_goes_wrong(world)
        tour.slack_is_misused(world)
        tour_of_watching.connections_break_and_mend(watched)
        tour_of_watching.operators_have_work(watched)
        assert telemetry.counted("bug") == bugs, "so far nothing crashed"
        failed = tour.everything_fails_in_turn(watched)
        tour.handlers_crash(world)
        tour.a_grant_is_tampered_with(world)
        assert telemetry.counted("bug") > bugs, "handlers did crash"

        canaries = watched.canaries()
        assert {canary.kind for canary in canaries} == set(Kind), "every kind was met"
        assert len(canaries) > failed
        surfaces = watched.surfaces(logged.getvalue() + "".join(capfd.readouterr()))
        assert leaks(surfaces, canaries) == []
        assert {header for each in watched.bot for header in _policies(each.headers)} == {"no-referrer", "same-origin"}


def _policies(headers: list[tuple[str, str]]) -> list[str]:
    return [value for name, value in headers if name == "referrer-policy"]


# --- the scan can fail ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", range(5))
@pytest.mark.parametrize("kind", Kind)
def test_a_planted_canary_is_found_in_every_form(kind: Kind, form: int) -> None:
    canary = Canary(kind, "4/0A-planted/canary+that?sings")
    forms = sorted(canary.forms())
    planted = Surface("somewhere", b"before " + forms[form % len(forms)] + b" after")
    assert leaks([planted], [canary])
    assert not leaks([Surface("elsewhere", b"before  after")], [canary])
    assert not leaks([Surface("there", planted.content, frozenset({kind}))], [canary])


def test_a_real_leak_into_log_disk_page_or_message_is_found(sqlite_database_url: str, logged: StringIO) -> None:
    with watched_world(sqlite_database_url) as watched:
        world = watched.world
        world.ana.connects_google("ana@acme.example")
        canaries = watched.canaries()
        assert leaks(watched.surfaces(logged.getvalue()), canaries) == []
        (verifier,) = [each.given["code_verifier"] for each in watched.google if "code_verifier" in each.given]
        structlog.get_logger().info("talkative", about=verifier)
        assert [leak for leak in leaks(watched.surfaces(logged.getvalue()), canaries) if "google in logs" in leak]
        (refresh,) = world.google.grants("ana@acme.example")[0].refresh_tokens
        with closing(sqlite3.connect(sqlite_database_url.removeprefix("sqlite:///"))) as database, database:
            database.execute("UPDATE person SET card_ts = ?", (refresh,))
        assert [leak for leak in leaks(watched.surfaces(""), canaries) if "google in the bytes" in leak]
        (page,) = [each for each in watched.bot if each.path == "/connected"]
        page.answer += TITLE.encode()
        assert [leak for leak in leaks(watched.surfaces(""), canaries) if "title in the page" in leak]
        call = next(each for each in watched.slack if each.path == "/api/chat.postMessage")
        call.body = call.body.replace(b'"text"', b'"token": "%s", "text"' % refresh.encode(), 1)
        assert [leak for leak in leaks(watched.surfaces(""), canaries) if "google in Slack's" in leak]
