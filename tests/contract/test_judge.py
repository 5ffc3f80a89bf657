"""The offline judge with its real weights: a claim from its opposite, vocabulary from a claim, and what it dares not say."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from app.content import Catalog
from app.core.errors import Unavailable
from app.core.ports import Judgement, Task
from app.core.rubric import Criterion, Kind, Level, Question
from app.core.verdict import NEED_EVIDENCE, Answer, Status
from app.engines.offline import offline_engine
from app.engines.offline.model import load_model
from app.engines.offline.weights import FOLDER, NETWORK, PIECES, VERDICTS
from app.prompts import Prompts
from app.retrieval.embedding import MiniLM
from tests.contract.server import ROOT

Judged = Callable[[Question, str], Judgement]

OPPOSITES = yaml.safe_load((ROOT / "eval" / "datasets" / "opposites.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def judged(prompts: Prompts) -> Judged:
    """Judges an answer to a question."""
    engine = offline_engine(MiniLM(), prompts)

    def judge(question: Question, text: str) -> Judgement:
        task = Task(question=question, criteria=question.criteria, answers=(Answer(turn=1, text=text),))
        return asyncio.run(engine.judge.judge(task))

    return judge


def asked(catalog: Catalog, topic: str, criterion: str) -> Question:
    """The easiest question of a topic that asks for the criterion."""
    return next(q for q in catalog.questions[topic] if criterion in {c.id for c in q.criteria})


def status(judgement: Judgement, criterion: str) -> Status:
    return next(verdict.status for verdict in judgement.verdicts if verdict.criterion == criterion)


def test_a_claim_is_told_from_its_opposite(catalog: Catalog, judged: Judged) -> None:
    """Short claims with nothing around them, the hardest case: truth earns no less than its opposite, and is doubted less."""
    right, wrong = Counter[Status](), Counter[Status]()
    for pair in OPPOSITES:
        question = asked(catalog, pair["topic"], pair["criterion"])
        right[status(judged(question, pair["right"]), pair["criterion"])] += 1
        wrong[status(judged(question, pair["wrong"]), pair["criterion"])] += 1
    credited, falsely = (side[Status.MET] + side[Status.PARTIAL] for side in (right, wrong))
    assert credited >= 6 >= falsely, (right, wrong)
    assert wrong[Status.WRONG] >= 8 > right[Status.WRONG], (right, wrong)


@pytest.mark.parametrize(
    "text",
    [
        "L1, L2, lasso, ridge, elastic net, lambda, standardization, cross-validation, bias, variance, sparsity.",
        "Regularization, standardization and cross-validation are key concepts that I always leverage in production.",
        "I would think about lambda, about the bias-variance trade-off and about scaling, because all of them matter a lot.",
        "It depends. There are many aspects of regularization, and each has its pros and cons.",
    ],
)
def test_vocabulary_earns_nothing(catalog: Catalog, judged: Judged, text: str) -> None:
    """Naming the terms of a topic claims nothing, with or without verbs around them."""
    [question] = [q for q in catalog.questions["regularization"] if q.id == "wide-churn-table"]
    earned = [v for v in judged(question, text).verdicts if v.status is Status.MET]
    assert earned == []


def test_every_claim_points_at_the_words(catalog: Catalog, judged: Judged) -> None:
    """The quote is the candidate's text at its offsets, and each verdict says how sure it is."""
    [question] = [q for q in catalog.questions["regularization"] if q.id == "wide-churn-table"]
    text = (
        "First I'd scale everything, or units decide the penalty. Then I tune lambda on held-out folds, never on training loss."
    )
    verdicts = judged(question, text).verdicts
    assert {v.criterion for v in verdicts} == {c.id for c in question.criteria}
    assert any(v.status is Status.MET for v in verdicts)
    for verdict in verdicts:
        assert verdict.confidence is not None
        assert 0 <= verdict.confidence <= 1
        assert bool(verdict.quote) == (verdict.status in NEED_EVIDENCE)
        assert text[slice(verdict.start, verdict.end)] == verdict.quote or not verdict.quote


def test_who_says_what_the_rubric_says_has_said_it(catalog: Catalog, judged: Judged) -> None:
    """The statement of each criterion, and its denial: nearly all of the first are met, hardly any of the second."""
    said, denied = Counter[Status](), Counter[Status]()
    for questions in catalog.questions.values():
        for criterion in questions[0].criteria:
            claim = criterion.statement[:1].lower() + criterion.statement[1:]
            if "the candidate" in claim:  # "The candidate asks …" is a report when somebody says it, and earns nothing
                assert status(judged(questions[0], f"So {claim}"), criterion.id) is not Status.MET
                continue
            said[status(judged(questions[0], f"So {claim}"), criterion.id)] += 1
            denied[status(judged(questions[0], f"It is simply not true that {claim}"), criterion.id)] += 1
    assert said[Status.MET] >= 0.9 * said.total(), said
    assert denied[Status.MET] <= 0.1 * denied.total(), denied


def test_a_rubric_of_another_tool_needs_no_utterances(judged: Judged) -> None:
    """A statement alone can be judged by; a judge that never saw it rather cannot tell than contradicts."""
    statement = "An index makes lookups faster and writes slower."
    criterion = Criterion(id="index", kind=Kind.DEFINITION, weight=1, statement=statement)
    question = Question(topic="sql", id="index", level=Level.MID, ask="What does an index cost?", criteria=(criterion,))
    claimed = status(judged(question, "With an index reads get faster, but writes get slower."), "index")
    assert claimed not in (Status.WRONG, Status.ABSENT)
    assert status(judged(question, "I had pasta for lunch and it was very good, thank you."), "index") is Status.ABSENT


@pytest.mark.parametrize("name", [NETWORK, PIECES, VERDICTS])
def test_damaged_weights_are_refused(name: str, tmp_path: Path) -> None:
    """A byte that is not the one that was trained, or no file at all: said by name, before anything is judged."""
    folder = shutil.copytree(FOLDER, tmp_path / "trained")
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(Unavailable, match=f"{name} are damaged"):
        load_model(folder)
    (folder / name).unlink()
    with pytest.raises(Unavailable, match="are missing"):
        load_model(folder)
