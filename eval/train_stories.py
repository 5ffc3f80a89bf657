"""Trains the reader of stories: `python -m eval.train_stories`. Seeded; two minutes.

The stories of `training/star/` are labelled by dimension, with the words that show each; `training/star_lines/` has single
sentences for each dimension, plain ones and near misses. One pair of regressions for each dimension learns from sentences, the
other from whole stories, whose sentences were read by regressions that had not seen any story to the same prompt. Each
story is learned a second time with "we" for "I", where it has no ownership and all else is as it was. `viva eval star` measures
on other prompts, by other authors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import yaml
from rich.progress import track
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from app.content import default_root, load
from app.core.rubric import Loop
from app.core.star import ABSENT, CLEAR, VAGUE, Dimension
from app.engines.flags.addressed import SUBJECT
from app.engines.offline.stories import SHOWN_COLUMNS, SUMMARY, WEIGHTS, rows, sigmoid, summary, tokens_of, unlabelled
from app.engines.offline.story_features import count
from app.engines.segment import Span, units
from app.retrieval.embedding import MiniLM
from eval.pairs import empty_talk
from eval.suites.star import LEARNED, Told, by_the_team, told
from eval.train_flags import addressed

SEED = 5
LINES = LEARNED.parent / "star_lines"
#: The inverse of the regularization's strength, for sentences and for whole stories.
SENTENCES, STORIES = 1.0, 0.3
FOLDS = 5
#: A piece shows what a quote does when it holds this share of it, or lies within it by this share.
HOLDS, WITHIN = 0.6, 0.5
#: Sentences that belong to no story: of the notes, of empty talk, and to the grader.
EXPLAINING, TALK, ORDERS = 1500, 300, 700


#: For each dimension rows of features of single sentences, and their scores.
Lines = Mapping[Dimension, tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Read:
    """A story cut into pieces: rows of features and counts for each, and labels (pieces, 17) of what it shows."""

    story: Told
    x: np.ndarray
    counts: np.ndarray
    y: np.ndarray


def labelled(story: Told, pieces: Sequence[Span]) -> np.ndarray:
    """What each piece shows: for each dimension whether at all and whether clearly, and whether it belongs to no story."""

    def shows(piece: Span, places: Sequence[tuple[int, int]]) -> bool:
        shared = [(max(0, min(end, piece.end) - max(start, piece.start)), end - start) for start, end in places]
        return any(part >= HOLDS * whole or part >= WITHIN * (piece.end - piece.start) for part, whole in shared if part)

    y = np.zeros((len(pieces), 2 * len(Dimension) + 1), dtype=bool)
    for row, piece in zip(y, pieces, strict=True):
        for index, dimension in enumerate(Dimension):
            if shows(piece, story.shown[dimension]):
                row[2 * index] = True
                row[2 * index + 1] = story.scores[dimension] == CLEAR
        row[-1] = shows(piece, story.beside)
    return y


def as_team(story: Told) -> Told:
    """The story with "we" for "I": nobody's own share can be told any more. Its words move, so only its scores are kept."""
    return replace(story, text=by_the_team(story.text), scores={**story.scores, Dimension.OWNERSHIP: 0})


def main() -> None:
    """Train, write the weights."""
    stories = told(LEARNED)
    cut = [units(unlabelled(story.text)) for story in stories]
    labels = [labelled(story, pieces) for story, pieces in zip(stories, cut, strict=True)]
    team = [as_team(story) for story in stories]
    team_cut = [[Span(by_the_team(piece.text), 0, 0) for piece in pieces] for pieces in cut]
    ownership = list(Dimension).index(Dimension.OWNERSHIP)
    team_labels = [y.copy() for y in labels]
    for y in team_labels:
        y[:, 2 * ownership : 2 * ownership + 2] = False
    others = no_story()
    said_alone = single_lines()
    alone = {text for labelled_lines in said_alone.values() for text in labelled_lines}
    texts = sorted({piece.text for pieces in (*cut, *team_cut) for piece in pieces} | {*others} | alone, key=len)
    embedder = MiniLM()
    embedded = {}
    for start in track(range(0, len(texts), 64), description="embedding"):
        batch = texts[start : start + 64]
        embedded |= dict(zip(batch, embedder.encode_now(batch), strict=True))
    common = tokens_of([embedded[piece.text] for pieces in cut for piece in pieces]).mean(0)

    def read(story: Told, pieces: Sequence[Span], y: np.ndarray) -> Read:
        said = [piece.text for piece in pieces]
        return Read(story, rows(said, [embedded[text] for text in said], common), count(said), y)

    plain = [read(*each) for each in zip(stories, cut, labels, strict=True)]
    both = plain + [read(*each) for each in zip(team, team_cut, team_labels, strict=True)]
    beside = rows(others, [embedded[text] for text in others], common)
    lines = {
        dimension: (rows(list(found), [embedded[text] for text in found], common), np.array([*found.values()]))
        for dimension, found in said_alone.items()
    }
    prompts = np.array([each.story.prompt for each in both])
    unseen: dict[int, np.ndarray] = {}
    for known, rest in GroupKFold(FOLDS).split(both, groups=prompts):
        sentence = fitted([both[i] for i in known], beside, lines)
        unseen |= {int(i): sigmoid(both[i].x @ sentence[0].T + sentence[1]) for i in rest}
    coefficients, bias = fitted(both, beside, lines)
    concluding = np.zeros((len(Dimension), 2, len(SUMMARY)), dtype=np.float32)
    story_bias = np.zeros((len(Dimension), 2), dtype=np.float32)
    for index, dimension in enumerate(Dimension):
        x = np.array([summary(unseen[i][:, 2 * index], unseen[i][:, 2 * index + 1], each.counts) for i, each in enumerate(both)])
        scores = np.array([each.story.scores[dimension] for each in both])
        for level in (VAGUE, CLEAR):
            concluding[index, level - 1], story_bias[index, level - 1] = conclusion(x, scores >= level)
    half = {"sentences": coefficients.astype(np.float16), "common": common.astype(np.float16)}
    np.savez_compressed(WEIGHTS, sentence_bias=bias, stories=concluding, story_bias=story_bias, **half)
    print(f"{len(stories)} stories, {sum(len(pieces) for pieces in cut)} sentences; now: viva eval star")


