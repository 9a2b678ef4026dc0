"""`calendar-bot risc`: Google's stream of security events, pointed at this bot, and looked at."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager

from bot.google.risc_admin import EVENTS, RiscSetupFailed, RiscStream
from bot.google.transport import Transport
from bot.ports import Clock
from bot.settings import Settings
from handlers.findings import Finding
from handlers.http_google import RISC

_REGISTER = "run `calendar-bot risc register`"


def register(settings: Settings, clock: Clock) -> Iterator[str]:
    """Point the stream here and have a test event sent; what was done, line by line. Raises RiscSetupFailed."""
    receiver, state = settings.public_url + RISC, f"check_{secrets.token_hex(4)}"
    if settings.public_is_loopback and settings.google_risc_api_url.startswith("https:"):
        raise RiscSetupFailed("PUBLIC_URL must be an https:// address: Google delivers to no other.")
    with _stream(settings, clock) as stream:
        stream.register(receiver)
        yield f"Google sends security events to {receiver} from now on."
        stream.verify(state)
        yield f"A test event is on its way: the log of `calendar-bot serve` will say risc_event, given {state}."


def examine(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """How the stream stands. Raises RiscSetupFailed."""
    with _stream(settings, clock) as stream:
        current = stream.current()
    if current is None:
        yield Finding("stream", f"Google has none for this project; {_REGISTER}")
        return
    ours = settings.public_url + RISC
    is_ours = current.pushes and current.url == ours
    yield Finding(f"receiver: {current.url}", "" if is_ours else f"it is not this bot, {ours}; {_REGISTER}")
    yield Finding("status: enabled") if current.enabled else Finding("status", f"Google sends nothing; {_REGISTER}")
    missing = [_short(each) for each in EVENTS if each not in current.events]
    what = f"events: {', '.join(sorted(map(_short, current.events))) or 'none'}"
    yield Finding(what, f"without {', '.join(missing)}; {_REGISTER}" if missing else "")


@contextmanager
def _stream(settings: Settings, clock: Clock) -> Iterator[RiscStream]:
    if settings.google_risc_credentials is None:
        raise RiscSetupFailed(
            "GOOGLE_RISC_CREDENTIALS is missing: the key file of a service account that has the role "
            "RISC Configuration Admin (roles/riscconfigs.admin) in the OAuth client's project."
        )
    with closing(Transport(connections=1)) as transport:
        yield RiscStream(settings.google_risc_api_url, settings.google_risc_credentials, clock, transport)


def _short(event: str) -> str:
    return event.rpartition("/")[2]
