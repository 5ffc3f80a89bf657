"""A full disk, for real: the answer is refused in words for a person, nothing is half written, and room heals it."""

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from app.core.errors import StorageFull
from app.storage.database import build_engine, make_file
from app.storage.store import SqlEventStore, open_store
from tests.contract.storage.samples import answered, started

LONG = "The gap between the two curves is variance. " * 400


async def set_pages(store: SqlEventStore, extra: int) -> None:
    """Let the file grow by `extra` pages and no further."""
    async with store._engine.connect() as connection:
        pages = await connection.scalar(text("PRAGMA page_count"))
        await connection.execute(text(f"PRAGMA max_page_count={pages + extra}"))


async def fill(store: SqlEventStore) -> int:
    """Append until there is no room; the number of events that the interview has then."""
    length = len(await store.load("a"))
    error: StorageFull | None = None
    while error is None:
        try:
            await store.append("a", length, [answered(length, LONG), answered(length + 1, LONG)])
            length += 2
        except StorageFull as full:
            error = full
    assert str(error) == "The disk is full, so nothing was accepted. Free some space, then send the answer again."
    return length


async def test_a_full_database_refuses_and_recovers(sqlite_store: SqlEventStore) -> None:
    """Nothing of the refused answer stays, reading goes on, and the same answer is accepted once there is room."""
    await sqlite_store.create("a", [started()])
    await set_pages(sqlite_store, 40)
    length = await fill(sqlite_store)
    assert len(await sqlite_store.load("a")) == length > 1
    assert (await sqlite_store.list(1))[0].turn == length - 1
    with pytest.raises(StorageFull):
        await sqlite_store.create("b", [started(), answered(1, LONG * 4)])
    assert [line.id for line in await sqlite_store.list(5)] == ["a"]
    await set_pages(sqlite_store, 1000)
    await sqlite_store.append("a", length, [answered(length, LONG), answered(length + 1, LONG)])
    assert len(await sqlite_store.load("a")) == length + 2


async def test_deleting_an_interview_makes_room(sqlite_store: SqlEventStore) -> None:
    """A candidate without any other way can delete an old interview."""
    await sqlite_store.create("old", [started(), answered(1, LONG * 4)])
    await sqlite_store.create("a", [started()])
    await set_pages(sqlite_store, 0)
    length = await fill(sqlite_store)
    await sqlite_store.delete("old")
    await sqlite_store.append("a", length, [answered(length, LONG)])


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB; skipped where the tests may not mount one."""
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "viva", tmp_path]).returncode:
        pytest.skip("may not mount a file system")
    yield tmp_path
    # Lazily, so that a test that fails with a file open does not leave a mount behind.
    subprocess.run(["umount", "--lazy", tmp_path], check=True)


async def test_a_full_file_system_refuses_and_recovers(small_disk: Path) -> None:
    """The same where the file system is full, log and shared memory of the database included."""
    store = await open_store(f"sqlite:///{small_disk}/viva.db")
    await store.create("a", [started()])
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 200_000)
    length = await fill(store)
    assert len(await store.load("a")) == length
    ballast.unlink()
    await store.append("a", length, [answered(length)])
    await store.close()


@pytest.mark.parametrize("room", [0, 4096, 16384, 40960, 65536])
async def test_a_full_file_system_is_named_at_the_start(small_disk: Path, room: int) -> None:
    """However little room is left, opening a new database there says that the disk is full."""
    size = os.statvfs(small_disk).f_bavail * 4096
    (small_disk / "ballast").write_bytes(b"x" * (size - room))
    with pytest.raises(StorageFull):
        await open_store(f"sqlite:///{small_disk}/viva.db")


def test_a_folder_that_finds_no_room_is_a_full_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The operating system's own complaint, while the folder is made, means the same."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(StorageFull):
        make_file(build_engine(f"sqlite:///{tmp_path}/x/viva.db").url)
