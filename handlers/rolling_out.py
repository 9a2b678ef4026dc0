"""The part of the composition root that rolls the bot out to a company: its people, invitations, and the board."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.domain.identity import AccountMatch
from bot.domain.people import Profile, Who
from bot.ports import Clock, Directory, Notifier
from bot.services.admins import Admins
from bot.services.board import TeamBoard
from bot.services.calendars import CalendarPicks
from bot.services.confirmations import Confirmations
from bot.services.connections import Connections
from bot.services.departures import Departures
from bot.services.digest import Digest
from bot.services.incidents import Incidents
from bot.services.invitations import Invitations
from bot.services.my_data import MyData
from bot.services.retention import Retention
from bot.services.rollout import Rollout
from bot.services.roster import Roster
from bot.services.tallies import Tallies
from bot.services.tickets import Tickets
from bot.services.workspaces import Workspaces
from bot.settings import Settings
from bot.slack.groups import UserGroups
from bot.slack.notifier import SlackNotifier
from bot.slack.uploads import send_csv, send_file
from bot.slack.workspaces import Clients
from handlers.background import Background
from handlers.charts import RolloutCharts
from handlers.desk import Desk
from handlers.jobs import Table
from handlers.slack_board import BoardRoom
from handlers.slack_inviting import Inviting
from storage.database import Database

INVITE_EVERY, FINISH_EVERY, COMPARE_EVERY = timedelta(seconds=10), timedelta(seconds=10), timedelta(minutes=1)
SEE_OFF_EVERY, CONFIRM_EVERY, PURGE_EVERY = timedelta(minutes=1), timedelta(minutes=1), timedelta(minutes=10)
TALLY_EVERY, DIGEST_EVERY = timedelta(hours=1), timedelta(minutes=10)


@dataclass(frozen=True)
class Basics:
    """What everything here is built on."""

    database: Database
    directory: Directory
    notifier: Notifier
    workspaces: Workspaces
    clock: Clock
    pool: Background
    incidents: Incidents
    settings: Settings
    clients: Clients


class RollingOut:
    """Everything about everybody, rather than about one person."""

    def __init__(
        self, on: Basics, tickets: Tickets, board: TeamBoard, departures: Departures, *, speaks: bool = True
    ) -> None:
        self._on = on
        self._pool = on.pool
        self._speaks = speaks
        self.workspaces = on.workspaces
        self.departures = departures
        self.invites_on_join = on.settings.invite_on_join
        asks_again = on.settings.account_match is AccountMatch.EMAIL
        self.roster = Roster(
            on.database, on.directory, on.clock, departures.left, self._new_ones, asks_again=asks_again
        )
        self.rollout = Rollout(on.database, on.directory, on.notifier, self.roster, on.clock, self.deliver)
        self.confirmations = Confirmations(on.database, on.notifier, tickets, on.clock)
        self.retention = Retention(on.database, on.clock, on.settings)
        self.invitations = Invitations(on.database, on.notifier, tickets, on.incidents, on.clock, self.rollout.show)
        self.board = board
        teams, channel = on.workspaces.teams, on.settings.operator_channel
        self.tallies = Tallies(on.database, RolloutCharts(on.clients, on.clock), on.clock, teams)
        self.digest = Digest(on.database, board, self.tallies, on.notifier, on.clock, teams, channel=channel)
        self._send_csv = partial(send_csv, on.clients)

    def windows(
        self, desk: Desk, work: Background, admins: Admins, groups: UserGroups, notifier: SlackNotifier
    ) -> tuple[Inviting, BoardRoom]:
        """Its listeners."""
        return (
            Inviting(desk, work, admins, self.rollout, self.invitations, groups, notifier),
            BoardRoom(desk, work, admins, self.board, notifier, self.tallies, self._send_csv, self.deliver),
        )

    def my_data(
        self,
        connections: Connections,
        picks: CalendarPicks,
        redraw: Callable[[Who], object],
        work: Background,
        farewell: Callable[[], object],
    ) -> MyData:
        """What each person may ask for about themselves."""
        on, files = self._on, partial(send_file, self._on.clients)
        return MyData(
            on.database,
            connections,
            picks,
            on.directory,
            on.notifier,
            files,
            on.clock,
            work.hand_over,
            redraw,
            farewell,
        )

    def deliver(self) -> object:
        """Send what is owed to people, soon; beside a bot that serves, that one does."""
        return self._pool.hand_over(self.invitations.deliver) if self._speaks else False

    def jobs(self) -> Table:
        """What the clock sets off."""
        return {
            "invite": (self.invitations.deliver, INVITE_EVERY),
            "finish": (self.rollout.finish_what_is_done, FINISH_EVERY),
            "compare": (self.compare, COMPARE_EVERY),
            "tally": (self.tallies.run, TALLY_EVERY),
            "digest": (self.digest.run, DIGEST_EVERY),
            "see off": (self.departures.see_off, SEE_OFF_EVERY),
            "confirm": (self.confirmations.deliver, CONFIRM_EVERY),
            "purge": (self.retention.nightly, PURGE_EVERY),
        }

    def joined(self, profile: Profile) -> None:
        """Somebody has joined: invite them, if that is switched on."""
        if self.invites_on_join and not profile.deleted:
            self.rollout.welcome(profile.who.team_id, user_ids=[profile.who.user_id])

    def _new_ones(self, team_id: str, since: datetime) -> None:
        if self.invites_on_join:
            self.rollout.welcome(team_id, since=since)

    def compare(self) -> None:
        """The nightly comparison with Slack's directory, for whatever no event told us."""
        self.roster.nightly(self.workspaces.teams())
