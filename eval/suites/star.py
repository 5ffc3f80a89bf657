"""How right is the reader of stories?

The stories of `datasets/star/` were written to prompts and by authors that no training saw, each with a score for every
dimension. They go through the production path; beside it stand three baselines that learned from the same training
stories: always the most usual score, the story's length, and counts of "I" and of digits. Intervals are 95%, by bootstrap
over prompts, since stories to one prompt are alike.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score

from app.content import default_root
from app.core.star import Dimension, StoryRubric, overall
from app.engines.segment import sentences
from app.story_rubric import load_story_rubric
from eval import plots
from eval.figures import Figure, average, figure
from eval.harness import Bench, Measured
from eval.pairs import read_yaml

TELLS = "Scores of STAR stories against authored labels, on prompts and authors that no training saw."
HERE = Path(__file__).parents[1]
UNSEEN, LEARNED = HERE / "datasets" / "star", HERE / "training" / "star"
SEED = 5
#: What is asked of the reader: mean kappa at least, mean error of the overall at most.
LEAST_KAPPA, MOST_ERROR = 0.65, 0.6
#: What order, empty labels and "we" for "I" may move at most, on average, on the scale of 5.
MOST_MOVED = 0.25
#: One step of a dimension's score, on the scale of 5.
STEP = 2.5
LABELS = "Situation:\nTask:\nAction:\nResult:\n"


@dataclass(frozen=True, slots=True)
class Told:
    """One story, its scores by dimension, and the places of the words that show each."""

    prompt: str
    text: str
    scores: Mapping[Dimension, int]
    shown: Mapping[Dimension, tuple[tuple[int, int], ...]]
    beside: tuple[tuple[int, int], ...]


def told(folder: Path) -> list[Told]:
    """The stories of a folder. Raises ValueError where one quotes what it does not say."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        file = read_yaml(path)
        found += [_told(file["prompt"], story) for story in file["stories"]]
    return found


def _told(prompt: str, story: Mapping[str, object]) -> Told:
    text = _flat(str(story["story"]))

    def places(quotes: Sequence[str]) -> tuple[tuple[int, int], ...]:
        return tuple((text.index(_flat(quote)), text.index(_flat(quote)) + len(_flat(quote))) for quote in quotes)

    labels: Mapping[str, int | list[object]] = story["labels"]  # type: ignore[assignment]
    scores = {each: label[0] if isinstance(label := labels[each], list) else 0 for each in Dimension}
    shown = {each: places(label[1:]) if isinstance(label := labels[each], list) else () for each in Dimension}  # type: ignore[arg-type]
    return Told(prompt, text, scores, shown, places(story.get("flags", ())))  # type: ignore[arg-type]


def _flat(text: str) -> str:
    return " ".join(text.split())


#: Scores of stories: (stories, dimensions).
Scores = np.ndarray


async def read(bench: Bench, stories: Sequence[tuple[str, str]], says: str) -> Scores:
    """What the engine's reader makes of some (prompt, text)."""
    found = [await bench.viva.stories.read(prompt, text, bench.engine) for prompt, text in bench.track(stories, says)]
    return np.array([[reading.score for reading in analysis.readings] for analysis in found])


def kappas(truth: Scores, found: Scores) -> list[float]:
    """Quadratic-weighted kappa (Cohen 1968) of each dimension; 0 where neither varies."""
    each = [cohen_kappa_score(truth[:, i], found[:, i], weights="quadratic", labels=[0, 1, 2]) for i in range(len(Dimension))]
    return [0.0 if np.isnan(kappa) else float(kappa) for kappa in each]


def overalls(scores: Scores, rubric: StoryRubric) -> np.ndarray:
    """The overall of each story, 0 to 5."""
    return np.array([overall(dict(zip(Dimension, map(int, row), strict=True)), rubric) for row in scores])


def baselines(learned: Sequence[Told], unseen: Sequence[Told]) -> dict[str, Scores]:
    """What three readers that read nothing would say."""
    truth = np.array([[*story.scores.values()] for story in learned])

    def fitted(features: Callable[[str], list[float]]) -> Scores:
        x, y = np.array([features(s.text) for s in learned]), np.array([features(s.text) for s in unseen])
        models = [LogisticRegression(max_iter=1000).fit(x, truth[:, i]) for i in range(len(Dimension))]
        return np.stack([model.predict(y) for model in models], axis=1)

    usual = np.tile([np.bincount(column).argmax() for column in truth.T], (len(unseen), 1))
    return {
        "always the most usual": usual,
        "length": fitted(lambda text: [np.log(len(text.split()))]),
        "“I” and digits": fitted(lambda text: [len(re.findall(r"\bI\b", text)), len(re.findall(r"\d", text))]),
    }


