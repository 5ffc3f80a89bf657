"""Opening a database: new, current, opened by several processes at once, or from a newer Viva."""

import asyncio
import sqlite3
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from app.core.errors import Unavailable
from app.storage.database import transaction
from app.storage.migrations import HEAD
from app.storage.migrations.upgrade import configuration
from app.storage.models import Base
from app.storage.store import SqlEventStore, open_store
from tests.contract.storage.samples import EVENTS

OPEN = """
import asyncio, sys
from app.storage.store import open_store

async def main(url):
    await (await open_store(url)).close()

asyncio.run(main(sys.argv[1]))
print("alembic" in sys.modules)
"""


def test_the_constant_is_alembics_head() -> None:
    """A new revision that is not named in HEAD would never be applied, or be applied at every start."""
    assert ScriptDirectory.from_config(configuration()).get_heads() == [HEAD]


async def test_migrated_tables_are_the_models(store: SqlEventStore) -> None:
    """A model that changed without a revision shows here as a list of what differs."""

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))

    async with store._engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_the_first_revision_can_be_taken_back(store: SqlEventStore) -> None:
    """Down and up again leaves a database that works."""

    def down(connection: Connection) -> list[str]:
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        return inspect(connection).get_table_names()

    async with store._engine.begin() as connection:
        assert await connection.run_sync(down) == ["alembic_version"]
    again = await open_store(store._engine.url.render_as_string(hide_password=False))
    await again.create("a", EVENTS)
    await again.close()


async def test_a_current_database_is_opened_without_alembic(sqlite_url: str) -> None:
    """Alembic costs more than everything else that a start does with the database."""
    for migrates in (True, False):
        process = await create_subprocess_exec(sys.executable, "-c", OPEN, sqlite_url, stdout=PIPE)
        assert (await process.communicate())[0].decode().strip() == str(migrates)


async def test_a_new_database_is_opened_by_many_stores_at_once(url: str) -> None:
    """Each either migrates or waits for the one that does; all of them get a database that works."""
    for opened in await asyncio.gather(*(open_store(url) for _ in range(4))):
        await opened.create(str(id(opened)), EVENTS)
        await opened.close()


async def test_a_new_file_is_opened_by_many_processes_at_once(sqlite_url: str) -> None:
    """The same with processes, which share nothing but the file."""
    processes = [await create_subprocess_exec(sys.executable, "-c", OPEN, sqlite_url, stdout=PIPE) for _ in range(3)]
    outputs = await asyncio.gather(*(process.communicate() for process in processes))
    assert [process.returncode for process in processes] == [0, 0, 0], outputs


async def test_a_database_of_a_newer_viva_is_left_alone(store: SqlEventStore, url: str) -> None:
    """A revision that this Viva does not know is named; the interviews stay."""
    await store.create("a", EVENTS)
    async with transaction(store._engine) as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9042'"))
    with pytest.raises(Unavailable, match=r"newer Viva.*9042"):
        await open_store(url)
    assert await store.load("a") == list(EVENTS)


async def test_an_event_of_a_newer_viva_is_named(store: SqlEventStore) -> None:
    """An event that cannot be read makes its interview unavailable, not the program fall over."""
    await store.create("a", EVENTS)
    async with transaction(store._engine) as connection:
        body = text("""UPDATE events SET body = '{"type": "sang", "at": "2026-01-01T00:00:00Z"}' WHERE seq = 2""")
        await connection.execute(body)
    with pytest.raises(Unavailable, match="cannot read"):
        await store.load("a")


async def test_sqlite_is_set_up_as_it_must_be(sqlite_store: SqlEventStore) -> None:
    """Readers beside a writer, a wait for locks, and deletes that cascade."""
    async with sqlite_store._engine.connect() as connection:
        pragmas = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        values = [await connection.scalar(text(f"PRAGMA {pragma}")) for pragma in pragmas]
    assert values == ["wal", 1, 5000, 1]


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """Someone else's file is reported, and stays as it is."""
    file = tmp_path / "viva.db"
    file.write_text("Dear diary, " * 1000)
    with pytest.raises(Unavailable, match="not a database"):
        await open_store(f"sqlite:///{file}")
    assert file.read_text().startswith("Dear diary")


async def test_closing_leaves_one_plain_file(sqlite_url: str) -> None:
    """The log is folded into the database at the end, so that a copy of the one file is a backup."""
    store = await open_store(sqlite_url)
    await store.create("a", EVENTS)
    await store.close()
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    assert [found.name for found in file.parent.iterdir()] == [file.name]
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (len(EVENTS),)
    connection.close()
