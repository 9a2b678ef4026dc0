"""The composition root: the one place that knows everybody. Nothing happens at import."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from fastapi import FastAPI
from slack_bolt.app.async_app import AsyncApp

from bot.google.calendar import GoogleCalendars
from bot.google.oauth import GoogleConsent
from bot.google.risc import RiscVerifier
from bot.google.transport import Transport
from bot.ports import Clock
from bot.services.admins import Admins
from bot.services.board import TeamBoard
from bot.services.calendars import CalendarPicks
from bot.services.connections import Connections
from bot.services.consent import ConsentFlow, Policy
from bot.services.deliveries import Deliveries
from bot.services.departures import Departures
from bot.services.keeping import Keeping
from bot.services.surfaces import Surfaces
from bot.services.tickets import Tickets
from bot.services.workspaces import Workspaces
from bot.settings import Settings, plain
from bot.slack.directory import SlackDirectory, home_team
from bot.slack.groups import UserGroups
from bot.slack.notifier import SlackNotifier
from bot.slack.sign_in import SlackSignInWithOpenID
from bot.slack.workspaces import Clients, SlackInstaller
from handlers import http_app, http_google, slack_app
from handlers.background import Background
from handlers.booking import BookingDesk
from handlers.desk import Desk
from handlers.http_install import INSTALL
from handlers.jobs import Jobs
from handlers.rolling_out import Basics, RollingOut
from handlers.slack_app import Admission
from handlers.slack_commands import Commands
from handlers.slack_home import Home
from handlers.slack_modals import Modals
from handlers.slack_people import People
from handlers.slack_watching import Watched
from handlers.watching import Watching
from storage import canary
from storage.crypto import Sealer
from storage.database import Database

CALLBACK = "/oauth/google/callback"
_CALM = 2
"""Looks at all pools in a row that must find nothing: one may have been handed something behind the first."""
_FINISH = 15.0
"""Seconds for work in hand, once we are told to stop."""


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """This moment."""
        return datetime.now(UTC)  # noqa: TID251 - the one place that reads it


@dataclass
class Bot:
    """Everything, wired. ``http`` is served by uvicorn; ``drain`` waits for the work behind it."""

    http: FastAPI
    slack: AsyncApp
    people: Background
    doors: tuple[Background, ...]
    sweeps: Background
    database: Database
    connections: Connections
    jobs: Jobs
    watching: Watching
    rolling: RollingOut
    booking: BookingDesk
    closers: list[Callable[[], object]] = field(default_factory=list)

    @property
    def pools(self) -> tuple[Background, ...]:
        """Everything that works behind the doors."""
        return (*self.doors, self.people, self.sweeps)

    def drain(self) -> bool:
        """Wait until nothing is left to do in the pools; they hand things over to each other."""
        calm = 0
        while calm < _CALM:
            calm = calm + 1 if all(pool.drain(0) for pool in self.pools) else 0
            for pool in self.pools:
                pool.drain()
        return True

    def close(self) -> None:
        """Stop the clock, finish the work, let go of the database."""
        self.jobs.stop()
        for pool in self.pools:
            pool.drain(_FINISH)  # while it is open: work in hand may hand over more
        for pool in self.pools:
            pool.stop(0)
        for close in self.closers:
            close()
        self.database.close()


def build(settings: Settings, clock: Clock | None = None, *, speaks: bool = True) -> Bot:
    """Wire everything. Raises crypto.Unreadable when the keys do not open what is stored.

    A bot that does not speak says nothing by itself: it looks, beside one that does.
    """
    clock = clock or SystemClock()
    if settings.uses_plain_http:  # loopback only, Settings made sure of it
        os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
    sealer = Sealer(settings.raw_encryption_keys)
    database = _opened(settings.database_url, sealer, clock)
    people = Background(workers=16, waiting=2000, name="people")
    # Anybody can open pages, and every Slack request needs its workspace's token: neither may wait for the others.
    visitors = Background(workers=8, waiting=400, name="visitors")
    tokens = Background(workers=2, waiting=400, name="tokens")
    events = Background(workers=2, waiting=400, name="events")  # of Google's, each of which may wait for its keys
    sweeps = Background(workers=8, waiting=2000, name="sweeps")

    workspaces = Workspaces(
        database,
        sealer,
        clock,
        lambda token: home_team(settings.slack_api_url, token),
        plain(settings.slack_bot_token),
    )
    clients = Clients(workspaces.token_for, settings.slack_api_url)
    notifier, directory = SlackNotifier(clients, settings.slack_api_url), SlackDirectory(clients)
    slack_client = _slack_client(settings)
    sign_in, installer = SlackSignInWithOpenID(**slack_client), SlackInstaller(**slack_client)
    transport = Transport()
    consent = _google(settings, clock, transport)
    calendars = GoogleCalendars(settings.google_calendar_url, transport)

    watching = Watching(
        settings,
        clock,
        database,
        sealer,
        sweeps,
        speaks=speaks,
        directory=directory,
        notifier=notifier,
        consent=consent,
        calendars=calendars,
    )
    incidents, monitoring = watching.incidents, watching.monitoring
    connections = Connections(database, watching.grants, monitoring, clock, incidents.raise_for, watching.deliver)
    picks = CalendarPicks(database, connections, calendars, monitoring, clock)
    admins = Admins(directory, settings.admins, workspaces.is_home)
    team = TeamBoard(database, clock)
    booking = BookingDesk(
        database,
        connections,
        calendars,
        calendars.events,
        notifier,
        incidents,
        clock,
        sweeps,
        settings.booking_max_pending,
        sealer=sealer,
        public_url=settings.public_url,
        speaks=speaks,
    )
    surfaces = Surfaces(
        database,
        connections,
        picks,
        notifier,
        people.hand_over,
        partial(team.overview, admins=admins),
        booking.agendas.of,
    )
    tickets = Tickets(database, directory, notifier, connections, clock, settings.public_url)
    watching.complete(connections=connections, picks=picks, tickets=tickets, surfaces=surfaces, workspaces=workspaces)
    flow = ConsentFlow(
        database=database,
        sealer=sealer,
        consent=consent,
        callback_fault=GoogleConsent.callback_fault,
        sign_in=sign_in,
        directory=directory,
        notifier=notifier,
        connections=connections,
        keeping=Keeping(database, sealer, watching.grants, clock, watching.deliver, probe_every=settings.probe_every),
        surfaces=surfaces,
        clock=clock,
        policy=Policy(settings.account_match, settings.google_domains),
        alert=incidents.raise_for,
        denied=watching.canaries.denied,
        ends_soon=watching.canaries.ends_soon,
        later=people.hand_over,
    )
    desk = Desk(people, Deliveries(database, clock), notifier)
    modals = Modals(desk, people, surfaces, picks, notifier)
    watched = Watched(desk, admins, incidents, watching.reminders, notifier, watching.look)

    installs_at = settings.public_url + INSTALL if installer.available else None
    bolt = slack_app.build(settings.slack_api_url, Admission(workspaces, tokens, installs_at))
    departures = Departures(database, directory, connections, picks, workspaces, clock)
    basics = Basics(database, directory, notifier, workspaces, clock, sweeps, incidents, settings, clients)
    rolling = RollingOut(basics, tickets, team, departures, speaks=speaks)
    inviting, board = rolling.windows(desk, people, admins, UserGroups(clients), notifier)
    agenda, finding = booking.windows(desk, people, notifier, directory, rolling, clients, surfaces)
    commands = Commands(desk, tickets, surfaces, modals, watched, inviting, board, agenda, finding)
    home, comers = (
        Home(desk, surfaces, rolling.my_data(connections, picks, surfaces.home, people, booking.reconciling.farewell)),
        People(desk, departures, rolling.roster, rolling.joined),
    )
    for listeners in (commands, modals, home, comers, watched, inviting, board, agenda, finding):
        listeners.register(bolt)
    jobs = Jobs(sweeps, {**watching.jobs(), **rolling.jobs(), **booking.jobs()})
    keys = Transport(connect=3.0, read=5.0, connections=2)
    closers: list[Callable[[], object]] = [watching.close, booking.close, transport.close, consent.close, keys.close]
    bot = Bot(
        FastAPI(),
        bolt,
        people,
        (visitors, tokens, events, booking.pool),
        sweeps,
        database,
        connections,
        jobs,
        watching,
        rolling,
        booking,
        closers,
    )
    bot.http = http_app.build(settings, bot, visitors, flow, installer, workspaces, clock)
    verifier = RiscVerifier(settings.google_risc_config_url, [settings.google_client_id], clock, keys)
    for routes in (http_google.router(watching.safety.receive, verifier, events), booking.routes()):
        bot.http.include_router(routes)
    return bot


def _opened(url: str, sealer: Sealer, clock: Clock) -> Database:
    database = Database(url)
    try:
        with database.transaction() as session:
            canary.check(session, sealer, clock.now())
    except Exception:
        database.close()
        raise
    return database


def _slack_client(settings: Settings) -> dict[str, Any]:
    return {
        "api_url": settings.slack_api_url,
        "web_url": settings.slack_web_url,
        "public_url": settings.public_url,
        "client_id": settings.slack_client_id,
        "client_secret": plain(settings.slack_client_secret),
    }


def _google(settings: Settings, clock: Clock, transport: Transport) -> GoogleConsent:
    return GoogleConsent(
        client_id=settings.google_client_id,
        client_secrets=[secret.get_secret_value() for secret in settings.google_client_secret],
        redirect_uri=settings.public_url + CALLBACK,
        auth_uri=settings.google_auth_uri,
        token_uri=settings.google_token_uri,
        revoke_uri=settings.google_revoke_uri,
        userinfo_uri=settings.google_userinfo_uri,
        clock=clock,
        transport=transport,
    )
