"""What the offline judge learns from: pairs (sentence, claim, label, weight) of public data, of the rubrics and of twins.

Gold answers in `eval/datasets/` are never read here.
"""

import gzip
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
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
#: How often a line is learned once more with a neighbour.
ACCOMPANIED = 0.5
#: How many other criteria of a rubric each criterion is set against.
OTHERS = 6
#: Words that a restatement may lose.
_SMALL = frozenset("a an the that so and it is are its of".split())
#: One sentence of `training/frames.yaml` in this many is kept from the network, for the heads.
UNTAUGHT = 3
#: How often a claim stands in quotation marks inside such a sentence.
QUOTED = 0.3


class Stance(StrEnum):
    """What a sentence around a claim does with it: takes it back, stands by it, or only mentions it."""

    DENY = "deny"
    AFFIRM = "affirm"
    ASIDE = "aside"

    def of(self, status: Status) -> Status | None:
        """What a claim that alone earns `status` earns in such a sentence; None where that depends on the claim."""
        if self is Stance.AFFIRM:
            return status
        if self is Stance.ASIDE or status in (Status.WRONG, Status.ABSENT):
            return Status.ABSENT  # to deny what is false does not say what is true
        return Status.WRONG if status is Status.MET else None


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


@cache
def frames(stance: Stance, taught: bool) -> tuple[str, ...]:
    """Sentences around a claim, with {} in its place: those that the network learns from, or the others."""
    every = read_yaml(TRAINING / "frames.yaml")[stance.value]
    return tuple(frame for index, frame in enumerate(every) if bool(index % UNTAUGHT) == taught)


def framed(claim: str, stance: Stance, rng: random.Random, taught: bool) -> str:
    """The claim inside a sentence of this stance."""
    frame, inner = rng.choice(frames(stance, taught)), claim.rstrip(" .!;")
    if rng.random() < QUOTED:
        inner = f'"{inner}"'
    elif not frame.startswith("{}") and not inner.startswith(("I ", "I'")):
        inner = inner[:1].lower() + inner[1:]
    text = frame.format(inner)
    return text[:1].upper() + text[1:]


def restated(text: str, rng: random.Random) -> str:
    """The text as somebody might repeat it: something before or after it, a small word lost."""
    kept = " ".join(word for word in text.rstrip(".").split() if word not in _SMALL or rng.random() < 0.8)
    before = rng.choice(("", "", "So ", "I'd say ", "As far as I know, ", "Basically, ", "We learned that "))
    return f"{before}{kept[:1].lower() + kept[1:] if before else kept}{rng.choice(('.', '.', ', right?', ', I think.'))}"


def literal(lines: Lines, rng: random.Random) -> list[tuple[str, Status]]:
    """The statement and lines, repeated, denied and upheld: whoever keeps their words may say any of it."""
    statement, right, wrong = lines.criterion.statement, rng.choice(lines.right), rng.choice(lines.wrong)
    found = [(restated(statement, rng), Status.MET) for _ in range(2)]
    claims = ((statement, Status.MET), (right, Status.MET), (wrong, Status.WRONG))
    tried = [(stance, claim) for stance in (Stance.DENY, Stance.AFFIRM) for claim in claims] + [(Stance.ASIDE, claims[1])]
    for stance, (claim, status) in tried:
        found.append((framed(claim, stance, rng, taught=False), stance.of(status) or Status.ABSENT))
    return found


def _own_pairs(lines: Lines, topic: Sequence[Lines], rng: random.Random) -> list[Pair]:
    statement = lines.criterion.statement
    pairs: list[Pair] = []
    for said, status in lines.labelled:
        pairs.append(Pair(said, statement, LABEL_OF[status], 2.0))
        neighbour = rng.choice(rng.choice([each for each in topic if each is not lines]).labelled)[0]
        if rng.random() < ACCOMPANIED and len(said.split()) + len(neighbour.split()) <= COMPANY:
            together = f"{said} {neighbour}" if rng.random() < 0.5 else f"{neighbour} {said}"
            pairs.append(Pair(together, statement, LABEL_OF[status]))
    pairs += [Pair(*rng.sample(twins, 2), CONTRARY, 0.7) for twins in lines.twins]
    # False lines often keep the statement's words and right ones avoid them: keeping its words must not read as false.
    pairs += [Pair(restated(statement, rng), statement, SAME) for _ in range(3)]
    pairs += [Pair(restated(said, rng), said, SAME) for said in rng.sample([*lines.right, *lines.wrong], 2)]
    return pairs + _framed_pairs(lines, topic, rng)


def _framed_pairs(lines: Lines, topic: Sequence[Lines], rng: random.Random) -> list[Pair]:
    statement = lines.criterion.statement
    right = [(said, Status.MET) for said in rng.sample(lines.right, 3)]
    half = [(rng.choice(lines.half), Status.PARTIAL)] if lines.half else []
    false = [(said, Status.WRONG) for said in rng.sample(lines.wrong, 2)]
    own = [(statement, Status.MET)]
    found = [(claim, Stance.DENY) for claim in (*own, *own, *right, *half, *false)]
    found += [(claim, Stance.AFFIRM) for claim in (*own, *right[:2], *half, *false)]
    found += [(rng.choice((*own, *right)), Stance.ASIDE), (rng.choice(false), Stance.ASIDE)]
    pairs = [in_a_frame(said, status, statement, stance, rng) for (said, status), stance in found]
    # Whatever a sentence does with its claim, it is silent on other criteria: else "… and I can only agree" is assent to all.
    for stance in (Stance.DENY, Stance.AFFIRM, Stance.AFFIRM, Stance.ASIDE):
        other = rng.choice([each for each in topic if each is not lines])
        said = rng.choice((other.criterion.statement, *other.right, *other.wrong))
        pairs.append(Pair(framed(said, stance, rng, taught=True), statement, OTHER))
    return pairs


def in_a_frame(said: str, status: Status, statement: str, stance: Stance, rng: random.Random) -> Pair:
    """The pair of a claim in a sentence around it, and the statement that it speaks of."""
    after = stance.of(status)
    return Pair(framed(said, stance, rng, taught=True), statement, LABEL_OF[after] if after else NOT_SAME)


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
