"""`viva` in processes of its own, for tests that ask it over HTTP, kill it and start it again."""

import os
import re
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from filelock import FileLock

ROOT = Path(__file__).parents[2]
VIVA = (sys.executable, "-m", "app.cli")
#: The most seconds that a process may take to start or end, and the model to load, on a machine that is busy.
STARTS_IN, ENDS_IN, LOADS_IN = 60.0, 30.0, 180.0


def environment(data: Path, env: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without any setting of Viva's but those given here."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VIVA_") and name != "PYTHONPATH"}
    return {**kept, "VIVA_DATA_DIR": str(data), "COLUMNS": "200", **env}


def viva(*args: str, data: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command that is expected to end by itself, with nothing to read."""
    return subprocess.run(
        [*VIVA, *args],
        input="",
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(data, env),
        timeout=LOADS_IN,
        check=False,
    )


def indexed_once(shared: Path) -> Path:
    """A data folder with the index of the shipped notes, to copy: built by whichever process comes first, in tens of seconds."""
    folder = shared / "indexed"
    with FileLock(shared / "indexed.lock"):
        if not folder.exists():
            done = viva("index", data=shared / "indexing")
            assert done.returncode == 0, done.stderr
            (shared / "indexing").rename(folder)
    return folder


class Server:
    """`viva serve` on a free port. It listens when the constructor returns, and is killed when its block is left."""

    def __init__(self, data: Path, *, command: Sequence[str] = VIVA, cwd: Path = ROOT, **env: str) -> None:
        with ExitStack() as stack:
            # Not a pipe: nobody reads it while the server writes.
            self._errors = stack.enter_context(tempfile.TemporaryFile())
            argv, variables = [*command, "serve", "--port", "0"], environment(data, env)
            process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=self._errors, cwd=cwd, env=variables)
            self.process = stack.enter_context(process)
            stack.callback(self.kill)
            self.url = self._listens_at()
            self.http = stack.enter_context(httpx.Client(base_url=self.url, timeout=LOADS_IN, trust_env=False))
            self._put_away = stack.pop_all().close

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._put_away()

    @property
    def complaints(self) -> str:
        """What the process has written to stderr."""
        self._errors.seek(0)
        return self._errors.read().decode()

    def kill(self) -> None:
        """End the process as a power cut would."""
        self.process.kill()
        self.process.wait(ENDS_IN)

    def stop(self) -> int:
        """End the process in order; its exit code."""
        self.process.terminate()
        return self.process.wait(ENDS_IN)

    def wait_until_loaded(self) -> None:
        """Return when the model and the index are ready."""
        until = time.monotonic() + LOADS_IN
        while set(self.get("/readyz").values()) != {"ready"}:
            assert time.monotonic() < until, self.get("/readyz")
            time.sleep(0.1)

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        return _body(self.http.get(path, params=query))

    def post(self, path: str, body: Any = None) -> dict[str, Any]:
        return _body(self.http.post(path, json=body))

    def start(self, **request: Any) -> dict[str, Any]:
        """A new interview."""
        return self.post("/v1/interviews", request)

    def answer(self, outcome: Mapping[str, Any], text: str) -> dict[str, Any]:
        """Where the interview stands after that answer to the last message."""
        return self.post(f"/v1/interviews/{outcome['id']}/answers", {"text": text, "turn": outcome["turn"]})

    def _listens_at(self) -> str:
        assert self.process.stdout is not None
        until, said = time.monotonic() + STARTS_IN, b""
        while b"\n" not in said:
            readable, _, _ = select.select([self.process.stdout], [], [], max(0.0, until - time.monotonic()))
            assert readable, f"no word from the server: {self.complaints}"
            more = os.read(self.process.stdout.fileno(), 4096)
            assert more, f"the server ended: {self.complaints}"
            said += more
        found = re.match(r"Viva is ready at (http://127\.0\.0\.1:\d+) ", said.decode())
        assert found, said
        return found[1]


def _body(response: httpx.Response) -> dict[str, Any]:
    assert response.is_success, f"{response.status_code}: {response.text}"
    body: dict[str, Any] = response.json()
    return body
