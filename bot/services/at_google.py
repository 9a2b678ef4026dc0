"""What everything shares that brings an appointment to Google."""

from functools import cached_property

from bot.appointment_ports import Events, EventState
from bot.ports import Clock
from bot.services.appointment_news import AppointmentBulletin
from bot.services.collisions import Collisions
from bot.services.connections import Connections
from bot.services.portraits import Loaded
from storage import bookings
from storage.database import Database


class AtGoogle:
    """Works under an operation's lease, outside any transaction."""

    def __init__(
        self,
        database: Database,
        connections: Connections,
        events: Events,
        collisions: Collisions,
        bulletin: AppointmentBulletin,
        clock: Clock,
    ) -> None:
        self._database = database
        self._connections = connections
        self._events = events
        self._collisions = collisions
        self._bulletin = bulletin
        self._clock = clock

    @cached_property
    def _instance(self) -> str:
        with self._database.transaction() as session:
            return bookings.instance(session)

    def _found(self, loaded: Loaded) -> EventState | None:
        """Its event, a cancelled one too."""
        return self._connections.call(
            loaded.host, lambda token: self._events.get(token, loaded.row.calendar_id, loaded.event_id)
        )
