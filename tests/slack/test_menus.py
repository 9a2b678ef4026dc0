"""The two menus: every number of calendars, every name, and what comes back from them."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.notices import Menus
from bot.domain.picks import Picks
from bot.slack import menus
from bot.slack.blocks import button
from tests.sandbox.slack.blocks import check_message, check_options, check_view
from tests.slack.samples import COUNTS, EDGES, HOSTILE, elements, offered, texts
from tests.slack.samples import menus as full

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def _modal(blocks: list[dict[str, Any]]) -> dict[str, Any]:
    title = {"type": "plain_text", "text": "Calendars"}
    return {"type": "modal", "title": title, "submit": title, "blocks": blocks}


@pytest.mark.parametrize(
    ("count", "name"),
    [*product(COUNTS, [None, "<!channel>"]), *product(EDGES, HOSTILE), (1000, "x" * 10_000)],
    ids=lambda value: str(value)[:20].encode("unicode_escape").decode(),
)
def test_slack_takes_the_menus(count: int, name: str | None) -> None:
    drawn = full(count, name, problem=name or "Choose another calendar.")
    check_message({"text": "menus", "blocks": menus.in_message(drawn)})
    check_view(_modal(menus.in_modal(drawn)), "modal")
    check_options(menus.options_answer(drawn.choices))


@pytest.mark.parametrize(("count", "kind"), [(100, "static_select"), (101, "external_select")])
def test_up_to_100_calendars_stand_in_the_menu_and_more_are_asked_for(count: int, kind: str) -> None:
    blocks = menus.in_message(full(count))
    (linked,), (conflicts,) = elements(blocks, "pick_linked"), elements(blocks, "pick_conflicts")
    assert (linked["type"], conflicts["type"]) == (kind, f"multi_{kind}")
    assert ("options" in linked) == (kind == "static_select")
    assert linked.get("min_query_length") == (None if kind == "static_select" else 0)


def test_only_writable_calendars_can_be_linked_and_any_can_block() -> None:
    mixed = Menus((*offered(2), *offered(3, "Holidays", role="reader")[2:]), Picks(), {})
    blocks = menus.in_message(mixed)
    assert len(elements(blocks, "pick_linked")[0]["options"]) == 2
    assert len(elements(blocks, "pick_conflicts")[0]["options"]) == 3


def test_what_is_chosen_stands_in_the_menu() -> None:
    drawn = full(3)
    blocks = menus.in_message(drawn)
    assert elements(blocks, "pick_linked")[0]["initial_option"]["value"] == drawn.picks.linked
    chosen = elements(blocks, "pick_conflicts")[0]["initial_options"]
    assert tuple(option["value"] for option in chosen) == drawn.picks.conflicts


def test_a_pick_that_is_no_longer_offered_leaves_the_menu_empty() -> None:
    blocks = menus.in_message(Menus(offered(2), Picks("gone", ("gone",)), {}))
    assert "initial_option" not in elements(blocks, "pick_linked")[0]
    assert "initial_options" not in elements(blocks, "pick_conflicts")[0]


def test_values_are_keys_and_never_ids_or_names() -> None:
    drawn = full(3, "Secret project")
    values = {option["value"] for option in elements(menus.in_message(drawn), "pick_conflicts")[0]["options"]}
    assert values == {choice.key for choice in drawn.choices}


def test_a_problem_stands_right_under_its_menu() -> None:
    blocks = menus.in_message(Menus(offered(2), Picks(), {"linked": "That one is gone."}))
    place = next(index for index, block in enumerate(blocks) if block.get("block_id") == "linked")
    assert texts(blocks[place + 1]) == [":warning: That one is gone."]


@pytest.mark.parametrize(
    ("count", "says"), [(0, "Google lists no calendar"), (7, "We can see 7 of your calendars, and you may only look")]
)
def test_without_a_writable_calendar_it_says_why_and_offers_another_look(count: int, says: str) -> None:
    drawn = full(count, role="reader")
    assert says in " ".join(texts(menus.in_message(drawn)))
    assert elements(menus.below(drawn), "change_calendars")
    assert not elements(menus.below(drawn), "save_picks")


def test_another_button_may_stand_beside_save() -> None:
    other = button("Later", "later")
    for drawn in (full(3), full(0)):
        assert elements(menus.below(drawn, other), "later") == [other]
        assert len(menus.below(drawn, other)["elements"]) == 2


def test_a_state_is_read_back() -> None:
    values = {
        "linked": {"pick_linked": {"type": "static_select", "selected_option": {"value": "a"}}},
        "conflicts": {"pick_conflicts": {"selected_options": [{"value": "b"}, {"value": "c"}, {"value": "b"}]}},
    }
    assert menus.read(values) == menus.Selection("a", ("b", "c"))


def test_an_untouched_menu_is_not_an_emptied_one() -> None:
    emptied: dict[str, Any] = {"conflicts": {"pick_conflicts": {"selected_options": []}}}
    assert menus.read({}) == menus.Selection(None, None)
    assert menus.read(emptied) == menus.Selection(None, ())


@given(json_values)
def test_a_made_up_state_is_read_without_a_stumble(part: Any) -> None:
    for values in (
        part,
        {"linked": part, "conflicts": part},
        {"linked": {"pick_linked": part}, "conflicts": {"pick_conflicts": part}},
        {
            "linked": {"pick_linked": {"selected_option": part}},
            "conflicts": {"pick_conflicts": {"selected_options": part}},
        },
        {"conflicts": {"pick_conflicts": {"selected_options": [part, {"value": part}]}}},
    ):
        linked, conflicts = menus.read(values)
        assert linked is None or isinstance(linked, str)
        assert conflicts is None or all(conflicts)