def fitted(stories: Sequence[Read], beside: np.ndarray, lines: Lines) -> tuple[np.ndarray, np.ndarray]:
    """The regressions on sentences: coefficients (17, features) and bias (17,). The last learns from `beside` too."""
    x, y = np.vstack([each.x for each in stories]), np.vstack([each.y for each in stories])
    found = []
    for index, dimension in enumerate(Dimension):
        alone, labels = lines[dimension]
        for level in (VAGUE, CLEAR):
            shows = np.concatenate([y[:, 2 * index + level - 1], labels >= level])
            found.append(regression(np.vstack([x, alone]), shows))
    found.append(regression(np.vstack([x, beside]), np.concatenate([y[:, -1], np.ones(len(beside), bool)])))
    return np.array([c for c, _ in found], np.float32), np.array([b for _, b in found], np.float32)


def regression(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """A logistic regression on sentences: coefficients and bias."""
    model = LogisticRegression(C=SENTENCES, max_iter=1000, random_state=SEED).fit(x, y)
    return model.coef_[0], float(model.intercept_[0])


def conclusion(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """A logistic regression on SUMMARY of stories in which what is shown never counts against it: coefficients and bias.

    Stories that were written to be vague hold nothing clear, and so vague words would seem to speak against clear ones.
    """
    centre, spread = x.mean(0), np.maximum(x.std(0), 1e-3)
    rows, signs = (x - centre) / spread, np.where(y, 1.0, -1.0)

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        margins = signs * (rows @ w[:-1] + w[-1])
        slopes = -STORIES * signs / (1.0 + np.exp(margins))
        penalty = np.append(w[:-1], 0.0)
        return STORIES * np.logaddexp(0, -margins).sum() + (w[:-1] ** 2).sum() / 2, np.append(
            slopes @ rows, slopes.sum()
        ) + penalty

    bounds = [(0 if i < SHOWN_COLUMNS else None, None) for i in range(x.shape[1])] + [(None, None)]
    w = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds).x
    coefficients = w[:-1] / spread
    return coefficients, float(w[-1] - coefficients @ centre)


def single_lines() -> dict[Dimension, dict[str, int]]:
    """For each dimension sentences that show it clearly, vaguely or not at all though they come near, with that score."""
    found = {}
    for path in sorted(LINES.glob("*.yaml")):
        file = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        levels = {"absent": ABSENT, "vague": VAGUE, "clear": CLEAR}
        found[Dimension(file["dimension"])] = {text: level for name, level in levels.items() for text in file[name]}
    return found


def no_story() -> list[str]:
    """What is no part of a story: explanations out of the notes, empty talk, and what is said to graders."""
    catalog = load(default_root())
    said = [
        piece.text
        for note in catalog.notes.values()
        if note.loop is not Loop.BEHAVIORAL
        for heading in ("Definitions you owe", "Trade-offs")
        for piece in units(note.sections[heading])
        if 6 <= len(piece.text.split()) <= 40
    ]
    talk = [line for lines in empty_talk().values() for line in lines]
    orders = [line.text for line in addressed(catalog) if line.label != SUBJECT]
    rng = np.random.default_rng(SEED)
    drawn = [
        rng.permutation(sorted({*texts}))[:most].tolist() for texts, most in ((said, EXPLAINING), (talk, TALK), (orders, ORDERS))
    ]
    return sorted({text for texts in drawn for text in texts})


if __name__ == "__main__":
    main()
