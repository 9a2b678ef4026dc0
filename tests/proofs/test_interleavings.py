"""T11: a consent that stores a new grant, and the old one's refusal being judged meanwhile: in any order it is kept."""

from collections.abc import Mapping
from itertools import combinations, product
from itertools import count as count_from
from random import Random

import pytest

from tests.proofs.race import CONSENT, LOOK, STATES, Race
from tests.proofs.scale import size
from tests.proofs.turns import Choice
from tests.sandbox.world import World

ORDERS = 1000
STEPS = 6
"""The most that either has: before every transaction and every reading, and around every question to Google."""
EVERY_ORDER = list(combinations(range(2 * STEPS), STEPS))


@pytest.fixture
def race(world: World, monkeypatch: pytest.MonkeyPatch) -> Race:
    """On each database."""
    return Race(world, monkeypatch)


def in_order(turns_of_the_look: tuple[int, ...]) -> Choice:
    """The look has these turns and the consent has the others, until one of them is at its end."""
    count = count_from(0)

    def choose(waiting: Mapping[str, str]) -> str:
        wanted = LOOK if next(count) in turns_of_the_look else CONSENT
        return wanted if wanted in waiting else next(iter(waiting))

    return choose


def held_at(point: str) -> Choice:
    """The look is held there until the consent is over; up to then it goes first."""

    def choose(waiting: Mapping[str, str]) -> str:
        return LOOK if LOOK in waiting and (waiting[LOOK] != point or CONSENT not in waiting) else CONSENT

    return choose


ON_PURPOSE: dict[str, Choice] = {
    "judged before the consent": lambda waiting: LOOK if LOOK in waiting else CONSENT,
    "refused before, judged after": held_at("after proof"),
    "read before, refused after": held_at("before proof"),
    "all of it after": lambda waiting: CONSENT if CONSENT in waiting else LOOK,
}


def test_a_reconnect_is_kept_whichever_of_them_comes_first(race: Race) -> None:
    for state, choose in product(STATES, ON_PURPOSE.values()):
        race.begins(state)
        race.is_run(choose)
        race.has_ended_well()


def test_a_reconnect_is_kept_in_any_order(race: Race) -> None:
    for number, order in enumerate(Random(0).sample(EVERY_ORDER, size(len(EVERY_ORDER)))):  # noqa: S311 - no secret
        race.begins(STATES[number % len(STATES)])
        taken = race.is_run(in_order(order))
        assert max(sum(actor == each for actor, _ in taken) for each in (LOOK, CONSENT)) <= STEPS
        race.has_ended_well()


def test_a_reconnect_is_kept_when_both_run_freely(race: Race) -> None:
    for number in range(size(ORDERS)):
        race.begins(STATES[number % len(STATES)])
        race.is_run_freely()
        race.has_ended_well()


def test_a_reconnect_is_kept_while_google_tells_of_the_old_grant(race: Race) -> None:
    for number in range(size(ORDERS)):
        race.begins(STATES[number % len(STATES)])
        race.is_run_freely(told_by_google=True)
        race.has_ended_well()
