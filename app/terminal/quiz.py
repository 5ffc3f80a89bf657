"""The sense-check in a terminal: a question out of the notes, the candidate's words, the answer, their own mark."""

import secrets

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from app.content import Catalog
from app.core.errors import Invalid
from app.core.quiz import pick
from app.core.rubric import Loop, QuizItem
from app.terminal import show
from app.terminal.keyboard import Keyboard, Leave

YES, NO = ("y", "yes"), ("n", "no", "")


async def run_quiz(
    catalog: Catalog, topic: str | None, loop: Loop | None, count: int, seed: int | None, *, keyboard: Keyboard, console: Console
) -> int:
    """Ask, reveal, let them mark themselves; returns the exit code. Raises NotFound, Invalid."""
    notes = [catalog.note(topic)] if topic else [note for note in catalog.notes.values() if loop in (None, note.loop)]
    items = pick(notes, count, secrets.randbelow(2**31) if seed is None else seed)
    if not items:
        raise Invalid("There are no sense-check questions here.")
    console.print(Text("Sense check", style="bold") + Text(": say it in your own words, then look at the answer."))
    console.print(Text("An empty line shows the answer; /quit leaves.\n", style="dim"))
    marks: list[bool] = []
    try:
        with keyboard.at_work():
            for number, item in enumerate(items, 1):
                title = catalog.note(item.topic).title
                console.print(Text(f"Question {number} of {len(items)}", style="bold") + show.said(f" · {title}"))
                marks.append(await _ask(item, keyboard, console))
    except Leave as leave:
        _result(catalog, items, marks, console)
        return leave.code
    _result(catalog, items, marks, console)
    return 0


async def _ask(item: QuizItem, keyboard: Keyboard, console: Console) -> bool:
    console.print(_prose(item.question))
    while (await _line(keyboard, "> ")).strip():
        pass
    console.print(Text("The answer", style="bold cyan"))
    console.print(_prose(item.answer))
    while True:
        mark = (await _line(keyboard, "Did you have it? y or n: ")).strip().casefold()
        if mark in YES or mark in NO:
            console.print()
            return mark in YES


async def _line(keyboard: Keyboard, prompt: str) -> str:
    line = await keyboard.line(prompt)
    if line is None or line.strip() == "/quit":
        raise Leave
    return line


def _prose(markdown: str) -> Padding:
    return Padding(show.said(markdown.replace("**", "").replace("`", "")), (0, 0, 1, 2), expand=False)


def _result(catalog: Catalog, items: tuple[QuizItem, ...], marks: list[bool], console: Console) -> None:
    """How many they had, and which notes to read for the others."""
    if not marks:
        return
    console.print(Text(f"You had {sum(marks)} of {len(marks)}.", style="bold"))
    missed = dict.fromkeys(item.topic for item, had in zip(items, marks, strict=False) if not had)
    for topic in missed:
        console.print(show.said(f"  Read again: {catalog.note(topic).title} (viva search {topic})"))
