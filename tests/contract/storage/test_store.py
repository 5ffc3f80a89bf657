"""What goes into the event store comes out again, in order; nothing half."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.errors import Conflict, Invalid, NotFound, StorageBusy
from app.core.events import Answered, Event, Spoke
from app.core.interview import replay
from app.core.ports import EventStore, Summary
from app.storage.store import SqlEventStore, open_store
from tests.contract.storage.samples import AT, EVENTS, answered, started


async def test_every_type_of_event_is_read_back_equal(store: SqlEventStore) -> None:
    """Dates, enums, tuples, emoji and control characters survive, and the samples leave no type out."""
    assert {type(event) for event in EVENTS} == set(get_args(Event))
    await store.create("a", EVENTS)
    assert await store.load("a") == list(EVENTS)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4),
    at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
)
async def test_any_text_at_any_time_is_read_back_equal(sqlite_store: SqlEventStore, texts: list[str], at: datetime) -> None:
    """Whatever a candidate writes is kept character for character: offsets of quotes depend on it."""
    events: list[Event] = [Answered(at=at, turn=turn, text=text) for turn, text in enumerate(texts, start=1)]
    await sqlite_store.create("a", [started(), *events])
    assert (await sqlite_store.load("a"))[1:] == events
    await sqlite_store.delete("a")


async def test_appended_events_follow_the_earlier_ones(store: SqlEventStore) -> None:
    """Events keep their order over several appends and a new connection."""
    await store.create("a", EVENTS[:1])
    await store.append("a", 1, EVENTS[1:3])
    await store.append("a", 3, EVENTS[3:])
    assert await store.load("a") == list(EVENTS)


@pytest.mark.parametrize("expected", [0, 1, 3, 9])
async def test_append_after_another_length_writes_nothing(store: SqlEventStore, expected: int) -> None:
    """Too few is a lost race; too many would leave a gap."""
    await store.create("a", EVENTS[:2])
    with pytest.raises(StorageBusy, match="nothing was accepted"):
        await store.append("a", expected, [answered(1), answered(2)])
    assert await store.load("a") == list(EVENTS[:2])
    assert [line.turn for line in await store.list(10)] == [0]


async def test_what_is_missing_is_named(store: SqlEventStore) -> None:
    """Every method that needs an interview says which one is not there."""
    for attempt in (store.load("nobody"), store.append("nobody", 0, [answered(1)]), store.delete("nobody")):
        with pytest.raises(NotFound, match="nobody"):
            await attempt


async def test_an_id_is_taken_once(store: SqlEventStore) -> None:
    """A second interview of the same id is refused and leaves the first as it was."""
    await store.create("a", EVENTS[:2])
    with pytest.raises(Conflict):
        await store.create("a", [started(5)])
    assert await store.load("a") == list(EVENTS[:2])


async def test_a_log_begins_with_its_beginning(store: SqlEventStore) -> None:
    """Anything else could never be replayed."""
    with pytest.raises(ValueError, match="neither as an interview nor as a story"):
        await store.create("a", [answered(1)])


async def test_text_that_is_not_unicode_is_refused_whole(store: SqlEventStore) -> None:
    """A lone surrogate cannot be stored; the candidate is told, and the good event beside it is not kept either."""
    await store.create("a", EVENTS[:1])
    with pytest.raises(Invalid, match="Unicode"):
        await store.append("a", 1, [answered(1), answered(2, "half \ud83d")])
    assert await store.load("a") == list(EVENTS[:1])


async def test_list_is_newest_first_and_in_pages(store: SqlEventStore) -> None:
    """Order of set-up counts, not order of storing."""
    for minutes in (3, 1, 2, 5, 4):
        await store.create(f"i{minutes}", [started(minutes)])
    assert [line.id for line in await store.list(2)] == ["i5", "i4"]
    assert [line.id for line in await store.list(2, 2)] == ["i3", "i2"]
    assert [line.id for line in await store.list(2, 4)] == ["i1"]
    assert await store.list(2, 5) == []


@pytest.mark.parametrize("split", range(1, len(EVENTS)))
async def test_the_head_agrees_with_a_replay(sqlite_store: SqlEventStore, split: int) -> None:
    """Status and turn in the list are those that the events add up to, however they arrived."""
    await sqlite_store.create("a", EVENTS[:split])
    await expect_head(sqlite_store, EVENTS[:split])
    await sqlite_store.append("a", split, EVENTS[split:])
    await expect_head(sqlite_store, EVENTS)


async def test_delete_takes_the_events_too(store: SqlEventStore) -> None:
    """The id is free again, and no event of the old interview turns up in the new one."""
    await store.create("a", EVENTS)
    await store.create("b", EVENTS)
    await store.delete("a")
    with pytest.raises(NotFound):
        await store.load("a")
    await store.create("a", [started()])
    assert await store.load("a") == [started()]
    assert await store.load("b") == list(EVENTS)


async def test_a_closed_store_is_opened_again(url: str) -> None:
    """Interviews outlive the process."""
    first: EventStore = await open_store(url)
    await first.create("a", EVENTS)
    assert isinstance(first, SqlEventStore)
    await first.close()
    second = await open_store(url)
    assert await second.load("a") == list(EVENTS)
    await second.close()


async def test_long_interviews_and_long_answers_fit(store: SqlEventStore, tmp_path: Path) -> None:
    """Hundreds of events, and answers at the limit of the API in characters of four bytes."""
    events: Sequence[Event] = [Spoke(at=AT, turn=n, text="🧠" * 20_000, engine="offline") for n in range(200)]
    await store.create("a", [started(), *events])
    assert (await store.load("a"))[1:] == events


async def expect_head(store: SqlEventStore, events: Sequence[Event]) -> None:
    state = replay("a", events)
    assert await store.list(1) == [Summary(id="a", started=state.started, status=state.status, turn=state.turn)]
