"""The event store in a SQL database. `open_store(url)` is the way in."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import column, delete, func, insert, inspect, select, table, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.errors import Conflict, NotFound, StorageBusy
from app.core.events import Answered, Event, Finished, Started, StoryBegun
from app.core.ports import Summary
from app.storage.database import build_engine, make_file, reading, transaction
from app.storage.migrations import HEAD
from app.storage.models import EventRow, InterviewRow

INTERVIEW, STORY = "interview", "story"

P = ParamSpec("P")
T = TypeVar("T")
Method = Callable[Concatenate["SqlEventStore", P], Coroutine[Any, Any, T]]


def _unbroken(method: Method[P, T]) -> Method[P, T]:
    """Let a method run to its end when its caller is cancelled, as a client that leaves does.

    A SQLite transaction that is broken off keeps the write lock until the garbage collector comes by.
    """

    @wraps(method)
    async def run(self: "SqlEventStore", /, *args: P.args, **kwargs: P.kwargs) -> T:
        task = asyncio.create_task(method(self, *args, **kwargs))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    return run


class SqlEventStore:
    """Keeps the events of each interview, in order, in SQLite or PostgreSQL; an EventStore.

    Every method is one transaction, which runs to its end even when the caller is cancelled. Beside what EventStore
    names, each may raise StorageBusy when the database stayed locked, StorageFull when there is no room, and
    Unavailable when it cannot be reached or read.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._reader = reading(engine)
        self._running: set[asyncio.Task[Any]] = set()

    @_unbroken
    async def create(self, id: str, events: Sequence[Event]) -> None:
        """Store a new interview, whose first event is Started, or a story. Raises Conflict when the id is taken."""
        started = events[0]
        if not isinstance(started, Started | StoryBegun):
            raise ValueError(f"{id} begins neither as an interview nor as a story")
        kind = INTERVIEW if isinstance(started, Started) else STORY
        head = {"id": id, "kind": kind, "created_at": started.at.astimezone(UTC), "started": started, "status": "open", "turn": 0}
        async with transaction(self._engine) as connection:
            try:
                await connection.execute(insert(InterviewRow).values(head | _progress(events)))
            except IntegrityError as error:
                raise Conflict(f"There is an interview {id} already.") from error
            await connection.execute(insert(EventRow), _rows(id, 0, events))

    @_unbroken
    async def load(self, id: str) -> list[Event]:
        """Every event of an interview, oldest first. Raises NotFound."""
        query = select(EventRow.body).where(EventRow.interview_id == id).order_by(EventRow.seq)
        async with transaction(self._reader) as connection:
            events = (await connection.execute(query)).scalars().all()
        if not events:
            raise _missing(id)
        return [*events]

    @_unbroken
    async def append(self, id: str, expected: int, events: Sequence[Event]) -> None:
        """Add events after exactly `expected` earlier ones. Raises NotFound, StorageBusy, StorageFull."""
        if not events:
            return
        async with transaction(self._engine) as connection:
            length = await connection.scalar(select(func.max(EventRow.seq)).where(EventRow.interview_id == id))
            if length is None:
                raise _missing(id)
            if length != expected:
                raise _overtaken(id)
            try:
                await connection.execute(insert(EventRow), _rows(id, expected, events))
            except IntegrityError as error:  # PostgreSQL: both had read the same length, and the key let one win
                raise _overtaken(id) from error
            await connection.execute(update(InterviewRow).where(InterviewRow.id == id).values(_progress(events)))

    @_unbroken
    async def list(self, limit: int, offset: int = 0) -> list[Summary]:
        """The heads of the interviews, newest first."""
        query = (
            select(InterviewRow.id, InterviewRow.started, InterviewRow.status, InterviewRow.turn)
            .where(InterviewRow.kind == INTERVIEW)
            .order_by(InterviewRow.created_at.desc(), InterviewRow.id.desc())
            .limit(limit)
            .offset(offset)
        )
        async with transaction(self._reader) as connection:
            rows = (await connection.execute(query)).all()
        return [Summary(id=row.id, started=row.started, status=row.status, turn=row.turn) for row in rows]

    @_unbroken
    async def stories(self) -> Sequence[str]:
        """The ids of all stories, newest first."""
        newest_first = (InterviewRow.created_at.desc(), InterviewRow.id.desc())
        query = select(InterviewRow.id).where(InterviewRow.kind == STORY).order_by(*newest_first)
        async with transaction(self._reader) as connection:
            return [*(await connection.execute(query)).scalars().all()]

    @_unbroken
    async def delete(self, id: str) -> None:
        """Remove an interview and its events for good. Raises NotFound."""
        async with transaction(self._engine) as connection:
            gone = await connection.execute(delete(InterviewRow).where(InterviewRow.id == id))
            if not gone.rowcount:
                raise _missing(id)

    async def close(self) -> None:
        """Wait for what is under way, then close every connection. To be called in the loop that used the store."""
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._engine.dispose()


async def open_store(url: str) -> SqlEventStore:
    """Open the database at `url`, creating its folder and bringing its tables up to date.

    `url` is SQLAlchemy's: `sqlite:///folder/viva.db` or `postgresql://user:password@host/name`. Raises Invalid
    for a URL that cannot be used, Unavailable for a database that cannot be reached or is newer than this Viva.
    """
    engine = build_engine(url)
    try:
        make_file(engine.url)
        if await _revision(engine) != HEAD:
            await _migrate(engine)
    except BaseException:
        await engine.dispose()
        raise
    return SqlEventStore(engine)


async def _revision(engine: AsyncEngine) -> str | None:
    """What Alembic last wrote in the database, read without importing Alembic, which costs a start-up dear."""
    async with transaction(reading(engine)) as connection:
        if not await connection.run_sync(lambda sync: inspect(sync).has_table("alembic_version")):
            return None
        revision: str | None = await connection.scalar(select(column("version_num")).select_from(table("alembic_version")))
        return revision


async def _migrate(engine: AsyncEngine) -> None:
    from app.storage.migrations.upgrade import upgrade  # before the transaction, so that nobody waits for an import

    async with transaction(engine) as connection:
        await connection.run_sync(upgrade)


def _rows(id: str, after: int, events: Sequence[Event]) -> list[dict[str, Any]]:
    return [
        {"interview_id": id, "seq": seq, "type": event.type, "at": event.at.astimezone(UTC), "body": event}
        for seq, event in enumerate(events, start=after + 1)
    ]


def _progress(events: Sequence[Event]) -> dict[str, Any]:
    """What these events change in the head of their interview."""
    changes: dict[str, Any] = {"updated_at": events[-1].at.astimezone(UTC)}
    for event in events:
        if isinstance(event, Answered):
            changes["turn"] = event.turn
        elif isinstance(event, Finished):
            changes["status"] = "finished"
    return changes


def _missing(id: str) -> NotFound:
    return NotFound(f"There is no interview {id}.")


def _overtaken(id: str) -> StorageBusy:
    return StorageBusy(f"Interview {id} went on elsewhere meanwhile, so nothing was accepted. Load it again, then try again.")
