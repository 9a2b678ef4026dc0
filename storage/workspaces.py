"""Slack workspaces the app is installed in."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from storage.inserts import insert_into
from storage.tables import Workspace


def save(
    session: Session,
    *,
    team_id: str,
    name: str,
    bot_user_id: str,
    bot_id: str,
    bot_token: bytes,
    scopes: str,
    now: datetime,
) -> None:
    """Store an installation, the first one or a later one. ``bot_token`` is sealed."""
    facts = {
        "name": name,
        "bot_user_id": bot_user_id,
        "bot_id": bot_id,
        "bot_token": bot_token,
        "scopes": scopes,
        "installed_at": now,
    }
    row = insert_into(session, Workspace, team_id=team_id, **facts)
    session.exec(row.on_conflict_do_update(index_elements=["team_id"], set_=facts))


def of(session: Session, team_id: str) -> Workspace | None:
    """The workspace with this Slack id."""
    return session.exec(select(Workspace).where(Workspace.team_id == team_id)).one_or_none()


def all(session: Session) -> list[Workspace]:  # noqa: A001 - always read as workspaces.all
    """All of them, in a steady order."""
    return list(session.exec(select(Workspace).order_by(col(Workspace.team_id))))


def remove(session: Session, team_id: str) -> None:
    """Forget an installation and its token."""
    session.exec(delete(Workspace).where(col(Workspace.team_id) == team_id))
