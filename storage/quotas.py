"""Google's allowances and Slack's, shared by all processes."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from storage.inserts import insert_into
from storage.watch_tables import Quota


def reserve(session: Session, key: str, until: datetime, wanted: int, most: int) -> int:
    """How many of the ``wanted`` calls the allowance still has room for; they count as used."""
    row = insert_into(session, Quota, key=key, used=0, until=until)
    session.exec(row.on_conflict_do_nothing(index_elements=["key"]))
    used = session.exec(select(Quota.used).where(Quota.key == key).with_for_update()).one()
    granted = max(0, min(wanted, most - used))
    session.exec(update(Quota).where(col(Quota.key) == key).values(used=used + granted))
    return granted


def used(session: Session, key: str) -> int:
    """How much of the allowance is used up."""
    return session.exec(select(Quota.used).where(Quota.key == key)).one_or_none() or 0


def used_up(session: Session, beginning: str, ending: str, most: int) -> list[str]:
    """What stands between the two in the keys of allowances with nothing left."""
    keys = select(Quota.key).where(
        col(Quota.key).startswith(beginning, autoescape=True),
        col(Quota.key).endswith(ending, autoescape=True),
        Quota.used >= most,
    )
    return [key.removeprefix(beginning).removesuffix(ending) for key in session.exec(keys)]
