"""What is heard of an answer for each criterion, and how it is summed up for the head that concludes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from app.core.rubric import Criterion, Kind
from app.core.verdict import Status, Verdict
from app.engines.offline.evidence import MET, SUMMARY, WRONG, Evidence, Surroundings, gather, summaries
from app.engines.offline.features import CLASSES, NAMES, Array, Exemplars, Vector
from app.engines.segment import Span


@dataclass
class Network:
    """Says of every pair that it is the same; remembers how many it was asked."""

    asked: int = 0

    def probabilities(self, pairs: Sequence[tuple[Array, Array]]) -> Array:
        self.asked += len(pairs)
        return np.tile(np.array([1, 0, 0, 0], dtype=np.float32), (len(pairs), 1))


@dataclass
class Reads:
    """A head that reads from a piece's nearness to the statement."""

    seen: list[int] = field(default_factory=list)

    def probabilities(self, rows: Array) -> Array:
        self.seen.append(len(rows))
        met = rows[:, NAMES.index("sim_statement")]
        return np.stack([met, 0 * met, 1 - met, 0 * met], axis=1)


def at(*direction: float) -> Vector:
    vector = np.array(direction, dtype=np.float32)
    return Vector(vector / np.linalg.norm(vector), np.ones((3, 2), dtype=np.float32))


def criterion(id: str) -> Criterion:
    return Criterion(id=id, kind=Kind.DEFINITION, weight=1, statement=id)


def pieces(*texts: str) -> list[Span]:
    found, start = [], 0
    for text in texts:
        found.append(Span(text, start, start + len(text)))
        start += len(text) + 1
    return found


ONE, OTHER = criterion("one"), criterion("other")
KNOWN = {"one": Exemplars("one", (at(1, 0, 0),), (), ()), "other": Exemplars("other", (at(0, 1, 0),), (), ())}
VECTORS = {"of one": at(1, 0.1, 0), "of other": at(0.1, 1, 0), "of neither": at(0, 0.05, 1), "of both": at(1, 0.95, 0)}


def gathered(*texts: str, network: Network | None = None) -> dict[str, Evidence]:
    around = Surroundings.of(pieces(*texts), KNOWN, VECTORS)
    return {each.criterion.id: each for each in gather(network or Network(), Reads(), around, [ONE, OTHER])}


def test_a_piece_is_heard_for_the_criterion_that_it_is_about() -> None:
    found = gathered("of one", "of other", "of neither")
    assert [piece.text for piece in found["one"].pieces] == ["of one"]
    assert [piece.text for piece in found["other"].pieces] == ["of other"]
    assert found["one"].behind.tolist() == [0.0], "it is nearest to what it is heard for"


def test_a_piece_about_two_criteria_is_heard_for_both() -> None:
    found = gathered("of both")
    assert [len(each.pieces) for each in found.values()] == [1, 1]
    assert found["other"].behind[0] < 0, "it comes nearer to the other one"


def test_what_is_near_nothing_costs_no_comparison() -> None:
    network = Network()
    found = gathered("of neither", network=network)
    assert network.asked == 0
    assert all(not each.pieces for each in found.values())
    assert summaries(list(found.values())).shape == (2, len(SUMMARY))


def evidence(id: str, met: float = 0.0, wrong: float = 0.0) -> Evidence:
    """One piece, so likely right and so likely wrong."""
    odds = np.zeros((1, len(CLASSES)), dtype=np.float32)
    odds[0, [MET, WRONG]] = met, wrong
    rows = np.zeros((1, len(NAMES)), dtype=np.float32)
    none = np.zeros(1, dtype=np.float32)
    return Evidence(criterion(id), tuple(pieces(id)), rows, odds, none, none)


def column(rows: Array, name: str) -> list[float]:
    return [round(float(value), 3) for value in rows[:, SUMMARY.index(name)]]


def test_a_criterion_is_summed_up_in_the_light_of_the_others() -> None:
    """Its own claims are not among those of the others."""
    rows = summaries([evidence("a", met=0.9), evidence("b", wrong=0.6), evidence("c")])
    assert column(rows, "met") == [0.9, 0.0, 0.0]
    assert column(rows, "lean_of_others") == [-0.2, 0.3, 0.1]
    assert column(rows, "most_wrong_of_others") == [0.6, 0.0, 0.6]


@pytest.mark.parametrize(("status", "lean"), [(Status.MET, 0.35), (Status.WRONG, -0.35), (Status.ABSENT, 0.0)])
def test_what_was_settled_before_counts_among_the_others(status: Status, lean: float) -> None:
    before = Verdict(criterion="earlier", status=status, confidence=1.0)
    assert column(summaries([evidence("a")], [before]), "lean_of_others") == [lean]


def test_a_verdict_on_an_open_criterion_is_not_counted_twice() -> None:
    """A claim that was wrong and is taken up again is judged by what is said now."""
    before = Verdict(criterion="a", status=Status.WRONG, confidence=1.0)
    assert column(summaries([evidence("a"), evidence("b")], [before]), "lean_of_others") == [0.0, 0.0]
