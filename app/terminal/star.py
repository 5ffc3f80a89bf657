"""A story in a terminal: told, asked about, shown as it was heard, told again; and the bank."""

import re
from itertools import pairwise
from pathlib import Path

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from app.core.errors import Invalid, VivaError
from app.core.star import Analysis, Dimension, Step, lost_thread, retelling
from app.core.story import Bank, Story, Version, overall_of
from app.http.story_pages import WORDS, bank_markdown
from app.http.story_shapes import bank_shape
from app.stories import Stories
from app.terminal import show
from app.terminal.keyboard import Keyboard, Leave

BARS = ("░░", "█░", "██")
#: Colour never stands alone: each marked part is followed by the letters of what it shows.
COLORS = {
    Dimension.SITUATION: "blue",
    Dimension.TASK: "magenta",
    Dimension.ACTION: "green",
    Dimension.RESULT: "red",
    Dimension.OWNERSHIP: "cyan",
    Dimension.QUANTIFIED: "yellow",
    Dimension.REFLECTION: "bright_magenta",
    Dimension.TRADE_OFF: "white",
}
LETTERS = dict(zip(Dimension, "STARONLW", strict=True))
LEAVE, AGAIN, KEEP, END = "/quit", "/again", "/keep", "/finish"


async def run_star(
    stories: Stories, question: str | None, prompt: str | None, *, keyboard: Keyboard, console: Console, resume: str | None = None
) -> int:
    """Tell one story; returns the exit code. Raises NotFound for an unknown question or story, Invalid."""
    if resume:
        story = await stories.story(resume)
    elif question is not None or prompt is not None:
        story = await stories.begin(question=question, prompt=prompt)
    else:
        story = await stories.begin(question=await _chosen(stories, keyboard, console))
    sitting = _Sitting(stories, story, keyboard, console)
    try:
        with keyboard.at_work():
            await sitting.run()
    except Leave as leave:
        await sitting.goodbye()
        return leave.code
    await sitting.goodbye()
    return 0


def export(bank: Bank, stories: Stories, path: Path) -> None:
    """Write the bank, as JSON where the name ends so, else as Markdown. Raises Invalid where it cannot be written."""
    if path.suffix not in (".md", ".json"):
        raise Invalid(f"The name {path.name} ends neither in .md nor in .json. Choose one of them.")
    as_json = path.suffix == ".json"
    text = bank_shape(bank, stories).model_dump_json(indent=2) + "\n" if as_json else bank_markdown(bank, stories)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Invalid(f"The stories could not be written to {path}: {error.strerror}.") from error


def show_bank(bank: Bank, stories: Stories, console: Console) -> None:
    """Every story, and which common questions have none."""
    if not bank.stories:
        console.print("No story is told yet. Tell one: viva star")
    for story in bank.unfinished:
        console.print(
            show.said(f"Not told to the end: {story.title}") + Text(f"  viva star --resume {story.id}", style="dim"),
            soft_wrap=True,
        )
    if bank.stories:
        table = Table("story", "overall", "tags", "id", box=box.ROUNDED, title="Story bank", title_justify="left")
        for story in bank.stories:
            best = story.best
            overall = f"{overall_of(best.analysis, stories.rubric):.1f}" if best and best.analysis else ""
            tags = ", ".join(story.kept.tags) if story.kept else ""
            table.add_row(show.said(story.title), overall, show.said(tags), story.id)
        console.print(table)
    asks = {question.id: question.ask for question in stories.questions}
    titles = {story.id: story.title for story in bank.stories}
    for id, found in bank.covered.items():
        named = "; ".join(titles[each] for each in found) or "no story yet"
        console.print(Text("● " if found else "○ ") + Text(asks[id]) + show.said(f"  {named}", style="dim"))


async def _chosen(stories: Stories, keyboard: Keyboard, console: Console) -> str:
    covered = (await stories.bank()).covered
    for number, question in enumerate(stories.questions, 1):
        console.print(
            Text(f"{number:3} ", style="bold") + Text(question.ask + ("  (you have one)" if covered[question.id] else ""))
        )
    while True:
        line = await keyboard.line("Which one? A number: ")
        if line is None or line.strip() == LEAVE:
            raise VivaError("No question was chosen.")
        if line.strip().isdecimal() and 1 <= int(line) <= len(stories.questions):
            return stories.questions[int(line) - 1].id
        console.print(f"Type a number from 1 to {len(stories.questions)}.")


