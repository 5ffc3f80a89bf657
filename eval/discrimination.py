"""Does the judge tell candidates apart? `python -m eval.discrimination`.

Scores every gold answer of `datasets/discrimination/` through the production path and prints, for the
half that thresholds were set on and the other half apart: the mean overall by profile, how
often a question's answers come out in order, the confusion of verdicts, and how much was left unscored. Then the
pairs of `datasets/opposites.yaml`: a short right claim and its opposite, each alone.
"""

import asyncio
import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import yaml
from rich.progress import track

from app.coach import Coach
from app.content import default_root, load
from app.core.interview import Interview
from app.core.rubric import Passage
from app.core.verdict import Status
from app.engines.offline import offline_engine
from app.prompts import load_prompts
from app.retrieval.embedding import MiniLM
from app.wiring import SystemClock

GOLD = Path(__file__).parent / "datasets" / "discrimination"
OPPOSITES = Path(__file__).parent / "datasets" / "opposites.yaml"
PROFILES = ("strong", "informal", "partial", "buzzword", "wrong")


@dataclass(frozen=True, slots=True)
class Scored:
    """One gold answer with what the judge made of it."""

    rubric: str
    topic: str
    question: str
    profile: str
    labels: dict[str, str]
    found: dict[str, Status]
    overall: float | None


def for_thresholds(rubric: str) -> bool:
    """Whether thresholds may be set on a rubric's gold answers: half of the rubrics, by a hash of their names."""
    return int(hashlib.md5(rubric.encode(), usedforsecurity=False).hexdigest(), 16) % 2 == 0


class _NoPassages:
    async def search(self, query: str, k: int, topics: tuple[str, ...] = ()) -> tuple[Passage, ...]:
        return ()


def a_coach() -> Coach:
    """A coach with the offline engine that keeps nothing."""
    catalog, embedder = load(default_root()), MiniLM()
    engine = offline_engine(embedder, load_prompts(default_root() / "prompts"))
    return Coach(
        catalog=catalog,
        engines={"offline": engine},
        default_engine="offline",
        retriever=_NoPassages(),
        store=None,  # type: ignore[arg-type]  # nothing is kept: stateless scoring
        clock=SystemClock(),
    )


async def scored_answers(coach: Coach) -> list[Scored]:
    """Every gold answer, judged by the offline engine."""
    questions = {(q.topic, q.id): q for qs in coach.catalog.questions.values() for q in qs}
    results = []
    files = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(GOLD.glob("*.yaml"))}
    answers = [(rubric, file["topic"], answer) for rubric, file in files.items() for answer in file["answers"]]
    for rubric, topic, answer in track(answers, description="judging"):
        interview: Interview = await coach.score(questions[topic, answer["question"]], answer["text"])
        found = {id: standing.verdict.status for id, standing in interview.here.standings.items()}
        results.append(
            Scored(rubric, topic, answer["question"], answer["profile"], answer["labels"], found, interview.score().overall)
        )
    return results


async def told_apart(coach: Coach) -> dict[str, dict[str, int]]:
    """What right claims and their opposites are judged to be."""
    counts: dict[str, Counter[str]] = {"right": Counter(), "wrong": Counter()}
    for pair in yaml.safe_load(OPPOSITES.read_text(encoding="utf-8")):
        asking = (q for q in coach.catalog.questions[pair["topic"]] if pair["criterion"] in {c.id for c in q.criteria})
        question = next(asking)
        for side, found in counts.items():
            found[str((await coach.score(question, pair[side])).here.status(pair["criterion"]))] += 1
    return {side: dict(found) for side, found in counts.items()}


def summary(results: list[Scored]) -> dict[str, object]:
    """The figures of some answers."""
    by_question: dict[tuple[str, str], dict[str, float]] = {}
    for r in results:
        by_question.setdefault((r.rubric, r.question), {})[r.profile] = r.overall or 0.0
    ordered = [q["strong"] > q["partial"] > q["buzzword"] >= q["wrong"] for q in by_question.values()]
    apart = [q["strong"] > q["buzzword"] >= q["wrong"] for q in by_question.values()]
    confusion = Counter((label, str(r.found[id])) for r in results for id, label in r.labels.items())
    total = sum(confusion.values())
    return {
        "mean overall": {p: round(mean(r.overall or 0.0 for r in results if r.profile == p), 2) for p in PROFILES},
        "strong > buzzword >= wrong": f"{sum(apart)} of {len(apart)}",
        "strong > partial > buzzword >= wrong": f"{sum(ordered)} of {len(ordered)}",
        "exact agreement, scored verdicts": round(
            sum(n for (label, found), n in confusion.items() if label == found)
            / max(1, sum(n for (_, found), n in confusion.items() if found != "unscored")),
            3,
        ),
        "unscored": round(sum(n for (_, found), n in confusion.items() if found == "unscored") / total, 3),
        "confusion": {
            label: {f: n for (lab, f), n in sorted(confusion.items()) if lab == label} for label, _ in sorted(confusion)
        },
    }


def main() -> None:
    """Judge all, print both halves."""
    coach = a_coach()
    results, pairs = asyncio.run(_both(coach))
    for name, half in (
        ("development", [r for r in results if for_thresholds(r.rubric)]),
        ("test", [r for r in results if not for_thresholds(r.rubric)]),
    ):
        print(name, json.dumps(summary(half), indent=1))
    print("opposites", json.dumps(pairs))


async def _both(coach: Coach) -> tuple[list[Scored], dict[str, dict[str, int]]]:
    return await scored_answers(coach), await told_apart(coach)


if __name__ == "__main__":
    main()
