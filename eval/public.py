"""Short-answer sets that others made: questions, reference answers, and what pupils wrote, with a label or a score.

JSON lines, gzipped or not, one answer each: `question`, `reference_answers`, `student_answer`, and `label` (or `label3` and
`label5`, as SemEval-2013 names them) or `score` between 0 and 1. `split` names the part of the set.
"""

import gzip
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.rubric import Criterion, Kind, Level, Question
from app.core.verdict import Status

_WORD = re.compile(r"[a-z0-9]+(?:\.[0-9]+)?")
#: What the labels of SemEval-2013 say in Viva's words. `incorrect` may be half right; nobody told these apart.
STATUS_OF = {
    "correct": Status.MET,
    "partially_correct_incomplete": Status.PARTIAL,
    "contradictory": Status.WRONG,
    "irrelevant": Status.ABSENT,
    "non_domain": Status.ABSENT,
    "incorrect": Status.ABSENT,
    **{str(status): status for status in Status},
}


#: And Viva's words in the three-way labels; everything else is `incorrect`.
COARSE = {Status.MET: "correct", Status.WRONG: "contradictory"}


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """An answer to a question that has one or more reference answers, each of which by itself would do.

    `label` is the finest that the set has, `coarse` the three-way one where it has both.
    """

    question: str
    references: tuple[str, ...]
    answer: str
    label: str | None
    coarse: str | None
    score: float | None
    split: str

    @property
    def status(self) -> Status | None:
        """The label in Viva's words."""
        return STATUS_OF[self.label] if self.label else None

    @property
    def likeliest(self) -> str:
        """The reference that shares most words with the answer, for what they share and what they do not."""
        return max(self.references, key=lambda text: _shared(text, self.answer))

    def asked(self, reference: str) -> Question:
        """The question with one reference answer as its only criterion, as `/v1/score` would be sent it."""
        criterion = Criterion(id="reference", kind=Kind.DEFINITION, weight=1, statement=reference)
        return Question(topic="", id="", level=Level.MID, ask=self.question, criteria=(criterion,))


def short_answers(path: Path) -> list[ShortAnswer]:
    """Every answer of a file. Raises ValueError that names the line and the field that is missing or unknown."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        return [_parsed(line, f"line {number}") for number, line in enumerate(lines, 1) if line.strip()]


def _parsed(line: str, where: str) -> ShortAnswer:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise ValueError(f"{where} is not JSON: {error}") from error
    if not isinstance(row, dict):
        raise ValueError(f"{where} is no JSON object.")
    return _answer(row, where)


def _answer(row: Mapping[str, object], where: str) -> ShortAnswer:
    given = row.get("reference_answers")
    listed = given if isinstance(given, Sequence) and not isinstance(given, str) else ()
    references = tuple(str(text) for text in listed if str(text).strip())
    for field in ("question", "student_answer"):
        if not isinstance(row.get(field), str):
            raise ValueError(f"{where}: {field!r} is missing or not a text.")
    if not references:
        raise ValueError(f"{where}: 'reference_answers' is missing or no list of texts.")
    label = row.get("label5") or row.get("label") or row.get("label3")
    score = row.get("score")
    if label is None and not isinstance(score, int | float):
        raise ValueError(f"{where}: neither 'label' nor 'score'.")
    if label is not None and label not in STATUS_OF:
        raise ValueError(f"{where}: unknown label {label!r}; known are {', '.join(STATUS_OF)}.")
    return ShortAnswer(
        question=str(row["question"]),
        references=references,
        answer=str(row["student_answer"]),
        label=None if label is None else str(label),
        coarse=None if row.get("label3") is None else str(row["label3"]),
        score=float(score) if isinstance(score, int | float) else None,
        split=str(row.get("split", "")),
    )


def _shared(one: str, other: str) -> float:
    a, b = (set(_WORD.findall(text.lower())) for text in (one, other))
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0
