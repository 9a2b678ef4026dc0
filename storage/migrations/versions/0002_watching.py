"""Watching connections: conditions, probes, outages, reminders, incidents and quotas."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_OPEN = sa.text("closed_at IS NULL")
_UNRESOLVED = sa.text("resolved_at IS NULL")


def upgrade() -> None:
    op.add_column("person", sa.Column("time_zone", sa.String(), nullable=True))
    op.add_column("pick", sa.Column("writable", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("connection", sa.Column("token_hash", sa.String(), nullable=True))
    op.add_column("connection", sa.Column("token_prefix", sa.String(), nullable=True))
    op.add_column("connection", sa.Column("cause", sa.String(), nullable=True))
    op.add_column("connection", sa.Column("strike_cause", sa.String(), nullable=True))
    op.add_column("connection", sa.Column("strike_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("connection", sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("connection_strike", "connection", ["strike_at"])
    op.create_index("connection_health", "connection", ["health"])
    op.create_index("connection_token", "connection", ["token_hash"])
    op.create_index("connection_token_prefix", "connection", ["token_prefix"])
    op.create_table(
        "probe",
        sa.Column("connection_id", sa.String(), nullable=False),
        sa.Column("probe_at", sa.DateTime(timezone=True), nullable=False),
        *_leased(),
        sa.Column("probed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("list_token", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name="fk_probe_connection_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("connection_id", name="pk_probe"),
    )
    op.create_index("probe_due", "probe", ["probe_at"])
    op.create_index("probe_probed", "probe", ["probed_at"])
    # Whoever is connected already is looked at as soon as this is done.
    op.execute(
        "INSERT INTO probe (connection_id, probe_at, failures) "
        "SELECT id, connected_at, 0 FROM connection WHERE health <> 'disconnected'"
    )
    op.create_table(
        "outage",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("connection_id", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("healed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name="fk_outage_connection_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outage"),
    )
    op.create_index("outage_open", "outage", ["connection_id"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index("outage_connection", "outage", ["connection_id"])
    op.create_table(
        "reminder",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("outage_id", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        *_owed(),
        *_leased(),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("ts", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["outage_id"], ["outage.id"], name="fk_reminder_outage_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_reminder"),
        sa.UniqueConstraint("outage_id", "step", name="uq_reminder_outage_id_step"),
    )
    op.create_index("reminder_due", "reminder", ["due_at"])
    op.create_table(
        "incident",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("touched", sa.Integer(), nullable=False),
        *_owed(),
        *_leased(),
        sa.Column("messages", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
    )
    op.create_index(
        "incident_open", "incident", ["key"], unique=True, sqlite_where=_UNRESOLVED, postgresql_where=_UNRESOLVED
    )
    op.create_index("incident_opened", "incident", ["opened_at"])
    op.create_index("incident_due", "incident", ["due_at"])
    op.create_table(
        "quota",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_quota"),
    )


def downgrade() -> None:
    for table in ("quota", "incident", "reminder", "outage", "probe"):
        op.drop_table(table)
    with op.batch_alter_table("connection") as connection:
        for index in ("connection_token_prefix", "connection_token", "connection_health", "connection_strike"):
            connection.drop_index(index)
        for column in ("revision", "strike_at", "strike_cause", "cause", "token_prefix", "token_hash"):
            connection.drop_column(column)
    with op.batch_alter_table("pick") as pick:
        pick.drop_column("writable")
    with op.batch_alter_table("person") as person:
        person.drop_column("time_zone")


def _owed() -> tuple[sa.Column[str], sa.Column[object]]:
    return (
        sa.Column("todo", sa.String(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
    )


def _leased() -> tuple[sa.Column[str], sa.Column[object]]:
    return (
        sa.Column("lease", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
    )
