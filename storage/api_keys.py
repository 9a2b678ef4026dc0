"""The booking API's keys. Every query but the look-up by prefix names the workspace."""

from datetime import datetime

from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, select

from storage.api_tables import ApiKey
from storage.watch_tables import Quota


def add(session: Session, key: ApiKey) -> None:
    """Store a new key. Its prefix is unique."""
    session.add(key)
    session.flush()


def by_prefix(session: Session, prefix: str) -> ApiKey | None:
    """The key with this public prefix, a revoked one too."""
    return session.exec(select(ApiKey).where(ApiKey.prefix == prefix)).one_or_none()


def of_team(session: Session, team_id: str) -> list[ApiKey]:
    """A workspace's keys, the oldest first."""
    return list(
        session.exec(select(ApiKey).where(ApiKey.team_id == team_id).order_by(col(ApiKey.created_at), col(ApiKey.id)))
    )


def revoke(session: Session, team_id: str, prefix: str, now: datetime) -> bool:
    """From now on it opens nothing. False when there is no such key, or it was revoked before."""
    mine = update(ApiKey).where(
        col(ApiKey.team_id) == team_id, col(ApiKey.prefix) == prefix, col(ApiKey.revoked_at).is_(None)
    )
    return session.exec(mine.values(revoked_at=now)).rowcount == 1


def used(session: Session, key_id: str, now: datetime, not_since: datetime) -> None:
    """Note that it is in use, unless that was noted since ``not_since``."""
    lately = or_(col(ApiKey.last_used_at).is_(None), col(ApiKey.last_used_at) < not_since)
    session.exec(update(ApiKey).where(col(ApiKey.id) == key_id, lately).values(last_used_at=now))


def forget_counts(session: Session, now: datetime) -> int:
    """Delete what was counted for minutes long past. How many rows that were."""
    past = delete(Quota).where(col(Quota.key).startswith("api:"), col(Quota.until) < now)
    return int(session.exec(past).rowcount)
