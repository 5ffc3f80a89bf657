"""The offline judge: sentence by sentence, against the rubric's own utterances.

Every piece of the newest answer is compared with what each open criterion says and with what its right, half
right and wrong utterances say: by meaning (cosine), by agreement word for word (`align`), and by form. A small
trained head turns that into probabilities, and `verdict_of` into a verdict, or into `unscored` where they do
not settle it. Flagged pieces are left out before anything is compared.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from app.core.ports import Embedder, Judgement, Task
from app.core.rubric import Criterion, Kind, Question
from app.core.verdict import Answer, Intent, Status, Verdict
from app.engines.offline.features import CLASSES, Array, Vector, exemplars_of, features, nearness, texts_of
from app.engines.offline.reading import flagged, intent_of
from app.engines.offline.segment import Span, sentences, units

if TYPE_CHECKING:  # it brings torch, which takes seconds to import
    from app.engines.offline.model import Model

#: A question to the interviewer this near to a clarification criterion states it.
CLARIFIES = 0.5


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How near and how sure. Set on the development half of the gold answers; `eval/README.md` has the figures.

    `about` is the least nearness of a piece to a criterion, `reach` how far behind the nearest piece another may
    lie and still be heard; `met`, `wrong` and `partial` are least probabilities; a right and a wrong claim less
    than `margin` apart settle nothing.
    """

    about: float = 0.45
    reach: float = 0.25
    met: float = 0.4
    wrong: float = 0.6
    partial: float = 0.5
    margin: float = 0.2
    doubt: float = 0.3
    absent: float = 0.4


class OfflineJudge:
    """A Judge with no key and no network. `load` gives the trained model; it is called once, when first needed."""

    name = "offline"

    def __init__(self, embedder: Embedder, load: Callable[[], "Model"], thresholds: Thresholds | None = None) -> None:
        self._embedder = embedder
        self._load = load
        self._model: Model | None = None
        self._thresholds = thresholds or Thresholds()

    async def prepare(self, question: Question) -> None:
        """Read the question's rubric while the candidate thinks, so that no answer waits for it."""
        await self._embedder.read(_known_texts(question))

    async def judge(self, task: Task) -> Judgement:
        """Verdicts for the task's criteria on its newest answer. Raises Unavailable when the model cannot be loaded."""
        answer = task.answers[-1]
        pieces = units(answer.text)
        texts = list(dict.fromkeys([*(piece.text for piece in pieces), *_known_texts(task.question)]))
        readings = await self._embedder.read(texts)
        vectors = {text: Vector(*reading) for text, reading in zip(texts, readings, strict=True)}
        return await asyncio.to_thread(self._judge, task, answer, pieces, vectors)

    def _judge(self, task: Task, answer: Answer, pieces: list[Span], vectors: Mapping[str, Vector]) -> Judgement:
        flags = flagged(pieces, answer.turn)
        barred = {flag.start for flag in flags}
        pieces = [piece for piece in pieces if piece.start not in barred]
        if not pieces:
            intent = Intent.ANSWER if flags else Intent.OFF_TOPIC
            return Judgement(verdicts=self._none_said(task), intent=intent, flags=tuple(flags))
        known = {c.id: exemplars_of(c, vectors) for c in task.question.criteria}
        said = np.stack([vectors[piece.text].sentence for piece in pieces])
        near = {id: nearness(said, exemplars) for id, exemplars in known.items()}
        intent, fact = intent_of(pieces, _card(said, task.question, vectors), _about(said, near, task.question, vectors))
        if intent in (Intent.DONT_KNOW, Intent.OFF_TOPIC):
            return Judgement(verdicts=self._none_said(task), intent=intent, flags=tuple(flags))
        looked_at = [(c, i) for c in task.criteria for i in _heard(near[c.id], self._thresholds)]
        rows = features(
            self._loaded().align,
            [(pieces[i], vectors[pieces[i].text], known[c.id], _rival(near, c.id, i), c.id == task.target) for c, i in looked_at],
        )
        odds = self._loaded().head.probabilities(rows)
        verdicts = []
        for criterion in task.criteria:
            chosen = [k for k, (c, _) in enumerate(looked_at) if c.id == criterion.id]
            spans = [pieces[looked_at[k][1]] for k in chosen]
            verdict = verdict_of(criterion, spans, odds[chosen], self._thresholds, answer.turn)
            if fact is not None:
                verdict = _clarified(criterion, verdict, pieces, near[criterion.id], answer.turn)
            verdicts.append(verdict)
        return Judgement(verdicts=tuple(verdicts), intent=intent, fact=fact, flags=tuple(flags))

    def _none_said(self, task: Task) -> tuple[Verdict, ...]:
        return tuple(Verdict(criterion=c.id, status=Status.ABSENT, confidence=0.95, engine=self.name) for c in task.criteria)

    def _loaded(self) -> "Model":
        if self._model is None:
            self._model = self._load()
        return self._model


