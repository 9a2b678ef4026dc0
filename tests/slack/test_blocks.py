"""What people typed is harmless and fits, whatever it is."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.slack.blocks import SECTION_LIMIT, Mrkdwn, clip, escape, listed, mention, mrkdwn, plain, say, section, when
from tests.slack.samples import NOW

anything = st.text(st.characters())
_HARMFUL = re.compile(r"[<>\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ENTITY = re.compile(r"&(amp|lt|gt);")


@given(anything)
def test_an_escaped_value_holds_no_markup_and_nothing_invisible(value: str) -> None:
    escaped = escape(value)
    assert not _HARMFUL.search(escaped)
    assert "&" not in _ENTITY.sub("", escaped)


@given(anything)
def test_a_value_is_escaped_once_and_only_once(value: str) -> None:
    assert say("{value}", value=escape(value)) == escape(value)


@given(anything, st.integers(1, 200))
def test_clipping_keeps_to_the_limit_and_shows_that_it_cut(text: str, limit: int) -> None:
    clipped = clip(text, limit)
    assert len(clipped) <= limit
    assert clipped == text or clipped.endswith("…")


@given(anything, st.integers(1, 200))
def test_plain_text_is_never_empty_never_too_long_and_without_brackets(text: str, limit: int) -> None:
    shown = plain(text, limit)["text"]
    assert 1 <= len(shown) <= limit
    assert not _HARMFUL.search(shown)


@given(st.lists(anything, max_size=40), st.integers(1, 60))
def test_a_clipped_paragraph_ends_in_no_half_entity(parts: list[str], limit: int) -> None:
    text = Mrkdwn("".join(escape(part) for part in parts))
    shown = mrkdwn(text, limit)["text"]
    assert len(shown) <= limit
    assert "&" not in _ENTITY.sub("", shown)


def test_a_clipped_paragraph_ends_in_no_half_date() -> None:
    text = Mrkdwn("x" * (SECTION_LIMIT - 10) + when(NOW))
    assert "<" not in section(text)["text"]["text"]


def test_braces_in_a_value_are_just_braces() -> None:
    assert say("{name}", name="{name.__class__}") == "{name.__class__}"


def test_a_moment_has_a_fallback_in_utc() -> None:
    assert when(NOW) == f"<!date^{int(NOW.timestamp())}^{{date_long_pretty}} at {{time}}|22 November 2026, 14:03 UTC>"


def test_a_person_is_shown_by_their_id_and_anything_else_is_text() -> None:
    assert mention("U0ANA") == "<@U0ANA>"
    for other in ("!channel", "U0ANA>", "U0ANA|x", "u0ana", "U0ANA\n", ""):
        assert "<" not in mention(other)


def test_a_long_list_of_names_ends_in_how_many_more() -> None:
    assert listed([f"Team {number}" for number in range(12)], most=2) == "• *Team 0*\n• *Team 1*\n• and 10 more"


def test_slack_is_told_to_find_no_links_or_mentions_of_its_own() -> None:
    assert section(say("@here https://evil.example"))["text"]["verbatim"] is True
