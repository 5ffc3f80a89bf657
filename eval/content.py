"""Does each question tell answers apart? `viva eval content`, or `python -m eval.content`.

For each question a strong, a partial, a buzzword and a wrong answer, written from the question and the statements alone
and never shown to the judge, are scored through the production path. They must come out in that order: strong above
partial, partial above buzzwords, and buzzwords not below wrong, for both may earn nothing, and nothing is the least.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rich.console import Console
from rich.table import Table

from app.content import Catalog
from eval.discrimination import Scored, a_coach, scored_answers

ORDER = ("strong", "partial", "buzzword", "wrong")
#: The table has long names in it.
WIDTH = 130
#: The share of questions that must hold.
GOAL = 0.9


@dataclass(frozen=True, slots=True)
class Ordered:
    """One question with the overall, 0 to 5, of each of its answers; one that was wholly unscored counts 0."""

    topic: str
    question: str
    overall: Mapping[str, float]

    @property
    def fault(self) -> str:
        """The first two neighbours that are out of order, or nothing."""
        for above, below in pairwise(ORDER):
            one, other = self.overall[above], self.overall[below]
            if one < other or (one == other and (above, below) != ("buzzword", "wrong")):
                return f"{above} is not above {below}"
        return ""


def ordered(results: Sequence[Scored]) -> list[Ordered]:
    """The questions that have all four answers."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for result in results:
        found.setdefault((result.topic, result.question), {})[result.profile] = result.overall or 0.0
    return [Ordered(*key, overall) for key, overall in found.items() if set(ORDER) <= overall.keys()]


def without_answers(catalog: Catalog, tested: Sequence[Ordered]) -> list[str]:
    """Questions that no answers were written for: the test says nothing of them."""
    there = {(each.topic, each.question) for each in tested}
    return [f"{q.topic}: {q.id}" for of_topic in catalog.questions.values() for q in of_topic if (q.topic, q.id) not in there]


def report(tested: Sequence[Ordered], missing: Sequence[str], console: Console) -> bool:
    """Print what failed and the share that held; whether that is enough."""
    failed = [each for each in tested if each.fault]
    if failed:
        table = Table(
            "topic", "question", *ORDER, "fault", title=f"{len(failed)} of {len(tested)} questions fail", title_justify="left"
        )
        for each in failed:
            table.add_row(each.topic, each.question, *(f"{each.overall[profile]:.1f}" for profile in ORDER), each.fault)
        console.print(table)
    means = ", ".join(f"{p} {sum(each.overall[p] for each in tested) / max(1, len(tested)):.2f}" for p in ORDER)
    console.print(f"Mean overall, of 5: {means}.")
    held = len(tested) - len(failed)
    share = held / max(1, len(tested))
    console.print(f"In order: {held} of {len(tested)} questions ({share:.0%}; at least {GOAL:.0%} are asked for).")
    if missing:
        console.print(f"No answers were written for {len(missing)}: {', '.join(missing)}.")
    return share >= GOAL and not missing


def main() -> bool:
    """Score all answers and report."""
    coach = a_coach()
    tested = ordered(asyncio.run(scored_answers(coach)))
    return report(tested, without_answers(coach.catalog, tested), Console(width=max(WIDTH, Console().width)))


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
