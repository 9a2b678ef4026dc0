"""Things Slack hands out for a short while: trigger ids, response urls, sign-in codes."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.sandbox.clock import SandboxClock
from tests.sandbox.slack.refusal import Refused

TRIGGER_LIFETIME = timedelta(seconds=3)
RESPONSE_LIFETIME = timedelta(minutes=30)
RESPONSE_USES = 5
CODE_LIFETIME = timedelta(minutes=10)


@dataclass
class Trigger:
    user_id: str
    team_id: str
    at: datetime
    exchanged: bool = False


class Triggers:
    """Trigger ids: three seconds, one use."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._known: dict[str, Trigger] = {}

    def issue(self, team_id: str, user_id: str) -> str:
        trigger_id = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._known[trigger_id] = Trigger(user_id, team_id, self._clock.now())
        return trigger_id

    def exchange(self, trigger_id: str, team_id: str) -> Trigger:
        """Use it up, or be refused as Slack refuses."""
        trigger = self._known.get(trigger_id)
        if trigger is None or trigger.team_id != team_id:
            raise Refused("invalid_trigger_id")
        if trigger.exchanged:
            raise Refused("exchanged_trigger_id")
        if self._clock.now() - trigger.at > TRIGGER_LIFETIME:
            raise Refused("expired_trigger_id")
        trigger.exchanged = True
        return trigger


@dataclass
class ResponseUrl:
    """Where the bot may answer one command or one click."""

    id: str
    team_id: str
    user_id: str
    channel_id: str
    issued: datetime
    source_ts: str | None = None
    """The message that was clicked, none for a command."""
    source_is_ephemeral: bool = False
    uses: int = 0

    def use(self, now: datetime) -> None:
        """Count one use; five in thirty minutes, and no more."""
        if now - self.issued > RESPONSE_LIFETIME:
            raise Refused("expired_url")
        if self.uses >= RESPONSE_USES:
            raise Refused("used_url")
        self.uses += 1


@dataclass
class Code:
    """An authorisation code of Slack's, for OpenID or for an installation."""

    purpose: str
    team_id: str
    user_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    issued: datetime
    nonce: str | None = None
    used: bool = False


@dataclass
class Codes:
    clock: SandboxClock
    known: dict[str, Code] = field(default_factory=dict)

    def issue(self, code: Code) -> str:
        value = f"{secrets.randbelow(10**10)}.{secrets.randbelow(10**13)}.{secrets.token_hex(32)}"
        self.known[value] = code
        return value

    def redeem(self, value: str, purpose: str, redirect_uri: str | None) -> Code:
        """Use it up: once, in time, for the purpose and the address it was given for."""
        code = self.known.get(value)
        if code is None or code.purpose != purpose or self.clock.now() - code.issued > CODE_LIFETIME:
            raise Refused("invalid_code")
        if code.used:
            raise Refused("code_already_used")
        if redirect_uri != code.redirect_uri:
            raise Refused("bad_redirect_uri")
        code.used = True
        return code
