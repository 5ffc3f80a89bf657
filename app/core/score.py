"""The scoring rule: one pure function, the same for every engine.

Each scored criterion gives `weight x credit x help`, where credit is 1 for met, 0.5 for partial, 0 for absent
and -0.5 for wrong (a confident false claim is worse than silence, and costs half of what the truth earns), and help
is 1 for what came unprompted, 0.8 after a probe, 0.5 after a hint. The sum over the weight of the scored
criteria, not below 0, times 5, is the overall. `unscored` criteria are left out of both sums: not judged is
not zero.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import fsum

from app.core.rubric import Kind
from app.core.verdict import Status

SCALE = 5.0
CREDIT: Mapping[Status, float] = {Status.MET: 1.0, Status.PARTIAL: 0.5, Status.ABSENT: 0.0, Status.WRONG: -0.5}


class Help(StrEnum):
    """What the candidate had been given on a criterion before they said it."""

    NONE = "none"
    PROBE = "probe"
    HINT = "hint"


HELP_FACTOR: Mapping[Help, float] = {Help.NONE: 1.0, Help.PROBE: 0.8, Help.HINT: 0.5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """What the rule needs to know of one criterion."""

    kind: Kind
    weight: int
    status: Status
    help: Help = Help.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """`overall` and each of `by_kind` are 0 to 5, or None where nothing was scored.

    `scored` is the share of the weight that was.
    """

    overall: float | None
    by_kind: dict[Kind, float | None]
    scored: float


def credit(status: Status, help: Help) -> float:
    """The share of a criterion's weight that it earns, -0.5 to 1. Help is no discount on a false claim."""
    earned = CREDIT[status]
    return earned * HELP_FACTOR[help] if earned > 0 else earned


def score(graded: Iterable[Graded]) -> Score:
    """Apply the rule. The order of `graded` does not matter."""
    items = list(graded)
    kinds = [kind for kind in Kind if any(item.kind == kind for item in items)]
    total = sum(item.weight for item in items)
    judged = sum(item.weight for item in items if item.status is not Status.UNSCORED)
    return Score(
        overall=_mean(items),
        by_kind={kind: _mean([item for item in items if item.kind == kind]) for kind in kinds},
        scored=judged / total if total else 0.0,
    )


def _mean(items: list[Graded]) -> float | None:
    scored = [item for item in items if item.status is not Status.UNSCORED]
    weight = sum(item.weight for item in scored)
    if not weight:
        return None
    # fsum, because a plain sum of floats depends on the order in its last digit, and so might the rounding.
    earned = fsum(item.weight * credit(item.status, item.help) for item in scored)
    return round(max(0.0, SCALE * earned / weight), 2)
