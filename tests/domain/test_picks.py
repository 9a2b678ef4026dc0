"""Menus that hold whatever people name their calendars."""

import unicodedata
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.picks import LABEL_LIMIT, Choice, Listed, choices, clean, default_linked, key_of, search

ROLES = ("owner", "writer", "writerWithoutPrivateAccess", "reader", "freeBusyReader", "a role Google invents tomorrow")
HOSTILE = (
    *("<!channel>", "<https://evil.example|Google>", "<@U1>", "&lt;!here&gt;", "*b* _i_ ~s~ `c`", "", " ", "\x00"),
    *(
        "\u202egnol",
        "\u2066x\u2069",
        "\u200b",
        "line\nbreak",
        "\ud800half",
        "😀" * 80,
        "x" * 10_000,
        "ﬁ" * 75,
        "İ" * 75,
    ),
    *("Team", "team", "Team (yours)", "Team (no. 2)", "Team (ada@acme.example)", "x" * 75, "x" * 74 + "y"),
)
names = st.sampled_from(HOSTILE) | st.text(max_size=120)
emails = st.none() | st.sampled_from(["ada@acme.example", "cleo@acme.example", "<@U1>", "a" * 300])


@st.composite
def calendar_lists(draw: st.DrawFn) -> list[Listed]:
    ids = draw(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40), unique=True, max_size=40))
    primary = draw(st.sampled_from(ids)) if ids else None
    return [Listed(each, draw(names), draw(st.sampled_from(ROLES)), each == primary, draw(emails)) for each in ids]


@given(calendar_lists())
def test_every_label_is_short_readable_and_there_once(listed: list[Listed]) -> None:
    labels = [choice.label for choice in choices(listed)]
    assert len(set(labels)) == len(labels) == len(listed)
    for label in labels:
        assert 0 < len(label) <= LABEL_LIMIT
        assert not {unicodedata.category(char) for char in label} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(calendar_lists(), st.randoms(use_true_random=False))
def test_a_calendar_keeps_its_key_in_whatever_order_google_lists_it(listed: list[Listed], shuffle: Random) -> None:
    before = {choice.calendar_id: choice for choice in choices(listed)}
    again = list(listed)
    shuffle.shuffle(again)
    after = {choice.calendar_id: choice for choice in choices(again)}
    assert after == before
    assert len({choice.key for choice in before.values()}) == len(listed)


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_a_key_is_short_and_tells_nothing(calendar_id: str) -> None:
    key = key_of(calendar_id)
    assert key == key_of(calendar_id)
    assert len(key) == 16
    assert set(key) <= set("0123456789abcdef")


def test_a_key_means_the_same_in_every_version() -> None:
    """Keys stand in messages that people already have."""
    assert key_of("ana@acme.example") == "e139702f753a9123"


@given(calendar_lists())
def test_the_primary_calendar_comes_first_and_is_the_default_if_it_can_be_written(listed: list[Listed]) -> None:
    offered = choices(listed)
    assert [choice.primary for choice in offered] == sorted((choice.primary for choice in offered), reverse=True)
    default = default_linked(offered)
    assert default == (offered[0] if offered and offered[0].primary and offered[0].writable else None)


@pytest.mark.parametrize("role", ROLES)
def test_only_owners_and_writers_can_be_written_to(role: str) -> None:
    (choice,) = choices([Listed("c1", "Team", role, primary=False)])
    assert choice.writable == (role in {"owner", "writer"})


@given(calendar_lists(), st.text(max_size=12), st.booleans(), st.integers(0, 30))
def test_a_search_finds_what_holds_every_word_and_nothing_else(
    listed: list[Listed], query: str, writable_only: bool, limit: int
) -> None:
    offered = choices(listed)
    words = query.casefold().split()

    def fits(choice: Choice) -> bool:
        return (choice.writable or not writable_only) and all(word in choice.label.casefold() for word in words)

    found = search(offered, query, writable_only=writable_only, limit=limit)
    assert list(found) == [choice for choice in offered if fits(choice)][:limit]


@given(calendar_lists())
def test_whoever_types_a_whole_label_finds_its_calendar(listed: list[Listed]) -> None:
    offered = choices(listed)
    for choice in offered:
        assert choice in search(offered, choice.label, writable_only=False, limit=len(offered))


@given(names)
def test_cleaning_is_done_once_and_leaves_something_to_read(name: str) -> None:
    assert clean(clean(name)) == clean(name)
    assert clean(name).strip()


def test_calendars_of_one_name_are_told_apart_by_what_a_person_knows() -> None:
    listed = [
        Listed("c1", "Projects", "writer", primary=False, owner="ada@acme.example"),
        Listed("c2", "Projects", "reader", primary=False, owner="cleo@acme.example"),
        Listed("c3", "Projects", "reader", primary=False, owner="cleo@acme.example"),
        Listed("c4", "Board", "owner", primary=False),
    ]
    assert [choice.label for choice in choices(listed)] == [
        "Board",
        "Projects (ada@acme.example)",
        "Projects (cleo@acme.example, read only)",
        "Projects (no. 2)",
    ]
