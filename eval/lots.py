"""Lots: what the judge learns from one rubric, of the catalog, of another tool, or of a school's question."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from rich.progress import track

from app.core.rubric import Question
from app.core.verdict import Status
from app.engines.offline.entailment import OTHER
from app.engines.offline.features import Compares
from app.engines.segment import Span
from eval.graded import Graded, as_answers, graded_pairs, in_frames, replies
from eval.heads import SEED, Lesson, Remembering, Vectors, evidence_of, line_rows, said
from eval.pairs import LABEL_OF, UNEARNED, Lines, Pair, keyword_lists, topic_pairs
from eval.public import ShortAnswer

#: Replies cut out of an answer; answers of one line, for each criterion; and of no claim, for each question.
REPLIES, ONE_LINERS, CLAIMLESS = 5, 4, 2
#: One answer, and one reply, in this many is there once more with sentences taken back and stood by.
FRAMED = 3
#: Lists of terms made up for each rubric.
LISTS = 30


@dataclass(frozen=True, slots=True)
class Lot:
    """What the heads learn from one rubric: its lines (`only` some), its answers, and texts that claim nothing.

    `kind` says what the judge knows of the rubric: it is `new` to the network that makes the rows, or `known` but for these
    texts; a `school` question is new, with one reference answer as its statement.
    """

    rubric: str
    kind: str
    lines: list[Lines]
    only: set[str] | None
    lists: list[str]
    answers: list[Graded]
    replies: list[Graded]
    one_liners: list[Graded]

    @property
    def texts(self) -> set[str]:
        """Every text that is compared."""
        graded = (*self.answers, *self.replies, *self.one_liners)
        spoken = {*said(self.lines), *self.lists, *(piece.text for answer in graded for piece in answer.pieces)}
        asked = {c for answer in graded for c in answer.question.criteria}.union(lines.criterion for lines in self.lines)
        return spoken | {criterion.statement for criterion in asked}


def lot_of(
    rubric: str,
    kind: str,
    questions: Sequence[Question],
    lines: list[Lines],
    answers: list[Graded],
    talk: Sequence[str] = (),
    only: set[str] | None = None,
) -> Lot:
    """What the heads learn from a rubric that its `questions` share: `only` these of its lines, and these of its answers."""
    rng = random.Random(f"{SEED} {rubric}")
    lists = [*keyword_lists([x.criterion for x in lines], LISTS, SEED + 1), *talk]
    asking: dict[str, Question] = {}
    for question in questions:
        asking |= {c.id: question for c in question.criteria}
    usable = {text for each in lines for text, _ in each.labelled} if only is None else only
    single = [a for each in lines for a in as_answers(asking[each.criterion.id], each, usable, ONE_LINERS, rng)]
    single += [Graded(q, text, q.criteria, {}) for q in questions for text in rng.sample(lists, min(CLAIMLESS, len(lists)))]
    short = [reply for answer in answers for reply in replies(answer, REPLIES, rng)]
    whole, cut = ([*each, *(in_frames(a, rng) for a in rng.sample(each, len(each) // FRAMED))] for each in (answers, short))
    return Lot(rubric, kind, lines, only, lists, whole, cut, single)


def school_lot(name: str, rows: Sequence[ShortAnswer]) -> Lot:
    """The answers to a school's question, each beside the reference that it is most like."""
    return Lot(name, "school", [], None, [], [_graded(row) for row in rows], [], [])


def rows_of(lots: Sequence[Lot], network: Compares, vectors: Vectors) -> list[Lesson]:
    """What the heads learn from lots of which the network knows what their kind says.

    A new rubric of the catalog is met in two ways: with its utterances, and with its statements alone.
    """
    remembering, made = Remembering(network), []
    for lot in track(lots, description="rows for the heads"):
        spoken = any(lines.criterion.met for lines in lot.lines)
        for bare in (True, False) if spoken and lot.kind == "new" else (not spoken,):
            rows = line_rows(remembering, lot.lines, lot.only, lot.lists, vectors, bare)
            parts = {"answers": lot.answers, "replies": lot.replies, "lines": lot.one_liners}
            found = {name: evidence_of(remembering, answers, vectors, bare) for name, answers in parts.items()}
            kind = lot.kind if lot.kind == "school" else "statements alone" if bare else f"{lot.kind} rubrics"
            made.append(Lesson(lot.rubric, kind, rows, found))
    return made


def rubric_pairs(lines: Sequence[Lines], talk: Sequence[str], answers: Sequence[Graded], rng: random.Random) -> list[Pair]:
    """What the network learns from a rubric: from its lines, from talk that claims nothing, and from answers."""
    return topic_pairs(lines, talk, SEED) + [pair for answer in answers for pair in graded_pairs(answer, rng)]


def school_pairs(rows: Sequence[ShortAnswer]) -> list[Pair]:
    """What the network learns from a school's answers. Where a set has `incorrect` alone, an answer may be half right."""
    pairs = []
    for row in rows:
        label = UNEARNED if row.label == "incorrect" else LABEL_OF[row.status or Status.ABSENT]
        pairs.append(Pair(row.answer, row.likeliest, label))
        # What is no part of the subject says nothing of any reference.
        if label == OTHER:
            pairs += [Pair(row.answer, text, OTHER, 0.3) for text in row.references if text != row.likeliest]
    return pairs


def _graded(row: ShortAnswer) -> Graded:
    question, status = row.asked(row.likeliest), row.status or Status.ABSENT
    text = " ".join(row.answer.split())
    earned = {} if status is Status.ABSENT else {"reference": (status, Span(text, 0, len(text)))}
    return Graded(question, text, question.criteria, earned)
