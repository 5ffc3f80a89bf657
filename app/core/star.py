"""Stories from behavioral interviews: what they are read for, how they are scored, what is asked next, what a retelling needs.

An engine reads a story and says for each dimension whether it is absent, vague or clear, with the words that show it;
everything else here is computed from that. Nothing is ever added to what the candidate said.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import fsum

from app.core.usage import Call
from app.core.verdict import Flag

#: A story's overall runs from 0 to this.
SCALE = 5.0
ABSENT, VAGUE, CLEAR = range(3)
#: Words in a row that show none of the dimensions, from which on a listener has lost the thread.
LOST_WORDS = 45


class Dimension(StrEnum):
    """What a story is read for, in the order in which it is told most often."""

    SITUATION = "situation"
    TASK = "task"
    ACTION = "action"
    RESULT = "result"
    OWNERSHIP = "ownership"
    QUANTIFIED = "quantified"
    REFLECTION = "reflection"
    TRADE_OFF = "trade_off"


#: What is asked for first when several are missing equally: what a story cannot do without.
URGENT = (
    Dimension.ACTION,
    Dimension.RESULT,
    Dimension.OWNERSHIP,
    Dimension.TASK,
    Dimension.QUANTIFIED,
    Dimension.SITUATION,
    Dimension.REFLECTION,
    Dimension.TRADE_OFF,
)
#: A retelling's steps, each with what belongs into it.
STEPS = (
    (Dimension.SITUATION,),
    (Dimension.TASK,),
    (Dimension.ACTION, Dimension.OWNERSHIP),
    (Dimension.TRADE_OFF,),
    (Dimension.RESULT, Dimension.QUANTIFIED),
    (Dimension.REFLECTION,),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """One dimension as its author wrote it: what earns a clear and a vague, how to ask for it, and advice by score."""

    dimension: Dimension
    title: str
    weight: int
    clear: str
    vague: str
    probes: tuple[str, ...]
    advice: tuple[str, str, str]


#: A guide for each dimension, in their order.
StoryRubric = Mapping[Dimension, Guide]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One dimension of a story: 0 absent, 1 vague, 2 clear; the words that show it best, and one line of advice.

    `start` and `end` are character offsets into the story, end exclusive; None and no quote where it is absent.
    """

    dimension: Dimension
    score: int
    quote: str = ""
    start: int | None = None
    end: int | None = None
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Words of the story that show a dimension; a story has many, and they may overlap."""

    dimension: Dimension
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """A story as an engine read it: a reading for each dimension, in their order.

    `marks` are in the order of the story. `trouble` says why the engine is not the one that was asked for.
    """

    readings: tuple[Reading, ...]
    marks: tuple[Mark, ...]
    flags: tuple[Flag, ...]
    engine: str
    calls: tuple[Call, ...] = ()
    trouble: str = ""

    def __getitem__(self, dimension: Dimension) -> Reading:
        return next(reading for reading in self.readings if reading.dimension is dimension)

    def advised(self, rubric: StoryRubric) -> "Analysis":
        """With the authored advice where the engine gave none."""
        return replace(
            self, readings=tuple(replace(r, advice=r.advice or rubric[r.dimension].advice[r.score]) for r in self.readings)
        )

    def after(self, trouble: str, calls: tuple[Call, ...]) -> "Analysis":
        """As read in the place of an engine that failed."""
        return replace(self, trouble=trouble, calls=(*calls, *self.calls))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of the story, by its offsets."""

    start: int
    end: int
    words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a retelling: the candidate's own words that belong there, and what they have to add or sharpen.

    `asks` are questions to them; what they have not said is asked for, never made up.
    """

    dimensions: tuple[Dimension, ...]
    says: tuple[str, ...]
    asks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One dimension of two versions of a story."""

    dimension: Dimension
    before: int
    after: int


def overall(scores: Mapping[Dimension, int], rubric: StoryRubric) -> float:
    """0 to 5: the weighted mean of the scores, of which 2 is the most."""
    total = sum(guide.weight for guide in rubric.values())
    earned = fsum(guide.weight * scores[dimension] / CLEAR for dimension, guide in rubric.items())
    return round(SCALE * earned / total, 2)


def next_probe(analysis: Analysis, asked: Collection[Dimension], most: int) -> Dimension | None:
    """What to ask for next: the absent before the vague, the urgent first, each once, `most` in all; or nothing."""
    if len(asked) >= most:
        return None
    missing = [reading for reading in analysis.readings if reading.score < CLEAR and reading.dimension not in asked]
    return min(missing, key=lambda r: (r.score, URGENT.index(r.dimension))).dimension if missing else None


def lost_thread(text: str, analysis: Analysis) -> Stretch | None:
    """The longest part of a story that shows nothing of any dimension, from LOST_WORDS on."""
    edges = sorted((mark.start, mark.end) for mark in analysis.marks)
    gaps, reached = [], 0
    for start, end in [*edges, (len(text), len(text))]:
        if start > reached:
            gaps.append((reached, start))
        reached = max(reached, end)
    found = [Stretch(start=start, end=end, words=len(text[start:end].split())) for start, end in gaps]
    longest = max(found, key=lambda stretch: stretch.words, default=None)
    if longest is None or longest.words < LOST_WORDS:
        return None
    inside = text[longest.start : longest.end]
    start = longest.start + len(inside) - len(inside.lstrip())
    return replace(longest, start=start, end=start + len(inside.strip()))


def retelling(text: str, analysis: Analysis, rubric: StoryRubric) -> tuple[Step, ...]:
    """A plan for telling it again, in the usual order, out of the candidate's own words alone.

    Words that show two dimensions stand in the first step that they fit.
    """
    steps, used = [], set[tuple[int, int]]()
    for dimensions in STEPS:
        places = [(mark.start, mark.end) for mark in analysis.marks if mark.dimension in dimensions]
        new = [place for place in dict.fromkeys(places) if place not in used]
        used.update(new)
        asks = tuple(rubric[each].probes[0] for each in dimensions if analysis[each].score < CLEAR)
        steps.append(Step(dimensions=dimensions, says=tuple(text[slice(*place)] for place in new), asks=asks))
    return tuple(steps)


def compared(before: Analysis, after: Analysis) -> tuple[Change, ...]:
    """Two versions of a story, dimension by dimension."""
    return tuple(
        Change(dimension=reading.dimension, before=reading.score, after=after[reading.dimension].score)
        for reading in before.readings
    )
