"""The interview in a terminal, as a script drives it through a pipe."""

import asyncio
import fcntl
import io
import os
import re
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext

import pytest
from rich.console import Console

from app.coach import Coach
from app.core.errors import Invalid, NotFound
from app.core.events import Answered, Style
from app.core.exchange import MAX_ANSWER, Request
from app.terminal.chat import run_chat
from app.terminal.keyboard import Keyboard
from tests.fakes import FixedClock, MemoryStore, ModelJudge

MID = Request(topics=("bias-variance",), seed=3)

Piped = Callable[..., tuple[int, str]]


@pytest.fixture
def piped(coach: Coach, clock: FixedClock) -> Piped:
    """Runs the chat with a text on standard input; returns its exit code and all it printed."""

    def run(text: str, request: Request = MID, resume: str | None = None, coach: Coach = coach) -> tuple[int, str]:
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 1 << 20)
        os.write(writer, text.encode())
        os.close(writer)
        out = io.StringIO()
        console = Console(file=out, width=200, highlight=False)
        try:
            code = asyncio.run(run_chat(coach, request, keyboard=Keyboard(reader), console=console, clock=clock, resume=resume))
        finally:
            os.close(reader)
        return code, out.getvalue()

    return run


def test_a_script_takes_a_whole_interview(piped: Piped) -> None:
    """Answers, a hint and the end from a pipe; the debrief comes as tables, with no escape codes."""
    code, out = piped("met:gap-reads-variance a wide gap\nsays variance\n\n/hint\nidk\n\n/finish\n")
    assert code == 0
    assert "Question 1 of 1 · Bias and variance · mid" in out
    assert "✓ met: Low training error with a much higher validation error" in out
    assert "“a wide gap” (offline, 90% sure)" in out
    assert "Interviewer · hint" in out
    for heading in ("Debrief", "By kind", "What to read", "Next drill", "A model answer"):
        assert heading in out
    assert re.search(r"criterion +│ status +│ your words +│ cost", out)
    assert "\x1b" not in out


def test_the_end_of_the_pipe_sends_and_leaves(piped: Piped, store: MemoryStore) -> None:
    """No last empty line is needed, and the interview can be taken up again where it stood."""
    code, out = piped("met:gap-reads-variance wide gap")
    [id] = store.events
    assert code == 0
    assert f"Go on with it: viva chat --resume {id}" in out
    code, again = piped("/finish\n", resume=id)
    assert code == 0
    assert "met:gap-reads-variance wide gap" in again, "what was said so far is shown"
    assert "Overall:" in again


def test_a_finished_interview_shows_its_debrief_again(piped: Piped, store: MemoryStore) -> None:
    piped("/finish\n")
    [id] = store.events
    code, out = piped("", resume=id)
    assert code == 0
    assert "Overall:" in out


def test_what_is_open_is_not_given_away(piped: Piped) -> None:
    """Before the debrief, no statement of a criterion that is not met is shown, nor one that was got wrong."""
    _, out = piped("wrong:same-distribution they always compare\npartial:validation-reuse reused a bit\n\n/quit\n")
    assert "✗ wrong: assumption, weight 3" in out
    assert "~ partial: pitfall, weight 2" in out
    assert "same distribution" not in out
    assert "So far: 1 partial, 1 wrong, of 6 points." in out


def test_mock_shows_the_time_and_no_verdict(piped: Piped, clock: FixedClock) -> None:
    _, out = piped("met:gap-reads-variance wide gap\n\n/quit\n", Request(topics=("bias-variance",), style=Style.MOCK, seed=3))
    assert out.count("8:00 minutes left") == 2
    assert "✓" not in out
    assert "So far" not in out


def test_words_are_neither_markup_nor_commands_to_the_terminal(piped: Piped) -> None:
    """What anybody says is shown as it is; C1 controls, which the coach takes, never reach the screen."""
    _, out = piped("met:gap-reads-variance [bold red]wide[/] \x9b31m gap\n\n/quit\n")
    assert "“[bold red]wide[/] 31m gap”" in out
    assert "\x9b" not in out


@pytest.mark.parametrize(
    ("request_", "error"), [(Request(topics=("no-such",)), NotFound), (Request(topics=("k-means",), questions=9), Invalid)]
)
def test_what_cannot_begin_is_said_by_the_error(piped: Piped, request_: Request, error: type[Exception]) -> None:
    with pytest.raises(error):
        piped("", request_)


