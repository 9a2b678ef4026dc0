"""Reading Slack's directory in pieces: it goes on where a limit stopped it, and half of it says nothing of anybody."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, cast

from bot.domain.people import Profile, Who
from bot.errors import SlackUnavailable
from bot.ports import Directory
from bot.services.roster import Roster
from bot.slack.directory import Listing
from storage import errands, roster
from storage.database import Database
from tests.sandbox.clock import SandboxClock
from tests.storage.rows import connect

TEAM, PAGES, A_PAGE = "T0ACME", 4, 300


class Pages:
    """A directory of four pages. The third one is not given at the first asking."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.limited = True

    def members(self, team_id: str) -> Iterator[Profile]:
        return Listing(self._page, "members", lambda user_id: _somebody(Who(team_id, user_id)))

    def _page(self, cursor: str) -> Any:
        self.asked.append(cursor)
        number = int(cursor or 0)
        if number == 2 and self.limited:
            self.limited = False
            raise SlackUnavailable(retry_after=30)
        following = str(number + 1) if number + 1 < PAGES else ""
        ids = [f"U{number}{each:04}" for each in range(A_PAGE)]
        return {"members": ids, "response_metadata": {"next_cursor": following}}


def _somebody(who: Who) -> Profile:
    return Profile(who, who.user_id, None, True, "UTC", "en-US", False, False, False, False, who.team_id)


def test_a_night_is_not_used_up_by_a_limit_and_no_page_is_read_twice(database: Database) -> None:
    clock, pages, left, joined = SandboxClock(), Pages(), list[Who](), list[datetime]()
    mine = Roster(
        database,
        cast("Directory", pages),
        clock,
        left.append,
        lambda _team, since: joined.append(since),
        asks_again=False,
    )
    with database.transaction() as session:
        connect(session, "U0STRANGE", "somebody who is on no page")
    mine.nightly([TEAM])
    assert pages.asked == ["", "1", "2"]
    assert left == [], "they may be on a page that was not read"
    mine.nightly([TEAM])
    assert len(pages.asked) == 3, "Slack has said when"
    clock.advance(timedelta(seconds=31))
    mine.nightly([TEAM])
    assert pages.asked == ["", "1", "2", "2", "3"]
    assert left == [Who(TEAM, "U0STRANGE")]
    assert joined == [], "the first reading finds everybody, and nobody new"
    with database.reading() as session:
        assert sum(roster.count_by_stage(session, TEAM).values()) == PAGES * A_PAGE + 1
        assert errands.done_last(session, f"directory:{TEAM}") is not None
    mine.nightly([TEAM])
    assert len(pages.asked) == 5, "once a night"
