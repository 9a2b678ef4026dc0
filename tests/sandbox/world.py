"""The language journeys are written in: the whole bot, its stand-ins, and people who act; one short line each."""

import asyncio
import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from fastapi.dependencies.models import (
    _is_async_gen_callable_cached,
    _is_coroutine_callable_cached,
    _is_gen_callable_cached,
)

from bot.settings import Settings
from handlers import app, manifest
from tests.sandbox import passing, personas
from tests.sandbox.browser import Browser
from tests.sandbox.clock import SandboxClock
from tests.sandbox.google.standin import GoogleStandIn
from tests.sandbox.server import Faulty, Served
from tests.sandbox.slack.delivery import Ack
from tests.sandbox.slack.messages import Message
from tests.sandbox.slack.standin import SlackStandIn

TEAM = "T0ACME"
KEY = base64.b64encode(b"sandbox-key-of-thirty-two-bytes!").decode()


class World:
    """Slack, Google and the bot on loopback. ``settings`` override what the bot is told.

    The bot's jobs run when time is let pass, or with ``by_itself`` on the machine's clock too.
    """

    def __init__(
        self, database_url: str, settings: Mapping[str, str] | None = None, *, port: int = 0, by_itself: bool = False
    ) -> None:
        self.clock = SandboxClock()
        self.slack, self.google = SlackStandIn(self.clock), GoogleStandIn(self.clock)
        self.slack.delivery.stamp = lambda: self.clock.now().timestamp()  # the bot lives by this clock too
        self.slack.delivery.still = self.clock.still
        self._served = [Served(Faulty(each.app, each.script)) for each in (self.slack, self.google)]
        self.slack.base_url, self.google.base_url = (each.url for each in self._served)
        self.bot_token = personas.populate(self.slack, self.google, self.clock, manifest.scopes()["bot"])
        self.slack.subscribe(manifest.events())
        self._database_url, self._overrides = database_url, dict(settings or {})
        self._port, self._by_itself = port, by_itself
        self.start_bot()
        self.ada, self.ana, self.ben, self.cleo, self.gus = (
            Persona(self, f"U0{name}") for name in ("ADA", "ANA", "BEN", "CLEO", "GUS")
        )
        self.everybody = [self.ada, self.ana, self.ben, self.cleo, self.gus]

    def joined(self, user_id: str) -> "Persona":
        """Somebody who was added to Slack, with a browser of their own."""
        self.everybody.append(Persona(self, user_id))
        return self.everybody[-1]

    def start_bot(self, settings: Mapping[str, str] | None = None) -> None:
        """Start the bot, or another one over the same database after ``stop_bot``."""
        self._overrides |= dict(settings or {})
        self._bot_front = _Late()
        served = Served(self._bot_front, self._port)
        self.bot_url = served.url
        self.bot = app.build(Settings.read(self.environment()), self.clock)
        if not self._by_itself:
            self.bot.jobs = passing.ByHand(self.bot.sweeps, self.bot.jobs.table)
        self._bot_front.app = self.bot.http
        self._bot_served = served
        self.slack.point_at(self.bot_url)
        self.slack.redirect_uris.add(f"{self.bot_url}/slack/oauth_redirect")
        self.google.redirect_uris.add(f"{self.bot_url}/oauth/google/callback")

    def stop_bot(self) -> None:
        self._bot_served.stop()
        self.bot.close()

    def environment(self) -> dict[str, str]:
        """What `calendar-bot serve` would be told."""
        google, slack = self.google, self.slack
        return {
            "PUBLIC_URL": self.bot_url,
            "DATABASE_URL": self._database_url,
            "ENCRYPTION_KEYS": KEY,
            "SLACK_BOT_TOKEN": self.bot_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLACK_CLIENT_ID": slack.client_id,
            "SLACK_CLIENT_SECRET": slack.client_secret,
            "SLACK_API_URL": f"{slack.base_url}/api/",
            "GOOGLE_CLIENT_ID": google.client_id,
            "GOOGLE_CLIENT_SECRET": google.client_secrets[0],
            "GOOGLE_AUTH_URI": f"{google.base_url}/o/oauth2/v2/auth",
            "GOOGLE_TOKEN_URI": f"{google.base_url}/token",
            "GOOGLE_REVOKE_URI": f"{google.base_url}/revoke",
            "GOOGLE_USERINFO_URI": f"{google.base_url}/v1/userinfo",
            "GOOGLE_CALENDAR_URL": f"{google.base_url}/calendar/v3/",
            "GOOGLE_RISC_CONFIG_URL": f"{google.base_url}/.well-known/risc-configuration",
            "GOOGLE_RISC_API_URL": f"{google.base_url}/v1beta/",
            **self._overrides,
        }

    def settles(self) -> None:
        """Wait until the bot has done all it was asked to."""
        while not self.bot.drain():
            continue

    def time_passes(self, by: timedelta) -> None:
        """Once everything under way has arrived (what was signed before would be stale after), with the bot's jobs."""
        passing.until(self._arrived() + by, self.clock, self.bot, self.settles)

    def next_comes(self, within: timedelta) -> None:
        """Time passes until something is due, or within a minute what is due already; no longer than that."""
        self.time_passes(min(within, passing.next_step(self.bot.database, self._arrived())))

    def time_leaps(self, by: timedelta) -> None:
        """The same without anything happening on the way: the bot was down, or nobody cares."""
        passing.advance(self.clock, self._arrived() + by)

    def jobs_run(self) -> None:
        """What is due now is done, and what comes of it."""
        passing.tick(self.bot)
        self.settles()

    def _arrived(self) -> datetime:
        self.settles()
        self.slack.post_office.settle()
        self.settles()
        return self.clock.now()

    def hours_pass(self, hours: float) -> None:
        self.time_passes(timedelta(hours=hours))

    def close(self) -> None:
        for person in self.everybody:
            person.browser.close()
        for served in (self._bot_served, *self._served):
            served.ends_soon()
        self.stop_bot()
        self.slack.close()
        for served in self._served:
            served.stop()
        # FastAPI never forgets an endpoint that it looked at, and with it the whole bot behind it.
        for remembered in (_is_gen_callable_cached, _is_async_gen_callable_cached, _is_coroutine_callable_cached):
            remembered.cache_clear()


