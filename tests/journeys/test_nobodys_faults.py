"""What says nothing about anybody: nobody is told of it, nobody's connection changes, and it is over by itself."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.databases import SqliteFiles
from tests.journeys.attacking import rows
from tests.journeys.outages import ANA, CLEO, FIRST_LOOK, Letters, passes_until
from tests.journeys.single_faults import TEAM
from tests.sandbox.faults import Fault
from tests.sandbox.google.errors import google_error
from tests.sandbox.world import World, world_with

TOKEN, LIST = "POST /token", "/calendarList"
PAGE = "<html><title>Sign in to the network</title></html>"
BACKEND = google_error(500, "backendError", "Backend Error")

INNOCENT = {
    "429 at the token": Fault(TOKEN, status=429, body=PAGE),
    "429 at the calendars": Fault(LIST, status=429, body=google_error(429, "rateLimitExceeded", "Too Many Requests")),
    "the project's rate": Fault(LIST, status=403, body=google_error(403, "rateLimitExceeded", "Rate Limit Exceeded")),
    "the user's rate": Fault(LIST, status=403, body=google_error(403, "userRateLimitExceeded", "User Rate Limit")),
    "the day's quota": Fault(
        LIST, status=403, body=google_error(403, "quotaExceeded", "Calendar usage limits exceeded.")
    ),
    "500 at the token": Fault(TOKEN, status=500, body={"error": "internal_failure"}),
    "500 at the calendars": Fault(LIST, status=500, body=BACKEND),
    "502 page at the token": Fault(TOKEN, status=502, body=PAGE),
    "502 page at the calendars": Fault(LIST, status=502, body=PAGE),
    "503 at the token": Fault(TOKEN, status=503, body=PAGE),
    "503 at the calendars": Fault(LIST, status=503, body=PAGE, headers={"Retry-After": "120"}),
    "a portal's page at the token": Fault(TOKEN, status=200, body=PAGE),
    "a portal's page at the calendars": Fault(LIST, status=200, body=PAGE),
    "an empty answer at the token": Fault(TOKEN, status=200),
    "an empty answer at the calendars": Fault(LIST, status=200),
    "no access token": Fault(TOKEN, status=200, body={"token_type": "Bearer"}),
    "a reset at the token": Fault(TOKEN, kind="drop"),
    "a reset at the calendars": Fault(LIST, kind="drop"),
    "half an answer at the token": Fault(
        TOKEN, status=200, body='{"access_token": "ya29.', headers={"content-type": "application/json"}
    ),
    "half an answer at the calendars": Fault(
        LIST, status=200, body='{"kind": "calendar#calendarList", "items": [{"id"'
    ),
    "an error nobody knows at the token": Fault(TOKEN, status=400, body={"error": "invalid_mood"}),
    "a reason nobody knows": Fault(LIST, status=403, body=google_error(403, "notToday", "Not today")),
    "404 for the whole list": Fault(LIST, status=404, body=google_error(404, "notFound", "Not Found")),
    "a list of another shape": Fault(LIST, status=200, body={"kind": "calendar#events", "items": []}),
}


FOR_THE_OPERATORS = {
    "quota_exceeded": ["the day's quota"],
    "garbage": [
        *("a portal's page at the token", "a portal's page at the calendars", "an empty answer at the token"),
        *("an empty answer at the calendars", "no access token", "half an answer at the token"),
        *("half an answer at the calendars", "a list of another shape"),
    ],
    "unknown": ["an error nobody knows at the token", "a reason nobody knows"],
}
"""What the people who run the bot hear of at once; of the silence itself they hear when it lasts."""


@pytest.fixture(scope="module")
def peaceful(sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One world for all of them: each leaves it as it was."""
    with world_with(sqlite_files.migrated(tmp_path_factory.mktemp("peaceful"))) as world:
        world.ana.connects_google(ANA)
        world.ana.picks("Family", "Team")
        world.cleo.connects_google(CLEO)
        world.cleo.picks(CLEO)
        yield world


@pytest.mark.parametrize("what", INNOCENT)
def test_what_says_nothing_about_anybody_is_nobodys(peaceful: World, what: str) -> None:
    world, fault = peaceful, INNOCENT[what]
    letters = [Letters(world.ana), Letters(world.cleo)]
    before, began = rows(world, "SELECT answered_at FROM probe"), f"{world.clock.now():%Y-%m-%d %H:%M:%S}"
    world.google.script.add(replace(fault, times=-1))
    world.time_passes(FIRST_LOOK)
    assert world.google.script.met, "it was met"
    assert standing(world) == ["connected"] * 2
    met = set(rows(world, f"SELECT code FROM incident WHERE seen_at >= '{began}'"))  # noqa: S608 - a time
    assert met - {"egress"} == {code for code, ones in FOR_THE_OPERATORS.items() if what in ones}
    world.google.script.clear()
    world.google.script.met.clear()
    passes_until(world, lambda: min(rows(world, "SELECT answered_at FROM probe")) > max(before), FIRST_LOOK)
    assert [each.new for each in letters] == [[], []]
    assert standing(world) == ["connected"] * 2
    assert rows(world, "SELECT count(*) FROM outage") == [0]


def test_a_calendar_that_cannot_be_read_for_the_moment_is_unknown_and_no_outage(peaceful: World) -> None:
    letters = Letters(peaceful.ana)
    for reason in ("internalError", "notFound"):
        peaceful.google.break_calendar(TEAM, reason)
        peaceful.time_passes(FIRST_LOOK)
    assert (letters.new, standing(peaceful)) == ([], ["connected"] * 2)
    peaceful.google.break_calendar(TEAM, None)


def standing(world: World) -> list[str]:
    """Everybody's health, with the cause of an outage and of a first refusal, where there is one."""
    return rows(world, "SELECT health || coalesce(cause, '') || coalesce(strike_cause, '') FROM connection")
