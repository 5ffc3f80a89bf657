"""Turns under way. Each runs in a task of its own, so that it ends whether or not anyone still listens."""

import asyncio
import logging
import signal
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from types import FrameType, TracebackType

from app.core.errors import Unavailable, VivaError
from app.core.exchange import Outcome, Step

log = logging.getLogger(__name__)

#: Seconds that a stopping server gives the turns under way.
GRACE = 5.0


class Turn:
    """What a listener sees of one turn: its steps as they come. A listener that leaves changes nothing."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Step | Exception] = asyncio.Queue()
        self._first: Step | None = None

    def tell(self, what: Step | Exception) -> None:
        self._queue.put_nowait(what)

    async def begun(self) -> None:
        """Wait for the first step; raises what came in its place."""
        self._first = await self._next()

    async def steps(self, patience: float) -> AsyncGenerator[Step | None, None]:
        """Every step, the Outcome last; None each time that `patience` seconds bring nothing. Raises what went wrong."""
        step, self._first = self._first, None
        while True:
            if step is None:
                try:
                    async with asyncio.timeout(patience):
                        step = await self._next()
                except TimeoutError:
                    yield None
                    continue
            yield step
            if isinstance(step, Outcome):
                return
            step = None

    async def outcome(self) -> Outcome:
        """Where the turn led."""
        step, self._first = self._first, None
        while not isinstance(step, Outcome):
            step = await self._next()
        return step

    async def _next(self) -> Step:
        what = await self._queue.get()
        if isinstance(what, Exception):
            raise what
        return what


class Turns:
    """The turns under way in one application. `watch` is called with every step."""

    def __init__(self, watch: Callable[[Step], None], grace: float | None = None) -> None:
        self._watch = watch
        self._grace = GRACE if grace is None else grace
        self._under_way: dict[asyncio.Task[None], Turn] = {}
        self._stopping = False

    async def begin(self, steps: AsyncGenerator[Step, None]) -> Turn:
        """Set a turn going and wait for its first step; raises what `Coach.answer` raises before it."""
        turn = Turn()
        if self._stopping:
            await steps.aclose()
            raise _stopping()
        task = asyncio.create_task(self._run(steps, turn))
        self._under_way[task] = turn
        task.add_done_callback(self._under_way.pop)
        await turn.begun()
        return turn

    def stop(self) -> None:
        """Send every listener away at once; the turns themselves go on until `__aexit__`."""
        self._stopping = True
        for turn in self._under_way.values():
            turn.tell(_stopping())

    async def __aenter__(self) -> "Turns":
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Give the turns a moment to end. What is cut off after it is finished by the next call to that interview."""
        self.stop()
        tasks = list(self._under_way)
        if tasks:
            await asyncio.wait(tasks, timeout=self._grace)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, steps: AsyncGenerator[Step, None], turn: Turn) -> None:
        accepted = False
        try:
            async with aclosing(steps):
                async for step in steps:
                    accepted = True
                    self._watch(step)
                    turn.tell(step)
            turn.tell(LookupError("a turn ended without its outcome"))  # read by nobody after an Outcome
        except Exception as error:
            # The listener may be gone, so what befell an accepted answer is said here too.
            if not isinstance(error, VivaError):
                log.exception("a turn failed")
            elif accepted:
                log.warning("a turn failed after its answer was stored: %s", error)
            turn.tell(error)


def _stopping() -> Unavailable:
    return Unavailable("The server is stopping. What it stored is kept: send the same turn again in a moment.")


@contextmanager
def before_shutdown(call: Callable[[], None]) -> Iterator[None]:
    """Call on SIGTERM or SIGINT, ahead of the server's own handler.

    A server waits for open streams before it ends the lifespan, so they have to hear of it earlier. Outside the
    main thread, where no signal can be handled, nothing is done.
    """
    loop, earlier = asyncio.get_running_loop(), {}
    if threading.current_thread() is threading.main_thread():
        earlier = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(call)
        if callable(server := earlier[signal.Signals(number)]):
            server(number, frame)

    # A default handler ends the process by itself: there is nothing to be ahead of.
    ours = [number for number, server in earlier.items() if callable(server)]
    for number in ours:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, earlier[number])
