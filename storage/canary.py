"""One sealed row that tells, before anything is served, whether the keys are the ones that sealed the rest."""

from datetime import datetime

from sqlmodel import Session, col, select

from storage import crypto
from storage.inserts import insert_into
from storage.tables import Canary

_ONLY = 1
_SONG = "The keys are right."
_PLACE = crypto.aad("canary", "sealed", str(_ONLY), "")


def check(session: Session, sealer: crypto.Sealer, now: datetime) -> None:
    """Make the canary on the first start, else open it. Raises crypto.Unreadable."""
    row = insert_into(session, Canary, id=_ONLY, sealed=sealer.seal(_SONG, _PLACE), created_at=now)
    session.exec(row.on_conflict_do_nothing(index_elements=["id"]))
    if sealer.open(session.exec(select(Canary.sealed).where(col(Canary.id) == _ONLY)).one(), _PLACE) != _SONG:
        raise crypto.Unreadable("The canary row holds another text.")
