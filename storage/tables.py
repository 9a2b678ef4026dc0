"""What is remembered. Times are UTC; ids are made before the insert, because sealed columns are bound to their row."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import JSON, Column, Index, UniqueConstraint, false, text, true
from sqlmodel import Field, SQLModel

# Every constraint has a name, so that a later migration can find it on both databases.
SQLModel.metadata.naming_convention = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}


def new_id() -> str:
    """A fresh row id."""
    return uuid4().hex


class Canary(SQLModel, table=True):
    """One sealed row that must open at start: else the keys are wrong and the process refuses to serve."""

    id: int = Field(primary_key=True)
    sealed: bytes
    """A known text, sealed with the key ring."""
    created_at: datetime
    """When the first process made it."""


class Workspace(SQLModel, table=True):
    """A Slack workspace the app is installed in."""

    team_id: str = Field(primary_key=True)
    """Slack's id."""
    name: str
    """As its members know it."""
    bot_user_id: str
    """Our user there."""
    bot_id: str
    """Our bot there: messages of ours carry it."""
    bot_token: bytes
    """Sealed."""
    scopes: str
    """What the installation granted, comma-separated as Slack says it."""
    installed_at: datetime
    """Of the latest installation."""


class Person(SQLModel, table=True):
    """A Slack person who has met the bot."""

    __table_args__ = (UniqueConstraint("team_id", "user_id"), Index("person_name", "team_id", "name"))

    id: str = Field(default_factory=new_id, primary_key=True)
    """Ours."""
    team_id: str
    """Slack user ids are unique in a team only."""
    user_id: str
    """Slack's id."""
    card_channel: str | None = None
    """Where the card with the menus stands."""
    card_ts: str | None = None
    """Its timestamp, which is a message's id at Slack."""
    time_zone: str | None = None
    """The zone of their Slack profile, by its IANA name, as of the latest look."""
    locale: str | None = None
    """The language of their Slack, such as en-GB, as of the latest look."""
    created_at: datetime
    """When they first met the bot, or when the directory was read."""
    name: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """As Slack shows them."""
    email: str | None = None
    """Of their Slack profile."""
    is_guest: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Slack calls them restricted."""
    is_admin: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Slack's word; what they may do is asked for anew each time."""
    is_bot: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """No person at all."""
    deactivated_at: datetime | None = None
    """When we heard that they left."""
    read_at: datetime | None = None
    """When the directory last had them."""
    invited_at: datetime | None = None
    """When the latest invitation arrived."""
    opened_at: datetime | None = None
    """When they went on from their link."""
    declined_at: datetime | None = None
    """When they said "not for me"; None when they have changed their mind."""
    nudged_at: datetime | None = None
    """When an admin last had them asked."""


class Ticket(SQLModel, table=True):
    """A personal connect link. The secret itself stands in the link only."""

    __table_args__ = (Index("ticket_person", "person_id"), Index("ticket_expires", "expires_at"))

    id: str = Field(default_factory=new_id, primary_key=True)
    """Ours."""
    person_id: str = Field(foreign_key="person.id", ondelete="CASCADE")
    """Whose link it is."""
    secret_hash: str = Field(unique=True)
    """SHA-256 of the 256-bit secret, in hex."""
    created_at: datetime
    """When it was sent."""
    expires_at: datetime
    """After this it is dead."""
    closed_at: datetime | None = None
    """When a newer link, or its own success, ended it."""
    channel: str | None = None
    """Where its message stands."""
    ts: str | None = None
    """The message's timestamp."""


