"""A mock loop in a terminal: its interviews one after the other, and what they come to."""

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.core.exchange import Request
from app.core.mock_loop import MockLoop
from app.core.ports import Clock
from app.core.rubric import Level
from app.terminal.chat import run_chat
from app.terminal.keyboard import Keyboard
from app.wiring import Viva


async def run_mock_loop(
    viva: Viva, level: Level, seed: int | None, *, keyboard: Keyboard, console: Console, clock: Clock, resume: str | None = None
) -> int:
    """Every round that is left, with a pause before each; returns the exit code. Raises NotFound for a loop to resume."""
    loop = await viva.loops.read(resume) if resume else viva.loops.outline()
    console.print(_table(loop))
    while (current := loop.next) is not None:
        if current.interview is None:
            name, minutes = current.round.replace("-", " "), current.minutes
            answer = await keyboard.line(f"Next: {name}, {minutes} minutes. Enter begins and starts the clock, q leaves: ")
            if answer is None or answer.strip().casefold() in ("q", "/quit"):
                break
            loop = await (viva.loops.go_on(loop.id) if loop.id else viva.loops.begin(level=level, seed=seed))
            current = loop.next
        assert current is not None
        assert current.interview is not None
        interview = current.interview.id
        code = await run_chat(viva.coach, Request(), keyboard=keyboard, console=console, clock=clock, resume=interview)
        loop = await viva.loops.read(loop.id)
        if code or (loop.next is not None and loop.next.status == "open"):
            break
        console.print(_table(loop))
    if loop.id and loop.next is not None:
        console.print(Text(f"The loop is kept. Go on with it: viva mock-loop --resume {loop.id}"), soft_wrap=True)
    return 0


def _table(loop: MockLoop) -> Table:
    overall = "" if loop.overall is None else f", so far {loop.overall:.1f} of 5" if loop.next else f": {loop.overall:.1f} of 5"
    table = Table(
        "round", "weight", "questions", "minutes", "", title=f"Mock loop{overall}", title_justify="left", box=box.ROUNDED
    )
    total = sum(each.weight for each in loop.rounds)
    for each in loop.rounds:
        result = "not scored" if each.overall is None else f"{each.overall:.1f} of 5"
        table.add_row(
            each.round.replace("-", " "),
            f"{each.weight / total:.0%}",
            str(each.questions),
            str(each.minutes),
            result if each.status == "finished" else each.status,
        )
    return table
