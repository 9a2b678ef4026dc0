"""Booking: appointments, the time they take up, what is to be done about them and said of them; working hours."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "instance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_instance"),
    )
    op.create_table(
        "booking",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("host_id", sa.String(), nullable=False),
        sa.Column("booker_id", sa.String(), nullable=True),
        sa.Column("requester", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("video", sa.Boolean(), nullable=False),
        sa.Column("video_url", sa.String(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("calendar_id", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("move_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("move_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("missing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booker_id"], ["person.id"], name="fk_booking_booker_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["host_id"], ["person.id"], name="fk_booking_host_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_booking"),
        sa.UniqueConstraint("requester", "idempotency_key", name="uq_booking_requester_idempotency_key"),
    )
    op.create_index("booking_host", "booking", ["host_id", "starts_at"], unique=False)
    op.create_index("booking_state", "booking", ["state", "ends_at"], unique=False)
    op.create_index("booking_team", "booking", ["team_id", "starts_at", "id"], unique=False)
    op.create_table(
        "hours",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_hours_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name="pk_hours"),
    )
    op.create_table(
        "attendance",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("booking_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name="fk_attendance_booking_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_attendance_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_attendance"),
    )
    op.create_index("attendance_booking", "attendance", ["booking_id"], unique=False)
    op.create_index("attendance_person", "attendance", ["person_id"], unique=False)
    op.create_table(
        "bookingcell",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("cell", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name="fk_bookingcell_booking_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_bookingcell_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "cell", name="pk_bookingcell"),
    )
    op.create_index("booking_cell_booking", "bookingcell", ["booking_id"], unique=False)
    op.create_table(
        "operation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("booking_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_code", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name="fk_operation_booking_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_operation"),
        sa.UniqueConstraint("booking_id", "seq", name="uq_operation_booking_id_seq"),
    )
    op.create_index("operation_due", "operation", ["due_at"], unique=False)
    op.create_table(
        "word",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("booking_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("ts", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name="fk_word_booking_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_word_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_word"),
        sa.UniqueConstraint(
            "booking_id", "person_id", "kind", "version", name="uq_word_booking_id_person_id_kind_version"
        ),
    )
    op.create_index("word_due", "word", ["due_at"], unique=False)


def downgrade() -> None:
    op.drop_index("word_due", table_name="word")
    op.drop_table("word")
    op.drop_index("operation_due", table_name="operation")
    op.drop_table("operation")
    op.drop_index("booking_cell_booking", table_name="bookingcell")
    op.drop_table("bookingcell")
    op.drop_index("attendance_person", table_name="attendance")
    op.drop_index("attendance_booking", table_name="attendance")
    op.drop_table("attendance")
    op.drop_table("hours")
    op.drop_index("booking_team", table_name="booking")
    op.drop_index("booking_state", table_name="booking")
    op.drop_index("booking_host", table_name="booking")
    op.drop_table("booking")
    op.drop_table("instance")