def test_a_refused_answer_is_given_back_to_the_script(piped: Piped, store: MemoryStore) -> None:
    """Too long an answer is not taken, and is printed whole; the interview goes on later."""
    text = "x" * (MAX_ANSWER + 1)
    code, out = piped(f"{text}\n\n")
    assert code == 1
    assert text in out
    assert "at most 20,000 are taken" in out
    assert not any(isinstance(event, Answered) for [events] in [store.events.values()] for event in events)


def test_unscored_criteria_are_listed_to_a_script(piped: Piped) -> None:
    """A quote that the judge made up is not credited: the candidate is told how to tick it."""

    code, out = piped("met:gap-reads-variance wide gap\n\n/finish\n")
    assert "could not be scored" not in out
    code, out = piped("unscored:gap-reads-variance wide gap\n\n/finish\n")
    assert code == 0
    assert "1 point could not be scored" in out
    assert "To tick them, open the debrief in a terminal: viva chat --resume" in out


def test_another_engine_that_takes_over_is_named(piped: Piped, modelled: Coach, model: ModelJudge, store: MemoryStore) -> None:
    """Once beneath the words of the turn, not again with a hint on it; again on coming back; and in the debrief."""
    notice = "Note: The model did not answer in time. The offline engine judged this answer."
    piped("met:gap-reads-variance wide gap\n\n/quit\n", coach=modelled)
    [id] = store.events
    model.time_out()
    _, out = piped("met:same-distribution both are alike\n\n/hint\n/quit\n", resume=id, coach=modelled)
    assert out.count("Note: ") == out.count(notice) == 1
    assert out.index("Interviewer · probe", out.index("✓ met")) < out.index(notice) < out.index("Interviewer · hint")
    _, out = piped("/finish\n", resume=id, coach=modelled)
    assert notice in out
    assert "1 answer judged by the llm engine, 1 by the offline engine. " in out
    assert out.count("judged offline") == 1
    assert "What the model took: 2 calls (1 failed), 1,000 prompt tokens (60% cached), 80 completion tokens" in out


def test_what_was_flagged_is_explained(piped: Piped) -> None:
    _, out = piped("flag\n\n/finish\n")
    assert re.search(r"“flag” +│ addressed to the grader; it earned nothing", out)
    assert "Judged by the offline engine; its verdicts carry how sure it is." in out
    assert "What the model took" not in out


class Typist:
    """A person at the keyboard, for what has to happen between two of their lines."""

    interactive = True

    def __init__(self, *lines: str | Callable[[], Coroutine[object, object, object]]) -> None:
        self.lines = list(lines)

    async def line(self, prompt: str = "") -> str | None:
        while self.lines and not isinstance(self.lines[0], str):
            await self.lines.pop(0)()  # type: ignore[operator]
        return self.lines.pop(0) if self.lines else None  # type: ignore[return-value]

    def unfinished(self) -> str:
        return ""

    def at_work(self) -> AbstractContextManager[None]:
        return nullcontext()


async def test_another_window_that_was_first(coach: Coach, clock: FixedClock, store: MemoryStore) -> None:
    """An answer overtaken by another window's is not taken for it: it is kept, and an empty line sends it as the next turn."""

    async def other_window() -> None:
        [id] = store.events
        async for _ in coach.answer(id, 1, "from elsewhere"):
            pass

    out = io.StringIO()
    typist = Typist("from here", other_window, "", "", "/quit")
    await run_chat(coach, MID, keyboard=typist, console=Console(file=out, width=200), clock=clock)  # type: ignore[arg-type]
    assert "The interview went on elsewhere, and your answer was not taken." in out.getvalue()
    answers = [event.text for events in store.events.values() for event in events if isinstance(event, Answered)]
    assert answers == ["from elsewhere", "from here"]


async def test_another_window_that_ended_it(coach: Coach, clock: FixedClock, store: MemoryStore) -> None:
    """An interview that was finished elsewhere goes to its debrief, and the unsent answer is given back."""

    async def other_window() -> None:
        await coach.finish(next(iter(store.events)))

    out = io.StringIO()
    typist = Typist("from here", other_window, "")
    code = await run_chat(coach, MID, keyboard=typist, console=Console(file=out, width=200), clock=clock)  # type: ignore[arg-type]
    assert code == 0
    assert "Overall:" in out.getvalue()
    assert "This was not sent; here it is, so that it is not lost:\nfrom here" in out.getvalue()
