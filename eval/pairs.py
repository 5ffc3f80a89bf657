"""Training pairs for the offline judge: (sentence, claim, label, weight), from public data and from the rubrics.

Gold answers in `eval/datasets/` are never read here.
"""

import gzip
import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from app.core.rubric import Criterion
from app.engines.offline.features import CONTRARY, OTHER, SAME

TALK = Path(__file__).parent / "training" / "empty_talk.yaml"
#: Label of pairs of which only "not the same" is known.
NOT_SAME = 3
_LABELS = {"entailment": SAME, "contradiction": CONTRARY, "neutral": OTHER, "not_entailment": NOT_SAME}
#: Ways to deny a claim. Each denies what it is put around, a right claim or a wrong one.
DENIALS = (
    "It is not true that {}",
    "It's a myth that {}",
    "People say that {}, but that is wrong.",
    "I don't believe that {}",
    "The opposite of this is the case: {}",
    "Nobody should think that {}",
)


class Pair(NamedTuple):
    """One training pair; the label is SAME, CONTRARY, OTHER or NOT_SAME."""

    sentence: str
    claim: str
    label: int
    weight: float = 1.0


def inference_pairs(path: Path, limit: int, seed: int, longest: int = 28) -> list[Pair]:
    """Premise and hypothesis pairs of at most `longest` words out of a gzipped JSON-lines file, shuffled."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    pairs = [
        Pair(row["premise"], row["hypothesis"], _LABELS[row["label"]])
        for row in rows
        if max(len(row["premise"].split()), len(row["hypothesis"].split())) <= longest
    ]
    random.Random(seed).shuffle(pairs)
    return pairs[:limit]


def rubric_pairs(topics: Iterable[Sequence[Criterion]], seed: int) -> list[Pair]:
    """Pairs out of the rubrics' own utterances, criteria of one topic set against one another."""
    rng = random.Random(seed)
    return [pair for criteria in topics for criterion in criteria for pair in _criterion_pairs(criterion, criteria, rng)]


def keyword_lists(criteria: Sequence[Criterion], count: int, seed: int) -> list[str]:
    """Answers that name a topic's terms and claim nothing: bare lists, and lists dressed up as sentences."""
    rng = random.Random(seed)
    lists = []
    for _ in range(count):
        terms = [_term(rng.choice(rng.choice(criteria).met), rng) for _ in range(rng.randint(3, 8))]
        joined = ", ".join(terms[:-1]) + f" and {terms[-1]}"
        frame = rng.choice(
            (
                ", ".join(terms).capitalize() + ".",
                f"I would leverage {joined}.",
                f"It is all about {joined}.",
                f"Key concepts here are {joined}.",
                f"I have worked with {joined} in production.",
                f"You have to think of {joined}, and so on.",
            )
        )
        lists.append(frame)
    return lists


def empty_talk() -> dict[str, list[str]]:
    """By topic, sentences that sound relevant and claim nothing of any criterion."""
    return yaml.safe_load(TALK.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def talk_pairs(talk: Sequence[str], criteria: Sequence[Criterion], seed: int) -> list[Pair]:
    """Empty talk against what the criteria of its topic claim."""
    rng = random.Random(seed)
    return [
        Pair(said, rng.choice(claims), OTHER, 0.7)
        for said in talk
        for criterion in rng.sample(list(criteria), min(5, len(criteria)))
        for claims in ([criterion.statement], [*criterion.met, *criterion.wrong])
    ]


def denied(utterance: str, rng: random.Random) -> str:
    """The utterance inside a denial."""
    inner = utterance.rstrip(".!")
    return rng.choice(DENIALS).format(inner[:1].lower() + inner[1:])


def _criterion_pairs(criterion: Criterion, criteria: Sequence[Criterion], rng: random.Random) -> list[Pair]:
    statement, met, wrong, partial = criterion.statement, criterion.met, criterion.wrong, criterion.partial
    pairs: list[Pair] = []
    for said in met:
        pairs.append(Pair(said, statement, SAME, 2.0))
        pairs += [Pair(said, other, SAME, 0.7) for other in _sample([m for m in met if m != said], 2, rng)]
        pairs += [Pair(said, claim, CONTRARY, 0.7) for claim in _sample(wrong, 2, rng)]
    for said in wrong:
        pairs.append(Pair(said, statement, CONTRARY, 2.0))
        pairs += [Pair(said, claim, CONTRARY, 0.7) for claim in _sample(met, 2, rng)]
        pairs += [Pair(said, other, SAME, 0.3) for other in _sample([w for w in wrong if w != said], 1, rng)]
    for said in partial:
        pairs.append(Pair(said, statement, OTHER, 2.0))
        pairs += [Pair(said, rng.choice(claims), OTHER, 0.7) for claims in (met, wrong)]
    pairs.append(Pair(denied(statement, rng), statement, CONTRARY))
    pairs.append(Pair(denied(rng.choice(met), rng), statement, CONTRARY))
    # Denying what is false does not say what is true: it must not read as the contrary of the statement.
    pairs.append(Pair(denied(rng.choice(wrong), rng), statement, OTHER))
    for other in criteria:
        if other.id != criterion.id:
            for said in _sample([*other.met, *other.wrong, *other.partial], 2, rng):
                pairs.append(Pair(said, statement, OTHER))
                pairs.append(Pair(said, rng.choice([*met, *wrong]), OTHER, 0.5))
    pairs += [Pair(said, statement, OTHER) for said in keyword_lists([criterion, *criteria], 2, rng.randrange(2**31))]
    return pairs


def _sample(items: Sequence[str], count: int, rng: random.Random) -> list[str]:
    return rng.sample(list(items), min(count, len(items)))


def _term(utterance: str, rng: random.Random) -> str:
    words = [word.strip(".,;:!?\"'()").lower() for word in utterance.split()]
    content = [i for i, word in enumerate(words) if len(word) > 4]
    if not content:
        return words[0]
    start = rng.choice(content)
    return " ".join(words[max(0, start - rng.randint(0, 1)) : start + 1])
