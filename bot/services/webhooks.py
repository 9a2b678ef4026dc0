"""Telling other programs: what happened is written down in the same transaction, then sent until it has arrived."""

import base64
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.domain.webhooks import GIVE_UP_AFTER, Answer, Endpoint, Event, Outcome, instant, next_attempt
from bot.errors import BotError
from bot.ports import Clock
from storage import audit, crypto, webhooks
from storage.api_tables import WebhookDelivery, WebhookEndpoint
from storage.crypto import Sealer
from storage.database import Database, Session
from storage.tables import new_id

log = structlog.get_logger()

AT_ONCE = 8
"""Addresses that are told at once: a slow one holds up nobody but itself."""
BATCH = 10
"""Of one address in a row. Each may take ten seconds, and the lease outlasts them all."""
MOST_ENDPOINTS = 20
_LEASE = timedelta(minutes=5)
_LATER = timedelta(minutes=1)
_KEPT = timedelta(days=30)


class TargetRefused(BotError):
    """This address cannot be told of anything."""


class NoSuchEndpoint(BotError):
    """There is no webhook with this id in this workspace."""


class Sender(Protocol):
    """Whoever sends one message and says what came of it. It never raises for what the other side does."""

    def check(self, url: str) -> str | None:
        """Why this address is never called, in a sentence; None when it may be."""
        ...

    def send(self, url: str, secret: str, message_id: str, body: str, now: datetime) -> Answer:
        """One signed attempt, over within ten seconds."""
        ...


def enqueue(session: Session, team_id: str, event: Event, data: Mapping[str, object], now: datetime) -> int:
    """Every address of the workspace is to be told, if the caller's transaction is committed. How many those are.

    ``data`` holds times, ids and states, as bot/domain/webhooks.py makes it; never a title.
    """
    payload = {"type": str(event), "timestamp": instant(now), "data": dict(data)}
    return webhooks.owe(session, team_id, str(event), payload, now)


