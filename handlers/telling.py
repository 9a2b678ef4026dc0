"""The part of the composition root for programs: their keys, the API they ask, and what they are told."""

from collections.abc import Callable
from datetime import timedelta

from fastapi import APIRouter

from bot.booking_api import Booking, FreeTimes
from bot.outgoing.sender import WebhookSender
from bot.ports import Clock
from bot.services.api_keys import ApiKeys
from bot.services.webhooks import Webhooks
from bot.settings import Settings
from handlers import http_booking
from handlers.background import Background
from handlers.jobs import Table
from storage.crypto import Sealer
from storage.database import Database

TELL_EVERY, SWEEP_EVERY = timedelta(seconds=5), timedelta(hours=1)


class Telling:
    """``held`` counts the held appointments of an API key; ``gave_up`` hears once of an address that is disabled."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        sealer: Sealer,
        clock: Clock,
        *,
        held: Callable[[str], int],
        gave_up: Callable[[str, str], object] = lambda _team_id, _endpoint_id: None,
    ) -> None:
        self._clock = clock
        self._public_url = settings.public_url
        self.keys = ApiKeys(database, clock, held)
        sender = WebhookSender(loopback=settings.public_is_loopback)
        self.webhooks = Webhooks(database, sealer, sender, clock, gave_up)

    def router(self, booking: Booking, times: FreeTimes, pool: Background) -> APIRouter:
        """Everything under /api/v1. ``pool`` had better be one that nobody else needs: slots may wait for Google."""
        return http_booking.booking_router(booking, times, self.keys, pool, self._clock, self._public_url)

    def jobs(self) -> Table:
        """What the clock sets off."""
        return {"webhooks": (self.webhooks.deliver, TELL_EVERY), "forget": (self._forget, SWEEP_EVERY)}

    def _forget(self) -> None:
        self.webhooks.purge()
        self.keys.forget_counts()
