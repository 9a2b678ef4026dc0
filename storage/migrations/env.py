"""What Alembic runs. The connection, already in a transaction, comes from storage/schema.py; there is no ini file."""

from alembic import context

from storage.watch_tables import Probe

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Probe.metadata,  # every table's: the import above read them all
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