def verdict_of(criterion: Criterion, pieces: Sequence[Span], odds: Array, limits: Thresholds, turn: int) -> Verdict:
    """One criterion's verdict from the probabilities (pieces, CLASSES) of the pieces looked at closely.

    The strongest claim decides; a right and a wrong claim of like strength, or none that is strong enough while
    silence is not certain either, leave it unscored.
    """
    if not pieces:
        return _verdict(criterion, Status.ABSENT, 1.0)
    met, partial, absent, wrong = (odds[:, CLASSES.index(s)] for s in (Status.MET, Status.PARTIAL, Status.ABSENT, Status.WRONG))
    right, false, half = float(met.max()), float(wrong.max()), met + partial
    if false >= limits.wrong and false > right + limits.margin:
        return _verdict(criterion, Status.WRONG, false, pieces[int(wrong.argmax())], turn)
    if right >= limits.met and right > false + limits.margin:
        return _verdict(criterion, Status.MET, right, pieces[int(met.argmax())], turn)
    if abs(right - false) <= limits.margin and max(right, false) > limits.doubt:
        return _verdict(criterion, Status.UNSCORED, max(right, false))
    if half.max() >= limits.partial and half.max() > false:
        return _verdict(criterion, Status.PARTIAL, float(half.max()), pieces[int(half.argmax())], turn)
    status = Status.ABSENT if absent.min() >= limits.absent else Status.UNSCORED
    return _verdict(criterion, status, float(absent.min()))


def _clarified(criterion: Criterion, verdict: Verdict, pieces: Sequence[Span], near: Array, turn: int) -> Verdict:
    """A question that the card answers is a clarification stated, if it is the one that the criterion is about."""
    at = int(near.argmax())
    if criterion.kind is not Kind.CLARIFICATION or verdict.status is Status.MET or near[at] < CLARIFIES:
        return verdict
    return _verdict(criterion, Status.MET, float(near[at]), pieces[at], turn)


def _verdict(criterion: Criterion, status: Status, sure: float, piece: Span | None = None, turn: int | None = None) -> Verdict:
    bare = Verdict(criterion=criterion.id, status=status, confidence=round(sure, 3), engine="offline")
    return replace(bare, quote=piece.text, turn=turn, start=piece.start, end=piece.end) if piece else bare


def _known_texts(question: Question) -> list[str]:
    facts = [fact.asks_about for fact in question.constraints]
    asked = [sentence.text for sentence in sentences(question.ask)]
    return [*facts, *asked, *(text for criterion in question.criteria for text in texts_of(criterion))]


def _card(said: Array, question: Question, vectors: Mapping[str, Vector]) -> Array:
    if not question.constraints:
        return np.zeros((len(said), 0), dtype=np.float32)
    return said @ np.stack([vectors[fact.asks_about].sentence for fact in question.constraints]).T


def _about(said: Array, near: Mapping[str, Array], question: Question, vectors: Mapping[str, Vector]) -> Array:
    asked = [said @ vectors[sentence.text].sentence for sentence in sentences(question.ask)]
    return np.max(np.stack([*asked, *near.values()]), axis=0)  # type: ignore[no-any-return]


def _heard(near: Array, limits: Thresholds) -> list[int]:
    """The pieces that may decide a criterion: near enough to it, and not far behind the nearest."""
    return [int(i) for i in np.flatnonzero(near >= max(limits.about, float(near.max()) - limits.reach))]


def _rival(near: Mapping[str, Array], criterion: str, piece: int) -> float:
    return max((float(values[piece]) for id, values in near.items() if id != criterion), default=0.0)
