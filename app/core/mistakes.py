"""Mistakes that cross topics, found in any interview: what was said, and what should have been said with it.

A reader (`ports.Reviewer`) finds remarks of certain sorts in the candidate's sentences; what is a mistake is decided
here, by plain rules over those remarks. They cost no credit: the debrief names them, with the words they rest on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class About(StrEnum):
    """What a sentence is about, as far as these rules care."""

    ARCHITECTURE = "architecture"  # proposes a system: components and how they fit together
    LATENCY = "latency"
    THROUGHPUT = "throughput"
    LABEL_COST = "label_cost"
    EVALUATION = "evaluation"
    ROC = "roc"  # goes by a ROC curve or the area under it
    PREVALENCE = "prevalence"  # the share of positives, or precision and recall
    DISTRIBUTED = "distributed"  # training on many devices or machines
    SPLITS = "splits"  # how data are split, or what leaks
    SILVER_BULLET = "silver_bullet"  # a big model makes the rest of the work needless
    BOAST = "boast"  # perfect or nearly perfect accuracy of one's own
    BASELINE = "baseline"
    IMPACT = "impact"  # what it changed for people or for the business


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A sentence of the candidate's of one sort; `start` and `end` count characters in the answer of that turn."""

    about: About
    quote: str
    turn: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A mistake by name, the words that show it, what is missing beside them, and what to do about it."""

    name: str
    title: str
    advice: str
    topic: str  # whose note tells more
    missing: tuple[str, ...]
    quote: str
    turn: int
    start: int
    end: int


#: What an architecture has to be given with, in the words of the debrief.
OWED = {
    About.LATENCY: "latency",
    About.THROUGHPUT: "throughput",
    About.LABEL_COST: "labeling cost",
    About.EVALUATION: "evaluation",
}
#: So many of these missing make a bare architecture of one that was given in passing; in a system-design case, any.
IN_PASSING = 2


def find(remarks: Sequence[Remark], staged: bool = False) -> tuple[Mistake, ...]:
    """The mistakes that these remarks of a whole interview add up to, each at most once; `staged`: it asked for a design."""
    said: dict[About, Remark] = {}
    for remark in sorted(remarks, key=lambda remark: (remark.turn, remark.start)):
        said.setdefault(remark.about, remark)
    found = []
    if design := said.get(About.ARCHITECTURE):
        missing = tuple(words for about, words in OWED.items() if about not in said)
        if len(missing) >= (1 if staged else IN_PASSING):
            found.append(_mistake("bare_architecture", design, missing))
    if (roc := said.get(About.ROC)) and About.PREVALENCE not in said:
        found.append(_mistake("roc_alone", roc, ("prevalence", "precision and recall")))
    if (many := said.get(About.DISTRIBUTED)) and not _before(said.get(About.SPLITS), many):
        found.append(_mistake("scale_before_splits", many, ("splits", "leakage")))
    if cure := said.get(About.SILVER_BULLET):
        found.append(_mistake("model_solves_it", cure, ()))
    if (boast := said.get(About.BOAST)) and not {About.BASELINE, About.IMPACT} & said.keys():
        found.append(_mistake("bare_boast", boast, ("a baseline", "impact")))
    return tuple(sorted(found, key=lambda mistake: (mistake.turn, mistake.start)))


def _before(one: Remark | None, other: Remark) -> bool:
    """Whether it was said no later; the same sentence may say both."""
    return one is not None and (one.turn, one.start) <= (other.turn, other.start)


_WORDS = {
    "bare_architecture": (
        "An architecture by itself",
        "Boxes and arrows are the easy part. Say how fast it must answer, how much it must take, what its labels cost and "
        "how you would know that it works.",
        "ml-system-design",
    ),
    "roc_alone": (
        "ROC without prevalence",
        "An area under the ROC curve says nothing of how rare the positives are. State the share of positives, and look at "
        "precision and recall where they are few.",
        "roc-vs-pr",
    ),
    "scale_before_splits": (
        "Scale before splits",
        "Many machines make a leaking model faster, not better. Settle the splits and look for leakage first, then say why one "
        "machine is not enough.",
        "data-leakage",
    ),
    "model_solves_it": (
        "The model as the whole answer",
        "A foundation model is a component. Say what data it sees, where it fails, how you would measure that, and what a "
        "simpler thing would have done.",
        "llm-prompting",
    ),
    "bare_boast": (
        "A number with nothing beside it",
        "A nearly perfect score without a baseline asks for doubt. Say what a trivial rule reaches, rule out leakage, and tell "
        "what it changed for somebody.",
        "evaluation-metrics",
    ),
}


def _mistake(name: str, shown_by: Remark, missing: tuple[str, ...]) -> Mistake:
    title, advice, topic = _WORDS[name]
    return Mistake(
        name=name,
        title=title,
        advice=advice,
        topic=topic,
        missing=missing,
        quote=shown_by.quote,
        turn=shown_by.turn,
        start=shown_by.start,
        end=shown_by.end,
    )
