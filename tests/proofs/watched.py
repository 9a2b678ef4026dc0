"""A world with a tap on every line, and everything that anybody gets to see of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import requests

from tests.proofs.canaries import Canary, Kind, Surface, collected
from tests.proofs.tap import Exchange, Tap, text, with_header
from tests.sandbox.server import Faulty, Served
from tests.sandbox.world import World, world_with

METRICS_TOKEN = "canary-metrics-token-4711"
TITLE, ANSWER, TYPED = "canary-title-surprise-party", "canary-answer-of-a-proxy", "canary-typed-by-somebody"
_PLANTED = {Canary(Kind.TITLE, TITLE), Canary(Kind.ANSWER, ANSWER), Canary(Kind.TYPED, TYPED)}
_SIGN_IN = ("/api/openid.connect.token", "/api/oauth.v2.access")
_POSTING = ("/api/chat.postMessage", "/api/chat.update")


class Watched:
    """The taps on a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.google: list[Exchange] = []
        self.slack: list[Exchange] = []
        self.bot: list[Exchange] = []

    def restart(self) -> None:
        """A new process, as far as memory goes: what was looked up once is looked up again."""
        self.world.stop_bot()
        self.world.start_bot()
        self.world.bot.http.add_middleware(Tap, into=self.bot)

    def canaries(self) -> set[Canary]:
        return collected(self.world.environment(), self.google, self.slack, self.bot) | _PLANTED

    def surfaces(self, logs: str) -> list[Surface]:
        """All of it, at this moment."""
        return [
            Surface("logs", logs.encode()),
            Surface("metrics", self._metrics()),
            *self._disk(),
            *self._pages(),
            *self._to_google(),
            *self._to_slack(),
            *self._screens(),
            Surface("referrers", "\n".join(each.header("referer") for each in self._all()).encode()),
        ]

    def _all(self) -> list[Exchange]:
        return [*self.google, *self.slack, *self.bot]

    def _metrics(self) -> bytes:
        bearer = {"Authorization": f"Bearer {METRICS_TOKEN}"}
        answer = requests.get(f"{self.world.bot_url}/metrics", headers=bearer, timeout=5)
        assert answer.status_code == 200
        return answer.content

    def _disk(self) -> Iterator[Surface]:
        file = Path(self.world.environment()["DATABASE_URL"].removeprefix("sqlite:///"))
        for each in sorted(file.parent.glob(f"{file.name}*")):
            yield Surface(f"the bytes of {each.name}", each.read_bytes())

    def _pages(self) -> Iterator[Surface]:
        """Bodies and headers; where a browser is sent; what stands in the address bar in the end."""
        for each in self.bot:
            own_ticket = frozenset({Kind.TICKET} if each.path.startswith("/connect/") else ())
            plain = {name: value for name, value in each.headers if name not in {"location", "set-cookie"}}
            yield Surface(f"the page {each.path}", each.answer + text(plain).encode(), own_ticket)
            for location in with_header(each, "location"):
                yield Surface(f"the redirect of {each.path}", location.encode(), frozenset({Kind.STATE}))
            if each.method == "GET" and each.status == 200:
                yield Surface(f"the address {each.path}", f"{each.path}?{each.query}".encode(), own_ticket)

    def _to_google(self) -> Iterator[Surface]:
        """What the bot says to Google; not what browsers do: they bring the bot's cookies, which know no port."""
        for each in self.google:
            if each.path.startswith(("/token", "/revoke", "/v1/", "/calendar/")):
                yield Surface(f"Google's {each.path}", _request(each), frozenset({Kind.GOOGLE}))

    def _to_slack(self) -> Iterator[Surface]:
        """What the bot says to Slack: its token in one header, a sign-in's code in one call, a link in one button."""
        for each in self.slack:
            if each.path.startswith("/response/"):
                yield Surface("an answer", each.body, frozenset({Kind.TYPED}))
            if not each.path.startswith("/api/"):
                continue
            allowed = {Kind.SLACK} if each.path in _SIGN_IN else {Kind.TYPED} if each.path in _POSTING else set()
            bodies = _json_body(each) if each.header("content-type").startswith("application/json") else each.given
            buttons = bodies.pop("blocks", "") if each.path in _POSTING else ""
            headers = {name: value for name, value in each.sent if name != "authorization"}
            yield Surface(f"Slack's {each.path}", text(bodies | headers).encode(), frozenset(allowed))
            yield Surface("the blocks of a message", buttons.encode(), frozenset(allowed | {Kind.TICKET}))

    def _screens(self) -> Iterator[Surface]:
        """What people see in Slack."""
        slack = self.world.slack
        for user in slack.users():
            if user.bot:
                continue
            for message in [*slack.dm(user.id), *slack.ephemerals(user.id)]:
                yield Surface("a message's text", message.text.encode(), frozenset({Kind.TYPED}))
                blocks = json.dumps(message.blocks).encode()
                yield Surface("a message's blocks", blocks, frozenset({Kind.TYPED, Kind.TICKET}))
            yield Surface("a view", json.dumps([slack.home(user.id), slack.modals(user.id)]).encode())


def _request(each: Exchange) -> bytes:
    return f"{each.path}?{each.query}\n{text(dict(each.sent))}\n".encode() + each.body


def _json_body(each: Exchange) -> dict[str, str]:
    try:
        body = json.loads(each.body)
    except ValueError:
        return {"body": each.body.decode("utf-8", "replace")}
    return {name: json.dumps(value) for name, value in body.items()} if isinstance(body, dict) else {"": str(body)}


@contextmanager
def watched_world(database_url: str) -> Iterator[Watched]:
    """The sandbox's world, its stand-ins reached through taps, with a title in everybody's calendar."""
    with world_with(database_url, {"METRICS_TOKEN": METRICS_TOKEN}) as world:
        watched = Watched(world)
        lines = [
            Served(Tap(Faulty(stand_in.app, stand_in.script), into))
            for stand_in, into in ((world.google, watched.google), (world.slack, watched.slack))
        ]
        world.google.base_url, world.slack.base_url = (line.url for line in lines)
        watched.restart()
        now = world.clock.now()
        for account in world.google.accounts():
            for calendar in world.google.calendars(account.email):
                if calendar.role == "owner":
                    world.google.add_event(calendar.id, now, now + timedelta(hours=1), TITLE, location=TITLE)
        try:
            yield watched
        finally:
            for line in lines:
                line.stop()
