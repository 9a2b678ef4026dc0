"""Reminders that are owed to very many, and the count of what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import select

from storage import conditions, outages
from storage.conditions import Seen
from storage.database import Database
from storage.tables import Connection, Person
from storage.watch_tables import Outage, Reminder
from tests.proofs.crowd import Crowd
from tests.sandbox.world import World

CAUSE, HEALTH = "grant_dead", "needs_reconnect"


def owe(world: World, people: Crowd) -> None:
    """An outage for each of them, of which nobody has been told yet."""
    now = world.clock.now()
    with world.bot.database.transaction() as session:
        for each in people.members:
            seen = Seen(each.connection_id, 1, 0)
            noted = conditions.set_condition(
                session, seen, now, health=HEALTH, cause=CAUSE, strike_cause=None, strike_at=None
            )
            assert noted
            outages.open(session, each.connection_id, CAUSE, now)
    with world.google.changing():
        for each in people.members:
            world.google.set_account_state(each.email, "disabled")


@dataclass(frozen=True)
class Tally:
    """Of one step: rows of the ledger, and what stands in people's conversations with their mark."""

    rows: int
    sent: int
    """Rows that say so."""
    lost: int
    """Rows that say so, but there is no such message, or another one."""
    doubled: int
    """Rows with more than one message."""
    unsent: int
    """Rows that do not say so, but there is a message."""

    @property
    def is_right(self) -> bool:
        """Each was sent once, and the ledger knows where it stands."""
        return self.sent == self.rows and not (self.lost or self.doubled or self.unsent)


def ledger(database: Database, step: int = 0) -> Sequence[tuple[str, Reminder]]:
    """Whom each row of this step is for."""
    with database.reading() as session:
        query = (
            select(Person.user_id, Reminder)
            .join(Connection, Connection.person_id == Person.id)  # type: ignore[arg-type]  # SQLModel types columns as values
            .join(Outage, Outage.connection_id == Connection.id)  # type: ignore[arg-type]  # as above
            .join(Reminder, Reminder.outage_id == Outage.id)  # type: ignore[arg-type]  # as above
            .where(Reminder.step == step)
        )
        return list(session.exec(query))


def unsent(database: Database) -> int:
    """How many messages are still to be sent, now or later."""
    with database.reading() as session:
        return len(session.exec(select(Reminder.id).where(Reminder.todo == outages.SEND, Reminder.step == 0)).all())


def tally(world: World, database: Database, step: int = 0) -> Tally:
    """Compare the ledger with Slack."""
    rows = ledger(database, step)
    sent = lost = doubled = unsent = 0
    for user_id, row in rows:
        stands = [each.ts for each in world.slack.marked(user_id, row.id) if not each.deleted]
        sent += row.sent_at is not None
        lost += row.sent_at is not None and row.ts not in stands
        unsent += row.sent_at is None and bool(stands)
        doubled += len(stands) > 1
    return Tally(len(rows), sent, lost, doubled, unsent)
