"""The gold answers of `datasets/judge/`: 48 questions, ten answers each, labelled by criterion and overall.

Half of the questions ship with a rubric, half come with criteria of their own, as another tool would send them. No part of the
judge learned from any of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.content import Catalog
from app.core.rubric import Question
from app.core.verdict import Status
from eval.graded import inline_question
from eval.pairs import read_yaml

FOLDER = Path(__file__).parent / "datasets" / "judge"
PROFILES = (
    *("strong", "terse", "informal", "partial", "partial_non_native"),
    *("long_weak", "buzzwords", "wrong", "off_topic", "injection"),
)


@dataclass(frozen=True, slots=True)
class GoldAnswer:
    """One answer with its labels. `rubric` says whose criteria they are: `shipped` or `inline`."""

    file: str
    rubric: str
    question: Question
    profile: str
    text: str
    overall: float
    labels: Mapping[str, Status]


def by_id(catalog: Catalog) -> dict[tuple[str, str], Question]:
    """Every question of the catalog by its topic and id."""
    return {(q.topic, q.id): q for of_topic in catalog.questions.values() for q in of_topic}


def gold_answers(catalog: Catalog) -> list[GoldAnswer]:
    """All of them. Raises LookupError where a file names a question that the catalog lacks."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        file = read_yaml(path)
        question = _question(file, catalog) if "rubric" in file else inline_question("", file)
        for answer in file["answers"]:
            labels = {id: Status(label) for id, label in answer["labels"].items()}
            rubric = "shipped" if "rubric" in file else "inline"
            text = " ".join(answer["text"].split())
            found.append(GoldAnswer(path.stem, rubric, question, answer["profile"], text, answer["overall"], labels))
    return found


def _question(file: Mapping[str, str], catalog: Catalog) -> Question:
    for question in catalog.questions[file["topic"]]:
        if question.id == file["question"] and file["rubric"] == (question.case or question.topic):
            return question
    raise LookupError(f"no question {file['question']} in {file['rubric']}")
