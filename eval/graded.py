"""Graded answers: whole answers, and short replies cut out of them, with what their words earn, that the judge learns from.

`training/graded/` was written from the questions and the statements alone, by authors who saw neither the rubrics'
utterances nor the gold answers of `datasets/`. An answer in YAML names, by what they earn, the criteria it speaks of,
each with the words that do; every other criterion of the question is absent.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.content import Catalog
from app.core.rubric import Criterion, Kind, Level, Question
from app.core.verdict import Status, Verdict
from app.engines.offline.entailment import OTHER
from app.engines.segment import Span, sentences, stretches, units
from eval.pairs import LABEL_OF, TRAINING, Lines, Pair, Stance, framed, in_a_frame, literal, read_yaml, spoken

EARNING = (Status.MET, Status.PARTIAL, Status.WRONG)
#: Sentences of a reply that is cut out of an answer, at most.
REPLY = 3
#: How often a reply is one to a probe, and how often it then speaks of what was asked for.
PROBED, OBEDIENT = 0.6, 0.8
#: How often a single line comes after other verdicts, and how often each of these is on the same side as the line.
PAST, CONSTANT = 0.5, 0.8
#: A piece shows what the quote does when it holds this share of it; below FRAGMENT it has nothing of it.
WHOLE, FRAGMENT = 0.6, 0.1
#: How often a piece is learned beside a statement on which it is silent.
SILENT = 0.5
#: How often all sentences of an answer that is put into frames are taken back, and all stood by; and where they are not of one
#: kind, how often a sentence has a frame, and of what stance.
ALL_DENIED, ALL_AFFIRMED, SOME = 0.35, 0.2, 0.35
MIXED = {Stance.DENY: 0.5, Stance.AFFIRM: 0.35, Stance.ASIDE: 0.15}


@dataclass(frozen=True, slots=True)
class Graded:
    """An answer, the criteria that were open, and what it earns of them: the status and the words, as a part of the text.

    `before` are verdicts that stood when it was given, `target` the criterion that was asked for.
    """

    question: Question
    text: str
    criteria: tuple[Criterion, ...]
    earned: Mapping[str, tuple[Status, Span]]
    before: tuple[Verdict, ...] = ()
    target: str | None = None

    def status(self, criterion: str) -> Status:
        """What the answer earns of a criterion."""
        return self.earned[criterion][0] if criterion in self.earned else Status.ABSENT

    @property
    def pieces(self) -> list[Span]:
        """What the judge hears of it: its units, and stretches of them."""
        alone = units(self.text)
        return [*alone, *stretches(self.text, alone)]

    def label(self, piece: Span, criterion: str) -> Status | None:
        """What one piece of the answer earns; None where it has only some of the words that do."""
        if criterion not in self.earned:
            return Status.ABSENT
        status, words = self.earned[criterion]
        share = max(0, min(piece.end, words.end) - max(piece.start, words.start)) / (words.end - words.start)
        return status if share >= WHOLE else Status.ABSENT if share < FRAGMENT else None


def graded_answers(catalog: Catalog) -> dict[str, list[Graded]]:
    """The graded answers by rubric. Raises ValueError where one quotes what its text does not say."""
    questions = {(q.topic, q.id): q for of_topic in catalog.questions.values() for q in of_topic}
    found = {}
    for path in sorted((TRAINING / "graded").glob("*.yaml")):
        file = read_yaml(path)
        found[path.stem] = [_graded(questions[file["topic"], answer["question"]], answer) for answer in file["answers"]]
    return found


def inline_rubrics() -> dict[str, tuple[Question, list[Lines], list[Graded]]]:
    """Rubrics of other subjects (`training/inline/`), as another tool would send them: statements alone, lines and answers."""
    found = {}
    for path in sorted((TRAINING / "inline").glob("*.yaml")):
        file = read_yaml(path)
        question = inline_question(path.stem, file)
        lines = spoken(path.stem, question.criteria, file["twins"], {})
        found[path.stem] = question, lines, [_graded(question, answer) for answer in file["answers"]]
    return found


def inline_question(id: str, file: Mapping[str, Any]) -> Question:
    """A question with criteria of its own, as another tool would send it: `ask` and `criteria` of a file."""
    criteria = tuple(Criterion(**{**each, "kind": Kind(each["kind"])}) for each in file["criteria"])
    return Question(topic="", id=id, level=Level.MID, ask=file["ask"], criteria=criteria)


def replies(answer: Graded, count: int, rng: random.Random) -> list[Graded]:
    """Short replies cut out of an answer. What the rest of it earned are the verdicts before."""
    spans = sentences(answer.text)
    return [_reply(answer, spans, rng) for _ in range(count)] if len(spans) > 1 else []


def in_frames(answer: Graded, rng: random.Random) -> Graded:
    """The answer with sentences taken back, stood by, or only mentioned. What cannot be told of a criterion leaves it out."""
    parts = sentences(answer.text)
    chance = rng.random()
    if chance < ALL_DENIED + ALL_AFFIRMED:
        stances: list[Stance | None] = [Stance.DENY if chance < ALL_DENIED else Stance.AFFIRM] * len(parts)
    else:
        drawn = rng.choices([*MIXED], [*MIXED.values()], k=len(parts))
        stances = [stance if rng.random() < SOME else None for stance in drawn]
    said = [framed(p.text, s, rng, taught=False) if s else p.text for p, s in zip(parts, stances, strict=True)]
    starts = [sum(len(text) + 1 for text in said[:index]) for index in range(len(said))]
    text = " ".join(said)
    earned, unknown = {}, set()
    for id, (status, words) in answer.earned.items():
        touched = [i for i, part in enumerate(parts) if part.start < words.end and words.start < part.end]
        around = {stances[i] for i in touched}
        stance = around.pop()
        after = stance.of(status) if stance else status
        if around or after is None:
            unknown.add(id)
        elif after is not Status.ABSENT:
            first, last = touched[0], touched[-1]
            start = starts[first] + (0 if stance else max(0, words.start - parts[first].start))
            end = starts[last] + (len(said[last]) if stance else min(len(said[last]), words.end - parts[last].start))
            earned[id] = (after, Span(text[start:end], start, end))
    criteria = tuple(c for c in answer.criteria if c.id not in unknown)
    return replace(answer, text=text, criteria=criteria, earned=earned)


def as_answers(question: Question, lines: Lines, only: set[str], count: int, rng: random.Random) -> list[Graded]:
    """Lines of one criterion, and as many of it repeated, denied and upheld, as answers of one sentence.

    Half of them have a past: somebody who is right here was mostly right before, and somebody who is wrong mostly wrong.
    """
    said = [(text, status) for text, status in lines.labelled if text in only]
    own = lines.criterion.id
    found = []
    for text, status in (*rng.sample(said, min(count, len(said))), *rng.sample(literal(lines, rng), count)):
        before = _past(question, own, status, rng) if rng.random() < PAST else ()
        closed = {verdict.criterion for verdict in before}
        criteria = tuple(c for c in question.criteria if c.id not in closed)
        target = own if rng.random() < PROBED else None
        found.append(Graded(question, text, criteria, {own: (status, Span(text, 0, len(text)))}, before, target))
    return found


def _past(question: Question, own: str, status: Status, rng: random.Random) -> tuple[Verdict, ...]:
    others = [c.id for c in question.criteria if c.id != own]
    usual, other = (Status.WRONG, Status.MET) if status is Status.WRONG else (Status.MET, Status.WRONG)
    return tuple(
        Verdict(criterion=id, status=usual if rng.random() < CONSTANT else other, confidence=1.0, engine="author")
        for id in rng.sample(others, min(len(others), rng.randint(1, 3)))
    )


def graded_pairs(answer: Graded, rng: random.Random) -> list[Pair]:
    """What the network learns from an answer: its quotes, alone and in their surroundings, and what says something else."""
    statements = {c.id: c.statement for c in answer.criteria}
    pairs = [Pair(words.text, statements[id], LABEL_OF[status], 2.0) for id, (status, words) in answer.earned.items()]
    stances = rng.choices([*Stance], k=len(pairs))
    for stance, (id, (status, words)) in zip(stances, answer.earned.items(), strict=True):
        pairs.append(in_a_frame(words.text, status, statements[id], stance, rng))
    for piece in answer.pieces:
        labels = {id: answer.label(piece, id) for id in statements}
        pairs += [Pair(piece.text, statements[id], LABEL_OF[s]) for id, s in labels.items() if s in EARNING]
        others = [id for id, status in labels.items() if status is Status.ABSENT]
        if others and rng.random() < SILENT:
            pairs.append(Pair(piece.text, statements[rng.choice(others)], OTHER))
    return pairs


def _graded(question: Question, answer: Mapping[str, object]) -> Graded:
    text = " ".join(str(answer["text"]).split())
    earned = {}
    for status in EARNING:
        for id, quote in (answer.get(status.value) or {}).items():  # type: ignore[attr-defined]
            words = " ".join(quote.split())
            start = text.index(words)
            earned[id] = (status, Span(words, start, start + len(words)))
    return Graded(question, text, question.criteria, earned)


def _reply(answer: Graded, spans: Sequence[Span], rng: random.Random) -> Graded:
    first = rng.randrange(len(spans))
    last = min(len(spans) - 1, first + rng.randrange(REPLY))
    start, end = spans[first].start, spans[last].end
    earned, before, torn = {}, [], set()
    for id, (status, words) in answer.earned.items():
        if start <= words.start and words.end <= end:
            earned[id] = (status, Span(words.text, words.start - start, words.end - start))
        elif words.start < end and start < words.end:
            torn.add(id)
        else:
            before.append(Verdict(criterion=id, status=status, confidence=1.0, engine="author"))
    closed = torn | {verdict.criterion for verdict in before if verdict.status is not Status.PARTIAL}
    criteria = tuple(c for c in answer.criteria if c.id not in closed)
    target = None
    if criteria and rng.random() < PROBED:
        meant = [c.id for c in criteria if c.id in earned] if rng.random() < OBEDIENT else []
        target = rng.choice(meant or [c.id for c in criteria])
    return Graded(answer.question, answer.text[start:end], criteria, earned, tuple(before), target)
