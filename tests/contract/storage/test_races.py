"""Several writers at once, in one process and in two: one wins, the others are told, nothing is lost."""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE, Process, create_subprocess_exec

import pytest
from sqlalchemy import text

from app.core.errors import StorageBusy
from app.core.events import Answered
from app.storage.store import SqlEventStore, open_store
from tests.contract.storage.samples import answered, started

#: Argument 1: URL, 2: name, 3: length to reach. Appends as fast as it can and prints how often it won.
WRITER = """
import asyncio, sys
from app.core.errors import StorageBusy
from app.storage.store import open_store
from tests.contract.storage.samples import answered

async def main(url, name, length):
    store, won = await open_store(url), 0
    while (seen := len(await store.load("a"))) < length:
        try:
            await store.append("a", seen, [answered(seen, name)])
            won += 1
        except StorageBusy:
            pass
    await store.close()
    print(won)

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""

#: Argument 1: URL. Prints the length of the interview after every append, for ever.
ENDLESS = """
import asyncio, sys
from app.storage.store import open_store
from tests.contract.storage.samples import answered

async def main(url):
    store = await open_store(url)
    length = len(await store.load("a"))
    while True:
        await store.append("a", length, [answered(length), answered(length + 1)])
        length += 2
        print(length, flush=True)

asyncio.run(main(sys.argv[1]))
"""


async def run(program: str, *arguments: str) -> Process:
    return await create_subprocess_exec(sys.executable, "-c", program, *arguments, stdout=PIPE)


async def test_of_two_stores_one_wins_each_place(store: SqlEventStore, other: SqlEventStore) -> None:
    """Both want to add after the same length; the loser is told and nothing of it stays."""
    await store.create("a", [started()])
    for length in range(1, 30):
        outcomes = await asyncio.gather(
            store.append("a", length, [answered(length, "one")]),
            other.append("a", length, [answered(length, "two")]),
            return_exceptions=True,
        )
        assert [type(outcome) for outcome in outcomes if outcome is not None] == [StorageBusy]
        last = (await store.load("a"))[length:]
        assert last == [answered(length, "one" if outcomes[0] is None else "two")]


async def test_of_two_processes_one_wins_each_place(store: SqlEventStore, url: str) -> None:
    """Every event was added by one process, and each was told the truth about its own."""
    await store.create("a", [started()])
    length = 80
    processes = [await run(WRITER, url, name, str(length)) for name in ("one", "two")]
    won = [int((await process.communicate())[0]) for process in processes]
    names = [event.text for event in await store.load("a") if isinstance(event, Answered)]
    assert len(names) == length - 1
    assert [names.count("one"), names.count("two")] == won


async def test_what_was_acknowledged_survives_a_kill(sqlite_store: SqlEventStore, sqlite_url: str) -> None:
    """A process killed in the middle of its appends loses nothing that it reported, and leaves no half of one."""
    await sqlite_store.create("a", [started()])
    process = await run(ENDLESS, sqlite_url)
    assert process.stdout
    acknowledged = 0
    while acknowledged < 41:
        acknowledged = int(await process.stdout.readline())
    process.kill()
    lines = (await process.stdout.read()).splitlines(keepends=True)
    await process.wait()
    acknowledged = max([acknowledged, *(int(line) for line in lines if line.endswith(b"\n"))])
    found = len(await sqlite_store.load("a"))
    assert found >= acknowledged
    assert found % 2 == 1
    await sqlite_store.append("a", found, [answered(found)])


async def test_many_sessions_share_one_store(store: SqlEventStore) -> None:
    """Thirty interviews at once: each gets its own events, none is turned away."""
    ids = [f"i{n}" for n in range(30)]

    async def play(id: str) -> None:
        await store.create(id, [started()])
        for turn in range(1, 4):
            await store.append(id, len(await store.load(id)), [answered(turn, id)])

    await asyncio.gather(*map(play, ids))
    for id in ids:
        assert await store.load(id) == [started(), *(answered(turn, id) for turn in range(1, 4))]


async def test_a_lock_that_stays_is_reported_and_reading_goes_on(sqlite_store: SqlEventStore, sqlite_url: str) -> None:
    """Another process holds the write lock: an answer is refused after the time-out, a read does not wait."""
    await sqlite_store.create("a", [started()])
    holder = await open_store(sqlite_url)
    async with sqlite_store._engine.connect() as connection:
        await connection.execute(text("PRAGMA busy_timeout=100"))
    async with holder._engine.begin():
        before = time.perf_counter()
        assert await sqlite_store.load("a") == [started()]
        assert len(await sqlite_store.list(5)) == 1
        assert time.perf_counter() - before < 0.1
        with pytest.raises(StorageBusy, match="nothing was accepted"):
            await sqlite_store.append("a", 1, [answered(1)])
    await holder.close()
    await sqlite_store.append("a", 1, [answered(1)])
    assert await sqlite_store.load("a") == [started(), answered(1)]


async def test_a_cancelled_append_leaves_all_or_nothing(store: SqlEventStore) -> None:
    """A client that leaves in mid-turn breaks neither its interview nor the store, whatever the moment."""
    await store.create("a", [started()])
    for step in range(40):
        length = len(await store.load("a"))
        task = asyncio.create_task(store.append("a", length, [answered(length), answered(length + 1)]))
        await asyncio.sleep(step * 0.0002)
        task.cancel()
        outcome = (await asyncio.gather(task, return_exceptions=True))[0]
        added = len(await store.load("a")) - length
        assert added in ((2,) if outcome is None else (0, 2))
    length = len(await store.load("a"))
    await store.append("a", length, [answered(length)])
