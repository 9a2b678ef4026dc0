"""Very many connected people, without walking them through consent: rows as services write them, and live grants."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import SQLModel, col, select

from bot.domain.people import Who
from bot.domain.permissions import SCOPES, normalised
from bot.domain.risc import token_hash, token_prefix
from bot.services.grants import grant_aad
from bot.services.tickets import digest
from bot.settings import Settings
from storage.crypto import Sealer
from storage.tables import Connection, Person, Pick, new_id
from storage.watch_tables import Probe
from tests.sandbox.google.accounts import sub_of
from tests.sandbox.google.grant_records import AuthRequest
from tests.sandbox.slack.messages import Message
from tests.sandbox.world import TEAM, World

DOMAIN = "crowd.example"
PROBE_EVERY = timedelta(minutes=10)
Condition = tuple[str, str, str | None, str | None, datetime | None, int]


@dataclass(frozen=True)
class Member:
    """One of them."""

    user_id: str
    email: str
    connection_id: str


class Crowd:
    """The people of ``gather``."""

    def __init__(self, world: World, members: Sequence[Member]) -> None:
        self._world = world
        self.members = members

    def messages(self, member: Member) -> list[Message]:
        """What the bot wrote to one of them, what it took back included."""
        return [each for each in self._world.slack.dm(member.user_id) if each.from_bot]

    def told(self) -> dict[str, int]:
        """Who was written to, and how often."""
        counted = {each.user_id: len(self.messages(each)) for each in self.members}
        return {user_id: count for user_id, count in counted.items() if count}

    def standing(self) -> dict[str, int]:
        """The same, less what was taken back."""
        standing = {each.user_id: [m for m in self.messages(each) if not m.deleted] for each in self.members}
        return {user_id: len(messages) for user_id, messages in standing.items() if messages}

    def conditions(self) -> list[Condition]:
        """How every connection stands, down to the first refusals and the count of judgements."""
        with self._world.bot.database.reading() as session:
            query = select(Connection).order_by(Connection.id)
            return [
                (row.id, row.health, row.cause, row.strike_cause, row.strike_at, row.revision)
                for row in session.exec(query)
            ]

    def unhealthy(self) -> list[Condition]:
        """Those of them that are not simply connected."""
        return [each for each in self.conditions() if each[1] != "connected" or each[2] or each[3]]

    def not_answered_since(self, moment: datetime) -> int:
        """How many Google has not answered for since then."""
        with self._world.bot.database.reading() as session:
            answered = session.exec(select(Probe.connection_id).where(col(Probe.answered_at) >= moment))
            return len(self.members) - len(set(answered))


def gather(
    world: World, count: int, *, given: datetime | None = None, zone: str = "UTC", domain: str = DOMAIN
) -> Crowd:
    """``count`` people of one Google Workspace, connected at ``given``, each with a linked and a conflict calendar.

    They are looked at from now on, one after the other within a period.
    """
    now = world.clock.now()
    sealer = Sealer(Settings.read(world.environment()).raw_encryption_keys)
    members, rows = [], list[SQLModel]()
    for number, (user_id, email, refresh_token) in enumerate(_in_the_stand_ins(world, count, zone, domain)):
        person = Person(team_id=TEAM, user_id=user_id, time_zone=zone, created_at=given or now)
        connection = _connection(sealer, person, email, refresh_token, domain, given or now)
        probe_at = now + PROBE_EVERY * number / count
        members.append(Member(user_id, email, connection.id))
        rows += [person, connection, Probe(connection_id=connection.id, probe_at=probe_at)]
        for calendar_id, name, purpose in ((email, email, "linked"), (f"travel.{email}", "Travel", "conflict")):
            rows.append(Pick(connection_id=connection.id, calendar_id=calendar_id, name=name, purpose=purpose))
    with world.bot.database.transaction() as session:
        for table in (Person, Connection, Pick, Probe):
            session.add_all([row for row in rows if isinstance(row, table)])
            session.flush()
    world.google.expire_access_tokens()
    return Crowd(world, members)


def _in_the_stand_ins(world: World, count: int, zone: str, domain: str) -> Iterator[tuple[str, str, str]]:
    """Their Slack id, Google account and refresh token."""
    grants = world.google._grants  # noqa: SLF001 - a consent each by HTTP would take minutes
    redirect_uri, scopes = next(iter(world.google.redirect_uris)), normalised(SCOPES)
    asked = AuthRequest(redirect_uri, tuple(scopes), offline=True)
    known = len(world.slack.users())
    with world.google.changing():
        for number in range(known, known + count):
            user_id, email = f"U0CROWD{number:05}", f"person{number:05}@{domain}"
            world.slack.add_user(TEAM, user_id, name=f"Person {number:05}", email=email, tz=zone)
            world.google.add_account(email, name=f"Person {number:05}", hd=domain, owner=user_id)
            world.google.add_calendar(email, email, primary=True, time_zone=zone)
            world.google.add_calendar(email, "Travel", calendar_id=f"travel.{email}", time_zone=zone)
            token = grants.redeem(grants.allow(email, asked, scopes, consented=True), redirect_uri, None).refresh_token
            assert token is not None
            yield user_id, email, token


def _connection(
    sealer: Sealer, person: Person, email: str, refresh_token: str, domain: str, given: datetime
) -> Connection:
    """As storage.connections.connect makes it."""
    row_id = new_id()
    return Connection(
        id=row_id,
        person_id=person.id,
        team_id=TEAM,
        google_sub=sub_of(email),
        google_email=email,
        hosted_domain=domain,
        scopes=" ".join(sorted(normalised(SCOPES))),
        grant=sealer.seal(refresh_token, grant_aad(row_id, Who(TEAM, person.user_id))),
        token_hash=token_hash(refresh_token),
        token_prefix=digest(token_prefix(refresh_token)),
        health="connected",
        connected_at=given,
        changed_at=given,
    )
