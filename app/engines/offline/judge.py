"""The offline judge: sentence by sentence, and stretches of a few sentences, against the rubric.

Every piece of the newest answer is compared with the open criteria that it comes near: by meaning (cosine), by what
it says of the statement (`entailment`), and by form. A small trained head turns that into probabilities, and
`verdicts_of` into verdicts, or into `unscored` where they do not settle it. Flagged pieces are left out before
anything is compared.
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
from app.engines.offline.features import CLASSES, Array, Heard, Vector, exemplars_of, features, nearness, texts_of
from app.engines.offline.reading import intent_of
from app.engines.segment import Span, sentences, stretches, units

if TYPE_CHECKING:  # it brings onnxruntime
    from app.engines.offline.model import Model

#: How an earlier verdict leans, beside the leanings of this answer's claims.
SETTLED = {Status.MET: 0.7, Status.WRONG: -0.7}
#: Over this a claim has been made, of whatever sort; at FAINT it is none at all.
DOUBT = 0.3
FAINT = 0.15
#: A question to the interviewer this near to a clarification criterion states it.
CLARIFIES = 0.5


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How near and how sure. Set on the development half of the gold answers; `eval/README.md` has the figures.

    `about` is the least nearness of a piece to a criterion, `reach` how far behind the nearest piece another may
    lie and still be heard; `met`, `wrong` and `partial` are least probabilities, and `wrong_bare` that of a
    contradiction of a statement that came without utterances, where the judge errs more often; credit must lead the
    contrary by `margin`, and over DOUBT a claim that does not settle it leaves it unscored. A half claim must come
    as near as `half_near`. `tenor` is how much the rest of what they said weighs: who is right about most things is
    more likely right in a sentence that reads both ways, and who is wrong about most is more likely wrong; `most`
    caps it, so that one plain false claim in a good answer is still heard.
    A piece further than `rival` behind its nearest criterion is not about this one.
    """

    about: float = 0.3
    reach: float = 0.5
    met: float = 0.6
    wrong: float = 0.85
    wrong_bare: float = 0.985
    partial: float = 0.85
    half_near: float = 0.4
    margin: float = -0.1
    absent: float = 0.3
    tenor: float = 0.6
    most: float = 0.3
    rival: float = 0.1


#: For what else stands in an answer that tried to talk the grader round: near and beyond doubt, or not at all.
WARY = {"about": 0.45, "met": 0.85, "partial": 1.1, "margin": 0.1}


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
        limits = replace(self._thresholds, **WARY) if tried else self._thresholds
        judgement = await asyncio.to_thread(self._judge, task, pieces, wider, vectors, limits)
        return replace(judgement, flags=tuple(flags))

    def _judge(
        self, task: Task, pieces: list[Span], wider: list[Span], vectors: Mapping[str, Vector], limits: Thresholds
    ) -> Judgement:
        turn = task.answers[-1].turn
        known = {c.id: exemplars_of(c, vectors) for c in task.question.criteria}
        heard_as = [*pieces, *wider]
        said = np.stack([vectors[piece.text].sentence for piece in heard_as])
        near = {id: nearness(said, exemplars) for id, exemplars in known.items()}
        # What a turn is, is read piece by piece; only claims are looked for in the wider stretches.
        alone = slice(len(pieces))
        card, about = _card(said, task.question, vectors), _about(said, near, task.question, vectors)
        intent, fact = intent_of(pieces, card[alone], about[alone])
        if intent in (Intent.DONT_KNOW, Intent.OFF_TOPIC):
            return Judgement(verdicts=self._none_said(task), intent=intent)
        pieces = heard_as
        nearest = np.max(np.stack(list(near.values())), axis=0)
        looked_at = [(c, i) for c in task.criteria for i in _heard(near[c.id], nearest, limits)]
        heard_at = [
            Heard(pieces[i], vectors[pieces[i].text], known[c.id], _rival(near, c.id, i), c.id == task.target)
            for c, i in looked_at
        ]
        rows = features(self._loaded().entailment, heard_at)
        odds = self._loaded().head.probabilities(rows)
        claims = []
        for criterion in task.criteria:
            chosen = [k for k, (c, _) in enumerate(looked_at) if c.id == criterion.id]
            heard = [looked_at[k][1] for k in chosen]
            claims.append(Claims(criterion, [pieces[i] for i in heard], odds[chosen], near[criterion.id][heard]))
        verdicts = verdicts_of(claims, task.before, limits, turn)
        if fact is not None:
            verdicts = [
                _clarified(claim.criterion, verdict, pieces, near[claim.criterion.id], turn)
                for claim, verdict in zip(claims, verdicts, strict=True)
            ]
        return Judgement(verdicts=tuple(verdicts), intent=intent, fact=fact)

    def _none_said(self, task: Task) -> tuple[Verdict, ...]:
        return tuple(Verdict(criterion=c.id, status=Status.ABSENT, confidence=0.95, engine=self.name) for c in task.criteria)

    def _loaded(self) -> "Model":
        if self._model is None:
            self._model = self._load()
        return self._model


