"""What is remembered of watching connections: looks, outages, what was said of them, incidents, allowances."""

from datetime import datetime

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.tables import new_id


class Probe(SQLModel, table=True):
    """When a connection is looked at next, and what the latest look has left. Written at every look, so kept narrow."""

    __table_args__ = (Index("probe_due", "probe_at"), Index("probe_probed", "probed_at"))

    connection_id: str = Field(foreign_key="connection.id", primary_key=True, ondelete="CASCADE")
    """Whose."""
    probe_at: datetime
    """When it is due."""
    lease: str | None = None
    """Who is at it."""
    lease_until: datetime | None = None
    """After this whoever is at it counts as dead."""
    probed_at: datetime | None = None
    """Of the latest attempt."""
    answered_at: datetime | None = None
    """Of the latest look that Google answered."""
    failures: int = 0
    """Attempts in a row that said nothing about the person."""
    list_token: str | None = None
    """Google's sync token of the calendar list."""


class Outage(SQLModel, table=True):
    """A time in which a connection does not do its work, and its owner knows."""

    __table_args__ = (
        # One at a time: what comes on top of it takes its place.
        Index(
            "outage_open",
            "connection_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("outage_connection", "connection_id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    """Ours."""
    connection_id: str = Field(foreign_key="connection.id", ondelete="CASCADE")
    """Whose."""
    cause: str
    """One of bot/domain/health.py."""
    opened_at: datetime
    """Since when."""
    ends_at: datetime | None = None
    """When Google's permission ends, for the warnings before it."""
    closed_at: datetime | None = None
    """Until when."""
    healed: bool = False
    """Whether it ended well, rather than by a disconnect or by something worse."""


class Reminder(SQLModel, table=True):
    """The ledger of what is said about an outage: one row a step, so that no step is said twice."""

    __table_args__ = (UniqueConstraint("outage_id", "step"), Index("reminder_due", "due_at"))

    id: str = Field(default_factory=new_id, primary_key=True)
    """Ours; it goes along with the message, unseen."""
    outage_id: str = Field(foreign_key="outage.id", ondelete="CASCADE")
    """What it is about."""
    step: int
    """0 at once, then the reminders."""
    todo: str | None
    """send, unbutton, settle or report; None: nothing more."""
    due_at: datetime | None
    """When; None when there is nothing to do."""
    lease: str | None = None
    """Who is at it."""
    lease_until: datetime | None = None
    """After this whoever is at it counts as dead."""
    tried_at: datetime | None = None
    """Since when the message may have been sent: before it is sent again, it is looked for."""
    sent_at: datetime | None = None
    """When it was."""
    channel: str | None = None
    """Where it stands."""
    ts: str | None = None
    """Its timestamp."""


class Incident(SQLModel, table=True):
    """Something of ours that is broken. While it is open, nobody's connection is judged by it."""

    __table_args__ = (
        Index(
            "incident_open",
            "key",
            unique=True,
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
        Index("incident_opened", "opened_at"),
        Index("incident_due", "due_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    """Ours."""
    key: str
    """What is broken: google_client, google_project_api, egress, slack_app:T…, mass, …"""
    code: str
    """The verdict that opened it."""
    team_id: str
    """Where it was met first; its operators are told."""
    opened_at: datetime
    """Since when."""
    seen_at: datetime
    """When it was met last."""
    resolved_at: datetime | None = None
    """Until when."""
    released: bool = False
    """An operator has said that people may be told all the same."""
    try_at: datetime | None = None
    """When somebody's connection is tried next, to see whether it is mended."""
    touched: int = 0
    """How many people it touches, as far as it was counted."""
    todo: str | None = None
    """alert, edit or resolve: what the operators are still to be told."""
    due_at: datetime | None = None
    """When."""
    lease: str | None = None
    """Who is at it."""
    lease_until: datetime | None = None
    """After this whoever is at it counts as dead."""
    messages: list[dict[str, str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """The alerts that were posted: channel and ts."""


class Quota(SQLModel, table=True):
    """How much of one of Google's allowances is used, by all processes together."""

    key: str = Field(primary_key=True)
    """The allowance and its minute or day."""
    used: int
    """Calls."""
    until: datetime
    """For the purge."""
