"""The database under the store: the engine, its transactions, and what a failure means to a person."""

import errno
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from app.core.errors import Invalid, StorageBusy, StorageFull, Unavailable, VivaError
from app.core.events import Event

#: What people write for a database, and the asynchronous driver that it means.
DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}

#: Set on every new SQLite connection. The time-out, in milliseconds, comes first: the others may have to wait.
PRAGMAS = ("busy_timeout=5000", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON")

#: PostgreSQL's codes for a transaction that lost against another: serialisation, deadlock, lock not available.
LOST = frozenset({"40001", "40P01", "55P03"})
DISK_FULL = "53100"


def build_engine(url: str) -> AsyncEngine:
    """An engine for `url` that writes and reads its JSON columns as events. Nothing is connected yet.

    Raises Invalid for a URL that cannot be read or whose driver is not installed.
    """
    target = read_url(url)
    adapter: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])
    options: dict[str, Any] = {"pool_pre_ping": True}
    if target.get_backend_name() == "sqlite":
        # One connection: SQLite has one writer anyway, and waiting in this queue is fair where its lock is not.
        options = {
            "poolclass": AsyncAdaptedQueuePool,
            "pool_size": 1,
            "max_overflow": 0,
            "connect_args": {"isolation_level": None},
        }
    try:
        engine = create_async_engine(
            target,
            json_serializer=lambda value: adapter.dump_json(value, warnings="error").decode(),  # no misshapen event is kept
            json_deserializer=adapter.validate_json,
            **options,
        )
    except ModuleNotFoundError as error:
        raise Invalid(f"The database {_shown(target)} needs the Python package {error.name}: install it.") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare)
        event.listen(engine.sync_engine, "begin", _begin)
    return engine


def read_url(url: str) -> URL:
    """Parse a database URL; `sqlite:` and `postgresql:` get their asynchronous driver. Raises Invalid."""
    try:
        target = make_url(url)
        target = target.set(drivername=DRIVERS.get(target.drivername, target.drivername))
        target.get_dialect()
    except ArgumentError as error:
        raise Invalid(f"The database URL cannot be read: {error}") from error
    if target.drivername not in DRIVERS.values():
        raise Invalid(f"Viva keeps interviews in SQLite or PostgreSQL; {_shown(target)} is neither.")
    return target


def make_file(url: URL) -> None:
    """Create the file of a SQLite database, and its folder, where they are missing. Raises StorageFull or Unavailable."""
    path = url.database
    if url.get_backend_name() != "sqlite" or not path or path == ":memory:" or path.startswith("file:"):
        return
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        # Not left to the driver: when the file cannot be opened, its thread outlives the failure and complains.
        sqlite3.connect(path).close()
    except (OSError, sqlite3.Error) as error:
        raise explain(error) from error


def reading(engine: AsyncEngine) -> AsyncEngine:
    """The same engine and pool, for transactions that only read: on SQLite they take no write lock."""
    return engine.execution_options(viva_reading=True)


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction that is committed at the end, or leaves nothing behind and raises a VivaError."""
    try:
        async with engine.begin() as connection:
            yield connection
    except (DBAPIError, PoolTimeout, OSError, ValidationError) as error:
        raise explain(error) from error
    except StatementError as error:
        # Half a surrogate pair, as a terminal makes of bytes that are not UTF-8, fits in a str but not in a database.
        if "surrogates not allowed" not in str(error.orig):
            raise
        raise Invalid("The text is not valid Unicode, so nothing was accepted. Correct it, then send it again.") from error


def explain(error: Exception) -> VivaError:
    """What a failure of the database means, and what to do about it."""
    if isinstance(error, ValidationError):
        return Unavailable("The interview holds an event that this version of Viva cannot read. Use the version that wrote it.")
    cause = error.orig if isinstance(error, DBAPIError) else error
    if _is_full(cause):
        return StorageFull("The disk is full, so nothing was accepted. Free some space, then send the answer again.")
    if _is_busy(cause):
        return StorageBusy("The database was busy for too long, so nothing was accepted. Try again in a moment.")
    return Unavailable(f"The database cannot be used: {cause}. Check that it is there and may be written, then try again.")


def _is_full(cause: BaseException | None) -> bool:
    if isinstance(cause, sqlite3.Error):
        # The shared memory beside a WAL file is a file too, and reports a full disk in its own words.
        return getattr(cause, "sqlite_errorcode", None) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)
    if isinstance(cause, OSError):
        return cause.errno in (errno.ENOSPC, errno.EDQUOT)
    return getattr(cause, "sqlstate", None) == DISK_FULL


def _is_busy(cause: BaseException | None) -> bool:
    if isinstance(cause, sqlite3.Error):
        # The low byte is the plain code; the rest says why.
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return isinstance(cause, PoolTimeout) or getattr(cause, "sqlstate", None) in LOST


def _prepare(connection: Any, _record: Any) -> None:
    with closing(connection.cursor()) as cursor:
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A transaction that reads first and then writes fails at once when another process wrote in between, unless
    # it took the write lock at its start.
    reads = connection.get_execution_options().get("viva_reading")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=True)
