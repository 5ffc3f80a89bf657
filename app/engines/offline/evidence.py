"""What an answer offers for each criterion: the pieces that are heard for it, what each of them seems to say, and a summary.

`gather` compares the pieces with the criteria that they come near; `summaries` turns all of it into a row for each
criterion, in the light of the whole answer and of the verdicts before it. Training takes the same way, so that the head
that concludes meets in an interview what it learned from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from app.core.rubric import Criterion
from app.core.verdict import Status, Verdict
from app.engines.offline.features import CLASSES, NAMES, Array, Compares, Exemplars, Heard, Vector, features, nearness
from app.engines.segment import Span

MET, PARTIAL, ABSENT, WRONG = range(len(CLASSES))
#: What a verdict before this answer counts for, beside the claims of this one.
SETTLED = {Status.MET: MET, Status.WRONG: WRONG}
SURE = 0.7
#: Over this a claim has been made, of whatever sort.
CLAIMED = 0.3
#: Which pieces are heard for a criterion, in cosines: the least nearness, how far behind the nearest piece another may lie, and
#: how far behind the criterion that the piece is nearest to.
ABOUT, BEHIND_BEST, BEHIND_RIVAL = 0.25, 0.5, 0.15
#: Columns of `summaries`. What ends in `_of_met`, `_of_wrong` and `_of_nearest` belongs to the piece that is the most so.
SUMMARY = (
    *("met", "partial", "wrong", "half", "silence", "second_met", "second_wrong", "mean_met", "mean_wrong"),
    *("near", "near_of_met", "near_of_wrong", "behind_of_met", "behind_of_wrong", "log_pieces"),
    *("met_of_nearest", "partial_of_nearest", "wrong_of_nearest", "same_of_nearest", "contrary_of_nearest"),
    *("same", "contrary", "half_said", "sim_statement", "sim_met"),
    *("function_words_of_met", "log_words_of_met", "asked_for", "has_utterances"),
    *("met_of_others", "partial_of_others", "wrong_of_others", "same_of_others", "contrary_of_others"),
    *("lean_of_others", "most_met_of_others", "most_wrong_of_others", "log_criteria"),
)


class Head(Protocol):
    """Rows of features -> probabilities of CLASSES."""

    def probabilities(self, rows: Array) -> Array: ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was heard for one criterion. All arrays have a row for each piece.

    `rows` (pieces, len(NAMES)) are the features, `odds` (pieces, len(CLASSES)) what a head makes of each piece alone, `near`
    (pieces,) the cosine with the nearest utterance, and `behind` (pieces,), 0 or less, that less the nearest rival's.
    """

    criterion: Criterion
    pieces: tuple[Span, ...]
    rows: Array
    odds: Array
    near: Array
    behind: Array

    def best(self, *classes: int) -> tuple[float, int]:
        """The greatest probability of any of these classes, summed for a piece, and the piece that has it."""
        sums = self.odds[:, classes].sum(axis=1)
        return float(sums.max()), int(sums.argmax())


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The pieces of an answer beside all criteria of its question, since each is a rival of the others.

    `said` (pieces, d) are the pieces' vectors; `near` has for each criterion the cosine of every piece with the nearest
    thing said of it, shape (pieces,).
    """

    pieces: tuple[Span, ...]
    said: Array
    known: Mapping[str, Exemplars]
    vectors: Mapping[str, Vector]
    near: Mapping[str, Array]

    @classmethod
    def of(cls, pieces: Sequence[Span], known: Mapping[str, Exemplars], vectors: Mapping[str, Vector]) -> "Surroundings":
        """With `vectors` of the pieces' texts."""
        said = np.stack([vectors[piece.text].sentence for piece in pieces])
        return cls(tuple(pieces), said, known, vectors, {id: nearness(said, exemplars) for id, exemplars in known.items()})


