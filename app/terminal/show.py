"""What the terminal shows during an interview, as Rich renderables. Words of people are never read as markup."""

import re
from collections.abc import Iterable
from datetime import datetime

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from app.core.events import Style
from app.core.interview import Interview, Line, QuestionState
from app.core.rubric import Criterion, Note, Question
from app.core.verdict import Status, Verdict

#: Each status with its mark and its colour: never the colour alone.
MARKS = {
    Status.MET: ("✓", "green"),
    Status.PARTIAL: ("~", "yellow"),
    Status.ABSENT: ("·", "dim"),
    Status.WRONG: ("✗", "red"),
    Status.UNSCORED: ("?", "magenta"),
}
COMMANDS = {
    "/hint": "a hint on what was just asked; what you say after it earns half",
    "/finish": "end the interview here and read the debrief",
    "/help": "this list",
    "/quit": "leave; the interview is kept and can be resumed",
}
#: Control characters, but for newline and tab: a terminal would obey them.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def said(text: str, style: str = "") -> Text:
    """Somebody's words: no markup, and nothing that a terminal would obey."""
    return Text(_CONTROL.sub("", text.replace("\r\n", "\n")), style=style)


def status_text(status: Status) -> Text:
    mark, colour = MARKS[status]
    return Text(f"{mark} {status}", style=colour)


def kind_text(criterion: Criterion) -> Text:
    return Text(f"{criterion.kind.replace('_', '-')}, weight {criterion.weight}", style="dim")


def welcome() -> RenderableType:
    return Group(
        Text("Viva", style="bold") + Text(": a mock interview that shows its evidence"),
        Text("Answer in as many lines as you like; an empty line sends. /help lists the commands, /quit leaves.\n", style="dim"),
    )


def help_text() -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_row("(an empty line)", "sends what you have typed")
    for command, meaning in COMMANDS.items():
        grid.add_row(Text(command, style="bold"), meaning)
    return grid


def picker(notes: Iterable[Note]) -> Table:
    """The topics, numbered from 1 in the order given."""
    table = Table(title="Topics", title_justify="left", box=None, pad_edge=False)
    table.add_column("#", justify="right", style="bold")
    for heading in ("topic", "loop", "minutes to recap"):
        table.add_column(heading)
    for number, note in enumerate(notes, 1):
        table.add_row(str(number), said(note.title), note.loop, str(note.recap_minutes))
    return table


def question_header(interview: Interview, title: str) -> Text:
    question: Question = interview.here.question
    stage = f" · {question.stage}" if question.stage else ""
    return Text(
        f"\nQuestion {interview.current + 1} of {len(interview.questions)} · {title}{stage} · {question.level}", style="bold"
    )


def speaker(move: str) -> Text:
    return Text("\nInterviewer", style="bold cyan") + Text(f" · {move}", style="dim")


def words(text: str | Text) -> Padding:
    """The interviewer's words, indented."""
    return Padding(said(text) if isinstance(text, str) else text, (0, 0, 0, 2), expand=False)


def line_said(line: Line, told: str | None = None) -> Group:
    """One line of the transcript, and what there is to know of it."""
    who = speaker(line.move) if line.move else Text("\nYou", style="bold")
    return Group(who, words(line.text), *([notice(told)] if told else []))


def notice(text: str) -> Padding:
    """That another engine than the interview's did a part of a turn, and why."""
    return words(said(f"Note: {text}", style="yellow"))


def verdict_lines(state: QuestionState, verdicts: Iterable[Verdict]) -> Group:
    """What a turn earned, with the words it rests on; then how the question stands, without what is still to be said."""
    lines: list[RenderableType] = []
    unscored = 0
    for verdict in verdicts:
        unscored += verdict.status is Status.UNSCORED
        if verdict.status in (Status.ABSENT, Status.UNSCORED):
            continue
        criterion = state.question.criterion(verdict.criterion)
        # What is still open is named by its kind alone: its statement would give the answer away.
        what = said(criterion.statement) if verdict.status is Status.MET else kind_text(criterion)
        lines.append(Text("  ") + status_text(verdict.status) + Text(": ") + what)
        lines.append(Text("    ") + said(f"“{' '.join(verdict.quote.split())}”", style="italic") + _judged_by(verdict))
    if unscored:
        points = "1 point" if unscored == 1 else f"{unscored} points"
        lines.append(Text(f"  ? {points} could not be judged on this answer", style="magenta"))
    counts = [sum(state.status(c.id) is status for c in state.question.criteria) for status in Status]
    shown = [f"{count} {status}" for status, count in zip(Status, counts, strict=True) if count and status is not Status.ABSENT]
    lines.append(Text(f"  So far: {', '.join(shown) or 'nothing yet'}, of {len(state.question.criteria)} points.", style="dim"))
    return Group(*lines)


def time_left(interview: Interview, now: datetime) -> Text | None:
    """The time that is left, for an interview that has a deadline."""
    if interview.deadline is None:
        return None
    seconds = int((interview.deadline - now).total_seconds())
    if seconds <= 0:
        return Text("Time is up: your next answer is the last, and it counts.", style="yellow")
    clock = f"{seconds // 60}:{seconds % 60:02}"
    return Text(f"{clock} minutes left", style="yellow" if seconds < 120 else "dim")


def how_to_resume(interview: Interview) -> Text:
    if interview.finished:
        return Text(f"The interview has ended. To read its debrief again: viva chat --resume {interview.id}", style="dim")
    return Text(f"The interview is kept. Go on with it: viva chat --resume {interview.id}")


def style_line(interview: Interview) -> Text:
    """What the candidate should know of how this interview is run."""
    how = {
        Style.PRACTICE: "practice: you see what each answer earned",
        Style.MOCK: "mock: nothing is shown until the debrief",
    }[interview.started.style]
    return Text(f"{how}; engine: {interview.started.engine}", style="dim")


def _judged_by(verdict: Verdict) -> Text:
    sure = f", {verdict.confidence:.0%} sure" if verdict.confidence is not None else ""
    return Text(f" ({verdict.engine}{sure})", style="dim") if verdict.engine else Text("")
