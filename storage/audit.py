"""Who did what to whom."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from storage.tables import Audit


def record(
    session: Session, *, now: datetime, team_id: str, user_id: str, action: str, detail: Mapping[str, str]
) -> None:
    """Add a line. ``detail`` holds no secrets and no event data."""
    session.add(Audit(at=now, team_id=team_id, user_id=user_id, action=action, detail=dict(detail)))
    session.flush()


def page(
    session: Session, since: datetime, *, after: tuple[datetime, str] | None = None, limit: int = 500
) -> list[Audit]:
    """What was done since then in every workspace, in order. ``after`` is the time and id of the line before."""
    query = select(Audit).where(col(Audit.at) >= since)
    if after is not None:
        at, line_id = after
        query = query.where(or_(col(Audit.at) > at, and_(col(Audit.at) == at, col(Audit.id) > line_id)))
    return list(session.exec(query.order_by(col(Audit.at), col(Audit.id)).limit(limit)))