class _Late:
    """The bot's address must be known before the bot is built: until then there is nobody behind it."""

    app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while self.app is None:  # noqa: ASYNC110 - it is set from another thread; the server itself comes first
            await asyncio.sleep(0.005)
        await self.app(scope, receive, send)


class Persona:
    """Somebody in the sandbox, with a browser of their own."""

    def __init__(self, world: World, user_id: str) -> None:
        self._world = world
        self._slack = world.slack
        self.user_id = user_id
        self.browser = Browser(user_id)

    # --- acting ---

    def types(self, text: str, *, channel_id: str | None = None) -> Ack:
        """A slash command, or words in the bot's DM."""
        if text.startswith("/"):
            return self._settled(self._slack.command(self.user_id, text, channel_id=channel_id))
        return self._settled(self._slack.say(self.user_id, text))

    def clicks(self, what: str, *, on: str | None = None, message_ts: str | None = None) -> Ack:
        return self._settled(self._slack.clicks(self.user_id, what, on=on, message_ts=message_ts))

    def chooses(self, menu: str, *texts: str, on: str | None = None) -> None:
        self._settled(self._slack.chooses(self.user_id, menu, list(texts), on=on))

    def submits(self) -> Ack:
        return self._settled(self._slack.submits(self.user_id))

    def opens_home(self) -> None:
        self._settled(self._slack.opens_home(self.user_id))

    def opens_link(self, browser: Browser | None = None) -> Browser:
        """The newest personal link in the DM."""
        return (browser or self.browser).opens(self.link)

    def connects_google(self, account: str | None = None, *, untick: Iterable[str] = (), deny: bool = False) -> Browser:
        """From the command to the page at the end."""
        self.types("/calendar connect")
        self.opens_link()
        self.browser.presses("Continue")
        return self.consents(account, untick=untick, deny=deny)

    def consents(
        self,
        account: str | None = None,
        *,
        untick: Iterable[str] = (),
        deny: bool = False,
        browser: Browser | None = None,
    ) -> Browser:
        """At Slack's sign-in, if that comes first, and at Google: choose the account, tick, allow."""
        at = browser or self.browser
        for _ in range(6):
            if at.address.startswith(self._slack.base_url):
                at.presses("Allow")
            elif at.address.startswith(self._world.google.base_url):
                _at_google(at, account, untick, deny=deny)
            else:
                break
        self._world.settles()
        return at

    def stops_before_returning(self, account: str) -> str:
        """Consent at Google, but do not follow the way back: the address it would lead to."""
        self.browser.stops_before = f"{self._world.bot_url}/oauth/google/callback"
        self.browser.stopped_at = ""
        while not self.browser.stopped_at:
            _at_google(self.browser, account, (), deny=False)
        self.browser.stops_before = None
        return self.browser.stopped_at

    def picks(self, linked: str, *conflicts: str, on: str = "dm") -> None:
        """In the card: choose and save."""
        self.chooses("pick_linked", linked, on=on)
        if conflicts:
            self.chooses("pick_conflicts", *conflicts, on=on)
        self.clicks("Save", on=on)

    # --- seeing ---

    @property
    def link(self) -> str:
        """The newest personal link in the DM."""
        for message in reversed(self.messages()):
            for block in message.blocks or []:
                for element in block.get("elements", []):
                    if element.get("action_id") == "connect_open":
                        return str(element["url"])
        raise AssertionError(f"no link for {self.user_id}: {[message.text for message in self.messages()]}")

    def messages(self) -> list[Message]:
        """What the bot wrote in the DM."""
        return [message for message in self._slack.dm(self.user_id) if not message.deleted and message.from_bot]

    def sees(self, text: str) -> bool:
        """Whether the newest message of the bot in the DM says so."""
        return text in said(self.messages()[-1])

    @property
    def answer(self) -> str:
        """The newest answer that only this person sees."""
        return said(self._slack.ephemerals(self.user_id)[-1])

    @property
    def home(self) -> str:
        return json.dumps(self._slack.home(self.user_id), ensure_ascii=False)

    @property
    def modal(self) -> str:
        return json.dumps(self._slack.modals(self.user_id)[-1], ensure_ascii=False)

    def _settled(self, ack: Ack) -> Ack:
        self._world.settles()
        return ack


def said(message: Message) -> str:
    """Everything readable in a message."""
    return f"{message.text}\n{json.dumps(message.blocks or [], ensure_ascii=False)}"


def _at_google(browser: Browser, account: str | None, untick: Iterable[str], *, deny: bool) -> None:
    buttons = browser.buttons()
    if any("Continue" in button for button in buttons):
        if account and account not in browser.page:
            raise AssertionError(f"Google asks {browser.page[:200]}, not {account}")
        browser.presses("Cancel" if deny else "Continue", untick=untick)
        return
    if account and not any(account in button for button in buttons):
        browser.presses("another")
    browser.presses(account or "@")


@contextmanager
def world_with(database_url: str, settings: Mapping[str, str] | None = None) -> Iterator[World]:
    """A world for the length of a block."""
    made = World(database_url, settings)
    try:
        yield made
    finally:
        made.close()
