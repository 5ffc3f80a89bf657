"""How right is the reader of stories? `viva eval star`, or `python -m eval.star`.

The stories of `datasets/star/` were written to prompts and by authors that no training saw, each with a score for every
dimension. They go through the production path; beside it stand three baselines that learned from the same training
stories: always the most usual score, the story's length, and counts of "I" and of digits. Intervals are 95%, by bootstrap
over prompts, since stories to one prompt are alike.
"""

import asyncio
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import numpy as np
import yaml
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score

from app.content import default_root
from app.core.star import Dimension, StoryRubric, overall
from app.engines.offline.stories import OfflineStoryReader
from app.engines.segment import sentences
from app.retrieval.embedding import MiniLM
from app.story_rubric import load_story_rubric

HERE = Path(__file__).parent
UNSEEN, LEARNED = HERE / "datasets" / "star", HERE / "training" / "star"
SEED, RESAMPLED = 5, 1000
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
        file = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
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


async def read(reader: OfflineStoryReader, texts: Sequence[str], says: str) -> Scores:
    """What the reader makes of some texts."""
    found = [await reader.read("", text) for text in track(texts, description=says)]
    return np.array([[reading.score for reading in analysis.readings] for analysis in found])


def kappas(truth: Scores, found: Scores) -> list[float]:
    """Quadratic-weighted kappa (Cohen 1968) of each dimension; 0 where neither varies."""
    each = [cohen_kappa_score(truth[:, i], found[:, i], weights="quadratic", labels=[0, 1, 2]) for i in range(len(Dimension))]
    return [0.0 if np.isnan(kappa) else float(kappa) for kappa in each]


def overalls(scores: Scores, rubric: StoryRubric) -> np.ndarray:
    """The overall of each story, 0 to 5."""
    return np.array([overall(dict(zip(Dimension, map(int, row), strict=True)), rubric) for row in scores])


def interval(figure: Callable[[np.ndarray], float], prompts: Sequence[str]) -> tuple[float, float]:
    """95% of what the figure is over resampled prompts; `figure` takes indices of stories."""
    rng = np.random.default_rng(SEED)
    groups = [np.flatnonzero(np.array(prompts) == prompt) for prompt in sorted({*prompts})]
    drawn = [np.concatenate([groups[i] for i in rng.integers(0, len(groups), len(groups))]) for _ in range(RESAMPLED)]
    low, high = np.percentile([figure(rows) for rows in drawn], [2.5, 97.5])
    return float(low), float(high)


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


def main() -> bool:
    """Print the figures; whether they are good enough."""
    console, rubric = Console(), load_story_rubric(default_root())
    unseen, learned = told(UNSEEN), told(LEARNED)
    prompts, texts = [story.prompt for story in unseen], [story.text for story in unseen]
    truth = np.array([[*story.scores.values()] for story in unseen])
    reader, rng = OfflineStoryReader(MiniLM()), random.Random(SEED)

    async def all_of_it() -> tuple[Scores, Scores, Scores, Scores]:
        return (
            await read(reader, texts, "reading"),
            await read(reader, [shuffled(text, rng) for text in texts], "in another order"),
            await read(reader, [LABELS + text for text in texts], "with empty labels"),
            await read(reader, [by_the_team(text) for text in texts], "by the team"),
        )

    found, other_order, labelled, together = asyncio.run(all_of_it())
    beside = baselines(learned, unseen)
    table = Table("", "kappa", "95%", *beside, title=f"{len(unseen)} unseen stories", title_justify="left")
    for i, dimension in enumerate(Dimension):
        low, high = interval(lambda rows, i=i: kappas(truth[rows], found[rows])[i], prompts)  # type: ignore[misc]
        others = [f"{kappas(truth, scores)[i]:.2f}" for scores in beside.values()]
        table.add_row(dimension, f"{kappas(truth, found)[i]:.2f}", f"{low:.2f} to {high:.2f}", *others)
    kappa, error = mean(kappas(truth, found)), _error(truth, found, rubric)
    low, high = interval(lambda rows: mean(kappas(truth[rows], found[rows])), prompts)
    means = [f"{mean(kappas(truth, scores)):.2f}" for scores in beside.values()]
    table.add_row("mean kappa", f"{kappa:.2f}", f"{low:.2f} to {high:.2f}", *means, style="bold")
    low, high = interval(lambda rows: _error(truth[rows], found[rows], rubric), prompts)
    errors = [f"{_error(truth, scores, rubric):.2f}" for scores in beside.values()]
    table.add_row("error of the overall", f"{error:.2f}", f"{low:.2f} to {high:.2f}", *errors, style="bold")
    console.print(table)
    moved = float(np.abs(overalls(other_order, rubric) - overalls(found, rubric)).mean())
    added = float((overalls(labelled, rubric) - overalls(found, rubric)).mean())
    drop = (together - found).mean(axis=0) * STEP
    rest = max(abs(drop[i]) for i, dimension in enumerate(Dimension) if dimension is not Dimension.OWNERSHIP)
    owned = drop[list(Dimension).index(Dimension.OWNERSHIP)]
    console.print(f"Another order moves the overall by {moved:.2f} on average; empty labels add {added:+.2f}.")
    console.print(f"“We” for “I” moves ownership by {owned:+.2f} of 5, and no other dimension by more than {rest:.2f}.")
    good = kappa >= LEAST_KAPPA and error <= MOST_ERROR and moved <= MOST_MOVED and added <= 0
    return bool(good and owned < 0 and rest <= MOST_MOVED)


def _error(truth: Scores, found: Scores, rubric: StoryRubric) -> float:
    return float(np.abs(overalls(truth, rubric) - overalls(found, rubric)).mean())


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
