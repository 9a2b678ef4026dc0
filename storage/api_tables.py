"""What is remembered of programs: the keys they ask with, where they are told of things, and what of it is owed."""

from datetime import datetime

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from storage.tables import new_id


class ApiKey(SQLModel, table=True):
    """A key of the booking API. The secret itself was shown once and stands nowhere."""

    __tablename__ = "api_key"
    __table_args__ = (Index("api_key_team", "team_id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    """Ours."""
    team_id: str
    """The one workspace that it opens."""
    prefix: str = Field(unique=True)
    """The public part, by which the row is found."""
    secret_hash: str
    """SHA-256 of the 256-bit secret, in hex."""
    name: str
    """What it is for, in its maker's words."""
    scopes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """What it may do."""
    per_minute: int
    """How many requests."""
    created_at: datetime
    """When."""
    created_by: str
    """Who made it: a Slack id, or cli."""
    last_used_at: datetime | None = None
    """To the minute."""
    revoked_at: datetime | None = None
    """Since when it opens nothing."""


class WebhookEndpoint(SQLModel, table=True):
    """An address that is told what happens in one workspace."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = (Index("webhook_endpoint_team", "team_id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    """Ours."""
    team_id: str
    """Of which workspace."""
    url: str
    """Where."""
    secret: bytes
    """What it is signed with, sealed."""
    created_at: datetime
    """When."""
    disabled_at: datetime | None = None
    """Since when nothing goes there."""
    failing_since: datetime | None = None
    """Since when nothing has arrived there."""


class WebhookDelivery(SQLModel, table=True):
    """One thing that one address is to be told."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("webhook_delivery_due", "due_at"),
        Index("webhook_delivery_endpoint", "endpoint_id", "due_at"),
        Index("webhook_delivery_created", "created_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    """Ours; it goes along as webhook-id, the same at every attempt."""
    endpoint_id: str = Field(foreign_key="webhook_endpoint.id", ondelete="CASCADE")
    """Whom."""
    event: str
    """What happened."""
    payload: dict[str, object] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """What is said of it."""
    created_at: datetime
    """When it happened."""
    due_at: datetime | None
    """When it is tried next; None: never again."""
    lease: str | None = None
    """Who is at it."""
    lease_until: datetime | None = None
    """After this whoever is at it counts as dead."""
    attempts: int = 0
    """How often it was tried."""
    delivered_at: datetime | None = None
    """When it arrived."""
    last_code: int | None = None
    """The status of the latest answer; None when there was no answer."""
