"""One race: somebody's consent comes back while their old grant, which is dead, is looked at."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, current_thread
from typing import Any

import pytest
from sqlmodel import col, select

from storage.tables import Connection
from storage.watch_tables import Outage
from tests.proofs.turns import Choice, Turns
from tests.sandbox.world import World

ANA, USER = "ana@acme.example", "U0ANA"
LOOK, CONSENT = "look", "consent"
STATES = ("connected", "suspect", "needs_reconnect")
"""What the bot thinks of the old grant when the race begins."""
_CONFIRM_AFTER, _A_WHILE = timedelta(minutes=10), timedelta(minutes=1)
_VISITORS = "visitors"
"""The bot's own threads that answer a browser."""
_PATIENCE = 60


class Race:
    """In one world, again and again."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self._world = world
        self._turns: Turns | None = None
        self._start: Barrier | None = None
        self._callback, self._version, self._event = "", 0, ""
        world.ana.connects_google(ANA)
        world.ana.picks("Family", "Team")
        self._id = self._row().id
        database, grants = world.bot.database, world.bot.watching.grants
        consent = grants._consent  # noqa: SLF001 - the adapter's one home
        monkeypatch.setattr(world.bot.watching.sweep, "_each", lambda work, items: list(map(work, items)))
        monkeypatch.setattr(database, "transaction", self._before("transaction", database.transaction))
        # Not the refresh itself: a look that waited in there would keep everybody else from that connection's tokens.
        monkeypatch.setattr(grants, "proved", self._around("proof", grants.proved))
        monkeypatch.setattr(consent, "exchange", self._around("exchange", consent.exchange))

    # --- the race -------------------------------------------------------------------------------------------------

    def begins(self, state: str) -> None:
        """The old grant is dead, the bot thinks so much of it, and the consent is one step from its end."""
        world = self._world
        with world.slack.state.lock:
            world.slack.state.messages[world.slack.state.users[USER].im_id].clear()  # a thousand races fill a screen
        risc = world.google.risc
        self._event = risc.token(risc.claims("tokens-revoked", email=ANA))
        world.time_leaps(_A_WHILE)
        world.google.expire_grant(ANA)
        for _ in range(STATES.index(state)):
            world.bot.watching.sweep.look_at([self._id])
            world.time_leaps(_CONFIRM_AFTER)
        assert self._row().health == state
        if state != "needs_reconnect":
            world.ana.types("/calendar connect")
        world.ana.opens_link().presses("Continue")
        self._callback = world.ana.stops_before_returning(ANA)
        self._version = self._row().token_version

    def is_run(self, choose: Choice) -> tuple[tuple[str, str], ...]:
        """In the order that is chosen. Who went on when."""
        turns = self._turns = Turns({LOOK: LOOK, _VISITORS: CONSENT}, choose)
        try:
            with ThreadPoolExecutor(1, LOOK) as look, ThreadPoolExecutor(1, "browser") as browser:
                both = (
                    look.submit(turns.during, LOOK, self._is_looked_at),
                    browser.submit(turns.during, CONSENT, self._comes_back),
                )
                for each in both:
                    each.result(_PATIENCE)
        finally:
            self._turns = None
        self._world.settles()
        return tuple(turns.taken)

    def is_run_freely(self, *, told_by_google: bool = False) -> None:
        """By real threads, let go at the moment at which Google has answered both."""
        self._start = None if told_by_google else Barrier(2, timeout=_PATIENCE)
        try:
            with ThreadPoolExecutor(1, LOOK) as look, ThreadPoolExecutor(1, "browser") as browser:
                both = (
                    look.submit(self._is_told_of if told_by_google else self._is_looked_at),
                    browser.submit(self._comes_back),
                )
                for each in both:
                    each.result(_PATIENCE)
        finally:
            self._start = None
        self._world.settles()

    def has_ended_well(self) -> None:
        """The new grant is held, nothing is said against it, and it stays so."""
        world = self._world
        assert "Connected" in world.ana.browser.page
        self._is_well()
        world.time_leaps(_CONFIRM_AFTER)
        world.bot.watching.sweep.look_at([self._id])
        world.settles()
        self._is_well()

    def _is_well(self) -> None:
        row = self._row()
        assert (row.health, row.cause, row.strike_at) == ("connected", None, None)
        assert row.token_version == self._version + 1
        with self._world.bot.database.reading() as session:
            assert session.exec(select(Outage.id).where(col(Outage.closed_at).is_(None))).all() == []
        assert [message.text for message in self._world.ana.messages() if "Reconnect your cal" in message.text] == []

    # --- its two sides --------------------------------------------------------------------------------------------

    def _is_looked_at(self) -> None:
        self._world.bot.watching.sweep.look_at([self._id])

    def _is_told_of(self) -> None:
        assert self._world.google.risc.deliver(self._event, f"{self._world.bot_url}/google/risc") == 202

    def _comes_back(self) -> None:
        self._world.ana.browser.opens(self._callback)
        if self._turns is not None:
            self._world.settles()  # or the look that follows a consent would heal what the other one did wrong

    # --- their points ---------------------------------------------------------------------------------------------

    def _before(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def waits(*args: Any, **kwargs: Any) -> Any:
            self._at(name)
            return work(*args, **kwargs)

        return waits

    def _around(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def waits(*args: Any, **kwargs: Any) -> Any:
            self._at(f"before {name}")
            try:
                return work(*args, **kwargs)
            finally:
                self._at(f"after {name}")

        return waits

    def _at(self, point: str) -> None:
        if self._turns is not None:
            self._turns.at(point)
        elif (
            self._start is not None
            and point.startswith("after")
            and current_thread().name.startswith((LOOK, _VISITORS))
        ):
            self._start.wait()

    def _row(self) -> Connection:
        with self._world.bot.database.reading() as session:
            return session.exec(select(Connection)).one()
