"""Reads stories with no key and no network: sentence by sentence, and then the story as a whole. A StoryReader.

For each dimension two regressions say of every sentence whether it shows it at all and whether it shows it clearly, from
the sentence's MiniLM vector, the mean of its tokens half way through the model, and the counts of `story_features`. Two
more conclude from all sentences, whatever their order, whether the story as a whole is at least vague, and clear.
`eval/train_stories.py` trains them; nothing but numpy runs them.
"""

import asyncio
import re
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from app.core.errors import Unavailable
from app.core.ports import Embedder
from app.core.star import ABSENT, CLEAR, VAGUE, Analysis, Dimension, Mark, Reading
from app.core.verdict import Flag
from app.engines.flags import to_grader, unreadable
from app.engines.offline.story_features import NAMES, count
from app.engines.segment import Span, units

WEIGHTS = Path(__file__).with_name("stories.npz")
#: How much the mean of the tokens, less what all sentences share, weighs beside the vector; and the counts.
TOKENS_SHARE, COUNTS_SHARE = 2.0, 0.35
#: From here on a sentence is marked as showing a dimension.
SHOWN = 0.5
#: From here on a sentence belongs to no story.
ASIDE = 0.9

_LABELS = (
    "situation|tasks?|actions?|results?|ownership|quantified|numbers|reflections?|trade[- ]?offs?|context|background|"
    "outcomes?|lessons?(?:[ ]learned)?|learnings?|goals?|challenges?|impact"
)
#: A label of a story's part, at the beginning of a line or of a sentence, or within one if it has a capital and a colon.
LABEL = re.compile(
    rf"""(?:^|(?<=[.!?\n])[ \t]+) [#*_\[(>\ \t-]{{0,6}} (?:{_LABELS}|\b[star]\b) [*_\])]{{0,3}}
            [ \t]*(?:[:–—=]|-(?=\s)|(?=\n|$))[*_]{{0,3}}
      | \b(?-i:Situation|Tasks?|Actions?|Results?|Reflection|Outcome|Lesson)[*_]{{0,3}}[ \t]?:[*_]{{0,3}}""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)

Array = npt.NDArray[np.float32]


class Weights(NamedTuple):
    """What was learned. Rows of `sentences` are for each dimension "shows it" and "shows it clearly", and last "no part of it".

    `common` (dimensions of a vector) is what the tokens of all sentences share; `sentences` (17, features) with `sentence_bias`
    (17,) read one sentence; `stories` (8, 2, SUMMARY) with `story_bias` (8, 2) conclude.
    """

    common: Array
    sentences: Array
    sentence_bias: Array
    stories: Array
    story_bias: Array


#: A sentence's vector (d,) and its tokens' hidden states (tokens, d), as an Embedder reads them.
Embedded = tuple[Array, Array]
#: Columns of `summary` for a dimension: of its sentences' probabilities, then of the words of the whole story.
SUMMARY = (
    *("shown", "second_shown", "third_shown", "clear", "second_clear", "log_shown", "log_clear"),
    *("share_of_i", "share_of_i_acting", "log_i_acting", "log_we_acting", "figures", "comparisons", "steps_told"),
)
#: The first so many are of what is shown, and never speak against it.
SHOWN_COLUMNS = 7


class OfflineStoryReader:
    """Raises Unavailable when the weights or the embedder are missing."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    async def read(self, prompt: str, story: str) -> Analysis:
        """What the story shows. Flagged words earn nothing, and take nothing from the rest."""
        told = unlabelled(story)
        flags = unreadable(told, 1)
        for flag in flags:
            told = told[: flag.start] + "\n".ljust(flag.end - flag.start) + told[flag.end :]
        pieces = units(told)
        if not pieces:
            return _nothing(flags)
        embedded = await self._embedder.read([piece.text for piece in pieces])
        return await asyncio.to_thread(_conclude, pieces, embedded, flags)


def rows(texts: Sequence[str], embedded: Sequence[Embedded], common: Array) -> Array:
    """What the regressions see of sentences: (texts, features)."""
    vectors = np.stack([vector for vector, _ in embedded])
    addressed = np.array([[to_grader(text)] for text in texts], dtype=np.float32)
    return np.hstack([vectors, TOKENS_SHARE * (tokens_of(embedded) - common), COUNTS_SHARE * count(texts), addressed])


def unlabelled(story: str) -> str:
    """The story with a line break and blanks for its labels ("Situation:"): as long as before, and nothing said is lost."""
    return LABEL.sub(lambda found: "\n".ljust(len(found[0])), story)


def tokens_of(embedded: Sequence[Embedded]) -> Array:
    """The means of the tokens' hidden states, as unit vectors: (texts, d)."""
    means = np.stack([np.asarray(hidden, dtype=np.float32).mean(0) for _, hidden in embedded])
    return means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-6)  # type: ignore[no-any-return]


