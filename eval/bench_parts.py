"""What every benchmark shares: a line of the table, and a server in a process of its own."""

import asyncio
import os
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what was measured, the figure, and the goal if there is one."""

    what: str
    value: str
    goal: str = ""


def start_viva(folder: Path, **env: str) -> tuple[subprocess.Popen[bytes], str]:
    """`viva serve` on a free port, with a data folder; its process and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "VIVA_DATA_DIR": str(folder), "VIVA_PORT": str(port), "HF_HUB_OFFLINE": "1", **env}
    viva = Path(sys.executable).with_name("viva")
    return subprocess.Popen([viva, "serve"], env=environment, stdout=subprocess.DEVNULL), f"http://127.0.0.1:{port}"


async def ready(client: httpx.AsyncClient) -> None:
    """Wait until the model and the index are there."""
    reply = {}
    for _ in range(1200):
        with suppress(httpx.ConnectError):
            reply = (await client.get("/readyz")).json()
        if reply.get("embedding") == reply.get("index") == "ready":
            return
        await asyncio.sleep(0.1)
    raise SystemExit(f"the server did not get ready: {reply}")
