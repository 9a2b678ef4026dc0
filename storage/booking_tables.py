"""What is remembered of bookings: appointments, who takes part, the time they take up, and what is still to be done."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.tables import new_id


class Hours(SQLModel, table=True):
    """When somebody wants to be booked, if they have said so."""

    person_id: str = Field(primary_key=True, foreign_key="person.id", ondelete="CASCADE")
    """Whose."""
    rules: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    """As bot/domain/hours.py writes them."""
    changed_at: datetime
    """When."""


class Instance(SQLModel, table=True):
    """This installation. Events carry its name, so that a restored backup never takes another's for its own."""

    id: int = Field(primary_key=True)
    """1."""
    name: str
    """Random."""


class Booking(SQLModel, table=True):
    """One appointment made through us."""

    __table_args__ = (
        # The same request twice is one appointment.
        UniqueConstraint("requester", "idempotency_key"),
        Index("booking_team", "team_id", "starts_at", "id"),
        Index("booking_host", "host_id", "starts_at"),
        Index("booking_state", "state", "ends_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    """Ours; the event's id is made from it."""
    team_id: str
    """Where."""
    host_id: str = Field(foreign_key="person.id", ondelete="CASCADE")
    """In whose linked calendar it lies."""
    booker_id: str | None = Field(default=None, foreign_key="person.id", ondelete="SET NULL")
    """Who asked for it, if that was a person."""
    requester: str
    """Whose idempotency keys: "slack:" and the team, or an API key's id."""
    idempotency_key: str
    """What the requester called this request."""
    request_hash: str
    """SHA-256 of what was asked for."""
    title: str
    """As it was asked for."""
    place: str = ""
    """Likewise."""
    video: bool = False
    """Whether Google Meet was wanted."""
    video_url: str | None = None
    """Google's link."""
    starts_at: datetime
    """As it stands, or is to stand, at Google."""
    ends_at: datetime
    """Likewise; not part of it."""
    state: str
    """One of bot/domain/appointments.py."""
    reason: str | None = None
    """Why it failed, gave way or waits."""
    calendar_id: str
    """Where the event was, or is to be, written; it stays there when its owner links another calendar."""
    generation: int = 0
    """Of the event's id: raised when Google has used up the one before."""
    etag: str | None = None
    """Of the event as we wrote or saw it last; None until we know that it is there."""
    version: int = 1
    """Raised by every accepted change; whoever worked on an older one has no say."""
    move_starts_at: datetime | None = None
    """Where it is to be moved."""
    move_ends_at: datetime | None = None
    """Likewise."""
    deadline: datetime
    """When a promise that is still open is broken, and said to be."""
    missing_since: datetime | None = None
    """When its event was first not found."""
    created_at: datetime
    """When it was accepted."""
    changed_at: datetime
    """Of the latest change of state or time."""


class Attendance(SQLModel, table=True):
    """Somebody's part in an appointment."""

    __table_args__ = (Index("attendance_booking", "booking_id"), Index("attendance_person", "person_id"))

    id: str = Field(default_factory=new_id, primary_key=True)
    """Ours."""
    booking_id: str = Field(sa_column=Column(ForeignKey("booking.id", ondelete="CASCADE"), nullable=False))
    """In which."""
    person_id: str | None = Field(default=None, foreign_key="person.id", ondelete="CASCADE")
    """Who, if we know them."""
    email: str | None = None
    """Where Google's invitation goes; None for the host, whose calendar it is."""
    role: str
    """One of bot/domain/appointments.py."""
    position: int
    """In the order asked for."""
    before: int = 0
    """Minutes that are kept free before it, as the person's rules were."""
    after: int = 0
    """Likewise after it."""


class BookingCell(SQLModel, table=True):
    """Five minutes of a person's time that an appointment takes up, buffers included.

    This key, and no code, makes an overlap impossible.
    """

    __table_args__ = (Index("booking_cell_booking", "booking_id"),)

    person_id: str = Field(primary_key=True, foreign_key="person.id", ondelete="CASCADE")
    """Whose time."""
    cell: int = Field(primary_key=True)
    """Counted from 1970."""
    booking_id: str = Field(sa_column=Column(ForeignKey("booking.id", ondelete="CASCADE"), nullable=False))
    """By which."""


class Operation(SQLModel, table=True):
    """Something that is still to be done at Google for an appointment; they are done in order."""

    __table_args__ = (UniqueConstraint("booking_id", "seq"), Index("operation_due", "due_at"))

    id: str = Field(default_factory=new_id, primary_key=True)
    """Ours."""
    booking_id: str = Field(sa_column=Column(ForeignKey("booking.id", ondelete="CASCADE"), nullable=False))
    """For which."""
    seq: int
    """Its place among them."""
    kind: str
    """write, move (its time, its words, or both) or cancel."""
    change: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    """Of a move: the words that it is to have, as bot/domain/changes.py keeps them."""
    asked_by: str = ""
    """Slack's id of who wanted it; empty for a booking system."""
    due_at: datetime
    """When it is tried, or tried again."""
    lease: str | None = None
    """Who is at it."""
    lease_until: datetime | None = None
    """After this whoever is at it counts as dead."""
    attempts: int = 0
    """How often it was begun: after the first one nobody knows what Google has."""
    last_code: str | None = None
    """What the latest attempt met."""


class Word(SQLModel, table=True):
    """The ledger of what people are told about an appointment: each change once to each."""

    __table_args__ = (UniqueConstraint("booking_id", "person_id", "kind", "version"), Index("word_due", "due_at"))

    id: str = Field(default_factory=new_id, primary_key=True)
    """Ours; it goes along with the message, unseen."""
    booking_id: str = Field(sa_column=Column(ForeignKey("booking.id", ondelete="CASCADE"), nullable=False))
    """About which."""
    person_id: str = Field(foreign_key="person.id", ondelete="CASCADE")
    """To whom."""
    kind: str
    """One of bot/domain/appointment_notices.py."""
    version: int
    """Of the appointment."""
    detail: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """What the message says beside how the appointment is now."""
    due_at: datetime | None
    """When; None: nothing more."""
    lease: str | None = None
    """Who is at it."""
    lease_until: datetime | None = None
    """After this whoever is at it counts as dead."""
    tried_at: datetime | None = None
    """Since when the message may have been sent."""
    sent_at: datetime | None = None
    """When it was, or was given up."""
    channel: str | None = None
    """Where it stands."""
    ts: str | None = None
    """Its timestamp."""
