"""Keeps interviews: SQLAlchemy models, Alembic migrations and the event store (`app.storage.store`)."""
