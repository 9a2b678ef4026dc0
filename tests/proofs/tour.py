"""A tour through everything people do and everything that can go wrong meanwhile."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from itertools import product

import requests

from bot.errors import BotError
from tests.proofs.scale import SCALE
from tests.proofs.watched import ANSWER, TYPED, Watched
from tests.sandbox.faults import Fault
from tests.sandbox.slack.delivery import Sent, post
from tests.sandbox.slack.refusal import SlackRefused
from tests.sandbox.world import Persona, World

ANA, GMAIL, CLEO = "ana@acme.example", "ana.lima@gmail.example", "cleo@acme.example"
ADA, GUS = "ada@acme.example", "gus@partner.example"
CALENDARS = "/calendar/v3/"
_HTML = f"<html><body>{ANSWER}</body></html>"
_ODD: dict[str, object] = {
    "ok": True,
    "user": [ANSWER],
    "channel": ANSWER,
    "access_token": {ANSWER: ANSWER},
    "items": ANSWER,
    "sub": [ANSWER],
}
_ERROR: dict[str, object] = {"ok": False, "error": ANSWER, "error_description": ANSWER}
_DENIED: dict[str, object] = {"error": "invalid_grant", "error_description": ANSWER}
FAILURES: tuple[Callable[[str], Fault], ...] = (
    lambda where: Fault(where, status=500, body=_HTML),
    lambda where: Fault(where, status=200, body=_HTML),
    lambda where: Fault(where, status=200, body=_ODD),
    lambda where: Fault(where, status=200, body=_ERROR),
    lambda where: Fault(where, status=400, body=_DENIED),
    lambda where: Fault(where, status=401, body={"error": "invalid_client", "error_description": ANSWER}),
    lambda where: Fault(where, status=403, body={"error": {"message": ANSWER, "errors": [{"reason": ANSWER}]}}),
    lambda where: Fault(where, status=429, body=_ERROR, headers={"retry-after": ANSWER}),
    lambda where: Fault(where, kind="drop"),
    lambda where: Fault(where, kind="drop", when="after"),
)


def everything_goes_well(world: World) -> None:
    """Connect, pick in all three places, look, disconnect, come back, prove the Slack side."""
    ana = world.ana
    ana.types("/calendar connect", channel_id="C0GENERAL")
    ana.connects_google(ANA)
    ana.picks(ANA, "Team")
    ana.opens_home()
    ana.picks("Family", "Team", on="home")
    ana.types("/calendar calendars")
    ana.chooses("pick_conflicts", "Holidays in Portugal", on="modal")
    ana.submits()
    ana.types("/calendar status")
    ana.types("/calendar disconnect")
    ana.clicks("Disconnect", on="ephemeral")
    ana.connects_google(GMAIL).presses("Confirm with Slack")
    ana.consents(GMAIL)
    world.gus.connects_google(GUS)
    world.google.expire_access_tokens()
    ana.types("status")
    for words in (TYPED, f"connect {TYPED}", f"/calendar {TYPED}"):
        ana.types(words)


def consent_goes_wrong(world: World) -> None:
    """Denied, a box unticked, another account, a forwarded link, a page loaded twice, a link from last month."""
    cleo = world.cleo
    cleo.connects_google(CLEO, deny=True).presses("Try again")
    cleo.consents(CLEO, untick=["calendar.events"])
    cleo.types("/calendar connect")
    world.ana.browser.opens(cleo.link).presses("Continue")
    world.ana.consents(ANA)
    with suppress(AssertionError):
        world.ana.browser.presses("Confirm with Slack")
        world.ana.consents(ANA)
    cleo.types("/calendar connect")
    cleo.opens_link().presses("Continue")
    callback = cleo.stops_before_returning(CLEO)
    requests.get(callback, timeout=5)
    for _ in range(2):
        cleo.browser.opens(callback)
    world.google.client.without_refresh_token = 2
    world.ada.connects_google(ADA)
    world.google.client.without_refresh_token = 0
    old = world.ada.link
    world.time_leaps(timedelta(days=30))
    world.ada.browser.opens(old)
    world.settles()


def slack_is_misused(world: World) -> None:
    """Requests that nobody signed, or that Slack would never send; and a recorded one."""
    genuine = world.slack.last_request
    assert genuine is not None
    for body in (genuine.body, TYPED.encode(), b'{"type":"event_callback","event":"' + TYPED.encode() + b'"}'):
        post(Sent(genuine.url, body, {"Content-Type": "application/json"}))
        post(Sent(genuine.url, body, {"Content-Type": "application/json", **world.slack.signed(body)}))
    post(genuine)
    world.settles()


def everything_fails_in_turn(watched: Watched) -> int:
    """Each endpoint in each way at full scale; by default each endpoint in one. Says how many that were."""
    world, cases = watched.world, list(product(ENDPOINTS, FAILURES))
    if SCALE < 100:
        cases = [(endpoint, FAILURES[number % len(FAILURES)]) for number, endpoint in enumerate(ENDPOINTS)]
    for (whose, where, meanwhile), failure in cases:
        script = world.google.script if whose == "google" else world.slack.script
        _jobs_run(world)  # first, or they would meet what is meant for people
        script.add(failure(where))
        meanwhile(watched)
        assert script.take(where) is None, f"nobody asked {where}"
        script.add(failure(where))
        world.time_leaps(timedelta(minutes=15))  # nobody gets a hundred links in ten minutes
        _jobs_run(world)
        script.clear()
    return len(cases)


def handlers_crash(world: World) -> None:
    """A table is missing: whatever touches it raises where nobody expected it."""
    for table in ("flow", "ticket", "person", "connection", "pick", "once", "audit"):
        with _missing(world, table):
            _around(world.cleo, world, CLEO)
    for table in ("probe", "outage", "reminder", "incident", "quota"):
        with _missing(world, table):
            _around(world.cleo, world, CLEO)
            world.time_leaps(timedelta(minutes=15))
            _jobs_run(world)


def a_grant_is_tampered_with(world: World) -> None:
    world.ada.connects_google(ADA)
    with closing(sqlite3.connect(_file(world))) as database, database:
        database.execute(
            'UPDATE connection SET "grant" = CAST(substr("grant", 1, 30) AS BLOB) WHERE "grant" IS NOT NULL'
        )
    _around(world.ada, world, ADA)


def _around(person: Persona, world: World, account: str) -> None:
    """As far through connecting, picking, looking and disconnecting as it goes."""
    steps: tuple[Callable[[], object], ...] = (
        lambda: person.types("/calendar connect"),
        lambda: person.opens_link().presses("Continue"),
        lambda: person.consents(account),
        lambda: person.browser.presses("Confirm with Slack"),
        lambda: person.consents(account),
        lambda: person.picks(account),
        person.opens_home,
        lambda: person.types("/calendar calendars"),
        person.submits,
        lambda: person.types("/calendar status"),
        lambda: person.types("/calendar disconnect"),
        lambda: person.clicks("Disconnect", on="ephemeral"),
    )
    for step in steps:
        with suppress(AssertionError, SlackRefused, requests.RequestException, LookupError):
            step()
    world.settles()


def _jobs_run(world: World) -> None:
    """As the scheduler has it: what they raise is nobody's to catch."""
    for job, _ in world.bot.jobs.table.values():
        world.bot.sweeps.hand_over(job)
        world.settles()


