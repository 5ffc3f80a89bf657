"""URLs, and what failures of a database mean to a person."""

import errno
import os
import sqlite3
import sys
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.core.errors import Invalid, StorageBusy, StorageFull, Unavailable
from app.storage.database import build_engine, explain, read_url
from app.storage.store import open_store


class PostgresError(Exception):
    """What asyncpg raises carries PostgreSQL's code."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("as SQLite puts it")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("cause", "meaning"),
    [
        (sqlite_error(sqlite3.SQLITE_FULL), StorageFull),
        (sqlite_error(sqlite3.SQLITE_IOERR_SHMSIZE), StorageFull),
        (sqlite_error(sqlite3.SQLITE_BUSY), StorageBusy),
        (sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT), StorageBusy),
        (sqlite_error(sqlite3.SQLITE_LOCKED), StorageBusy),
        (sqlite_error(sqlite3.SQLITE_READONLY), Unavailable),
        (PostgresError("53100"), StorageFull),
        (PostgresError("40001"), StorageBusy),
        (PostgresError("40P01"), StorageBusy),
        (PostgresError("28P01"), Unavailable),
    ],
)
def test_a_drivers_error_has_a_meaning(cause: Exception, meaning: type[Exception]) -> None:
    """By its code, not by its words."""
    assert type(explain(DBAPIError("INSERT", {}, cause))) is meaning


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (OSError(errno.ENOSPC, "full"), StorageFull),
        (OSError(errno.EDQUOT, "over quota"), StorageFull),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), Unavailable),
        (PoolTimeout("every connection is taken"), StorageBusy),
    ],
)
def test_an_error_around_the_driver_has_a_meaning(error: Exception, meaning: type[Exception]) -> None:
    """The operating system and the pool fail too."""
    assert type(explain(error)) is meaning


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///viva.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:///viva.db", "sqlite+aiosqlite"),
        ("postgres://u:p@host/viva", "postgresql+asyncpg"),
        ("postgresql://u:p@host/viva", "postgresql+asyncpg"),
        ("postgresql+asyncpg://u:p@host/viva", "postgresql+asyncpg"),
    ],
)
def test_a_url_gets_its_driver(url: str, driver: str) -> None:
    """The URLs that people write, and the one that SQLAlchemy needs."""
    assert read_url(url).drivername == driver


@pytest.mark.parametrize(
    "url", ["", "viva.db", "mysql://u:secret@host/viva", "nonsense://host/x", "postgresql+psycopg2://u:secret@h/x"]
)
def test_another_url_is_refused_without_its_password(url: str) -> None:
    """The setting is wrong, which the message says; a password is not repeated."""
    with pytest.raises(Invalid) as caught:
        read_url(url)
    assert "secret" not in str(caught.value)


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's driver is not installed with Viva."""
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    with pytest.raises(Invalid, match="asyncpg"):
        build_engine("postgresql://u:secret@host/viva")


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    """PostgreSQL may be down when Viva starts."""
    pytest.importorskip("asyncpg")
    with pytest.raises(Unavailable):
        await open_store("postgresql://u:p@127.0.0.1:9/viva")


@pytest.mark.parametrize("place", ["file/viva.db", "folder"])
async def test_a_place_that_cannot_be_used_is_unavailable(tmp_path: Path, place: str) -> None:
    """A file where the folder should be, a folder where the file should be."""
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(Unavailable, match="cannot be used"):
        await open_store(f"sqlite:///{tmp_path}/{place}")
    assert os.listdir(tmp_path / "folder") == []
