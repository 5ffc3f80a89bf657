"""Quizzes and mock loops in a terminal, as a script drives them through a pipe."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.coach import Coach
from app.config import Settings
from app.content import Catalog
from app.core.errors import NotFound
from app.core.rubric import Level, Loop, QuizItem
from app.terminal.mock_loop import run_mock_loop
from app.terminal.quiz import run_quiz
from app.wiring import Viva
from tests.contract.conftest import Piped, Run
from tests.fakes import FixedClock, stories_beside
from tests.unit.core import samples


@pytest.fixture
def catalog() -> Catalog:
    """One topic of coding and one of behavior, each with two sense-check questions."""
    loops = {"code": Loop.CODING, "stories": Loop.BEHAVIORAL}
    items = {t: tuple(QuizItem(topic=t, question=f"**{t}** {n}?", answer=f"Because {n}.") for n in (1, 2)) for t in loops}
    notes = {t: replace(samples.note(t, t.title()), loop=loop, quiz=items[t]) for t, loop in loops.items()}
    questions = {t: (samples.question(id=f"{t}-q", topic=t),) for t in loops}
    return Catalog(notes=notes, questions=questions, hashes={"notes": "n", "rubrics": "r"})


def test_a_quiz_shows_the_answer_after_the_candidates_words(piped: Piped, catalog: Catalog) -> None:
    """They mark themselves; what they missed is named at the end."""
    code, out = piped(
        "I think so\n\ny\n\nperhaps\nn\n",
        lambda keyboard, console: run_quiz(catalog, "code", None, 5, 1, keyboard=keyboard, console=console),
    )
    assert code == 0
    assert out.index("code 1?" if "code 1?" in out[:200] else "code 2?") < out.index("The answer") < out.index("Because")
    assert "You had 1 of 2." in out
    assert "Read again: Code" in out
    assert "**" not in out


def test_a_quiz_that_is_left_still_says_how_it_went(piped: Piped, catalog: Catalog) -> None:
    """/quit, or nothing more to read."""
    code, out = piped(
        "\ny\n/quit\n", lambda keyboard, console: run_quiz(catalog, None, None, 4, 1, keyboard=keyboard, console=console)
    )
    assert (code, "You had 1 of 1." in out) == (0, True)


def test_a_quiz_of_an_unknown_topic(piped: Piped, catalog: Catalog) -> None:
    with pytest.raises(NotFound, match="zebra"):
        piped("", lambda keyboard, console: run_quiz(catalog, "zebra", None, 4, 1, keyboard=keyboard, console=console))


def test_a_mock_loop_runs_its_rounds_and_weighs_them(piped: Piped, coach: Coach, clock: FixedClock, tmp_path: Path) -> None:
    """Coding full, behavioral nothing: four parts of five. Left in between, it says how to go on, and does."""
    viva = Viva(coach, stories_beside(coach), Settings(data_dir=tmp_path), dict)

    def loop(resume: str | None = None) -> Run:
        return lambda keyboard, console: run_mock_loop(
            viva, Level.MID, 1, keyboard=keyboard, console=console, clock=clock, resume=resume
        )

    code, out = piped("\nmet:a A.\nmet:b B.\nmet:c C.\n\nq\n", loop())
    assert code == 0
    assert "coding" in out
    assert "80%" in out  # of coding and behavioral, with the weights 40 and 10
    left = out.strip().rsplit(" ", 1)[1]
    assert f"viva mock-loop --resume {left}" in out
    code, out = piped("\nNothing.\n\n/finish\n", loop(left))
    assert code == 0
    assert "Mock loop: 4.0 of 5" in out
