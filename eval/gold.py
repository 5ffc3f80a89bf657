"""The gold answers of `datasets/judge/`: 48 questions, ten answers each, labelled by criterion and overall.

Half of the questions ship with a rubric, half come with criteria of their own, as another tool would send them. No part of the
judge learned from any of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from app.content import Catalog
from app.core.rubric import Criterion, Kind, Level, Question
from app.core.verdict import Status

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


def gold_answers(catalog: Catalog) -> list[GoldAnswer]:
    """All of them. Raises LookupError where a file names a question that the catalog lacks."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        file = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        question = _question(file, catalog)
        for answer in file["answers"]:
            labels = {id: Status(label) for id, label in answer["labels"].items()}
            rubric = "shipped" if "rubric" in file else "inline"
            text = " ".join(answer["text"].split())
            found.append(GoldAnswer(path.stem, rubric, question, answer["profile"], text, answer["overall"], labels))
    return found


def _question(file: Mapping[str, object], catalog: Catalog) -> Question:
    if "rubric" in file:
        for question in catalog.questions[str(file["topic"])]:
            if question.id == file["question"] and file["rubric"] == (question.case or question.topic):
                return question
        raise LookupError(f"no question {file['question']} in {file['rubric']}")
    criteria = tuple(Criterion(**{**each, "kind": Kind(each["kind"])}) for each in file["criteria"])  # type: ignore[attr-defined]
    return Question(topic="", id="", level=Level.MID, ask=str(file["ask"]), criteria=criteria)
