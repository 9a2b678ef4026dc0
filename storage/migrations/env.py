"""What Alembic runs. The connection, already in a transaction, comes from storage/schema.py; there is no ini file."""

from alembic import context
from sqlmodel import SQLModel

from storage import api_tables, booking_tables, rollout_tables, watch_tables  # noqa: F401 - with them every table is read

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
