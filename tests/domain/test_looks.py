"""What one look says about the calendars that somebody chose."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.health import Cause
from bot.domain.looks import Found, found, trouble

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Entry:
    id: str
    name: str
    role: str


WORK = Found("work", "Work", "linked", present=True, writable=True)
TEAM = Found("team", "Team", "conflict", present=True, writable=False)
CHOSEN = [WORK, TEAM]
WHOLE_LIST = [Entry("work", "Work", "owner"), Entry("team", "Team", "reader"), Entry("other", "Other", "owner")]

calendar_ids = st.sampled_from(["work", "team", "family", "other"])
entries = st.lists(
    st.builds(
        Entry, calendar_ids, st.text(max_size=5), st.sampled_from(["owner", "writer", "reader", "freeBusyReader"])
    ),
    unique_by=lambda entry: entry.id,
)
choices = st.lists(
    st.builds(
        Found,
        calendar_ids,
        st.text(max_size=5),
        st.sampled_from(["linked", "conflict"]),
        present=st.booleans(),
        writable=st.booleans(),
    ),
    unique_by=lambda each: each.calendar_id,
)
gone_ones = st.frozensets(calendar_ids)


class TestFound:
    def test_all_is_as_it_was(self) -> None:
        assert found(CHOSEN, WHOLE_LIST, NOTHING, whole=True) == CHOSEN

    def test_no_news_is_no_change(self) -> None:
        assert found(CHOSEN, [], NOTHING, whole=False) == CHOSEN

    def test_what_a_whole_list_does_not_name_is_not_there(self) -> None:
        assert found(CHOSEN, WHOLE_LIST[:1], NOTHING, whole=True) == [WORK, replace(TEAM, present=False)]
        assert [each.present for each in found(CHOSEN, [], NOTHING, whole=True)] == [False, False]

    def test_what_a_list_of_changes_does_not_name_is_as_before(self) -> None:
        assert found(CHOSEN, WHOLE_LIST[:1], NOTHING, whole=False) == CHOSEN
        lost = [replace(WORK, present=False), TEAM]
        assert found(lost, WHOLE_LIST[1:], NOTHING, whole=False) == lost

    def test_what_changes_say_is_gone_is_gone(self) -> None:
        assert found(CHOSEN, [], frozenset({"team"}), whole=False) == [WORK, replace(TEAM, present=False)]

    def test_whatever_is_listed_is_there(self) -> None:
        """Google lists an entry that was removed and added again in one page as both."""
        lost = [replace(WORK, present=False), TEAM]
        assert found(lost, WHOLE_LIST, frozenset({"work"}), whole=False) == CHOSEN

    def test_a_new_name_is_learnt_and_the_old_one_kept_for_what_is_gone(self) -> None:
        [renamed] = found([WORK], [Entry("work", "Arbeit", "owner")], NOTHING, whole=False)
        assert renamed.name == "Arbeit"
        [gone] = found([renamed], [], frozenset({"work"}), whole=False)
        assert (gone.name, gone.present) == ("Arbeit", False)

    @pytest.mark.parametrize(
        ("role", "writable"),
        [
            ("owner", True),
            ("writer", True),
            ("writerWithoutPrivateAccess", False),
            ("reader", False),
            ("freeBusyReader", False),
            ("none", False),
            ("a role Google invents tomorrow", False),
        ],
    )
    def test_its_role_says_whether_it_can_be_written_to(self, role: str, writable: bool) -> None:
        assert found([WORK], [Entry("work", "Work", role)], NOTHING, whole=True) == [replace(WORK, writable=writable)]

    def test_what_nobody_chose_is_nobodys_business(self) -> None:
        assert found([], WHOLE_LIST, frozenset({"work"}), whole=True) == []

    @given(choices, entries, gone_ones, st.booleans())
    def test_every_choice_is_answered_once_in_order_and_keeps_its_purpose(
        self, chosen: list[Found], listed: list[Entry], gone: frozenset[str], whole: bool
    ) -> None:
        now = found(chosen, listed, gone, whole=whole)
        assert [(each.calendar_id, each.purpose) for each in now] == [
            (each.calendar_id, each.purpose) for each in chosen
        ]

    @given(choices, entries, gone_ones, st.booleans())
    def test_seeing_the_same_again_changes_nothing(
        self, chosen: list[Found], listed: list[Entry], gone: frozenset[str], whole: bool
    ) -> None:
        now = found(chosen, listed, gone, whole=whole)
        assert found(now, listed, gone, whole=whole) == now

    @given(choices, entries, gone_ones)
    def test_a_calendar_is_never_missed_without_a_reason(
        self, chosen: list[Found], listed: list[Entry], gone: frozenset[str]
    ) -> None:
        """Unknown is not gone: of a list of changes only what it names counts."""
        before = {each.calendar_id: each.present for each in chosen}
        for each in found(chosen, listed, gone, whole=False):
            assert each.present or not before[each.calendar_id] or each.calendar_id in gone


class TestTrouble:
    @pytest.mark.parametrize(
        ("linked", "other", "cause"),
        [
            (WORK, TEAM, None),
            (WORK, replace(TEAM, writable=True), None),
            (replace(WORK, writable=False), TEAM, Cause.LOST_WRITE),
            (replace(WORK, present=False), TEAM, Cause.CALENDAR_GONE),
            (replace(WORK, present=False, writable=False), TEAM, Cause.CALENDAR_GONE),
            (WORK, replace(TEAM, present=False), Cause.CALENDAR_GONE),
            (replace(WORK, writable=False), replace(TEAM, present=False), Cause.LOST_WRITE),
            (replace(WORK, present=False), replace(TEAM, present=False), Cause.CALENDAR_GONE),
        ],
    )
    def test_the_worst_first(self, linked: Found, other: Found, cause: Cause | None) -> None:
        assert trouble([linked, other]) == trouble([other, linked]) == cause

    def test_whoever_chose_nothing_has_no_trouble(self) -> None:
        assert trouble([]) is None

    @given(choices)
    def test_there_is_none_exactly_when_all_can_be_used(self, chosen: list[Found]) -> None:
        usable = all(each.present and (each.writable or each.purpose == "conflict") for each in chosen)
        assert (trouble(chosen) is None) == usable
