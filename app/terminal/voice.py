"""Shows the interviewer's words as they come."""

from rich.console import Console
from rich.live import Live
from rich.status import Status
from rich.text import Text

from app.terminal.show import said, words


class Voice:
    """A spinner until the first word, then the growing text; where nobody watches, the whole text at the end."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._live: Live | None = None
        self._heard = Text()

    def wait(self, what: str) -> None:
        if self._console.is_terminal:
            self._status = self._console.status(f"{what}…")
            self._status.start()

    def hear(self, piece: str) -> None:
        self._stop_waiting()
        self._heard.append_text(said(piece))
        if self._live is None and self._console.is_terminal:
            self._live = Live(console=self._console, refresh_per_second=12, vertical_overflow="visible")
            self._live.start()
        if self._live:
            self._live.update(words(self._heard))

    def hush(self) -> None:
        """Put away what moves; what was heard stays on the screen."""
        self._stop_waiting()
        if self._live:
            self._live.stop()
        elif self._heard:
            self._console.print(words(self._heard))
        self._live, self._heard = None, Text()

    def _stop_waiting(self) -> None:
        if self._status:
            self._status.stop()
        self._status = None