class Flow(SQLModel, table=True):
    """One trip of one browser through a consent screen."""

    __table_args__ = (
        Index("flow_ticket", "ticket_id"),
        Index("flow_cookie", "cookie_hash"),
        Index("flow_expires", "expires_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    """Ours."""
    ticket_id: str = Field(foreign_key="ticket.id", ondelete="CASCADE")
    """The link it began from."""
    provider: str
    """"slack" (the proof) or "google" (the consent): a state of one is worth nothing at the other."""
    state_hash: str = Field(unique=True)
    """SHA-256 of the state, in hex."""
    cookie_hash: str
    """SHA-256 of the browser's cookie, in hex."""
    verifier: bytes
    """The PKCE verifier, sealed; the OpenID Connect nonce is derived from it."""
    proven: bool = False
    """Whether this browser has signed in with Slack as the link's owner."""
    retried: bool = False
    """Whether it was begun again by itself once, because Google left out the refresh token."""
    created_at: datetime
    """When it began."""
    expires_at: datetime
    """After this its state is worthless."""
    consumed_at: datetime | None = None
    """Set by one UPDATE, by whoever comes back first."""
    outcome: str | None = None
    """A key of the result page's texts."""
    account: str | None = None
    """The Google e-mail address the result page names."""
    missing: str | None = None
    """Scopes that were left unticked, space-separated."""


class Connection(SQLModel, table=True):
    """A person's connection to one Google account."""

    __table_args__ = (
        # A Google account belongs to one person of a workspace; a disconnected row has let go of it.
        # The account comes first: revoking asks whether it is in use in any workspace.
        Index("connection_account", "google_sub", "team_id", unique=True),
        Index("connection_strike", "strike_at"),
        Index("connection_health", "health"),
        Index("connection_token", "token_hash"),
        Index("connection_token_prefix", "token_prefix"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    """Ours."""
    person_id: str = Field(foreign_key="person.id", unique=True, ondelete="CASCADE")
    """One connection a person."""
    team_id: str
    """The person's, for the constraint above."""
    google_sub: str | None
    """Google's id of the account; None once disconnected."""
    google_email: str
    """As it was when they consented, for showing."""
    hosted_domain: str | None
    """The account's Google Workspace domain, if any."""
    scopes: str
    """What the grant holds, space-separated, in the long spelling."""
    grant: bytes | None
    """The refresh token, sealed; None once erased."""
    token_version: int = 1
    """Raised by every new grant: what was learnt about an older one no longer counts."""
    token_hash: str | None = None
    """SHA-512 of the SHA-512 of the refresh token, in base64: Google's security events name a token that way."""
    token_prefix: str | None = None
    """A hash of its first 16 characters: the other way in which they name one."""
    health: str
    """One of bot/domain/health.py."""
    cause: str | None = None
    """Why, while an outage is open."""
    strike_cause: str | None = None
    """What a first refusal said, until it is confirmed or disproved."""
    strike_at: datetime | None = None
    """When it came."""
    revision: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Raised by every change of the four above: whoever judged an older one looks again."""
    refresh_expires_at: datetime | None = None
    """When Google said the grant ends by itself."""
    connected_at: datetime
    """Of the latest consent."""
    changed_at: datetime
    """Of the latest change of health."""


class Pick(SQLModel, table=True):
    """A calendar that its owner chose."""

    __table_args__ = (
        UniqueConstraint("connection_id", "calendar_id"),
        # At most one linked calendar a connection.
        Index(
            "pick_linked",
            "connection_id",
            unique=True,
            sqlite_where=text("purpose = 'linked'"),
            postgresql_where=text("purpose = 'linked'"),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    """Ours."""
    connection_id: str = Field(foreign_key="connection.id", ondelete="CASCADE")
    """Whose choice it is."""
    calendar_id: str
    """Google's id."""
    name: str
    """As it was when chosen, so that we can name it when it is gone."""
    purpose: str
    """linked or conflict."""
    present: bool = True
    """False when the latest look did not find it in the account."""
    writable: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    """False when the latest look found that its owner may not write to it."""


class Once(SQLModel, table=True):
    """What was handled already: Slack sends again what it thinks we missed."""

    __table_args__ = (Index("once_seen", "seen_at"),)

    key: str = Field(primary_key=True)
    """Hash of the event's or the interaction's own id."""
    seen_at: datetime
    """For the purge."""


class Audit(SQLModel, table=True):
    """Who did what to whom. No secrets, no event data."""

    __table_args__ = (Index("audit_at", "team_id", "at"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    """Ours."""
    at: datetime
    """When."""
    team_id: str
    """Where."""
    user_id: str
    """Who it is about."""
    action: str
    """connected, disconnected, picks_saved, foreign_attempt, account_taken, ..."""
    detail: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """What a later reader needs to know."""
