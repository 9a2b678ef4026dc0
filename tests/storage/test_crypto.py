"""Sealed columns: what opens, and everything that must not."""

import os
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.crypto import Sealer, Unreadable, aad, key_id

OLD, NEW = os.urandom(32), os.urandom(32)
SEALER = Sealer([NEW])
ANA = aad("connection", "grant", "c1", "T0ACME", "U0ANA")
BEN = aad("connection", "grant", "c2", "T0ACME", "U0BEN")
TOKEN = "1//0gSecretRefreshToken"
KEY_ID = "26e11897"
STORED = (
    "0126e1189711aaa9a46031e99f2ab8f4713f3681c3681985587776e2e146416e2df116e713fce484ff185c253f395f7a783b66e1db9eddcb"
)

places = st.tuples(st.text(), st.text(), st.text(), st.text(), st.text())


@given(st.text(), places)
def test_what_was_sealed_opens_in_its_place(plain: str, place: tuple[str, str, str, str, str]) -> None:
    assert SEALER.open(SEALER.seal(plain, aad(*place)), aad(*place)) == plain


@given(places, places)
def test_no_two_places_look_alike(one: tuple[str, str, str, str, str], other: tuple[str, str, str, str, str]) -> None:
    assert (aad(*one) == aad(*other)) == (one == other)


def test_moving_the_border_between_two_parts_makes_another_place() -> None:
    assert aad("ab", "c", "d", "e") != aad("a", "bc", "d", "e")
    assert aad("a|1:b", "c", "d", "e") != aad("a", "b|1:c", "d", "e")


def test_a_value_moved_to_another_row_is_refused() -> None:
    sealer = Sealer([NEW])
    with pytest.raises(Unreadable):
        sealer.open(sealer.seal(TOKEN, ANA), BEN)


@pytest.mark.parametrize(
    "place",
    [
        aad("flow", "grant", "c1", "T0ACME", "U0ANA"),
        aad("connection", "verifier", "c1", "T0ACME", "U0ANA"),
        aad("connection", "grant", "c9", "T0ACME", "U0ANA"),
        aad("connection", "grant", "c1", "T0OTHER", "U0ANA"),
        aad("connection", "grant", "c1", "T0ACME", "U0BEN"),
        aad("connection", "grant", "c1", "T0ACME"),
    ],
)
def test_every_part_of_the_place_counts(place: str) -> None:
    sealer = Sealer([NEW])
    with pytest.raises(Unreadable):
        sealer.open(sealer.seal(TOKEN, ANA), place)


def test_a_change_of_any_bit_is_refused() -> None:
    sealer = Sealer([NEW])
    sealed = sealer.seal(TOKEN, ANA)
    for position in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(Unreadable):
            sealer.open(bytes(changed), ANA)


def test_every_shortening_is_refused() -> None:
    sealer = Sealer([NEW])
    sealed = sealer.seal(TOKEN, ANA)
    for length in range(len(sealed)):
        with pytest.raises(Unreadable):
            sealer.open(sealed[:length], ANA)


@given(st.binary())
def test_any_other_bytes_are_refused(junk: bytes) -> None:
    with pytest.raises(Unreadable):
        SEALER.open(junk, ANA)


def test_the_first_key_seals_and_all_of_them_open() -> None:
    sealed_before = Sealer([OLD]).seal(TOKEN, ANA)
    ring = Sealer([NEW, OLD])
    assert ring.open(sealed_before, ANA) == TOKEN
    assert Sealer([NEW]).open(ring.seal(TOKEN, ANA), ANA) == TOKEN


def test_a_key_that_left_the_ring_opens_nothing() -> None:
    with pytest.raises(Unreadable, match="not in the ring"):
        Sealer([NEW]).open(Sealer([OLD]).seal(TOKEN, ANA), ANA)


def test_a_sealed_value_tells_which_key_it_needs() -> None:
    """Rotation counts what is left under an old key without opening anything."""
    ring = Sealer([NEW, OLD])
    assert key_id(ring.seal(TOKEN, ANA)) == ring.key_ids[0]
    assert key_id(Sealer([OLD]).seal(TOKEN, ANA)) == ring.key_ids[1]


def test_the_key_id_is_bound_in() -> None:
    """Else a value could be passed off as sealed by another key of the ring."""
    ring = Sealer([NEW, OLD])
    sealed = bytearray(ring.seal(TOKEN, ANA))
    sealed[1:5] = bytes.fromhex(ring.key_ids[1])
    with pytest.raises(Unreadable, match="changed"):
        ring.open(bytes(sealed), ANA)


def test_the_same_text_never_looks_the_same() -> None:
    sealer = Sealer([NEW])
    assert len({sealer.seal(TOKEN, ANA) for _ in range(1000)}) == 1000


def test_the_format_is_what_is_stored_already() -> None:
    """Version, key id, nonce, ciphertext: a change here would orphan every stored grant."""
    sealer = Sealer([bytes(range(32))])
    stored = bytes.fromhex(STORED)
    assert sealer.key_ids == (KEY_ID,)
    assert (stored[:1], stored[1:5].hex()) == (b"\x01", KEY_ID)
    assert sealer.open(stored, ANA) == TOKEN


def test_no_key_can_be_read_off_a_sealer() -> None:
    sealer = Sealer([NEW, OLD])
    shown = f"{sealer!r} {sealer!s} {vars(sealer)}"
    for key in (NEW, OLD):
        assert key.hex() not in shown
        assert repr(key)[2:-1] not in shown
        assert b64encode(key).decode() not in shown
    assert all(name in repr(sealer) for name in sealer.key_ids)


def test_nothing_of_the_text_stands_in_the_sealed_value() -> None:
    sealed = Sealer([NEW]).seal(TOKEN, ANA)
    assert not any(TOKEN[start : start + 6].encode() in sealed for start in range(len(TOKEN) - 5))


@pytest.mark.parametrize("keys", [[], [b"short"], [NEW, NEW[:31]], [NEW + b"x"]])
def test_a_ring_of_wrong_keys_is_refused(keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(keys)


def test_a_key_named_twice_is_one_key() -> None:
    assert len(Sealer([NEW, OLD, NEW]).key_ids) == 2
