"""Stories in a terminal, as a script drives them through a pipe, and as a person types them."""

import asyncio
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from app.coach import Coach
from app.core.errors import Invalid
from app.core.star import Dimension
from app.stories import Stories
from app.terminal.star import export, run_star, show_bank
from tests.contract.conftest import Piped
from tests.fakes import stories_beside
from tests.unit.core import samples

CLEAR = "\n".join(f"{each}:2 words on {each}" for each in Dimension)
Told = Callable[..., tuple[int, str]]


@pytest.fixture
def stories(coach: Coach) -> Stories:
    asks = {"failure": "Tell me of a failure.", "mentoring": "Tell me of mentoring."}
    questions = [replace(samples.question(id=id, topic="star-method"), ask=ask) for id, ask in asks.items()]
    return stories_beside(coach, *questions)


@pytest.fixture
def told(piped: Piped, stories: Stories) -> Told:
    """Tells a story with a text on standard input; the exit code and all that was printed."""

    def run(text: str, question: str | None = "failure", resume: str | None = None) -> tuple[int, str]:
        return piped(
            text, lambda keyboard, console: run_star(stories, question, None, keyboard=keyboard, console=console, resume=resume)
        )

    return run


def test_a_whole_session(told: Told, stories: Stories) -> None:
    """Told, asked about, shown with its letters and its plan, told again and compared."""
    code, out = told(f"situation:2 a bakery\n\naction:1 I baked\n\nwell\n\nwell\n\n/again\n{CLEAR}\n\n\n")
    assert code == 0
    assert out.index("Tell me of a failure.") < out.index("action?") < out.index("What was heard")
    assert "a bakery [S]" in out
    assert "? What of the result?" in out
    assert "Beside the telling before" in out
    assert "clear \N{BLACK UP-POINTING TRIANGLE}" in out
    console = Console(file=io.StringIO(), width=120, highlight=False)
    show_bank(asyncio.run(stories.bank()), stories, console)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "\N{BLACK CIRCLE} Tell me of a failure." in shown
    assert "\N{WHITE CIRCLE} Tell me of mentoring.  no story yet" in shown


def test_a_story_that_is_left_is_kept_and_what_was_not_sent_is_given_back(told: Told, stories: Stories) -> None:
    code, out = told("situation:2 a bakery\n\nhalf a line\n/quit\n")
    assert code == 0
    assert "half a line" in out
    [id] = asyncio.run(stories._store.stories())  # type: ignore[arg-type]
    assert f"viva star --resume {id}" in out
    code, out = told("/finish\n\n", resume=id)
    assert code == 0
    assert "a bakery [S]" in out


def test_a_story_is_named_tagged_and_written_to_a_file(told: Told, stories: Stories, tmp_path: Path) -> None:
    """Kept with a number that there is not, it says so and keeps nothing; the files hold the words."""
    story = f"{CLEAR}\n\n"
    code, out = told(f"{story}/keep\n\n\n7\n/keep\nThe bakery\nfailure, bread\n1, 2\n\n")
    assert code == 0
    assert "The numbers go from 1 to 2. Nothing was kept." in out
    assert "Kept as The bakery." in out
    bank = asyncio.run(stories.bank())
    assert bank.open == ()
    export(bank, stories, tmp_path / "bank.md")
    assert "## The bakery" in (tmp_path / "bank.md").read_text(encoding="utf-8")
    export(bank, stories, tmp_path / "bank.json")
    [kept] = json.loads((tmp_path / "bank.json").read_text(encoding="utf-8"))["stories"]
    assert (kept["tags"], kept["text"], kept["scores"]["action"]) == (["failure", "bread"], CLEAR, 2)
    with pytest.raises(Invalid, match="could not be written"):
        export(bank, stories, tmp_path / "nowhere" / "bank.md")
