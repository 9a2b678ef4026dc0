"""Addresses that are told of things, and the outbox of what they are owed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import ColumnElement, delete, or_, update
from sqlmodel import Session, col, select

from storage.api_tables import WebhookDelivery, WebhookEndpoint

_KEPT_BATCH = 500


def add(session: Session, endpoint: WebhookEndpoint) -> None:
    """Store a new address."""
    session.add(endpoint)
    session.flush()


def of_team(session: Session, team_id: str) -> list[WebhookEndpoint]:
    """A workspace's addresses, disabled ones too, the oldest first."""
    query = select(WebhookEndpoint).where(WebhookEndpoint.team_id == team_id)
    return list(session.exec(query.order_by(col(WebhookEndpoint.created_at), col(WebhookEndpoint.id))))


def of(session: Session, team_id: str, endpoint_id: str) -> WebhookEndpoint | None:
    """One of a workspace's addresses."""
    query = select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id, WebhookEndpoint.team_id == team_id)
    return session.exec(query).one_or_none()


def remove(session: Session, team_id: str, endpoint_id: str) -> bool:
    """Forget an address and all it is owed. False when there is none."""
    mine = delete(WebhookEndpoint).where(
        col(WebhookEndpoint.id) == endpoint_id, col(WebhookEndpoint.team_id) == team_id
    )
    return session.exec(mine).rowcount == 1


def owe(session: Session, team_id: str, event: str, payload: Mapping[str, object], now: datetime) -> int:
    """Every address of the workspace that is not disabled is to be told. How many those are."""
    query = select(WebhookEndpoint.id).where(
        WebhookEndpoint.team_id == team_id, col(WebhookEndpoint.disabled_at).is_(None)
    )
    ids = list(session.exec(query))
    for endpoint_id in ids:
        session.add(
            WebhookDelivery(endpoint_id=endpoint_id, event=event, payload=dict(payload), created_at=now, due_at=now)
        )
    session.flush()
    return len(ids)


def due_endpoints(session: Session, now: datetime, limit: int) -> list[str]:
    """Addresses that are owed something now; whoever waits longest comes first."""
    query = (
        select(WebhookDelivery.endpoint_id)
        .join(WebhookEndpoint, col(WebhookEndpoint.id) == col(WebhookDelivery.endpoint_id))
        .where(col(WebhookEndpoint.disabled_at).is_(None), *_due(now))
        .group_by(col(WebhookDelivery.endpoint_id))
        .order_by(sa.func.min(WebhookDelivery.due_at))
    )
    return list(session.exec(query.limit(limit)))


def claim(
    session: Session, endpoint_id: str, *, now: datetime, lease: str, until: datetime, limit: int
) -> tuple[WebhookEndpoint, Sequence[WebhookDelivery]] | None:
    """Some of what an address is owed, the oldest first; None when somebody else is at all of it."""
    due = select(WebhookDelivery.id).where(WebhookDelivery.endpoint_id == endpoint_id, *_due(now))
    due = due.order_by(col(WebhookDelivery.created_at), col(WebhookDelivery.id)).limit(limit)
    ids = list(session.exec(due.with_for_update(skip_locked=True)))
    endpoint = session.get(WebhookEndpoint, endpoint_id)
    if not ids or endpoint is None or endpoint.disabled_at is not None:
        return None
    leasing = update(WebhookDelivery).where(col(WebhookDelivery.id).in_(ids)).values(lease=lease, lease_until=until)
    session.exec(leasing.execution_options(synchronize_session=False))
    mine = select(WebhookDelivery).where(col(WebhookDelivery.id).in_(ids))
    return endpoint, list(session.exec(mine.order_by(col(WebhookDelivery.created_at), col(WebhookDelivery.id))))


def arrived(session: Session, delivery: WebhookDelivery, lease: str, code: int, now: datetime) -> bool:
    """It is there; the address works. False when the lease was lost meanwhile."""
    facts = {"delivered_at": now, "last_code": code, "attempts": delivery.attempts + 1, "due_at": None}
    if not _settle(session, delivery.id, lease, facts):
        return False
    works = update(WebhookEndpoint).where(col(WebhookEndpoint.id) == delivery.endpoint_id)
    session.exec(works.where(col(WebhookEndpoint.failing_since).is_not(None)).values(failing_since=None))
    return True


def failed(
    session: Session,
    delivery: WebhookDelivery,
    lease: str,
    code: int | None,
    now: datetime,
    *,
    next_at: datetime | None,
) -> datetime | None:
    """It is not there, and is tried again at ``next_at``. Since when nothing has arrived; None: the lease was lost."""
    facts = {"last_code": code, "attempts": delivery.attempts + 1, "due_at": next_at}
    if not _settle(session, delivery.id, lease, facts):
        return None
    mine = col(WebhookEndpoint.id) == delivery.endpoint_id
    fails = update(WebhookEndpoint).where(mine, col(WebhookEndpoint.failing_since).is_(None))
    session.exec(fails.values(failing_since=now))
    return session.exec(select(WebhookEndpoint.failing_since).where(mine)).one_or_none() or now


def put_off(session: Session, ids: Collection[str], lease: str, until: datetime) -> None:
    """Untried, later."""
    mine = update(WebhookDelivery).where(col(WebhookDelivery.id).in_(ids), col(WebhookDelivery.lease) == lease)
    session.exec(mine.values(lease=None, lease_until=None, due_at=until))


def disable(session: Session, endpoint_id: str, now: datetime) -> bool:
    """Nothing goes there any more, and nothing is owed. False when it was disabled before."""
    mine = update(WebhookEndpoint).where(
        col(WebhookEndpoint.id) == endpoint_id, col(WebhookEndpoint.disabled_at).is_(None)
    )
    if session.exec(mine.values(disabled_at=now)).rowcount != 1:
        return False
    owed = update(WebhookDelivery).where(
        col(WebhookDelivery.endpoint_id) == endpoint_id, col(WebhookDelivery.due_at).is_not(None)
    )
    session.exec(owed.values(due_at=None, lease=None, lease_until=None))
    return True


def purge(session: Session, before: datetime) -> int:
    """Delete some of what was settled before then, and say how many rows: call it again until 0."""
    old = select(WebhookDelivery.id).where(
        col(WebhookDelivery.created_at) < before, col(WebhookDelivery.due_at).is_(None)
    )
    ids = list(session.exec(old.limit(_KEPT_BATCH)))
    session.exec(delete(WebhookDelivery).where(col(WebhookDelivery.id).in_(ids)))
    return len(ids)


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    until = col(WebhookDelivery.lease_until)
    return col(WebhookDelivery.due_at) <= now, or_(until.is_(None), until <= now)


def _settle(session: Session, delivery_id: str, lease: str, facts: Mapping[str, object]) -> bool:
    mine = update(WebhookDelivery).where(col(WebhookDelivery.id) == delivery_id, col(WebhookDelivery.lease) == lease)
    return session.exec(mine.values(lease=None, lease_until=None, **facts)).rowcount == 1
