"""Everything outside the bot while bursts run: the stand-ins, commands ready to be signed, and where answers arrive."""

import asyncio
from collections.abc import Mapping
from threading import Condition
from urllib.parse import urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.sandbox.server import Served
from tests.sandbox.slack import payloads
from tests.sandbox.world import TEAM, World

_WORDS = ("help", "status")
_OTHERS = 100


class Answers:
    """In front of Slack's response_urls: counts what arrives, and takes as long over it as it is told."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._arrived = 0
        self._changed = Condition()
        self.takes = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self.takes:
            await asyncio.sleep(self.takes)

        async def counted(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.start" and message["status"] == 200:
                with self._changed:
                    self._arrived += 1
                    self._changed.notify_all()

        await self._app(scope, receive, counted)

    def expect(self, takes: float) -> None:
        """Start counting anew."""
        with self._changed:
            self._arrived, self.takes = 0, takes

    def await_all(self, number: int, patience: float) -> int:
        """How many arrived, at the latest after ``patience``."""
        with self._changed:
            self._changed.wait_for(lambda: self._arrived >= number, patience)
            return self._arrived


class Remote:
    """A world whose bot has left: two people are connected, and their commands go to whom they are sent."""

    def __init__(self, database_url: str) -> None:
        self._world = World(database_url)
        self._world.ana.connects_google("ana@acme.example")
        self._world.cleo.connects_google("cleo@acme.example")
        self._environment = self._world.environment()
        self._world.stop_bot()
        self._world.slack.delivery.bot_url = None  # nobody is to be told of what happens from here on
        for number in range(_OTHERS):  # seldom are two commands of a burst of one person
            user_id, name = f"U0OTHER{number}", f"Other {number}"
            self._world.slack.add_user(
                TEAM, user_id, name=name, email=f"other{number}@acme.example", tz="Europe/Lisbon"
            )
        self.answers = Answers(self._world.slack.app)
        self._answering = Served(self.answers)

    @property
    def environment(self) -> Mapping[str, str]:
        """The settings of whoever serves the team's commands."""
        return self._environment

    @property
    def signing_secret(self) -> str:
        return self._world.slack.signing_secret

    def commands(self, number: int) -> list[str]:
        """Bodies of slash commands, typed by everybody in turn: every other one asks for the status."""
        state = self._world.slack.state
        everybody = [user for user in self._world.slack.users() if not user.bot]
        bodies = []
        for index in range(number):
            user = everybody[index // len(_WORDS) % len(everybody)]
            fields = payloads.command(state, user, "/calendar", _WORDS[index % len(_WORDS)], state.open_im(user).id)
            fields["response_url"] = fields["response_url"].replace(state.base_url, self._answering.url)
            bodies.append(urlencode(fields))
        return bodies

    def close(self) -> None:
        self._answering.stop()
        for person in self._world.everybody:
            person.browser.close()
        self._world.close()
