"""The offline judge: sentence by sentence, and stretches of a few sentences, against the rubric.

Every piece of the newest answer is compared with the open criteria that it comes near: by meaning (cosine), by what
it says of the statement (`entailment`), and by form. A small trained head reads each piece, a second one concludes from
all of them (`evidence`), and `verdict_of` turns its probabilities into a verdict with the words that it rests on, or
into `unscored` where they do not settle it. Flagged pieces are left out before anything is compared.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from app.core.ports import Embedder, Judgement, Task
from app.core.rubric import Criterion, Kind, Question
from app.core.verdict import Flag, Intent, Status, Verdict
from app.engines.flags import flagged
from app.engines.offline.evidence import ABSENT, MET, PARTIAL, WRONG, Evidence, Surroundings, gather, summaries
from app.engines.offline.features import CLASSES, Array, Vector, exemplars_of, texts_of
from app.engines.offline.reading import intent_of
from app.engines.segment import Span, sentences, stretches, units

if TYPE_CHECKING:  # it brings onnxruntime
    from app.engines.offline.model import Model

#: Which readings of a piece show a verdict: half of a claim may also be read as the whole.
SHOWN_BY = {Status.MET: (MET,), Status.PARTIAL: (MET, PARTIAL), Status.WRONG: (WRONG,)}
#: Under this probability of silence a piece surely speaks of a criterion.
FAINT = 0.15
#: A question to the interviewer this near to a clarification criterion states it.
CLARIFIES = 0.5


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How sure a verdict must be. Set on the development half of the gold answers; `eval/README.md` has the figures.

    `sure` is the least probability of a verdict, `partial` that of a half one, `wrong` that of a contradiction, and
    `wrong_bare` that of a contradiction of a statement that came without utterances, where the judge errs more often;
    below it the criterion stays unscored. Where some piece surely speaks of the criterion, `silent` is asked for before it
    is called absent. The words that a verdict rests on must by themselves read like it with a
    probability of `worded`, so that nobody is credited for what only the rest of the answer makes likely.
    """

    sure: float = 0.5
    partial: float = 0.5
    silent: float = 0.75
    wrong: float = 0.7
    wrong_bare: float = 0.9
    worded: float = 0.2


#: For what else stands in an answer that tried to talk the grader round: wholly said and beyond doubt, or not at all.
WARY = Thresholds(sure=0.85, partial=1.1, worded=0.6)


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
        flags = flagged(answer.text, answer.turn)
        pieces = [piece for piece in units(answer.text) if not _barred(piece, flags)]
        if not pieces:
            intent = Intent.ANSWER if flags else Intent.OFF_TOPIC
            return Judgement(verdicts=self._none_said(task), intent=intent, flags=tuple(flags))
        wider = stretches(answer.text, pieces)
        texts = list(dict.fromkeys([*(piece.text for piece in (*pieces, *wider)), *_known_texts(task.question)]))
        readings = await self._embedder.read(texts)
        vectors = {text: Vector(*reading) for text, reading in zip(texts, readings, strict=True)}
        tried = any(flag.kind != "keyword_list" for flag in flags)
        limits = WARY if tried else self._thresholds
        judgement = await asyncio.to_thread(self._judge, task, pieces, wider, vectors, limits)
        return replace(judgement, flags=tuple(flags))

    def _judge(
        self, task: Task, pieces: list[Span], wider: list[Span], vectors: Mapping[str, Vector], limits: Thresholds
    ) -> Judgement:
        turn = task.answers[-1].turn
        known = {c.id: exemplars_of(c, vectors) for c in task.question.criteria}
        around = Surroundings.of([*pieces, *wider], known, vectors)
        # What a turn is, is read piece by piece; only claims are looked for in the wider stretches.
        alone = slice(len(pieces))
        card = _card(around.said, task.question, vectors)
        about = _about(around.said, around.near, task.question, vectors)
        intent, fact = intent_of(pieces, card[alone], about[alone])
        if intent in (Intent.DONT_KNOW, Intent.OFF_TOPIC):
            return Judgement(verdicts=self._none_said(task), intent=intent)
        model = self._loaded()
        evidence = gather(model.entailment, model.pieces, around, task.criteria, task.target)
        odds = model.verdicts.probabilities(summaries(evidence, task.before))
        verdicts = [verdict_of(each, row, limits, turn) for each, row in zip(evidence, odds, strict=True)]
        if fact is not None:
            found = zip(task.criteria, verdicts, strict=True)
            verdicts = [_clarified(c, v, around.pieces, around.near[c.id], turn) for c, v in found]
        return Judgement(verdicts=tuple(verdicts), intent=intent, fact=fact)

    def _none_said(self, task: Task) -> tuple[Verdict, ...]:
        return tuple(Verdict(criterion=c.id, status=Status.ABSENT, confidence=0.95, engine=self.name) for c in task.criteria)

    def _loaded(self) -> "Model":
        if self._model is None:
            self._model = self._load()
        return self._model


def verdict_of(evidence: Evidence, odds: Array, limits: Thresholds, turn: int) -> Verdict:
    """One criterion's verdict, from the probabilities (len(CLASSES),) of each, with the words that it rests on."""
    criterion, pieces = evidence.criterion, evidence.pieces
    if not pieces:
        return _verdict(criterion, Status.ABSENT, 0.95)
    status, sure = CLASSES[int(odds.argmax())], float(odds.max())
    if status is Status.ABSENT:
        spoken_of = float(evidence.odds[:, ABSENT].min()) < FAINT
        certain = sure >= (limits.silent if spoken_of else limits.sure)
        return _verdict(criterion, status if certain else Status.UNSCORED, sure)
    contrary = limits.wrong if criterion.wrong else limits.wrong_bare
    least = {Status.MET: limits.sure, Status.PARTIAL: limits.partial, Status.WRONG: contrary}
    worded, at = evidence.best(*SHOWN_BY[status])
    if sure < least[status] or worded < limits.worded:
        return _verdict(criterion, Status.UNSCORED, sure)
    return _verdict(criterion, status, sure, pieces[at], turn)


def _clarified(criterion: Criterion, verdict: Verdict, pieces: Sequence[Span], near: Array, turn: int) -> Verdict:
    """A question that the card answers is a clarification stated, if it is the one that the criterion is about."""
    at = int(near.argmax())
    if criterion.kind is not Kind.CLARIFICATION or verdict.status is Status.MET or near[at] < CLARIFIES:
        return verdict
    return _verdict(criterion, Status.MET, float(near[at]), pieces[at], turn)


def _verdict(criterion: Criterion, status: Status, sure: float, piece: Span | None = None, turn: int | None = None) -> Verdict:
    bare = Verdict(criterion=criterion.id, status=status, confidence=round(min(1.0, sure), 3), engine="offline")
    return replace(bare, quote=piece.text, turn=turn, start=piece.start, end=piece.end) if piece else bare


def _barred(piece: Span, flags: Sequence[Flag]) -> bool:
    """Whether half of a piece or more was flagged: what was flagged earns nothing."""
    covered = sum(max(0, min(flag.end, piece.end) - max(flag.start, piece.start)) for flag in flags)
    return 2 * covered >= piece.end - piece.start


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
