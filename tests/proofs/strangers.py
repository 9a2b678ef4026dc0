"""What strangers, scanners and attackers send to the pages: the same on every run."""

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlsplit

from tests.proofs.flood import Ask, Headers
from tests.sandbox.world import World

_PARAMETERS = (
    *("<script>alert(1)</script>", "'\"><svg onload=alert(1)>", "{{7*7}}", "${jndi:ldap://x}", "javascript:alert(1)"),
    *(
        "\r\nSet-Cookie: flow=x",
        "\x00",
        "\u202eevil",
        "\ud800",
        "https://evil.example/",
        "//evil.example",
        "' OR 1=1 --",
    ),
    *("a" * 3000, "access_denied", "server_error", "é", "4/0A" + "x" * 60, "install.x", "null", "[]", "{}", "", " "),
)
_NAMES = ("state", "code", "error", "error_description", "scope", "next", "return_to", "flow", "iss", "authuser", "hd")
_CALLBACKS = ("/oauth/google/callback", "/slack/oauth_redirect")
_POSTS = ("/connected/again", "/connected/prove", "/connected/disconnect")
_ELSEWHERE = (
    *("/", "//evil.example", "/connect", "/connect/", "/connect/..", "/connect/%2e%2e/%2e%2e", "/.env", "/.git/config"),
    *(
        "/docs",
        "/openapi.json",
        "/api/v1/people",
        "/static/",
        "/static/..%2fconnect.css",
        "/connected/",
        "/slack/events",
    ),
    *(
        "/oauth/google/callback/",
        "/CONNECTED",
        "/slack/install/x",
        "/wp-login.php",
        "/connect/a/b/c/start",
        "/%00",
        "/\\x",
    ),
)
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")


@dataclass(frozen=True)
class Stolen:
    """What somebody may have seen without being able to use it: parts that are worth something together alone."""

    ticket: str
    state: str
    code: str
    cookie: str


def stolen(world: World) -> Stolen:
    """From Cleo's trip, stopped on its way back from Google."""
    world.cleo.types("/calendar connect")
    world.cleo.opens_link().presses("Continue")
    returned = parse_qs(urlsplit(world.cleo.stops_before_returning("cleo@acme.example")).query)
    ticket = world.cleo.link.rpartition("/")[2]
    return Stolen(ticket, returned["state"][0], returned["code"][0], world.cleo.browser.cookies["flow"])


class Strangers:
    """Requests that must have no effect."""

    def __init__(self, seed: int, real: Stolen, origin: str) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._real = real
        self._origin = origin

    def request(self) -> Ask:
        """One of any kind."""
        kinds: list[Callable[[], Ask]] = [self._callback, self._callback, self._half_right, self._ticket, self._post]
        return self._chance.choice([*kinds, self._page])()

    def _callback(self) -> Ask:
        """A return with made-up parameters, some of them twice."""
        names = [self._chance.choice(_NAMES) for _ in range(self._chance.randint(0, 6))]
        query = "&".join(f"{name}={self._value()}" for name in names)
        return Ask(self._method(), f"{self._chance.choice(_CALLBACKS)}?{query}", self._cookies())

    def _half_right(self) -> Ask:
        """A return in which all but one part is real."""
        real = self._real
        state, code, cookie = quote(real.state), quote(real.code), real.cookie
        made_up = secrets.token_urlsafe(32)
        google, slack = _CALLBACKS
        method, path, query, sent = self._chance.choice(
            [
                ("GET", google, f"state={state}&code={code}", made_up),
                ("GET", google, f"state={state}&code={code}", None),
                ("GET", google, f"state={made_up}&code={code}", cookie),
                ("GET", google, f"state={state}&code={code}&error=access_denied", cookie),
                ("GET", google, f"state={state}&state={state}&code={code}", cookie),
                ("GET", google, f"state={state}", cookie),
                ("GET", google, f"state={state}&code=", cookie),
                ("GET", google, f"state={state}&error={quote('<b>')}", cookie),
                ("GET", slack, f"state={state}&code={code}", cookie),
                ("HEAD", google, f"state={state}&code={code}", cookie),
                ("POST", google, f"state={state}&code={code}", cookie),
                ("GET", google, f"state={state}&code={code}&flow={cookie}", None),
            ]
        )
        return Ask(method, f"{path}?{query}", (("Cookie", f"flow={sent}"),) if sent else ())

    def _ticket(self) -> Ask:
        """A look at a link, real or guessed; a start that no page of ours has sent."""
        ticket = self._chance.choice([self._real.ticket, secrets.token_urlsafe(32), self._value() or "x"])
        if self._chance.random() < 0.5:
            return Ask(self._chance.choice(("GET", "HEAD")), f"/connect/{ticket}?{self._value()}", self._cookies())
        is_ours = ticket != self._real.ticket and self._chance.random() < 0.5
        return Ask("POST", f"/connect/{ticket}/start", self._posted(is_ours=is_ours), self._body())

    def _post(self) -> Ask:
        """A form from elsewhere with the real cookie, or from our page with a made-up one."""
        is_ours = self._chance.random() < 0.5
        cookie = secrets.token_urlsafe(32) if is_ours else self._real.cookie
        headers = (*self._posted(is_ours=is_ours), ("Cookie", f"flow={cookie}"))
        return Ask("POST", self._chance.choice(_POSTS), headers, self._body())

    def _page(self) -> Ask:
        """Every other page, and what is none."""
        path = self._chance.choice(("/connected", "/disconnected", "/slack/installed", "/slack/install", *_ELSEWHERE))
        return Ask(self._method(), f"{path}?{self._chance.choice(_NAMES)}={self._value()}", self._cookies())

    def _method(self) -> str:
        return "GET" if self._chance.random() < 0.7 else self._chance.choice(_METHODS)

    def _value(self) -> str:
        raw = self._chance.choice(_PARAMETERS) + self._chance.choice(("", str(self._chance.random())))
        return "".join(f"%{byte:02x}" for byte in raw.encode("utf-8", "surrogatepass"))

    def _cookies(self) -> Headers:
        made_up = (secrets.token_urlsafe(32), "x", "", '"', "a b", "../..", "é", ";;;=", "x" * 4000)
        return () if self._chance.random() < 0.5 else (("Cookie", f"flow={self._chance.choice(made_up)}"),)

    def _posted(self, *, is_ours: bool) -> Headers:
        kind = (
            "Content-Type",
            self._chance.choice(("application/x-www-form-urlencoded", "application/json", "text/x")),
        )
        if is_ours:
            return kind, self._chance.choice((("Origin", self._origin), ("Sec-Fetch-Site", "same-origin")))
        others: tuple[Headers, ...] = (
            (),
            (("Origin", "null"),),
            (("Origin", "https://evil.example"),),
            (("Origin", f"{self._origin}.evil.example"),),
            (("Origin", self._origin), ("Sec-Fetch-Site", "cross-site")),
            (("Sec-Fetch-Site", "same-site"),),
            (("Sec-Fetch-Site", "none"),),
        )
        return kind, *self._chance.choice(others)

    def _body(self) -> bytes:
        return self._chance.choice((b"", b"a=b", b"{}", self._chance.randbytes(50), b"x" * 10_000))
