"""A tour through what breaks and heals while nobody looks: outages, reminders, security events, incidents."""

from collections.abc import Callable
from datetime import timedelta

from tests.proofs.minutes import minutes_pass
from tests.proofs.watched import ANSWER, Watched
from tests.sandbox.faults import Fault
from tests.sandbox.world import TEAM, Persona, World

CLEO, ADA = "cleo@acme.example", "ada@acme.example"
_TEAM_CALENDAR = "c_acme-team@group.calendar.google.com"
_POST = "POST /api/chat.postMessage"


def connections_break_and_mend(watched: Watched) -> None:
    """Each kind of outage; found by a look, or told by Google."""
    world, cleo = watched.world, watched.world.cleo
    world.google.risc.register(f"{world.bot_url}/google/risc")
    world.ada.connects_google(ADA)
    _connected(world, cleo)
    outages: tuple[Callable[[], object], ...] = (
        lambda: world.google.remove_scope(CLEO, "https://www.googleapis.com/auth/calendar.freebusy"),
        lambda: world.google.end_session(CLEO),
        lambda: world.google.expire_grant(CLEO),
        lambda: world.google.revoke(CLEO),
    )
    for breaks in outages:
        breaks()
        world.settles()
        minutes_pass(world, 36, at_a_time=12)
        cleo.opens_link().presses("Continue")
        cleo.consents(CLEO)
        world.settles()
    cleo.opens_home()
    cleo.picks("Team", on="home")
    world.google.set_role(CLEO, _TEAM_CALENDAR, "reader")
    minutes_pass(world, 36, at_a_time=12)
    world.google.unshare(_TEAM_CALENDAR, CLEO)
    minutes_pass(world, 36, at_a_time=12)
    cleo.picks(CLEO, on="dm")
    world.google.send_risc("sessions-revoked", email=CLEO)
    world.google.send_risc("verification", state="state-given-along-4711")
    world.settles()
    world.google.expire_grant(CLEO)
    minutes_pass(world, 36, at_a_time=12)
    world.time_leaps(timedelta(days=4))
    world.jobs_run()
    for fault in (Fault(_POST, kind="drop", when="after"), Fault(_POST, status=500, body=ANSWER)):
        world.slack.script.add(fault)
        world.time_leaps(timedelta(days=8))
        world.jobs_run()
        minutes_pass(world, 4, at_a_time=2)
    _connected(world, cleo)


def operators_have_work(watched: Watched) -> None:
    """Each thing of ours that breaks, and is mended."""
    world = watched.world
    google, slack = world.google, world.slack
    incidents: tuple[tuple[Callable[[], object], Callable[[], object]], ...] = (
        (google.rotate_client_secret, google.restore_client_secret),
        (lambda: google.set_client_state("deleted_client"), lambda: google.set_client_state("ok")),
        (lambda: google.set_project_state("accessNotConfigured"), lambda: google.set_project_state("ok")),
        (lambda: google.block_app(domain="acme.example"), lambda: google.unblock_app(domain="acme.example")),
        (lambda: slack.refuse_token(TEAM), lambda: slack.accept_token(TEAM)),
        (lambda: google.script.add(Fault("", status=200, body=ANSWER, times=-1)), google.script.clear),
        (lambda: google.script.add(Fault("", status=403, body={"error": ANSWER}, times=-1)), google.script.clear),
    )
    for breaks, mends in incidents:
        breaks()
        minutes_pass(world, 18, at_a_time=6)
        world.ada.types("/calendar doctor")
        mends()
        minutes_pass(world, 18, at_a_time=6)


def _connected(world: World, person: Persona) -> None:
    person.connects_google(CLEO)
    person.opens_home()
    person.picks(CLEO, "Projects", on="home")
    minutes_pass(world, 12, at_a_time=12)
