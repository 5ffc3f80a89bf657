"""The end of an interview in a terminal: the debrief, then what could not be scored, for the candidate to tick."""

from rich.console import Console
from rich.text import Text

from app.coach import Coach
from app.core.debrief import CriterionReport, Debrief
from app.core.errors import VivaError
from app.core.verdict import Status, locate
from app.terminal import show
from app.terminal.debrief import own_score, show_debrief
from app.terminal.keyboard import Keyboard, Leave


async def closing(coach: Coach, report: Debrief, *, keyboard: Keyboard, console: Console) -> None:
    """Show the report and offer the unscored criteria. Raises Leave."""
    show_debrief(console, report)
    asked = [index for index, state in enumerate(report.interview.questions) if state.asked]
    unscored = [
        (index, item)
        for index, question in zip(asked, report.questions, strict=True)
        for item in question.criteria
        if item.verdict.status is Status.UNSCORED and item.own_view is None
    ]
    if not unscored:
        return
    points = "1 point" if len(unscored) == 1 else f"{len(unscored)} points"
    console.print(f"\n{points} could not be scored. Did you say it? Point at your words, and it is counted beside the score.")
    if not keyboard.interactive:
        for _, item in unscored:
            console.print(Text("  ? ") + show.said(item.criterion.statement))
        console.print(f"To tick them, open the debrief in a terminal: viva chat --resume {report.interview.id}", soft_wrap=True)
        return
    ticked = [await _tick(coach, report, index, item, keyboard, console) for index, item in unscored]
    if any(ticked):
        console.print(own_score(await coach.debrief(report.interview.id)))


async def _tick(
    coach: Coach, report: Debrief, question: int, item: CriterionReport, keyboard: Keyboard, console: Console
) -> bool:
    """Ask for the words that state a criterion, until they are found or passed over; True when they were found."""
    console.print(Text("? ", style="magenta") + show.said(item.criterion.statement))
    answers = report.interview.questions[question].answers
    while True:
        quote = await keyboard.line("Words of yours that say so (Enter: none): ")
        if quote is None or quote.strip() == "/quit":
            raise Leave
        if not quote.strip():
            return False
        turn = next((answer.turn for answer in answers if locate(quote, answer.text)), 0)
        try:
            await coach.self_check(report.interview.id, question, item.criterion.id, turn, quote)
            return True
        except VivaError as error:
            console.print(
                show.said(str(error) if turn else "These words are not in your answers to this question.", style="yellow")
            )
