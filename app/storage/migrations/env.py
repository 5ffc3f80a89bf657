"""Alembic runs this file; the connection comes from `upgrade`, which owns the transaction."""

from alembic import context

from app.storage.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True)
context.run_migrations()