@dataclass(frozen=True, slots=True)
class Claims:
    """What was heard of one criterion: the pieces, their probabilities (pieces, CLASSES) and their nearness (pieces,)."""

    criterion: Criterion
    pieces: Sequence[Span]
    odds: Array
    near: Array

    def best(self, *statuses: Status) -> tuple[float, int]:
        """The greatest probability of any of these statuses, summed for a piece, and the piece that has it."""
        sums = self.odds[:, [CLASSES.index(status) for status in statuses]].sum(axis=1)
        return float(sums.max()), int(sums.argmax())

    @property
    def leaning(self) -> float | None:
        """Right less wrong, -1 to 1; None where nothing much was claimed."""
        if not self.pieces:
            return None
        right, wrong = self.best(Status.MET)[0], self.best(Status.WRONG)[0]
        return right - wrong if max(right, wrong) > DOUBT else None


def verdicts_of(claims: Sequence[Claims], before: Sequence[Verdict], limits: Thresholds, turn: int) -> list[Verdict]:
    """The verdicts on an answer, each in the light of the whole of it and of the verdicts before it."""
    leanings = {claim.criterion.id: claim.leaning for claim in claims}
    settled = [SETTLED[verdict.status] for verdict in before if verdict.status in SETTLED]
    verdicts = []
    for claim in claims:
        others = settled + [value for id, value in leanings.items() if value is not None and id != claim.criterion.id]
        # Shrunk towards nothing where there is little else to go by.
        lean = limits.tenor * sum(others) / (len(others) + 1)
        shift = max(-limits.most, min(limits.most, lean))
        verdicts.append(verdict_of(claim, limits, turn, shift))
    return verdicts


def verdict_of(claim: Claims, limits: Thresholds, turn: int, shift: float = 0.0) -> Verdict:
    """One criterion's verdict. `shift` is what the rest of the answer adds to right and takes from wrong.

    The strongest claim decides; a right and a wrong claim of like strength, or none that is strong enough while
    silence is not certain either, leave it unscored.
    """
    criterion, pieces = claim.criterion, claim.pieces
    if not pieces:
        return _verdict(criterion, Status.ABSENT, 1.0)
    (right, right_at), (false, false_at) = claim.best(Status.MET), claim.best(Status.WRONG)
    half, half_at = claim.best(Status.MET, Status.PARTIAL)
    silence = float(claim.odds[:, CLASSES.index(Status.ABSENT)].min())
    # Only a claim that is there can be read either way.
    right += shift if right > FAINT else 0.0
    false -= shift if false > FAINT else 0.0
    if false >= (limits.wrong if criterion.wrong else limits.wrong_bare) and false > right:
        return _verdict(criterion, Status.WRONG, false, pieces[false_at], turn)
    if right >= limits.met and right > false + limits.margin:
        return _verdict(criterion, Status.MET, right, pieces[right_at], turn)
    if max(right, false) > DOUBT and false > right - limits.margin:
        return _verdict(criterion, Status.UNSCORED, max(right, false))
    half_heard = half + min(0.0, shift) >= limits.partial
    if half_heard and half > false + limits.margin and claim.near[half_at] >= limits.half_near:
        return _verdict(criterion, Status.PARTIAL, half, pieces[half_at], turn)
    certain = silence >= limits.absent or half >= limits.partial
    return _verdict(criterion, Status.ABSENT if certain else Status.UNSCORED, silence)


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


def _heard(near: Array, nearest: Array, limits: Thresholds) -> list[int]:
    """The pieces that may decide a criterion: near enough to it, not far behind the nearest piece, and about it."""
    enough = near >= max(limits.about, float(near.max()) - limits.reach)
    return [int(i) for i in np.flatnonzero(enough & (near >= nearest - limits.rival))]


def _rival(near: Mapping[str, Array], criterion: str, piece: int) -> float:
    return max((float(values[piece]) for id, values in near.items() if id != criterion), default=0.0)