class _Sitting:
    """One sitting. `typed` are lines that were not sent yet."""

    def __init__(self, stories: Stories, story: Story, keyboard: Keyboard, console: Console) -> None:
        self._stories, self._story, self._keyboard, self._console = stories, story, keyboard, console
        self._typed: list[str] = []

    async def run(self) -> None:
        """Until the candidate leaves."""
        self._console.print(Text(self._story.begun.prompt, style="bold"))
        self._console.print(
            Text(
                "Tell it as you would say it; an empty line ends your turn. /finish ends the telling, /quit leaves.\n",
                style="dim",
            )
        )
        if self._story.here.asked:
            self._say()
        shown = None
        while True:
            if self._story.told:
                if shown is not self._story.here:
                    self._debrief()
                shown = self._story.here
                line = await self._keyboard.line("/again tells it again, /keep names and tags it; Enter leaves: ")
                if line is not None and line.strip() == KEEP:
                    await self._keep()
                    continue
                if line is None or line.strip() != AGAIN:
                    return
                self._story = await self._stories.retell(self._story.id)
                self._console.print(Text("\nTell it again. The plan, out of your own words:", style="bold"))
                self._plan(self._story.versions[-2])
            await self._turn()

    async def _keep(self) -> None:
        """Name it, tag it, and say which common questions it can answer. What is left empty stays as it is."""
        story, kept = self._story, self._story.kept
        answered = story.answers_questions
        for number, question in enumerate(self._stories.questions, 1):
            sign = "● " if question.id in answered else "○ "
            self._console.print(Text(f"{number:3} ", style="bold") + Text(sign + question.ask))
        title = await self._keyboard.line(f"Name [{story.title}]: ")
        tags = await self._keyboard.line(f"Tags, with commas between [{', '.join(kept.tags) if kept else ''}]: ")
        numbers = await self._keyboard.line("It can answer, by numbers, as in 2, 5: ")
        chosen = [int(each) for each in re.findall(r"\d+", numbers or "")]
        known = self._stories.questions
        try:
            if any(not 1 <= each <= len(known) for each in chosen):
                raise Invalid(f"The numbers go from 1 to {len(known)}. Nothing was kept.")
            self._story = await self._stories.keep(
                story.id,
                title=(title or "").strip() or (kept.title if kept else ""),
                tags=(tags or "").split(",") if (tags or "").strip() else kept.tags if kept else (),
                questions=[known[each - 1].id for each in chosen] or answered,
            )
            self._console.print(show.said(f"Kept as {self._story.title}."))
        except VivaError as error:
            self._console.print(Text(str(error), style="red"))

    async def goodbye(self) -> None:
        """Give back what was typed and not kept, and say how to go on. Of a story without a word nothing is left."""
        unsent = [part for part in (*self._typed, self._keyboard.unfinished()) if part.strip()]
        if unsent:
            self._console.print("\nThis was not sent; here it is, so that it is not lost:")
            self._console.print(show.said("\n".join(unsent)), soft_wrap=True)
        if not self._story.turn:
            await self._stories.delete(self._story.id)
            return
        self._console.print(Text(f"Kept. Go on with it: viva star --resume {self._story.id}", style="dim"), soft_wrap=True)

    async def _turn(self) -> None:
        text = await self._entry()
        try:
            if text == END:
                self._story = await self._stories.finish(self._story.id)
            else:
                self._story = await self._stories.answer(self._story.id, self._story.turn + 1, text)
        except VivaError as error:
            self._console.print(Text(str(error), style="red"))
            if not self._keyboard.interactive:
                raise Leave(1) from error
            return
        self._typed = []
        self._say()

    async def _entry(self) -> str:
        while True:
            line = await self._keyboard.line("  " if self._typed else "> ")
            if line is None or line.strip() == LEAVE:
                if line is None and not self._keyboard.interactive and (self._typed or self._story.here.answers):
                    return "\n".join(self._typed) or END  # a script that ends has told its story
                raise Leave
            if line.strip() == END and not self._typed:
                return END
            if line.strip():
                self._typed.append(line)
            elif self._typed:
                return "\n".join(self._typed)

    def _say(self) -> None:
        asked = self._story.here.asked
        if asked:
            self._console.print(show.words(asked[-1].text))

    # The debrief

    def _debrief(self) -> None:
        version = self._story.here
        if version.analysis is None:
            return
        self._bars(version.analysis)
        self._console.print(Text("Your words", style="bold"))
        self._console.print(Padding(_marked(version.text, version.analysis), (0, 0, 1, 2)))
        self._console.print(Text("  ".join(f"{LETTERS[each]} {self._title(each)}" for each in Dimension), style="dim"))
        lost = lost_thread(version.text, version.analysis)
        if lost:
            words = version.text[lost.start : lost.end].split()
            self._console.print(
                Text(f"\nA listener may lose the thread for {lost.words} words, from “", style="dim")
                + show.said(" ".join(words[:8]))
                + Text(" …”. It cost nothing.", style="dim")
            )
        for flag in version.analysis.flags:
            self._console.print(Text("Set aside, it earned nothing: ", style="dim") + show.said(flag.quote))
        if len([each for each in self._story.versions if each.told]) > 1:
            self._changes()
        self._console.print(Text("\nA plan for telling it again, out of your own words", style="bold"))
        self._plan(version)

    def _bars(self, analysis: Analysis) -> None:
        overall = overall_of(analysis, self._stories.rubric)
        table = Table("", "", "", "advice", box=box.SIMPLE, title=f"What was heard: {overall:.1f} of 5", title_justify="left")
        for reading in analysis.readings:
            bar = Text(BARS[reading.score], style=COLORS[reading.dimension])
            table.add_row(self._title(reading.dimension), bar, WORDS[reading.score], show.said(reading.advice))
        self._console.print(table)
        if analysis.trouble:
            self._console.print(Text(f"Read by the engine {analysis.engine}: {analysis.trouble}", style="dim"))

    def _changes(self) -> None:
        table = Table("", "before", "now", box=box.SIMPLE, title="Beside the telling before", title_justify="left")
        for change in self._story.changes:
            sign = "" if change.before == change.after else " ▲" if change.after > change.before else " ▼"
            table.add_row(self._title(change.dimension), WORDS[change.before], WORDS[change.after] + sign)
        self._console.print(table)

    def _plan(self, version: Version) -> None:
        if version.analysis is None:
            return
        for number, step in enumerate(retelling(version.text, version.analysis, self._stories.rubric), 1):
            self._step(number, step)

    def _step(self, number: int, step: Step) -> None:
        self._console.print(
            Text(f"  {number}. ") + Text(" and ".join(self._title(each) for each in step.dimensions), style="bold")
        )
        for words in step.says:
            self._console.print(Padding(show.said(f"“{words}”"), (0, 0, 0, 5)))
        for words in step.asks:
            self._console.print(Padding(Text(f"? {words}", style="yellow"), (0, 0, 0, 5)))

    def _title(self, dimension: Dimension) -> str:
        return self._stories.rubric[dimension].title


def _marked(text: str, analysis: Analysis) -> Text:
    """The story with each marked part coloured and underlined, and the letters of what it shows behind it."""
    scored = {reading.dimension for reading in analysis.readings if reading.score > 0}
    marks = [mark for mark in analysis.marks if mark.dimension in scored]
    edges = sorted({0, len(text), *(mark.start for mark in marks), *(mark.end for mark in marks)})
    out = Text()
    for start, end in pairwise(edges):
        here = [mark.dimension for mark in marks if mark.start <= start and end <= mark.end]
        style = f"{COLORS[here[0]]} underline" if here else ""
        out.append_text(show.said(text[start:end], style=style))
        ending = "".join(dict.fromkeys(LETTERS[mark.dimension] for mark in marks if mark.end == end))
        if ending:
            out.append(f" [{ending}]", style="bold")
    return out
