"""Does each question tell answers apart?

For each question of the catalog a strong, a partial, a buzzword and a wrong answer, written from the question and the
statements alone and never shown to the judge. They must come out in that order: strong above partial, partial above
buzzwords, and buzzwords not below wrong, for both may earn nothing, and nothing is the least. Beside them short right
claims and their opposites, each alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from app.content import Catalog
from app.core.verdict import Status
from eval import plots
from eval.figures import CREDIT, Figure, average, share
from eval.gold import by_id
from eval.harness import Bench, Measured
from eval.pairs import read_yaml

TELLS = "Whether a strong, a partial, a buzzword and a wrong answer to each question of the catalog come out in that order."
GOLD = Path(__file__).parents[1] / "datasets" / "discrimination"
OPPOSITES = Path(__file__).parents[1] / "datasets" / "opposites.yaml"
ORDER = ("strong", "partial", "buzzword", "wrong")
PROFILES = ("strong", "informal", "partial", "buzzword", "wrong")
#: The share of questions that must hold.
GOAL = 0.9


@dataclass(frozen=True, slots=True)
class Scored:
    """One gold answer with what the judge made of it; one that was wholly unscored counts 0."""

    topic: str
    question: str
    profile: str
    labels: Mapping[str, Status]
    found: Mapping[str, Status]
    overall: float


@dataclass(frozen=True, slots=True)
class Ordered:
    """One question with the overall, 0 to 5, of each of its answers."""

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

    def __str__(self) -> str:
        marks = ", ".join(f"{profile} {self.overall[profile]:.1f}" for profile in ORDER)
        return f"{self.topic}: {self.question}: {marks}: {self.fault}"


async def measure(bench: Bench) -> Measured:
    """Score all answers, and the opposites."""
    results = await _scored(bench)
    catalog = bench.viva.coach.catalog
    tested = ordered(results)
    topics = [each.topic for each in tested]
    figures: dict[str, Figure] = {
        "questions in order": share([not each.fault for each in tested], topics, goal=GOAL),
        "strong above buzzwords, these not below wrong": share(
            [e.overall["strong"] > e.overall["buzzword"] >= e.overall["wrong"] for e in tested], topics
        ),
    }
    verdicts = [(r.topic, label, r.found[id]) for r in results for id, label in r.labels.items()]
    given = [(topic, label is found) for topic, label, found in verdicts if found is not Status.UNSCORED]
    figures["exact agreement of what was scored"] = share([held for _, held in given], [topic for topic, _ in given])
    dared = [found is not Status.UNSCORED for _, _, found in verdicts]
    figures["share of verdicts that were scored"] = share(dared, [topic for topic, _, _ in verdicts])
    for profile in PROFILES:
        own = [result for result in results if result.profile == profile]
        figures[f"mean overall, {profile} answers"] = average([r.overall for r in own], [r.topic for r in own])
    figures |= await _opposites(bench)
    missing = without_answers(catalog, tested)
    notes = [f"Out of order: {each}" for each in tested if each.fault]
    notes += [f"No answers were written for {name}." for name in missing]
    picture = plots.by_group({"": {p: [r.overall for r in results if r.profile == p] for p in PROFILES}}, "overall, 0 to 5")
    return Measured(figures, {"Overall of the catalog's gold answers": picture}, notes)


def ordered(results: Sequence[Scored]) -> list[Ordered]:
    """The questions that have all four answers."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for result in results:
        found.setdefault((result.topic, result.question), {})[result.profile] = result.overall
    return [Ordered(*key, overall) for key, overall in found.items() if set(ORDER) <= overall.keys()]


def without_answers(catalog: Catalog, tested: Sequence[Ordered]) -> list[str]:
    """Questions that no answers were written for: the test says nothing of them."""
    there = {(each.topic, each.question) for each in tested}
    return [f"{q.topic}: {q.id}" for of_topic in catalog.questions.values() for q in of_topic if (q.topic, q.id) not in there]


async def _scored(bench: Bench) -> list[Scored]:
    questions = by_id(bench.viva.coach.catalog)
    files = [read_yaml(path) for path in sorted(GOLD.glob("*.yaml"))]
    answers = [(file["topic"], answer) for file in files for answer in file["answers"]]
    results = []
    for topic, answer in bench.track(answers, "judging the catalog's gold answers"):
        interview = await bench.score(questions[topic, answer["question"]], answer["text"])
        labels = {id: Status(label) for id, label in answer["labels"].items()}
        found = {id: standing.verdict.status for id, standing in interview.here.standings.items()}
        overall = interview.score().overall or 0.0
        results.append(Scored(topic, answer["question"], answer["profile"], labels, found, overall))
    return results


async def _opposites(bench: Bench) -> dict[str, Figure]:
    """A short right claim and its opposite, with nothing around them."""
    pairs = read_yaml(OPPOSITES)
    found: dict[str, list[Status]] = {"right": [], "wrong": []}
    for pair in bench.track(pairs, "judging opposites"):
        asking = (q for q in bench.viva.coach.catalog.questions[pair["topic"]] if pair["criterion"] in {c.id for c in q.criteria})
        question = next(asking)
        for side, statuses in found.items():
            interview = await bench.score(question, pair[side])
            statuses.append(interview.here.status(pair["criterion"]))
    topics = [pair["topic"] for pair in pairs]
    return {
        "short right claims, credited": share([s in CREDIT for s in found["right"]], topics),
        "short right claims, called wrong": share([s is Status.WRONG for s in found["right"]], topics, "lower"),
        "their opposites, credited": share([s in CREDIT for s in found["wrong"]], topics, "lower"),
        "their opposites, called wrong": share([s is Status.WRONG for s in found["wrong"]], topics),
    }
