"""What tests of the terminal share."""

import asyncio
import io
import os
from collections.abc import Awaitable, Callable

import pytest
from rich.console import Console

from app.terminal.keyboard import Keyboard

#: What is run, given a keyboard and a console; its exit code.
Run = Callable[[Keyboard, Console], Awaitable[int]]
Piped = Callable[[str, Run], tuple[int, str]]


@pytest.fixture
def piped() -> Piped:
    """Runs a command with a text on standard input; its exit code and all it printed."""

    def run(text: str, command: Run) -> tuple[int, str]:
        reader, writer = os.pipe()
        os.write(writer, text.encode())
        os.close(writer)
        out = io.StringIO()

        async def awaited() -> int:
            return await command(Keyboard(reader), Console(file=out, width=120, highlight=False))

        try:
            return asyncio.run(awaited()), out.getvalue()
        finally:
            os.close(reader)

    return run
