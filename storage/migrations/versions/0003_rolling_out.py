"""Rolling out: the directory's people, rounds of invitations, and the days' tallies."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_TIMES = ("deactivated_at", "read_at", "invited_at", "opened_at", "declined_at", "nudged_at")
_FLAGS = ("is_guest", "is_admin", "is_bot")


def upgrade() -> None:
    op.add_column("person", sa.Column("name", sa.String(), nullable=False, server_default=""))
    op.add_column("person", sa.Column("email", sa.String(), nullable=True))
    for name in _FLAGS:
        op.add_column("person", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    for name in _TIMES:
        op.add_column("person", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index("person_name", "person", ["team_id", "name"])
    op.create_table(
        "round",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("choice", sa.JSON(), nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("ts", sa.String(), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_round"),
    )
    op.create_index("round_team", "round", ["team_id", "started_at"])
    op.create_table(
        "invitation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("round_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("todo", sa.String(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("ts", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_invitation_round_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_invitation_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("round_id", "person_id", "step", name="uq_invitation_round_id_person_id_step"),
    )
    op.create_index("invitation_due", "invitation", ["due_at"])
    op.create_index("invitation_person", "invitation", ["person_id"])
    op.create_table(
        "tally",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("connected", sa.Integer(), nullable=False),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("broken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "day", name="pk_tally"),
    )


def downgrade() -> None:
    for table in ("tally", "invitation", "round"):
        op.drop_table(table)
    with op.batch_alter_table("person") as person:
        person.drop_index("person_name")
        for name in (*reversed(_TIMES), *reversed(_FLAGS), "email", "name"):
            person.drop_column(name)
