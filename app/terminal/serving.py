"""`viva serve`: the server, from the socket to the last accepted turn."""

import asyncio
import gc
import signal
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from rich.console import Console

from app.config import Settings
from app.core.errors import Invalid, Unavailable
from app.http.application import create_app
from app.http.auth import check_exposure
from app.http.metrics import Metrics
from app.terminal.lookup import until_ready
from app.terminal.progress import index_bar
from app.wiring import Viva, build

LOG_LEVELS = ("debug", "info", "warning", "error")


class _Server(uvicorn.Server):
    """Says when it listens, and ends without raising its signal again, so that what was built is put away."""

    def __init__(self, config: uvicorn.Config, console: Console, address: str) -> None:
        super().__init__(config)
        self._console = console
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._console.print(f"Viva is ready at {self._address} (Ctrl-C stops it)", soft_wrap=True)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True


async def serve(settings: Settings, console: Console) -> None:
    """Serve until a signal ends it. Raises VivaError before it listens: exposure, port, content, data folder."""
    check_exposure(settings)
    level = settings.log_level.lower()
    if level not in LOG_LEVELS:
        raise Invalid(f"VIVA_LOG_LEVEL: {level!r} is none of {', '.join(LOG_LEVELS)}.", field="log_level")
    with _listening(settings) as listener:
        port = listener.getsockname()[1]
        metrics = Metrics()
        with index_bar(console) as on_progress:
            async with build(settings, on_progress, metrics.call) as viva:
                # No limit on a graceful stop: an accepted turn is worked off, and the lifespan sends listeners away.
                config = uvicorn.Config(
                    create_app(settings, viva, metrics),
                    lifespan="on",
                    access_log=False,
                    log_level=level,
                    server_header=False,
                    ws="none",
                )
                settling = asyncio.create_task(_settle(viva))
                try:
                    await _Server(config, console, address(settings.host, port)).serve(sockets=[listener])
                finally:
                    settling.cancel()


async def _settle(viva: Viva) -> None:
    """Once all is loaded, spare the garbage collector from going over it again and again: a quarter of a second each time."""
    await until_ready(viva)
    gc.freeze()


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, where there is one: with many at once it saves a fifth of a turn's time."""
    return uvicorn.Config("", loop="auto").get_loop_factory()


def address(host: str, port: int) -> str:
    """Where a browser on this machine finds a server that listens on `host`."""
    name = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{name}:{port}"


def _listening(settings: Settings) -> socket.socket:
    """The socket, taken before the slow parts load, so that a port in use is said at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=2048)
        # Connections inherit it. asyncio sets it by itself only on sockets that say they are TCP, and these do not:
        # without it a response of two packets waits 40 ms for an acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except OSError as error:
        raise Unavailable(
            f"Viva cannot listen on {settings.host}, port {settings.port}: {error.strerror or error}. "
            "Stop what uses it, or choose another with --port."
        ) from error
