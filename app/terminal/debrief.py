"""The debrief as tables for a terminal."""

from collections import Counter

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from app.core.debrief import CriterionReport, Debrief, QuestionReport, Reading
from app.core.score import Help
from app.core.verdict import FLAG_KINDS, Status
from app.http import views
from app.http.debrief_words import judged_by, judged_elsewhere, seen, took
from app.terminal.show import kind_text, said, status_text

REASONS = {"done": "every question was asked", "time": "the time was up", "candidate": "you ended it"}


def show_debrief(console: Console, report: Debrief) -> None:
    """Print the whole report: the score, each question, what to read, what to practise next."""
    started = report.interview.started
    console.rule("Debrief", align="left")
    console.print(said(report.title, style="bold") + Text(f" · {started.level} · {started.style}", style="dim"))
    console.print(_overall(report))
    if report.summary:
        console.print(Padding(said(report.summary), (1, 0)))
    if report.by_kind:
        console.print(_by_kind(report))
    for number, question in enumerate(report.questions, 1):
        console.print(_question(number, question, report.interview.started.engine))
    if report.mistakes:
        console.print(_mistakes(report))
    if report.flags:
        console.print(_flags(report))
    if report.read:
        console.print(_reading(report.read))
    if report.next:
        drill = said(report.next.text) + Text("\n") + said(report.next.why, style="dim")
        console.print(Panel(drill, title="Next drill", title_align="left"))
    if usage := views.usage(report.interview):
        console.print(Text(f"What the model took: {took(usage)}.", style="dim"))


def own_score(report: Debrief) -> Text:
    """What the candidate's own ticks would make of it; beside the engine's score, never in its place."""
    return Text(f"Counting your own ticks: {_of_five(report.own_overall)}; the engine's score: {_of_five(report.overall)}.")


def _of_five(score: float | None) -> str:
    return "not scored" if score is None else f"{score:.1f} of 5"


def _overall(report: Debrief) -> RenderableType:
    finished = report.interview.finished
    lines = [Text(f"Overall: {_of_five(report.overall)}", style="bold")]
    engine = report.interview.started.engine
    answers = Counter(each.engine for each in report.interview.judged)
    sure = "; its verdicts carry how sure it is" if [*answers] == ["offline"] else ""
    lines.append(Text(f"{judged_by(engine, answers)}{sure}. {report.scored:.0%} of the weight was scored.", style="dim"))
    if finished:
        lines.append(Text(f"The interview ended because {REASONS[finished.reason]}.", style="dim"))
    if report.own_overall is not None:
        lines.append(own_score(report))
    return Group(*lines)


def _by_kind(report: Debrief) -> Table:
    table = _table("By kind", ("kind", "score"))
    for kind, score in report.by_kind.items():
        table.add_row(kind.replace("_", "-"), _of_five(score))
    return table


def _question(number: int, question: QuestionReport, engine: str) -> RenderableType:
    asked = question.state.question
    head = Text(f"Question {number} · ", style="bold") + said(question.title, style="bold")
    head += Text(f" · {asked.level} · {_of_five(question.overall)}", style="bold")
    table = _table(None, ("criterion", "status", "your words", "cost"))
    table.show_lines = True
    table.columns[0].ratio, table.columns[2].ratio = 3, 3
    table.columns[1].no_wrap = table.columns[3].no_wrap = True
    for item in question.criteria:
        table.add_row(*_criterion(item, engine))
    parts: list[RenderableType] = [Text(""), head, Padding(said(asked.ask, style="italic"), (0, 0, 0, 2))]
    parts += [Text("You were told: ", style="dim") + said(fact.says, style="dim") for fact in question.told]
    parts.append(table)
    if asked.model_answer:
        parts.append(Panel(said(asked.model_answer), title="A model answer", title_align="left"))
    return Group(*parts)


def _criterion(item: CriterionReport, engine: str) -> tuple[RenderableType, ...]:
    criterion, verdict = item.criterion, item.verdict
    what = said(criterion.statement) + Text("\n") + kind_text(criterion)
    sure = verdict.confidence is not None and verdict.status is not Status.UNSCORED
    status = status_text(verdict.status) + Text(f"\n{verdict.confidence:.0%} sure" if sure else "", style="dim")
    if elsewhere := judged_elsewhere(verdict.engine, engine):
        status += Text(f"\n{elsewhere}", style="dim")
    quoted = said(f"“{' '.join(verdict.quote.split())}”") if verdict.quote else Text("")
    if item.own_view:
        quoted += Text("\nyour tick: ", style="dim") + said(f"“{' '.join(item.own_view.quote.split())}”", style="dim")
    help = "" if item.help is Help.NONE or not item.cost else f"\n{item.help}"
    return what, status, quoted, Text((f"-{item.cost:.0%}" if item.cost else "") + help)


def _mistakes(report: Debrief) -> Table:
    table = _table("Beside the rubric", ("mistake", "your words", "what to do"))
    for each in report.mistakes:
        missing = f"\nmissing: {', '.join(each.missing)}" if each.missing else ""
        table.add_row(said(each.title) + Text(missing, style="dim"), said(f"“{' '.join(each.quote.split())}”"), said(each.advice))
    return table


def _flags(report: Debrief) -> Table:
    table = _table("Worth knowing", ("your words", "what they are"))
    for flag in report.flags:
        quote = " ".join(seen(flag.kind, flag.quote).split())
        table.add_row(said(f"“{quote}”"), f"{FLAG_KINDS.get(flag.kind, flag.kind)}; it earned nothing")
    return table


def _reading(readings: tuple[Reading, ...]) -> Table:
    table = _table("What to read", ("note", "section", "pass"))
    for reading in readings:
        table.add_row(said(reading.title), said(reading.section), f"{reading.reach}, {reading.minutes} min")
    return table


def _table(title: str | None, headings: tuple[str, ...]) -> Table:
    return Table(*headings, title=title, title_justify="left", title_style="bold", box=box.ROUNDED)