def gather(
    network: Compares,
    head: Head,
    around: Surroundings,
    criteria: Sequence[Criterion],
    target: str | None = None,
) -> list[Evidence]:
    """The evidence for each of `criteria`; `target` is the one that was asked for."""
    pieces, known, vectors, near = around.pieces, around.known, around.vectors, around.near
    nearest = np.max(np.stack(list(near.values())), axis=0)
    heard: list[Heard] = []
    chosen: list[list[int]] = []
    for criterion in criteria:
        own = near[criterion.id]
        enough = (own >= max(ABOUT, float(own.max()) - BEHIND_BEST)) & (own >= nearest - BEHIND_RIVAL)
        chosen.append([int(i) for i in np.flatnonzero(enough)])
        for i in chosen[-1]:
            rival = max((float(values[i]) for id, values in near.items() if id != criterion.id), default=0.0)
            heard.append(Heard(pieces[i], vectors[pieces[i].text], known[criterion.id], rival, criterion.id == target))
    rows = features(network, heard)
    odds, found, start = head.probabilities(rows), [], 0
    for criterion, at in zip(criteria, chosen, strict=True):
        own, here = near[criterion.id], slice(start, start + len(at))
        start += len(at)
        heard_pieces = tuple(pieces[i] for i in at)
        found.append(Evidence(criterion, heard_pieces, rows[here], odds[here], own[at], own[at] - nearest[at]))
    return found


def summaries(evidence: Sequence[Evidence], before: Sequence[Verdict] = ()) -> Array:
    """One row of SUMMARY for each criterion, shape (len(evidence), len(SUMMARY)).

    What was heard of the other criteria, and the verdicts `before` on them, is part of it: who is right about most
    things is more likely right in a sentence that reads both ways. Sums over others are shrunk towards nothing where
    there is little to go by.
    """
    claims = np.array([_claims(each) for each in evidence], dtype=np.float32)
    open_ids = {each.criterion.id for each in evidence}
    settled = [_settled(verdict) for verdict in before if verdict.status in SETTLED and verdict.criterion not in open_ids]
    return np.array(
        [
            [*_own(each), *_others(np.array([*np.delete(claims, i, axis=0), *settled], dtype=np.float32))]
            for i, each in enumerate(evidence)
        ],
        dtype=np.float32,
    ).reshape(len(evidence), len(SUMMARY))


def _own(evidence: Evidence) -> list[float]:
    if not evidence.pieces:
        return [0.0] * 29
    rows, odds, near = evidence.rows, evidence.odds, evidence.near
    met, partial, silent, wrong = odds.T
    at_met, at_wrong, at_near = int(met.argmax()), int(wrong.argmax()), int(near.argmax())

    def column(name: str) -> Array:
        return rows[:, NAMES.index(name)]

    return [
        *(met.max(), partial.max(), wrong.max(), (met + partial).max(), silent.min(), _second(met), _second(wrong)),
        *(met.mean(), wrong.mean()),
        *(near.max(), near[at_met], near[at_wrong], evidence.behind[at_met], evidence.behind[at_wrong], np.log1p(len(near))),
        *(met[at_near], partial[at_near], wrong[at_near], column("same")[at_near], column("contrary")[at_near]),
        *(column(name).max() for name in ("same", "contrary", "half", "sim_statement", "sim_met")),
        *(column("function_words")[at_met], column("log_words")[at_met]),
        *(column("asked_for").max(), column("has_utterances").max()),
    ]


def _second(values: Array) -> float:
    return float(np.sort(values)[-2]) if len(values) > 1 else 0.0


def _claims(evidence: Evidence) -> list[float]:
    """Of one criterion, what the others are told: met, partial, wrong, same, contrary, and right less wrong."""
    if not evidence.pieces:
        return [0.0] * 6
    met, wrong = evidence.best(MET)[0], evidence.best(WRONG)[0]
    same, contrary = evidence.rows[:, NAMES.index("same")].max(), evidence.rows[:, NAMES.index("contrary")].max()
    lean = met - wrong if max(met, wrong) > CLAIMED else 0.0
    return [met, evidence.best(PARTIAL)[0], wrong, same, contrary, lean]


def _settled(verdict: Verdict) -> list[float]:
    met, wrong = (SURE * (SETTLED[verdict.status] == status) for status in (MET, WRONG))
    return [met, 0.0, wrong, met, wrong, met - wrong]


def _others(claims: Array) -> list[float]:
    if not len(claims):
        return [0.0] * 9
    shrunk = claims.sum(axis=0) / (len(claims) + 1)
    return [*shrunk, claims[:, 0].max(), claims[:, 2].max(), np.log1p(len(claims))]
