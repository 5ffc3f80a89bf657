"""The interview as a person types it, in a real pseudo-terminal."""

import re
import signal
import termios
from collections.abc import Callable, Iterator

import pytest

from app.core.errors import StorageFull
from app.core.events import Event
from tests.fakes import MemoryStore
from tests.pseudo_terminal import Terminal


class FullStore(MemoryStore):
    """A disk that is full at the appends that are named, counted from 0."""

    def __init__(self, full: set[int]) -> None:
        super().__init__()
        self.full, self.appends = full, -1

    async def append(self, id: str, expected: int, events: list[Event]) -> None:  # type: ignore[override]
        self.appends += 1
        if self.appends in self.full:
            raise StorageFull("The disk is full, so nothing was accepted.")
        await super().append(id, expected, events)


CHILD = """
import asyncio, fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from rich.console import Console
from app.coach import Coach
from app.content import default_root, load
from app.core.events import Style
from app.core.exchange import Request
from app.prompts import load_prompts
from app.terminal.chat import run_chat
from app.terminal.keyboard import Keyboard
from tests.contract.test_typed import FullStore
from tests.fakes import FixedClock, NoRetriever, ScriptedJudge, engine
root, clock, store = default_root(), FixedClock(), FullStore({FULL})
coach = Coach(catalog=load(root), engines={"offline": engine(ScriptedJudge(), load_prompts(root / "prompts"))},
    default_engine="offline", retriever=NoRetriever(), store=store, clock=clock)
request = Request(topics=TOPICS, seed=3)
try:
    sys.exit(asyncio.run(run_chat(coach, request, keyboard=Keyboard(), console=Console(highlight=False), clock=clock)))
except KeyboardInterrupt:
    sys.exit(130)
finally:
    print("KEPT", [event.text for events in store.events.values() for event in events if event.type == "answered"])
"""


OpenTerminal = Callable[..., Terminal]


@pytest.fixture
def terminal() -> Iterator[OpenTerminal]:
    """Opens a chat over fakes in a pseudo-terminal."""
    opened: list[Terminal] = []

    def open_it(topics: tuple[str, ...] = ("bias-variance",), full: str = "set()") -> Terminal:
        opened.append(Terminal("-c", CHILD.replace("TOPICS", repr(topics)).replace("{FULL}", full)))
        return opened[-1]

    yield open_it
    for each in opened:
        each.close()


def test_an_interview_is_typed(terminal: OpenTerminal) -> None:
    """The picker, an answer of two lines, a hint, a wrong command, the end, a tick: as a person would."""
    chat = terminal(topics=())
    chat.expect("A number, or s for a surprise: ")
    chat.type("99\n")
    chat.expect("Type a number from 1 to")
    chat.expect("surprise: ")
    chat.type("bias-variance\n")
    chat.expect("Question 1 of 1 · Bias and variance")
    chat.expect("\n> ")
    chat.type("\n")
    chat.expect("Type your answer first")
    chat.type("/hnt\n")
    chat.expect("There is no command /hnt")
    chat.type("/help\n")
    chat.expect("sends what you have typed")
    chat.type("met:gap-reads-variance a wide gap\nunscored:same-distribution both from the same place\n\n")
    chat.expect("✓ met")
    chat.expect("“a wide gap”")
    chat.expect("? 1 point could not be judged")
    chat.expect("Interviewer · probe")
    chat.expect("\n> ")
    chat.type("/hint\n")
    chat.expect("Interviewer · hint")
    chat.expect("\n> ")
    chat.type("/finish\n")
    chat.expect("Next drill")
    chat.expect("Words of yours that say so")
    chat.type("never said\n")
    chat.expect("These words are not in your answers")
    chat.type("the SAME place\n")
    chat.expect("Counting your own ticks: ")
    assert chat.ends() == 0


@pytest.mark.parametrize(("key", "code"), [("\x03", 130), ("\x04", 0)], ids=["Ctrl-C", "Ctrl-D"])
def test_leaving_keeps_the_interview_and_gives_back_the_unsent(terminal: OpenTerminal, key: str, code: int) -> None:
    """Lines typed and not sent are printed back, and the terminal is left as it was found."""
    chat = terminal()
    chat.expect("\n> ")
    chat.type("first line\n")
    chat.expect("first line")
    chat.expect("  ")
    if key == "\x03":
        chat.type("half a li")
        chat.expect("half a li")
    chat.type(key)
    chat.expect("This was not sent")
    chat.expect("first line")
    if key == "\x03":
        chat.expect("half a li")
    chat.expect("The interview is kept. Go on with it: viva chat --resume ")
    assert chat.ends() == code
    assert "Traceback" not in chat.seen
    assert termios.tcgetattr(chat.slave)[3] & (termios.ECHO | termios.ICANON) == termios.ECHO | termios.ICANON


def test_a_full_disk_loses_nothing(terminal: OpenTerminal) -> None:
    """The refused answer is shown again, and an empty line sends it once there is room."""
    chat = terminal(full="{1}")
    chat.expect("\n> ")
    chat.type("met:gap-reads-variance a wide gap\n\n")
    chat.expect("The disk is full")
    chat.expect("Your answer was not taken. Here it is again")
    chat.expect("met:gap-reads-variance a wide gap")
    chat.expect("\n> ")
    chat.type("\n")
    chat.expect("“a wide gap”")
    chat.type("/quit\n")
    chat.expect("viva chat --resume")
    assert chat.ends() == 0
    assert "This was not sent" not in chat.seen


def test_a_judge_that_fails_leaves_an_answer_that_is_kept(terminal: OpenTerminal) -> None:
    """The disk fills up between the answer and its verdicts: an empty line goes on from there."""
    chat = terminal(full="{2}")
    chat.expect("\n> ")
    chat.type("met:gap-reads-variance a wide gap\n\n")
    chat.expect("Your answer is kept. An empty line tries to go on from here.")
    chat.expect("\n> ")
    chat.type("\n")
    chat.expect("Interviewer · probe")
    chat.type("/quit\n")
    assert chat.ends() == 0
    assert "This was not sent" not in chat.seen


def test_a_long_paste_arrives_whole(terminal: OpenTerminal) -> None:
    """A terminal cuts a line at 4,095 bytes by itself; the line editor does not, and a pasted empty line sends nothing."""
    chat = terminal()
    chat.expect("\n> ")
    words = "wide " * 1500
    chat.type(f"\x1b[200~met:gap-reads-variance {words}\n\nand more\x1b[201~\n\n")
    chat.expect("Interviewer · probe")
    chat.type("/quit\n")
    assert chat.ends() == 0
    [kept] = re.findall(r"KEPT (.*)", chat.seen)
    assert kept == repr([f"met:gap-reads-variance {words}\n\nand more"])


def test_a_closed_window_ends_it(terminal: OpenTerminal) -> None:
    """A hang-up ends the process; what was accepted is kept by the store."""
    chat = terminal()
    chat.expect("\n> ")
    chat.process.send_signal(signal.SIGHUP)
    assert chat.ends() != 0
