"""The security headers that stand on every answer, errors and /healthz included."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

REFERRER = "Referrer-Policy"


class SecurityHeaders:
    """Adds what an answer did not set itself. ``departures`` are the addresses that our forms redirect to."""

    def __init__(self, app: ASGIApp, public_url: str, departures: Iterable[str] = ()) -> None:
        self._app = app
        headers = _headers(public_url, departures)
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(each for each in self._headers if each[0] not in own)]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def origin(address: str) -> str:
    """The origin of an address, spelled as browsers spell it: lower case, the scheme's own port left out."""
    parts = urlsplit(address)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    default = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, default) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def _headers(public_url: str, departures: Iterable[str]) -> dict[str, str]:
    # Chromium holds every redirect after a form's POST against form-action, and nobody can list the hops of a
    # company's sign-on: hence https: as a whole, and plain http only where it is configured (a sandbox).
    plain = sorted({origin(address) for address in departures if address.startswith("http://")})
    policy = {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": " ".join(["'self'", "https:", *plain]),
    }
    headers = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        REFERRER: "no-referrer",
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex, nofollow",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if public_url.startswith("https://"):
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers
