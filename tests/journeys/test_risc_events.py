"""Google says by itself that something happened to an account: it counts at once, once, and for the grant it means."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.journeys.attacking import is_connected, rows
from tests.journeys.outages import (
    ANA,
    CLEO,
    CONFIRM_AFTER,
    FIRST_LOOK,
    MINUTE,
    Letters,
    falls_ill,
    health_of,
    loses_the_grant,
    reads,
    reconnects,
)
from tests.sandbox.world import World, said

ACCEPTED = 202


def tokens_revoked(world: World) -> None:
    world.google.revoke(ANA)


def one_token_revoked(algorithm: str) -> Callable[[World], None]:
    def told(world: World) -> None:
        token = world.google.grants(ANA)[0].refresh_token
        world.google.expire_grant(ANA)
        world.google.send_risc("token-revoked", refresh_token=token, algorithm=algorithm)

    return told


def account_disabled(world: World) -> None:
    world.google.set_account_state(ANA, "disabled")


@pytest.mark.parametrize(
    "happens",
    [
        tokens_revoked,
        one_token_revoked("hash_base64_sha512_sha512"),
        one_token_revoked("prefix"),
        account_disabled,
    ],
    ids=["tokens revoked", "one token, by its hash", "one token, by its prefix", "account disabled"],
)
def test_what_ends_a_grant_is_told_within_a_minute_and_once(world: World, happens: Callable[[World], None]) -> None:
    letters, to_cleo = listening(world)
    happened_at = world.clock.now()
    happens(world)
    world.settles()
    assert letters.only.at - happened_at < MINUTE, "nothing has to be confirmed"
    reads(letters.only, "Reconnect your calendar", "does not tell us why")
    assert health_of(world, ANA) == "needs_reconnect"
    assert [each.statuses for each in world.google.risc.sent] == [[ACCEPTED]]
    world.time_passes(FIRST_LOOK + CONFIRM_AFTER)
    assert letters.only.edited is None, "what the looks find out is known already"
    assert (to_cleo.new, health_of(world, CLEO)) == ([], "connected")


@pytest.mark.parametrize(
    ("event", "reason", "audited"),
    [("account-purged", None, "account_purged"), ("account-disabled", "hijacking", "account_disabled")],
)
def test_an_account_that_is_purged_or_was_hijacked_is_let_go(
    world: World, event: str, reason: str | None, audited: str
) -> None:
    _, to_cleo = listening(world)
    more = {"reason": reason} if reason else {}
    assert world.google.send_risc(event, email=ANA, **more) == ACCEPTED
    world.settles()
    assert sorted(standing(world)) == ["connected", "disconnected"]
    assert (world.google.grants(ANA), rows(world, 'SELECT count("grant") FROM connection')) == ([], [1])
    assert any("is disconnected" in said(message) for message in world.ana.messages()), "and why nothing works is said"
    assert rows(world, f"SELECT count(*) FROM audit WHERE action = '{audited}'") == [1]  # noqa: S608 - our words
    before = len(world.ana.messages())
    world.time_passes(FIRST_LOOK + CONFIRM_AFTER)
    assert (len(world.ana.messages()), to_cleo.new) == (before, [])
    assert "Connected" in world.ana.connects_google(ANA).page


@pytest.mark.parametrize("event", ["sessions-revoked", "account-credential-change-required", "account-enabled"])
def test_what_only_raises_a_doubt_leads_to_a_look(world: World, event: str) -> None:
    letters, _ = listening(world)
    before = refreshes(world)
    assert world.google.send_risc(event, email=ANA) == ACCEPTED
    world.settles()
    assert refreshes(world) == before + 1
    assert (letters.new, standing(world)) == ([], ["connected", "connected"])


def test_a_doubt_that_is_right_is_confirmed_like_any_other(world: World) -> None:
    letters, _ = listening(world)
    world.google.expire_grant(ANA)
    world.google.send_risc("sessions-revoked", email=ANA)
    world.settles()
    assert (letters.new, health_of(world, ANA)) == ([], "suspect")
    world.time_passes(CONFIRM_AFTER + MINUTE)
    reads(letters.only, "Reconnect your calendar")


def test_a_hundred_deliveries_of_one_event_are_one(world: World) -> None:
    letters, _ = listening(world)
    world.google.revoke(ANA)
    token = world.google.risc.sent[0].token
    with ThreadPoolExecutor(8) as several:
        answers = list(several.map(lambda _: world.google.risc.deliver(token), range(100)))
    assert answers == [ACCEPTED] * 100
    world.settles()
    reads(letters.only, "Reconnect your calendar")
    assert rows(world, "SELECT count(*) FROM outage") == [1]
    reconnects(world.ana, ANA)
    count = len(letters.new)
    assert world.google.risc.deliver(token) == ACCEPTED
    world.settles()
    assert (len(letters.new), health_of(world, ANA)) == (count, "connected")


def test_what_happened_before_the_reconnect_does_not_end_what_was_given_since(world: World) -> None:
    letters, _ = listening(world)
    risc = world.google.risc
    late = [
        risc.token(risc.claims("tokens-revoked", email=ANA)),
        risc.token(risc.claims("account-disabled", email=ANA, reason="hijacking")),
        risc.token(risc.claims("token-revoked", email=ANA)),
    ]
    risc.stream = None
    loses_the_grant(world, ANA)
    reconnects(world.ana, ANA)
    count = len(letters.new)
    for token in late:
        assert risc.deliver(token, f"{world.bot_url}/google/risc") == ACCEPTED
    world.settles()
    world.time_passes(FIRST_LOOK)
    assert (len(letters.new), standing(world)) == (count, ["connected", "connected"])


def test_a_suspect_is_told_as_soon_as_google_says_so(world: World) -> None:
    letters, _ = listening(world)
    token = world.google.grants(ANA)[0].refresh_token
    world.google.expire_grant(ANA)
    falls_ill(world, ANA)
    assert letters.new == []
    world.google.send_risc("token-revoked", refresh_token=token)
    world.settles()
    reads(letters.only, "Reconnect your calendar")
    world.time_passes(FIRST_LOOK + CONFIRM_AFTER)
    assert len(letters.new) == 1


def test_of_an_account_that_nobody_connected_nothing_is_done(world: World) -> None:
    letters, to_cleo = listening(world)
    assert world.google.send_risc("tokens-revoked", email="ben@acme.example") == ACCEPTED
    world.settles()
    assert (letters.new, to_cleo.new, standing(world)) == ([], [], ["connected", "connected"])


def test_whoever_gets_their_account_back_is_healed_soon(world: World) -> None:
    letters, _ = listening(world)
    world.google.set_account_state(ANA, "disabled")
    world.settles()
    reads(letters.only, "Reconnect your calendar")
    world.google.set_account_state(ANA, "ok")
    world.settles()
    reads(letters.only, "*Reconnected*: ana@acme.example. There is nothing to do.")
    assert is_connected(world.ana, ANA)


def listening(world: World) -> tuple[Letters, Letters]:
    """Ana and Cleo are connected, and Google tells the bot what happens to accounts. What the two are written to."""
    for person, account in ((world.ana, ANA), (world.cleo, CLEO)):
        person.connects_google(account)
        person.picks(account)
    world.time_leaps(timedelta(minutes=2))  # events tell whole seconds
    world.google.risc.register(f"{world.bot_url}/google/risc")
    return Letters(world.ana), Letters(world.cleo)


def standing(world: World) -> list[str]:
    return rows(world, "SELECT health || coalesce(strike_cause, '') FROM connection")


def refreshes(world: World) -> int:
    return sum(call.path == "/token" for call in world.google.journal)
