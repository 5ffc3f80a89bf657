"""Reads what is typed or piped in, a line at a time, while the event loop goes on."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

_BRACKETED_PASTE_OFF = "\x1b[?2004l"


class Leave(Exception):
    """The candidate goes, or there is nothing more to read. `code` is the exit code."""

    def __init__(self, code: int = 0) -> None:
        super().__init__()
        self.code = code


class Keyboard:
    """Lines from standard input. `interactive` is whether a person sits there; a pipe is never prompted."""

    def __init__(self, fd: int = 0) -> None:
        self._fd = fd
        self._piped = b""
        self._waiting = False
        self.interactive = os.isatty(fd)

    async def line(self, prompt: str = "") -> str | None:
        """The next line without its end, or None when there is no more. Several lines when they were pasted."""
        loop = asyncio.get_running_loop()
        typed: asyncio.Future[str | None] = loop.create_future()

        def deliver(line: str | None) -> None:
            if not typed.done():
                typed.set_result(line)

        def read() -> None:
            try:
                line = self._ask(prompt) if self.interactive else self._next_piped()
            except (OSError, RuntimeError):  # closed, or the terminal is gone
                line = None
            with suppress(RuntimeError):  # the loop has gone: somebody left with Ctrl-C
                loop.call_soon_threadsafe(deliver, line)

        # A daemon, so that a line that nobody will finish does not keep the process.
        self._waiting = True
        Thread(target=read, daemon=True, name="keyboard").start()
        line = await typed
        self._waiting = False
        return line

    def unfinished(self) -> str:
        """What stands on the line that is being typed, where the terminal's line editor can tell."""
        if not (self.interactive and self._waiting):
            return ""
        with suppress(ImportError):
            import readline

            return readline.get_line_buffer()
        return ""

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Leave the terminal as it was found, even when a line was being typed."""
        if not self.interactive:
            yield
            return
        import termios

        found = termios.tcgetattr(self._fd)
        try:
            yield
        finally:
            if self._waiting:
                termios.tcsetattr(self._fd, termios.TCSADRAIN, found)
                sys.stdout.write(_BRACKETED_PASTE_OFF)
                sys.stdout.flush()

    def _ask(self, prompt: str) -> str | None:
        with suppress(ImportError):
            import readline  # noqa: F401  # lends input() a line editor: without it the terminal cuts lines at 4,095 bytes
        try:
            return input(prompt)
        except EOFError:
            return None
        except UnicodeDecodeError:
            return ""

    def _next_piped(self) -> str | None:
        # Not sys.stdin: a thread inside its lock would bring the interpreter's end down.
        while b"\n" not in self._piped:
            piece = os.read(self._fd, 65536)
            if not piece:
                break
            self._piped += piece
        if not self._piped:
            return None
        line, _, self._piped = self._piped.partition(b"\n")
        return line.decode("utf-8", errors="replace").rstrip("\r")
