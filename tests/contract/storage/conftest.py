"""A real database for each test: a SQLite file, and a PostgreSQL server where the test machine has one."""

import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from app.storage.store import SqlEventStore, open_store


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The socket folder of a PostgreSQL server; skipped where `pgserver` and `asyncpg` are not installed."""
    pytest.importorskip("asyncpg")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells of folders that it looks for at import
        pgserver = pytest.importorskip("pgserver")
    folder = Path("/tmp") / f"viva-pg-{uuid4().hex[:8]}"  # a socket's path has room for about 100 characters
    with pgserver.get_server(folder, cleanup_mode="delete") as server:
        server.psql("ALTER SYSTEM SET fsync = off;")
        server.psql("SELECT pg_reload_conf();")
        yield server.get_uri().split("host=")[1]


@pytest_asyncio.fixture
async def postgres_url(postgres: str) -> str:
    """The URL of an empty PostgreSQL database."""
    name = f"viva_{uuid4().hex}"
    admin = create_async_engine(f"postgresql+asyncpg://postgres:@/postgres?host={postgres}", isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await admin.dispose()
    return f"postgresql://postgres:@/{name}?host={postgres}"


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite file that does not exist yet, in a folder that does not either."""
    return f"sqlite:///{tmp_path}/données 100%/viva.db"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database of either kind."""
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest_asyncio.fixture
async def store(url: str) -> AsyncIterator[SqlEventStore]:
    """An open store over a database of either kind."""
    opened = await open_store(url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def other(store: SqlEventStore, url: str) -> AsyncIterator[SqlEventStore]:
    """A second store over the same database."""
    opened = await open_store(url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def sqlite_store(sqlite_url: str) -> AsyncIterator[SqlEventStore]:
    """An open store over a SQLite file."""
    opened = await open_store(sqlite_url)
    yield opened
    await opened.close()