class Webhooks:
    """``gave_up`` is told once, by workspace and host, when an address is disabled."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        sender: Sender,
        clock: Clock,
        gave_up: Callable[[str, str], object] = lambda _team_id, _endpoint_id: None,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._sender = sender
        self._clock = clock
        self._gave_up = gave_up

    # --- addresses --------------------------------------------------------------------------------------------------

    def add(self, team_id: str, url: str, by: str) -> tuple[Endpoint, str]:
        """A new address, and the secret that its owner checks signatures with. Raises TargetRefused."""
        problem = self._sender.check(url)
        if problem is not None:
            raise TargetRefused(problem)
        now, endpoint_id = self._clock.now(), new_id()
        secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        sealed = self._sealer.seal(secret, _aad(endpoint_id, team_id))
        row = WebhookEndpoint(id=endpoint_id, team_id=team_id, url=url, secret=sealed, created_at=now)
        with self._database.transaction() as session:
            if len(webhooks.of_team(session, team_id)) >= MOST_ENDPOINTS:
                raise TargetRefused(f"A workspace has at most {MOST_ENDPOINTS} webhooks. Remove one first.")
            webhooks.add(session, row)
            self._record(session, team_id, by, "webhook_added", endpoint_id)
        return _endpoint(row), secret

    def listing(self, team_id: str) -> Sequence[Endpoint]:
        """A workspace's addresses, disabled ones too, the oldest first."""
        with self._database.reading() as session:
            return [_endpoint(row) for row in webhooks.of_team(session, team_id)]

    def remove(self, team_id: str, endpoint_id: str, by: str) -> None:
        """Forget an address, and what it is owed. Raises NoSuchEndpoint."""
        with self._database.transaction() as session:
            if not webhooks.remove(session, team_id, endpoint_id):
                raise NoSuchEndpoint
            self._record(session, team_id, by, "webhook_removed", endpoint_id)

    def test(self, team_id: str, endpoint_id: str) -> Answer:
        """Send it something now, even if it is disabled. Raises NoSuchEndpoint, crypto.Unreadable."""
        with self._database.reading() as session:
            row = webhooks.of(session, team_id, endpoint_id)
        if row is None:
            raise NoSuchEndpoint
        now = self._clock.now()
        payload = {"type": str(Event.TEST), "timestamp": instant(now), "data": {}}
        return self._sender.send(row.url, self._secret(row), new_id(), _spelt(payload), now)

    # --- delivering -------------------------------------------------------------------------------------------------

    def deliver(self) -> int:
        """Send what is due now: several addresses at once, each in order. How many attempts that were."""
        done = 0
        with ThreadPoolExecutor(AT_ONCE, "webhooks") as pool:
            while ids := self._due():
                tried = sum(pool.map(self._tell, ids))
                if not tried:  # others are at it
                    break
                done += tried
        return done

    def purge(self) -> None:
        """Forget what was settled a month ago."""
        gone = True
        while gone:
            with self._database.transaction() as session:
                gone = webhooks.purge(session, self._clock.now() - _KEPT) > 0

    def _due(self) -> list[str]:
        with self._database.reading() as session:
            return webhooks.due_endpoints(session, self._clock.now(), AT_ONCE)

    def _tell(self, endpoint_id: str) -> int:
        """What one address is owed. The first failure ends it: whoever is down is not asked ten times in a row."""
        lease, now = new_id(), self._clock.now()
        with self._database.transaction() as session:
            claimed = webhooks.claim(session, endpoint_id, now=now, lease=lease, until=now + _LEASE, limit=BATCH)
        if claimed is None:
            return 0
        endpoint, owed = claimed
        for tried, delivery in enumerate(owed, 1):
            if not self._attempt(endpoint, delivery, lease):
                with self._database.transaction() as session:
                    rest = [each.id for each in owed[tried:]]
                    webhooks.put_off(session, rest, lease, self._clock.now() + _LATER)
                return tried
        return len(owed)

    def _attempt(self, endpoint: WebhookEndpoint, delivery: WebhookDelivery, lease: str) -> bool:
        try:
            secret = self._secret(endpoint)
        except crypto.Unreadable:
            log.exception("webhook_secret_unreadable", endpoint=endpoint.id)
            answer = Answer(None, "secret")
        else:
            body = _spelt(delivery.payload)
            answer = self._sender.send(endpoint.url, secret, delivery.id, body, self._clock.now())
        if answer.outcome is Outcome.ARRIVED:
            with self._database.transaction() as session:
                webhooks.arrived(session, delivery, lease, answer.code or 0, self._clock.now())
            log.info("webhook_delivered", endpoint=endpoint.id, kind=delivery.event, status=answer.code)
            return True
        self._failed(endpoint, delivery, lease, answer)
        return False

    def _failed(self, endpoint: WebhookEndpoint, delivery: WebhookDelivery, lease: str, answer: Answer) -> None:
        now, is_gone = self._clock.now(), answer.outcome is Outcome.GONE
        next_at = None if is_gone else next_attempt(delivery.attempts + 1, now)
        with self._database.transaction() as session:
            since = webhooks.failed(session, delivery, lease, answer.code, now, next_at=next_at)
            is_dead = is_gone or (next_at is None and since is not None and since <= now - GIVE_UP_AFTER)
            disabled = is_dead and since is not None and webhooks.disable(session, endpoint.id, now)
            if disabled:
                self._record(session, endpoint.team_id, "", "webhook_disabled", endpoint.id)
        log.warning(
            "webhook_failed",
            endpoint=endpoint.id,
            kind=delivery.event,
            status=answer.code,
            outcome=answer.trouble or "",
        )
        if disabled:
            log.error("webhook_disabled", endpoint=endpoint.id, team=endpoint.team_id)
            self._gave_up(endpoint.team_id, endpoint.id)

    def _secret(self, row: WebhookEndpoint) -> str:
        return self._sealer.open(row.secret, _aad(row.id, row.team_id))

    def _record(self, session: Session, team_id: str, by: str, action: str, endpoint_id: str) -> None:
        now = self._clock.now()
        audit.record(session, now=now, team_id=team_id, user_id=by, action=action, detail={"webhook": endpoint_id})


def _aad(endpoint_id: str, team_id: str) -> str:
    return crypto.aad("webhook_endpoint", "secret", endpoint_id, team_id)


def _spelt(payload: Mapping[str, object]) -> str:
    return json.dumps(payload, separators=(",", ":"), sort_keys=True)


def _endpoint(row: WebhookEndpoint) -> Endpoint:
    return Endpoint(row.id, row.team_id, row.url, row.created_at, row.disabled_at, row.failing_since)
