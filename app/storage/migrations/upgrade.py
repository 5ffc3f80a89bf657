"""Brings a database to the newest revision, from the package itself: there is no ini file."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, func, select

from app.core.errors import Unavailable
from app.storage.migrations import HEAD

#: Any number will do, as long as every Viva takes the same one.
LOCK = 8482_1


def upgrade(connection: Connection) -> None:
    """Migrate to HEAD inside the connection's open transaction; a second process waits, then has nothing to do.

    Raises Unavailable, with nothing changed, when the database has a revision that this Viva does not know.
    """
    if connection.dialect.name == "postgresql":  # SQLite's write lock is held already
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
    config = configuration()
    revision = MigrationContext.configure(connection).get_current_revision()
    try:
        ScriptDirectory.from_config(config).get_revision(revision or "base")
    except CommandError as error:
        raise Unavailable(
            f"The database was written by a newer Viva: it stands at revision {revision}, and this one knows revisions up "
            f"to {HEAD}. Install the newer version, or choose another database."
        ) from error
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def configuration() -> Config:
    """Alembic's configuration for the revisions of this package."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