def shuffled(text: str, rng: random.Random) -> str:
    """The sentences in another order."""
    parts = [sentence.text for sentence in sentences(text)]
    rng.shuffle(parts)
    return " ".join(parts)


def by_the_team(text: str) -> str:
    """ "We" where it was "I"."""
    swaps = (("I'm", "we're"), ("I was", "we were"), ("I am", "we are"), ("I", "we"), ("my", "our"), ("My", "Our"))
    swaps += (("me", "us"), ("mine", "ours"), ("myself", "ourselves"))
    text = text.replace("\u2019", "'")
    for one, other in swaps:
        text = re.sub(rf"\b{one}\b", other, text)
    return re.sub(r"(^|[.!?]\s+)we\b", lambda found: f"{found[1]}We", text)


async def measure(bench: Bench) -> Measured:
    """Read the unseen stories, and again with another order, with empty labels and told by the team."""
    rubric, rng = load_story_rubric(default_root()), random.Random(SEED)
    unseen, learned = told(UNSEEN), told(LEARNED)
    prompts, texts = [story.prompt for story in unseen], [story.text for story in unseen]
    truth = np.array([[*story.scores.values()] for story in unseen])
    found = await read(bench, [*zip(prompts, texts, strict=True)], "reading stories")
    other_order = await read(bench, [(s.prompt, shuffled(s.text, rng)) for s in unseen], "stories in another order")
    labelled = await read(bench, [(s.prompt, LABELS + s.text) for s in unseen], "stories with empty labels")
    together = await read(bench, [(s.prompt, by_the_team(s.text)) for s in unseen], "stories by the team")
    figures: dict[str, Figure] = {
        "mean weighted kappa": figure(lambda rows: mean(kappas(truth[rows], found[rows])), prompts, goal=LEAST_KAPPA),
        "overall, mean error of 5": figure(
            lambda rows: _error(truth[rows], found[rows], rubric), prompts, "lower", goal=MOST_ERROR
        ),
    }
    for i, dimension in enumerate(Dimension):
        figures[f"weighted kappa, {dimension.value.replace('_', '-')}"] = figure(
            lambda rows, i=i: kappas(truth[rows], found[rows])[i],  # type: ignore[misc]
            prompts,
        )
    for name, scores in baselines(learned, unseen).items():
        figures[f"baseline, {name}: mean weighted kappa"] = Figure(round(mean(kappas(truth, scores)), 4))
        figures[f"baseline, {name}: mean error of 5"] = Figure(round(_error(truth, scores, rubric), 4))
    marks = overalls(found, rubric)
    owned = list(Dimension).index(Dimension.OWNERSHIP)
    drop = (together - found) * STEP

    def most_moved(some: np.ndarray) -> float:
        return float(np.delete(np.abs(some.mean(axis=0)), owned).max())

    figures |= {
        "another order moves the overall by": average(
            np.abs(overalls(other_order, rubric) - marks).tolist(), prompts, "lower", goal=MOST_MOVED
        ),
        "empty labels add": average((overalls(labelled, rubric) - marks).tolist(), prompts, "lower", goal=0.0),
        "“we” for “I” moves ownership by": average(drop[:, owned].tolist(), prompts, "lower", goal=-STEP / 5),
        "“we” for “I” moves another dimension, at most, by": figure(
            lambda rows: most_moved(drop[rows]), prompts, "lower", goal=MOST_MOVED
        ),
    }
    values = {each.value.replace("_", "-"): figures[f"weighted kappa, {each.value.replace('_', '-')}"] for each in Dimension}
    spans = {name: (each.low, each.high) for name, each in values.items() if each.low is not None and each.high is not None}
    picture = plots.bars({name: each.value for name, each in values.items()}, "weighted kappa", spans)
    return Measured(figures, {"Stories, by dimension": picture})


def _error(truth: Scores, found: Scores, rubric: StoryRubric) -> float:
    return float(np.abs(overalls(truth, rubric) - overalls(found, rubric)).mean())
