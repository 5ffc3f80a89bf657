"""Figures with their intervals, and the statistics that several suites share.

Intervals are 95%, by bootstrap over groups: answers to one question are alike, so questions are drawn, not rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.stats import binomtest, bootstrap
from sklearn.metrics import cohen_kappa_score, f1_score

from app.core.verdict import Status

#: What earns something.
CREDIT = frozenset({Status.MET, Status.PARTIAL})
#: What a status is worth on the scale that the weighted kappa measures distances on. What was not scored earns nothing.
WORTH: Mapping[Status, int] = {Status.WRONG: -1, Status.ABSENT: 0, Status.UNSCORED: 0, Status.PARTIAL: 1, Status.MET: 2}
RESAMPLED, SEED = 400, 11
BINS = 10

Better = Literal["higher", "lower", ""]
#: Of some rows (an array of their numbers), the figure.
Statistic = Callable[[np.ndarray], float]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its 95% interval, which way is better, and the goal that is set for it, if any.

    Where `better` is empty it is told and not judged: it may depend on the machine.
    """

    value: float
    low: float | None = None
    high: float | None = None
    better: Better = ""
    goal: float | None = None

    @property
    def reached(self) -> bool:
        """Whether the goal is, if there is one."""
        return self.goal is None or (self.value >= self.goal if self.better == "higher" else self.value <= self.goal)

    def worse_than(self, baseline: "Figure") -> bool:
        """Whether it lies beyond the baseline's interval, on the bad side."""
        low, high = (edge if edge is not None else baseline.value for edge in (baseline.low, baseline.high))
        slack = 1e-6 + 0.002 * abs(baseline.value)  # the last digit of another processor
        if self.better == "higher":
            return self.value < low - slack
        return self.better == "lower" and self.value > high + slack


def figure(statistic: Statistic, groups: Sequence[object], better: Better = "higher", goal: float | None = None) -> Figure:
    """The statistic over all rows, and its interval over resampled groups; `groups` names the group of each row."""
    names = np.array([str(group) for group in groups])
    rows = [np.flatnonzero(names == name) for name in np.unique(names)]
    everything = np.arange(len(names))
    if len(rows) < 2:
        return Figure(_rounded(statistic(everything)), None, None, better, goal)
    found = bootstrap(
        (np.arange(len(rows)),),
        lambda drawn: statistic(np.concatenate([rows[i] for i in drawn])),
        n_resamples=RESAMPLED,
        vectorized=False,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return Figure(_rounded(statistic(everything)), _rounded(found.low), _rounded(found.high), better, goal)


def share(held: Sequence[bool], groups: Sequence[object], better: Better = "higher", goal: float | None = None) -> Figure:
    """The share of rows that hold. Where all do, or none does, Wilson's interval for as many trials as there are groups."""
    values = np.array(held, dtype=float)
    found = figure(lambda rows: _mean(values[rows]), groups, better, goal)
    if not len(values) or 0 < found.value < 1:
        return found
    trials = len({str(group) for group in groups})
    edges = binomtest(round(found.value * trials), trials).proportion_ci(method="wilson")
    return Figure(found.value, _rounded(edges.low), _rounded(edges.high), better, goal)


def average(values: Sequence[float], groups: Sequence[object], better: Better = "", goal: float | None = None) -> Figure:
    """The mean of the rows."""
    array = np.array(values, dtype=float)
    return figure(lambda rows: _mean(array[rows]), groups, better, goal)


def kappa(labels: Sequence[Status], found: Sequence[Status]) -> float:
    """Quadratic-weighted kappa (Cohen 1968) on WORTH; 0 where neither varies."""
    value = cohen_kappa_score([WORTH[s] for s in labels], [WORTH[s] for s in found], weights="quadratic", labels=[-1, 0, 1, 2])
    return 0.0 if np.isnan(value) else float(value)


def macro_f1(labels: Sequence[object], found: Sequence[object], classes: Sequence[object]) -> float:
    """The mean over `classes` of F1; what is found beside them is an error for the class that it should have been."""
    return float(
        f1_score(
            [str(x) for x in labels], [str(x) for x in found], labels=[str(c) for c in classes], average="macro", zero_division=0
        )
    )


def pearson(one: np.ndarray, other: np.ndarray) -> float:
    """Pearson's correlation; 0 where one of them does not vary."""
    return float(np.corrcoef(one, other)[0, 1]) if np.ptp(one) > 0 and np.ptp(other) > 0 else 0.0


def agreement_at(coverage: float, right: np.ndarray, confidence: np.ndarray) -> float:
    """The share that is right of the surest `coverage` of the rows."""
    kept = np.argsort(-confidence, kind="stable")[: max(1, round(coverage * len(right)))]
    return _mean(right[kept])


def calibration_error(right: np.ndarray, confidence: np.ndarray) -> float:
    """Expected calibration error over BINS of equal width (Naeini, Cooper and Hauskrecht, AAAI 2015)."""
    if not len(right):
        return 0.0
    shares, means, counts = reliability(right, confidence)
    return float(np.average(np.abs(shares - means), weights=counts))


def reliability(right: np.ndarray, confidence: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each bin that has any: the share that is right, the mean confidence, how many."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    counts = np.bincount(bins, minlength=BINS)
    there = counts > 0
    shares, means = (np.bincount(bins, values, minlength=BINS)[there] / counts[there] for values in (right, confidence))
    return shares, means, counts[there]


def as_json(figure: Figure) -> dict[str, Any]:
    """As it stands in metrics.json: nothing that is not there."""
    whole = {"value": figure.value, "low": figure.low, "high": figure.high, "better": figure.better, "goal": figure.goal}
    return {key: value for key, value in whole.items() if value not in (None, "")}


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else 0.0


def _rounded(value: float) -> float:
    return round(float(value), 4)
