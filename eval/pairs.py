"""What the offline judge learns from: pairs (sentence, claim, label, weight) of public data, of the rubrics and of twins.

Gold answers in `eval/datasets/` are never read here.
"""

import gzip
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from app.content import Catalog
from app.core.rubric import Criterion
from app.core.verdict import Status
from app.engines.offline.entailment import CONTRARY, HALF, OTHER, SAME

TRAINING = Path(__file__).parent / "training"
#: Labels of pairs of which only "neither the same nor half of it", or "neither the same nor the contrary", is known.
NOT_SAME, UNEARNED = 4, 5
_LABELS = {"entailment": SAME, "contradiction": CONTRARY, "neutral": OTHER, "not_entailment": NOT_SAME}
LABEL_OF = {Status.MET: SAME, Status.PARTIAL: HALF, Status.WRONG: CONTRARY, Status.ABSENT: OTHER}
#: Words of a line with a neighbour, at most: longer ones would be cut when they are read.
COMPANY = 32
#: How many other criteria of a rubric each criterion is set against.
OTHERS = 12
#: Words that a restatement may lose.
_SMALL = frozenset("a an the that so and it is are its of".split())
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
    """One training pair; the label is SAME, CONTRARY, OTHER, HALF, NOT_SAME or UNEARNED."""

    sentence: str
    claim: str
    label: int
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Lines:
    """What candidates may say of a criterion. `twins` are pairs (right, wrong) in one voice, so that tone gives nothing away.

    `beside` sounds like it and makes another point, or none.
    """

    criterion: Criterion
    right: tuple[str, ...]
    half: tuple[str, ...]
    wrong: tuple[str, ...]
    beside: tuple[str, ...]
    twins: tuple[tuple[str, str], ...]

    @property
    def labelled(self) -> list[tuple[str, Status]]:
        """Every line with what it earns."""
        groups = ((self.right, Status.MET), (self.half, Status.PARTIAL), (self.wrong, Status.WRONG), (self.beside, Status.ABSENT))
        return [(text, status) for group, status in groups for text in group]

    def without(self, texts: set[str]) -> "Lines":
        """The lines but for these."""
        kept = {name: tuple(t for t in getattr(self, name) if t not in texts) for name in ("right", "half", "wrong", "beside")}
        return replace(self, **kept, twins=tuple(t for t in self.twins if not texts & {*t}))


def rubrics_of(catalog: Catalog) -> dict[str, list[Criterion]]:
    """The criteria of each rubric, by its topic, or by its case."""
    found: dict[str, dict[str, Criterion]] = {}
    for topic, questions in catalog.questions.items():
        for question in questions:
            found.setdefault(question.case or topic, {}).update({c.id: c for c in question.criteria})
    return {name: list(criteria.values()) for name, criteria in found.items()}


def lines_of(rubric: str, criteria: Sequence[Criterion]) -> list[Lines]:
    """For each criterion of a rubric, its utterances and the lines of `training/twins/` and `training/informal/`."""
    more = read_yaml(TRAINING / "twins" / f"{rubric}.yaml")["criteria"]
    return spoken(
        rubric, criteria, {id: each["twins"] for id, each in more.items()}, {id: each["half"] for id, each in more.items()}
    )


def spoken(
    rubric: str,
    criteria: Sequence[Criterion],
    twins: Mapping[str, Sequence[Mapping[str, str]]],
    half: Mapping[str, Sequence[str]],
) -> list[Lines]:
    """Each criterion's own utterances, these twins and halves, and what `training/informal/` has for the rubric."""
    informal = read_yaml(TRAINING / "informal" / f"{rubric}.yaml")["criteria"]
    found = []
    for c in criteria:
        pairs = tuple((twin["right"], twin["wrong"]) for twin in (*twins[c.id], *informal[c.id]["pairs"]))
        right, wrong = (tuple(group) for group in zip(*pairs, strict=True))
        beside = (informal[c.id]["beside"],)
        found.append(Lines(c, (*c.met, *right), (*c.partial, *half.get(c.id, ())), (*c.wrong, *wrong), beside, pairs))
    return found


def read_yaml(path: Path) -> Any:
    """The one document of a file."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def held_out(lines: Lines, rng: random.Random) -> set[str]:
    """Lines to keep from the network: three pairs of twins, one of them informal, and one of each of the other sorts."""
    c = lines.criterion
    *plain, first, second = lines.twins
    twins = {text for pair in (*rng.sample(plain, 2), rng.choice((first, second))) for text in pair}
    return twins | {rng.choice(group) for group in (c.met, c.partial, c.wrong, lines.half, lines.beside)}


def inference_pairs(path: Path, seed: int, longest: int = 28) -> list[Pair]:
    """Premise and hypothesis pairs of at most `longest` words out of a gzipped JSON-lines file, shuffled."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    pairs = [
        Pair(row["premise"], row["hypothesis"], _LABELS[row["label"]])
        for row in rows
        if max(len(row["premise"].split()), len(row["hypothesis"].split())) <= longest
    ]
    random.Random(seed).shuffle(pairs)
    return pairs


