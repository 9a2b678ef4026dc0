"""Google's allowances: whatever comes at once, no more is granted than there is."""

from datetime import timedelta

import pytest

from storage import quotas
from storage.database import Database
from tests.storage.rows import NOW, at_once

UNTIL = NOW + timedelta(minutes=1)


def reserve(database: Database, wanted: int, *, key: str = "minute", most: int = 100) -> int:
    with database.transaction() as session:
        return quotas.reserve(session, key, UNTIL, wanted, most)


def used(database: Database, key: str = "minute") -> int:
    with database.reading() as session:
        return quotas.used(session, key)


def test_what_is_granted_counts_as_used_until_none_is_left(database: Database) -> None:
    assert used(database) == 0
    assert [reserve(database, 40) for _ in range(4)] == [40, 40, 20, 0]
    assert used(database) == 100


def test_each_allowance_is_its_own(database: Database) -> None:
    assert reserve(database, 100) == 100
    assert reserve(database, 100, key="the next minute") == 100
    assert (used(database), used(database, "the next minute"), used(database, "another")) == (100, 100, 0)


def test_nothing_wanted_is_nothing_used(database: Database) -> None:
    assert reserve(database, 0) == 0
    assert used(database) == 0


def test_an_allowance_that_was_made_smaller_gives_nothing_back(database: Database) -> None:
    assert reserve(database, 100) == 100
    assert reserve(database, 1, most=50) == 0
    assert used(database) == 100


def test_what_is_undone_is_not_used(database: Database) -> None:
    """The look that it was meant for was never claimed either."""

    def reserve_and_fail() -> None:
        with database.transaction() as session:
            quotas.reserve(session, "minute", UNTIL, 60, 100)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        reserve_and_fail()
    assert used(database) == 0


def test_thirty_that_ask_at_once_get_all_there_is_and_no_more(database: Database) -> None:
    granted = at_once(30, lambda _: reserve(database, 7))
    assert sum(granted) == used(database) == 100
    assert sorted(set(granted)) == [0, 2, 7]
