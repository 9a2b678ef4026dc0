"""The values the stand-in shows to those who drive it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

Json = dict[str, Any]

Policy = Literal["org_internal", "admin_policy_enforced", "access_denied_testing", "disallowed_useragent"]
ClientState = Literal["ok", "deleted_client", "disabled_client", "unauthorized_client", "invalid_client"]
AccountState = Literal["ok", "admin_policy_enforced", "invalid_rapt", "disabled", "deleted", "not_a_calendar_user"]
ProjectState = Literal["ok", "accessNotConfigured", "SERVICE_DISABLED"]

ROLES = ("none", "freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner")
"""Access roles, weakest first; "none" is the stand-in's word for no access at all."""


def rank(role: str) -> int:
    return ROLES.index(role)


@dataclass
class Account:
    """A Google account. ``owner`` is the person whose browser is signed in to it."""

    email: str
    sub: str
    name: str
    hd: str | None = None
    verified: bool = True
    owner: str | None = None
    state: AccountState = "ok"
    policy: Policy | None = None
    blocked: bool = False
    """An administrator does not let this account use the app."""

    @property
    def gone(self) -> bool:
        """Nobody can sign in to it, and no token of it is worth anything."""
        return self.state in ("disabled", "deleted")

    @property
    def initial(self) -> str:
        return self.name[:1].upper()


@dataclass(frozen=True)
class Grant:
    """What one account has allowed the client. ``refresh_token`` is the newest live one."""

    email: str
    scopes: frozenset[str]
    refresh_token: str | None
    refresh_tokens: tuple[str, ...]
    granted_at: datetime
    expires_at: datetime | None = None
    """Time-based access: when it ends."""


@dataclass(frozen=True)
class CalendarEntry:
    """A calendar as one account sees it in its list."""

    id: str
    summary: str
    role: str
    primary: bool
    time_zone: str
    hidden: bool
    selected: bool
    color: str


@dataclass(frozen=True)
class Call:
    """One request the stand-in answered."""

    method: str
    path: str
    status: int
    account: str | None
    at: datetime


@dataclass
class Client:
    """The OAuth client registered for the bot, and the project it belongs to."""

    client_id: str
    secrets: list[str]
    redirect_uris: set[str]
    app_name: str = "Calendar Bot"
    project_number: str = "407408718192"
    state: ClientState = "ok"
    project_state: ProjectState = "ok"
    policy: Policy | None = None
    internal_to: str | None = None
    """The domain of an app whose user type is Internal (policy org_internal)."""
    without_refresh_token: int = 0
    """How many exchanges still leave the refresh token out, as Google does for its own reasons."""
    authorized_domains: set[str] = field(default_factory=set)
    """Domains of the consent screen beside those of the redirect addresses."""
    blocked_domains: set[str] = field(default_factory=set)
    """Organizations whose administrators do not let the app in."""
    session_lengths: dict[str, timedelta] = field(default_factory=dict)
    """Per organization: how long after consent a person must sign in again (Cloud session control)."""

    def blocks(self, account: Account) -> bool:
        return account.blocked or account.hd in self.blocked_domains
