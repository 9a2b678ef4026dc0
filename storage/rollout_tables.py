"""What is remembered of rolling out: rounds of invitations, each day's counts, errands, and who is to be forgotten."""

from datetime import date, datetime

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.tables import new_id


class Round(SQLModel, table=True):
    """One admin's inviting: whom, how far it has come, and where its progress is shown."""

    __table_args__ = (Index("round_team", "team_id", "started_at"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    """Ours."""
    team_id: str
    """Where."""
    started_by: str
    """Slack's id of the admin; empty when it goes on by itself, for people who join."""
    started_at: datetime
    """When."""
    state: str
    """running, paused, stopped or finished."""
    total: int
    """How many are invited."""
    choice: dict[str, object] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """What the admin chose, for showing it."""
    channel: str | None = None
    """Where the progress stands."""
    ts: str | None = None
    """Its timestamp."""
    shown_at: datetime | None = None
    """When the progress was last drawn."""
    finished_at: datetime | None = None
    """When the last one was reached, or given up."""


class Invitation(SQLModel, table=True):
    """The ledger of inviting: one row a person and step, so that no step is sent twice."""

    __table_args__ = (
        UniqueConstraint("round_id", "person_id", "step"),
        Index("invitation_due", "due_at"),
        Index("invitation_person", "person_id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    """Ours; it goes along with the message, unseen."""
    round_id: str = Field(foreign_key="round.id", ondelete="CASCADE")
    """In which round."""
    person_id: str = Field(foreign_key="person.id", ondelete="CASCADE")
    """Whom."""
    step: int
    """0 the invitation, then the two reminders."""
    todo: str | None
    """send; None: nothing more."""
    due_at: datetime | None
    """When."""
    lease: str | None = None
    """Who is at it."""
    lease_until: datetime | None = None
    """After this whoever is at it counts as dead."""
    tried_at: datetime | None = None
    """Since when the message may have been sent."""
    sent_at: datetime | None = None
    """When it was."""
    channel: str | None = None
    """Where it stands."""
    ts: str | None = None
    """Its timestamp."""
    outcome: str | None = None
    """sent, skipped or unreachable."""
    reason: str | None = None
    """Slack's word, or ours, for an outcome other than sent."""


class Tally(SQLModel, table=True):
    """How many people stood where on one day, for the chart."""

    team_id: str = Field(primary_key=True)
    """Of which workspace."""
    day: date = Field(primary_key=True)
    """Which day, in UTC."""
    connected: int
    """With a linked calendar or without."""
    invited: int
    """Invited so far, connected ones included."""
    broken: int
    """Connected once, and not working."""


class Errand(SQLModel, table=True):
    """Something to be done in the background, once or every night, by whichever process comes first."""

    key: str = Field(primary_key=True)
    """What: directory:T…, ending:T…, confirm:…, retention, …"""
    since: datetime
    """When it came up."""
    due_at: datetime
    """When it is to be done next."""
    lease: str | None = None
    """Who is at it."""
    lease_until: datetime | None = None
    """After this whoever is at it counts as dead."""
    done_at: datetime | None = None
    """When it was last done."""


class Erasure(SQLModel, table=True):
    """Somebody who had everything about them deleted: known again only by whoever has their ids, and then not asked."""

    digest: str = Field(primary_key=True)
    """SHA-256 of workspace and person."""
    at: datetime
    """When."""
