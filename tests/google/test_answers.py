"""How long Google asks to be left alone, in each way HTTP has of saying it."""

import pytest

from bot.google.answers import refusal

NOW = "Mon, 23 Nov 2026 09:00:00 GMT"


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 120 ", 120.0),
        ("86401", 86_400.0),
        ("9" * 18, 86_400.0),
        ("Mon, 23 Nov 2026 09:02:00 GMT", 120.0),
        ("Monday, 23-Nov-26 09:02:00 GMT", 120.0),
        ("Mon Nov 23 09:02:00 2026", 120.0),
        ("Mon, 23 Nov 2026 10:02:00 +0100", 120.0),
        ("Mon, 23 Nov 2026 08:00:00 GMT", 0.0),
        ("Mon, 30 Nov 2026 09:00:00 GMT", 86_400.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
        *((garbage, None) for garbage in ("", "-1", "1.5", "1e3", "soon", "٣", "nan", "9" * 5000, "Mon, 99 Nov 2026")),
        ("Mon, 23 Nov 99999 09:00:00 GMT", None),
        ("Mon, 23 Nov 2026 09:00:00 +9999", None),
        ("Mon, 23 Nov 2026", None),
    ],
)
def test_a_wait_is_understood_or_ignored(told: str, seconds: float | None) -> None:
    assert refusal("refresh", 503, b"", {"retry-after": told, "date": NOW}).retry_after == seconds


@pytest.mark.parametrize("date", ["", "today"])
def test_a_date_means_nothing_without_the_servers_own(date: str) -> None:
    """Our clock may be another."""
    headers = {"retry-after": "Mon, 23 Nov 2026 09:02:00 GMT", "date": date}
    assert refusal("refresh", 503, b"", headers).retry_after is None


def test_whoever_asks_for_nothing_is_given_nothing() -> None:
    assert refusal("calendar", 503, b"").retry_after is None
    assert refusal("calendar", 503, b"", {"date": NOW}).retry_after is None
