"""Who did what to whom."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from storage.tables import Audit


def record(
    session: Session, *, now: datetime, team_id: str, user_id: str, action: str, detail: Mapping[str, str]
) -> None:
    """Add a line. ``detail`` holds no secrets and no event data."""
    session.add(Audit(at=now, team_id=team_id, user_id=user_id, action=action, detail=dict(detail)))
    session.flush()
