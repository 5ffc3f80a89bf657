"""The only place where adapters meet: settings in, a running coach out."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from app import content
from app.coach import Coach
from app.config import Settings
from app.core.errors import StorageFull, Unavailable, VivaError
from app.core.usage import Call
from app.engines.llm import Endpoint, ModelClient, llm_engine, load_prices
from app.engines.offline import Thresholds, offline_engine
from app.engines.remarks import RemarkReader
from app.mock_loops import MockLoops
from app.prompts import load_prompts
from app.retrieval.embedding import MiniLM
from app.retrieval.index import NoteIndex
from app.retrieval.retriever import HybridRetriever
from app.storage.store import open_store
from app.stories import Stories
from app.story_rubric import load_story_rubric

if TYPE_CHECKING:  # it comes with the SDK, which is loaded when a model is first asked
    from httpx2 import AsyncBaseTransport

#: Seconds that the first callers have the machine to themselves before the model's import takes a core for a while.
HEAD_START = 0.3

#: The topic whose questions are the common ones of behavioral interviews.
COMMON_QUESTIONS = "star-method"

_log = logging.getLogger(__name__)


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Viva:
    """A coach that runs, and how far its slow parts are: `readiness()` maps each to loading, ready or what went wrong."""

    coach: Coach
    stories: Stories
    settings: Settings
    readiness: Callable[[], dict[str, str]]

    @property
    def loops(self) -> MockLoops:
        """The mock loops over its interviews."""
        return MockLoops(self.coach, self.settings.round_weights)


@asynccontextmanager
async def build(
    settings: Settings,
    on_progress: Callable[[int, int], None] | None = None,
    on_call: Callable[[Call], None] = lambda call: None,
    transport: "AsyncBaseTransport | None" = None,
    thresholds: Thresholds | None = None,
) -> AsyncIterator[Viva]:
    """Wire everything up, yield it, and put it away again.

    `on_progress(done, total)` follows the index's work, `on_call` hears of every request to a model, and `transport`
    stands in for the connections to it. `thresholds` say how sure the offline judge must be; left out, as it was tuned.

    The model and the index load in the background: the topics and the first question never wait for them.
    Raises ContentError, StorageFull, or Unavailable when another process has the data folder.
    """
    catalog = content.load(*content.roots(settings.content_dir))
    prompts = load_prompts(content.default_root() / "prompts")
    with _sole_use(settings):
        embedder = MiniLM(settings.embedding_model)
        index = NoteIndex(settings.data_dir / "index", settings.chroma_url)
        retriever = HybridRetriever(catalog.passages, catalog.notes, embedder, index)
        # The judge was trained on the vectors of the model that ships, whatever the notes are indexed with.
        reader = MiniLM() if settings.embedding_model else embedder
        engines = [offline_engine(reader, prompts, thresholds)]
        model = ModelClient(endpoint(settings), transport)
        story_rubric = load_story_rubric(content.default_root())
        if settings.judge_model:
            engines.append(
                llm_engine(
                    model,
                    prompts,
                    judge_model=settings.judge_model,
                    speaker_model=settings.speaker_model or settings.judge_model,
                    samples=settings.judge_samples,
                    rubric=story_rubric,
                    reserve=engines[0],
                    observe=on_call,
                )
            )
        store = await open_store(settings.database)
        by_name = {engine.name: engine for engine in engines}
        stories = Stories(
            rubric=story_rubric,
            questions=catalog.questions.get(COMMON_QUESTIONS, ()),
            engines=by_name,
            default_engine=settings.default_engine,
            store=store,
            clock=SystemClock(),
            versions=catalog.hashes,
        )
        coach = Coach(
            catalog=catalog,
            engines=by_name,
            default_engine=settings.default_engine,
            retriever=retriever,
            store=store,
            clock=SystemClock(),
            follow_ups=settings.follow_ups,
            reviewer=RemarkReader(reader),
        )
        loading = asyncio.create_task(_load(retriever, on_progress, model if settings.judge_model else None))
        try:
            yield Viva(coach, stories, settings, lambda: {"embedding": embedder.status, "index": retriever.status})
        finally:
            loading.cancel()
            with suppress(asyncio.CancelledError):
                await loading
            await model.close()
            await retriever.close()
            embedder.close()
            reader.close()
            await store.close()


def endpoint(settings: Settings) -> Endpoint:
    """The model's server, as the settings describe it. Raises Invalid when the file of prices cannot be read."""
    return Endpoint(
        base_url=settings.openai_base_url or None,
        api_key=settings.openai_api_key.get_secret_value() if settings.openai_api_key else None,
        timeout=settings.llm_timeout,
        concurrency=settings.llm_concurrency,
        prices=load_prices(settings.prices),
    )


async def _load(retriever: HybridRetriever, on_progress: Callable[[int, int], None] | None, model: ModelClient | None) -> None:
    await asyncio.sleep(HEAD_START)
    if model:
        await model.warm()
    try:
        await retriever.open(on_progress)
    except VivaError as error:  # kept in the retriever's status; searches go on by words alone
        _log.error("%s", error)


@contextmanager
def _sole_use(settings: Settings) -> Iterator[None]:
    """Hold the data folder. SQLite would bear a second process; an embedded Chroma index loses entries to one."""
    if settings.database_url and settings.chroma_url:
        yield
        return
    folder = settings.data_dir.absolute()
    lock = FileLock(folder / "viva.lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise Unavailable(
            f"Another Viva is using the data folder {folder}. Use that one, stop it first, or set VIVA_DATA_DIR to another."
        ) from error
    except OSError as error:
        raise StorageFull(f"The data folder {folder} cannot be written: {error}.") from error
    try:
        yield
    finally:
        lock.release()
