"""A process in a real pseudo-terminal, for tests that type."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\r")


class Terminal:
    """A process in a pseudo-terminal of its own: type into it, expect words from it."""

    def __init__(self, *argv: str, **env: str) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, *argv],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm-256color", "HF_HUB_OFFLINE": "1", **env},
        )
        self.slave = slave
        self.seen = ""
        self._at = 0

    def expect(self, words: str, seconds: float = 30) -> str:
        """Read on until these words come, after those expected before; returns what came between, these words included."""
        until = time.monotonic() + seconds
        while words not in self.seen[self._at :]:
            ready, _, _ = select.select([self.master], [], [], 0.1)
            if ready:
                self._read()
            assert time.monotonic() < until, f"no {words!r} in {self.seen[self._at :]!r}"
        began, self._at = self._at, self.seen.index(words, self._at) + len(words)
        return self.seen[began : self._at]

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def ends(self, seconds: float = 30) -> int:
        """The exit code; reads on meanwhile, so that nothing blocks."""
        until = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < until:
            if select.select([self.master], [], [], 0.05)[0]:
                self._read()
        return self.process.wait(timeout=1)

    def _read(self) -> None:
        self.seen += _ESCAPES.sub("", os.read(self.master, 65536).decode(errors="replace"))

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)
        os.close(self.slave)