def topic_pairs(topic: Sequence[Lines], talk: Sequence[str], seed: int) -> list[Pair]:
    """Pairs out of the lines of one topic: each criterion's own, and against the others of the topic."""
    rng = random.Random(seed)
    pairs = [pair for lines in topic for pair in _own_pairs(lines, topic, rng) + _other_pairs(lines, topic, rng)]
    return pairs + _talk_pairs(talk, topic, rng)


def keyword_lists(criteria: Sequence[Criterion], count: int, seed: int) -> list[str]:
    """Answers that name a topic's terms and claim nothing: bare lists, and lists dressed up as sentences."""
    rng = random.Random(seed)
    lists = []
    for _ in range(count):
        spoken_of = [rng.choice(criteria) for _ in range(rng.randint(3, 8))]
        terms = [_term(rng.choice(c.met or (c.statement,)), rng) for c in spoken_of]
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
    return read_yaml(TRAINING / "empty_talk.yaml")  # type: ignore[no-any-return]


def denied(utterance: str, rng: random.Random) -> str:
    """The utterance inside a denial."""
    inner = utterance.rstrip(".!")
    return rng.choice(DENIALS).format(inner[:1].lower() + inner[1:])


def restated(text: str, rng: random.Random) -> str:
    """The text as somebody might repeat it: something before or after it, a small word lost."""
    kept = " ".join(word for word in text.rstrip(".").split() if word not in _SMALL or rng.random() < 0.8)
    before = rng.choice(("", "", "So ", "I'd say ", "As far as I know, ", "Basically, ", "We learned that "))
    return f"{before}{kept[:1].lower() + kept[1:] if before else kept}{rng.choice(('.', '.', ', right?', ', I think.'))}"


def literal(lines: Lines, rng: random.Random) -> list[tuple[str, Status]]:
    """The statement itself, repeated and denied: whoever keeps its words may say either."""
    statement = lines.criterion.statement
    repeated = [(restated(statement, rng), Status.MET) for _ in range(2)]
    return [*repeated, (denied(statement, rng), Status.WRONG), (denied(rng.choice(lines.right), rng), Status.WRONG)]


def _own_pairs(lines: Lines, topic: Sequence[Lines], rng: random.Random) -> list[Pair]:
    statement = lines.criterion.statement
    pairs: list[Pair] = []
    for said, status in lines.labelled:
        pairs.append(Pair(said, statement, LABEL_OF[status], 2.0))
        neighbour = rng.choice(rng.choice([each for each in topic if each is not lines]).labelled)[0]
        if len(said.split()) + len(neighbour.split()) <= COMPANY:
            together = f"{said} {neighbour}" if rng.random() < 0.5 else f"{neighbour} {said}"
            pairs.append(Pair(together, statement, LABEL_OF[status]))
    pairs += [Pair(*rng.sample(twins, 2), CONTRARY, 0.7) for twins in lines.twins]
    # False lines often keep the statement's words and right ones avoid them: keeping its words must not read as false.
    pairs += [Pair(restated(statement, rng), statement, SAME) for _ in range(5)]
    pairs += [Pair(restated(said, rng), said, SAME) for said in rng.sample([*lines.right, *lines.wrong], 3)]
    pairs += [Pair(denied(said, rng), statement, CONTRARY) for said in (statement, rng.choice(lines.right))]
    # Denying what is false does not say what is true: it must not read as the contrary of the statement.
    pairs.append(Pair(denied(rng.choice(lines.wrong), rng), statement, OTHER))
    return pairs


def _other_pairs(lines: Lines, topic: Sequence[Lines], rng: random.Random) -> list[Pair]:
    statement = lines.criterion.statement
    rest = [each for each in topic if each is not lines]
    others = [said for each in rng.sample(rest, min(OTHERS, len(rest))) for said in rng.sample([t for t, _ in each.labelled], 2)]
    lists = keyword_lists([each.criterion for each in topic], 2, rng.randrange(2**31))
    return [Pair(said, statement, OTHER) for said in (*others, *lists)]


def _talk_pairs(talk: Sequence[str], topic: Sequence[Lines], rng: random.Random) -> list[Pair]:
    """Empty talk against what the criteria of its topic claim."""
    near = [(said, lines) for said in talk for lines in rng.sample(list(topic), min(5, len(topic)))]
    return [Pair(said, lines.criterion.statement, OTHER, 0.7) for said, lines in near]


def _term(utterance: str, rng: random.Random) -> str:
    words = [word.strip(".,;:!?\"'()").lower() for word in utterance.split()]
    content = [i for i, word in enumerate(words) if len(word) > 4]
    if not content:
        return words[0]
    start = rng.choice(content)
    return " ".join(words[max(0, start - rng.randint(0, 1)) : start + 1])