def summary(shown: Array, clear: Array, counts: Array) -> list[float]:
    """SUMMARY of one dimension of a story: its sentences' probabilities (sentences,) and counts (sentences, NAMES).

    Nothing in it depends on the order of the sentences.
    """
    column = dict(zip(NAMES, counts.sum(0).tolist(), strict=True))
    i, we, acts, together = (column[name] for name in ("first_person", "we", "i_act", "we_act"))
    one, two, three = np.sort(np.pad(shown, (0, 3)))[::-1][:3].tolist()
    best, next_best = np.sort(np.pad(clear, (0, 2)))[::-1][:2].tolist()
    return [
        *(one, two, three, best, next_best, float(np.log1p(shown.sum())), float(np.log1p(clear.sum()))),
        *(i / (i + we + 1), acts / (acts + together + 1), float(np.log1p(acts)), float(np.log1p(together))),
        *(min(3.0, column["figure_with_unit"]), min(2.0, column["compared"]), float(np.log1p(acts + together))),
    ]


def _conclude(pieces: Sequence[Span], embedded: Sequence[Embedded], flags: list[Flag]) -> Analysis:
    learned = weights()
    texts = [piece.text for piece in pieces]
    seen = rows(texts, embedded, learned.common)
    odds = sigmoid(seen @ learned.sentences.T + learned.sentence_bias)
    addressed = seen[:, -1]
    beside = (odds[:, -1] >= ASIDE) | (addressed == 1.0)
    flags += [
        Flag(kind=_kind(likely), quote=piece.text, turn=1, start=piece.start, end=piece.end)
        for piece, is_beside, likely in zip(pieces, beside, addressed, strict=True)
        if is_beside
    ]
    kept = [i for i in range(len(pieces)) if not beside[i]]
    if not kept:
        return _nothing(flags)
    counts = count([texts[i] for i in kept])
    readings, marks = [], []
    for index, dimension in enumerate(Dimension):
        shown, clear = odds[kept, 2 * index], odds[kept, 2 * index + 1]
        sums = np.array(summary(shown, clear, counts), dtype=np.float32)
        vague_or_clear, only_clear = sigmoid(learned.stories[index] @ sums + learned.story_bias[index])
        score = CLEAR if only_clear >= 0.5 else VAGUE if vague_or_clear >= 0.5 else ABSENT
        if score == ABSENT:
            readings.append(Reading(dimension=dimension, score=score))
            continue
        best = pieces[kept[int((clear if score == CLEAR else shown).argmax())]]
        readings.append(Reading(dimension=dimension, score=score, quote=best.text, start=best.start, end=best.end))
        showing = {best, *(pieces[kept[i]] for i in np.flatnonzero(shown >= SHOWN))}
        marks += [Mark(dimension=dimension, start=piece.start, end=piece.end) for piece in showing]
    return Analysis(
        readings=tuple(readings),
        marks=tuple(sorted(marks, key=lambda mark: (mark.start, mark.end, list(Dimension).index(mark.dimension)))),
        flags=tuple(sorted(flags, key=lambda flag: flag.start)),
        engine="offline",
    )


def _kind(addressed: float) -> str:
    return "instruction_to_grader" if addressed >= 0.5 else "off_question"


def _nothing(flags: Sequence[Flag]) -> Analysis:
    readings = tuple(Reading(dimension=dimension, score=ABSENT) for dimension in Dimension)
    return Analysis(readings=readings, marks=(), flags=tuple(flags), engine="offline")


def sigmoid(odds: Array) -> Array:
    """Log-odds as probabilities."""
    return (1.0 / (1.0 + np.exp(-odds))).astype(np.float32)


@cache
def weights() -> Weights:
    """The weights that ship. Raises Unavailable."""
    try:
        with np.load(BytesIO(WEIGHTS.read_bytes())) as stored:
            return Weights(*(stored[name].astype(np.float32) for name in Weights._fields))
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        raise Unavailable(f"The weights in {WEIGHTS.name} are missing or damaged ({error}). Install Viva again.") from error
