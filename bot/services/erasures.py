"""Remembering, without remembering who they were, that somebody wanted to be forgotten: they are not asked again."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from bot.domain.people import Who
from storage import erasures, roster
from storage.database import Session


def mark(who: Who) -> str:
    """The one-way mark of a person."""
    return hashlib.sha256(f"erased:{who.team_id}:{who.user_id}".encode()).hexdigest()


def mark_as_declined(session: Session, team_id: str, user_ids: Collection[str], now: datetime) -> None:
    """Whoever of these was deleted on their own wish and comes back from Slack's directory counts as declined."""
    if not erasures.any_at_all(session):
        return
    marks = {mark(Who(team_id, user_id)): user_id for user_id in user_ids}
    known = [marks[each] for each in erasures.among(session, list(marks))]
    if known:
        roster.decline_untouched(session, team_id, known, now)