def _cleo_goes_around(watched: Watched) -> None:
    _around(watched.world.cleo, watched.world, CLEO)


def _gus_proves_himself(watched: Watched) -> None:
    _around(watched.world.gus, watched.world, GUS)


def _after_a_restart(watched: Watched) -> None:
    with suppress(BotError):  # it could not even find out where it is
        watched.restart()
    _cleo_goes_around(watched)


def _somebody_passes_a_link_on(watched: Watched) -> None:
    world = watched.world
    world.cleo.types("/calendar connect")
    world.ana.browser.opens(world.cleo.link).presses("Continue")
    world.ana.consents(ANA)


def _operators_hear_of_it(watched: Watched) -> None:
    world = watched.world
    world.time_leaps(timedelta(hours=1))
    _jobs_run(world)  # what the operators know of already is over
    world.google.script.add(Fault("POST /token", status=401, body={"error": "deleted_client"}))
    world.cleo.connects_google(CLEO)


ENDPOINTS: tuple[tuple[str, str, Callable[[Watched], None]], ...] = (
    *(("google", line, _cleo_goes_around) for line in ("POST /token", "GET /v1/userinfo", "POST /revoke")),
    *(("google", line, _cleo_goes_around) for line in (f"GET {CALENDARS}", f"POST {CALENDARS}freeBusy")),
    *(("google", f"{verb} {CALENDARS}calendars/", _cleo_goes_around) for verb in ("POST", "DELETE")),
    *(("slack", f"/api/{method}", _cleo_goes_around) for method in ("users.info", "chat.postMessage", "chat.update")),
    *(("slack", f"/api/views.{method}", _cleo_goes_around) for method in ("open", "update", "publish")),
    *(("slack", f"/api/openid.connect.{method}", _gus_proves_himself) for method in ("token", "userInfo")),
    *(("slack", f"/api/{method}", _after_a_restart) for method in ("conversations.open", "auth.test")),
    ("slack", "/api/users.lookupByEmail", _somebody_passes_a_link_on),
    ("slack", "/api/users.list", _operators_hear_of_it),
    ("slack", "/response/", _cleo_goes_around),
)


@contextmanager
def _missing(world: World, table: str) -> Iterator[None]:
    with closing(sqlite3.connect(_file(world), timeout=30)) as database:
        database.execute("PRAGMA legacy_alter_table = ON")
        database.execute(f'ALTER TABLE "{table}" RENAME TO "{table}_gone"')
        yield
        database.execute(f'ALTER TABLE "{table}_gone" RENAME TO "{table}"')


def _file(world: World) -> str:
    return world.environment()["DATABASE_URL"].removeprefix("sqlite:///")
