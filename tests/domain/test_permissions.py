"""What was granted, in whichever spelling Google answers."""

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.permissions import PERMISSIONS, SCOPES, Permission, missing, normalised

LONG = {
    "email": "https://www.googleapis.com/auth/userinfo.email",
    "profile": "https://www.googleapis.com/auth/userinfo.profile",
}
SUBSETS = list(chain.from_iterable(combinations(SCOPES, size) for size in range(7)))
SHORT = {spelled: name for name, spelled in LONG.items()}


def test_what_we_ask_for_is_what_the_contract_lists_and_nothing_more() -> None:
    calendar = "https://www.googleapis.com/auth/calendar."
    assert set(SCOPES) == {
        "openid",
        *LONG.values(),
        f"{calendar}calendarlist.readonly",
        f"{calendar}freebusy",
        f"{calendar}events",
    }
    assert len(SCOPES) == len(PERMISSIONS) == 6


@pytest.mark.parametrize("granted", SUBSETS, ids=len)
def test_each_missing_one_is_named_in_both_spellings(granted: tuple[str, ...]) -> None:
    expected = [permission for permission in PERMISSIONS if permission.scope not in granted]
    assert list(missing(granted)) == expected
    assert list(missing(SHORT.get(scope, scope) for scope in granted)) == expected


@given(st.sets(st.sampled_from([*SCOPES, *LONG, "https://www.googleapis.com/auth/drive"]) | st.text(max_size=20)))
def test_one_spelling_is_enough_and_more_than_asked_changes_nothing(granted: set[str]) -> None:
    assert normalised(granted) == normalised(normalised(granted))
    assert not normalised(granted) & set(LONG)
    assert set(missing(granted)) == {each for each in PERMISSIONS if each.scope not in normalised(granted)}


@given(st.sampled_from(SCOPES), st.sampled_from([" ", ".", "s", "/", "\n"]))
def test_a_scope_that_only_looks_alike_is_another_one(scope: str, tail: str) -> None:
    assert scope in {each.scope for each in missing({*SCOPES, scope + tail} - {scope})}


@pytest.mark.parametrize("permission", PERMISSIONS, ids=lambda permission: permission.scope.rpartition("/")[2])
def test_every_permission_says_what_it_is_for_and_what_breaks(permission: Permission) -> None:
    assert permission.asks[0].isupper()
    assert permission.breaks[0].islower()
    assert not permission.asks.endswith(".")
    assert not permission.breaks.endswith(".")
