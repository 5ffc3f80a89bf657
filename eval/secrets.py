"""How well the check on the interviewer's words works: `python -m eval.secrets`.

What must pass: every authored probe and hint, and the sound probes of `datasets/leaks/`, worded as a model would. What
must not: each statement put as a question, and, harder, the leaking probes of `datasets/leaks/`, which give the point away
in other words. All but the statements were written without sight of the check.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import yaml
from rich.console import Console
from rich.progress import track
from rich.table import Table

from app.content import Catalog, default_root, load
from app.core.events import Decision, Move
from app.core.ports import Brief
from app.core.rubric import Criterion, Question
from app.engines.llm.secrets import Secrets
from app.engines.llm.speaker import sentences
from app.engines.offline import offline_engine
from app.prompts import load_prompts
from app.retrieval.embedding import MiniLM

LEAKS = Path(__file__).parent / "datasets" / "leaks"


async def measure() -> dict[str, tuple[int, int]]:
    """(refused, of) for each sort of words."""
    root = default_root()
    secrets = Secrets(offline_engine(MiniLM(), load_prompts(root / "prompts")).judge)
    counts: dict[str, list[bool]] = {}
    catalog = load(root)
    for sort, words, brief in track([*_authored(catalog), *_worded(catalog)], description="what is said"):
        counts.setdefault(sort, []).append(await _refused(secrets, words, brief))
    return {sort: (sum(given), len(given)) for sort, given in counts.items()}


async def _refused(secrets: Secrets, words: str, brief: Brief) -> bool:
    """Whether any sentence is, one after the other, as they come from a model."""

    async def stream() -> AsyncGenerator[str, None]:
        yield words

    said: list[str] = []
    async for sentence in sentences(stream()):
        said.append(sentence)
        if await secrets.given_away(said, brief):
            return True
    return False


def _authored(catalog: Catalog) -> Iterator[tuple[str, str, Brief]]:
    """Held against every criterion of the question, as if nothing of the rubric's wording were known."""
    for question in (question for each in catalog.questions.values() for question in each):
        for criterion in question.criteria:
            claim = criterion.statement[:1].lower() + criterion.statement[1:].rstrip(".")
            brief = _brief(question, None)
            yield "authored probe", criterion.probe, brief
            yield "authored hint", criterion.hint, brief
            yield "statement as a question", f"Would you agree that {claim}?", brief


def _worded(catalog: Catalog) -> Iterator[tuple[str, str, Brief]]:
    for path in sorted(LEAKS.glob("*.yaml")):
        for item in yaml.safe_load(path.read_text(encoding="utf-8")):
            question = next(each for each in catalog.questions[item["topic"]] if each.id == item["question"])
            brief = _brief(question, question.criterion(item["criterion"]), item["answer"])
            yield "sound probe, as a model words it", item["sound"], brief
            yield "leaking probe, in other words", item["leaks"], brief


def _brief(question: Question, criterion: Criterion | None, answer: str = "") -> Brief:
    decision = Decision(move=Move.PROBE, question=0, criterion=criterion.id if criterion else None)
    return Brief(decision=decision, question=question, criterion=criterion, answer=answer, secrets=question.criteria)


if __name__ == "__main__":
    table = Table("words", "refused", title="What the interviewer may not say")
    for sort, (refused, of) in asyncio.run(measure()).items():
        table.add_row(sort, f"{refused} of {of} ({refused / of:.0%})")
    Console().print(table)
