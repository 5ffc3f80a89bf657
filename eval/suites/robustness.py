"""Do grades stay where only the form changes, and move where the meaning does?

Gold answers are written again: with typing errors, in another order, with padding, in capitals, without articles and endings as
some learners write, with plain synonyms, with each sentence stood by in other words. No verdict may move. Then what they claim
is taken back, or only quoted, in wordings that no training saw: credit must go.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from app.engines.segment import sentences
from eval import plots
from eval.figures import CREDIT, Figure, average, share
from eval.gold import GoldAnswer, gold_answers
from eval.harness import Bench, Grade, Measured
from eval.pairs import read_yaml

TELLS = "Whether grades stay when an answer's form changes, and fall when its meaning is taken back."
SEED = 3
PROFILES = ("strong", "partial", "informal")
SYNONYMS: Mapping[str, str] = read_yaml(Path(__file__).parents[1] / "datasets" / "synonyms.yaml")
#: Sentences around a claim, by what they do with it. Training has other ones (`training/frames.yaml`).
FRAMES: Mapping[str, Sequence[str]] = read_yaml(Path(__file__).parents[1] / "datasets" / "frames.yaml")
BEFORE = "Thank you for the question, let me collect my thoughts for a second. "
AFTER = " I hope that was clear, please stop me if you want me to go over any part of it again."
Change = Callable[[str, random.Random], str]


def typing_errors(text: str, rng: random.Random) -> str:
    """Two neighbouring letters swapped in one longer word of six."""
    words = text.split(" ")
    for place, word in enumerate(words):
        if len(word) > 5 and word.isalpha() and rng.random() < 1 / 6:
            at = rng.randrange(1, len(word) - 2)
            words[place] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(words)


def another_order(text: str, rng: random.Random) -> str:
    """Paragraphs of two sentences, in another order, so that what belongs together stays together."""
    parts = [sentence.text for sentence in sentences(text)]
    pairs = [parts[start : start + 2] for start in range(0, len(parts), 2)]
    rng.shuffle(pairs)
    return " ".join(part for pair in pairs for part in pair)


def padding(text: str, rng: random.Random) -> str:
    """A polite beginning and end that say nothing."""
    return BEFORE + text + AFTER


def capitals(text: str, rng: random.Random) -> str:
    """Upper case, as with the key stuck."""
    return text.upper()


def learner(text: str, rng: random.Random) -> str:
    """Articles lost, and the s of the third person."""
    text = re.sub(r"\b(?:the|a|an) ", "", text, flags=re.IGNORECASE)
    return re.sub(r"\b(it|that|which|model|one|this) (\w{3,}[^s\W])s\b", r"\1 \2", text)


def synonyms(text: str, rng: random.Random) -> str:
    """Everyday words for everyday words; the subject's own stay."""
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, SYNONYMS)) + r")\b")
    return pattern.sub(lambda found: SYNONYMS[found[1]], text)


def in_frames(kind: str) -> Change:
    """Each sentence inside another that takes it back, stands by it, or only quotes it."""

    def change(text: str, rng: random.Random) -> str:
        claims = [sentence.text.rstrip(".") for sentence in sentences(text)]
        return " ".join(rng.choice(FRAMES[kind]).replace("{}", claim) for claim in claims)

    return change


FORM: Mapping[str, Change] = {
    "typing errors": typing_errors,
    "another order": another_order,
    "padding": padding,
    "capitals": capitals,
    "a learner's grammar": learner,
    "synonyms": synonyms,
    "stood by": in_frames("upheld"),
}
#: What may keep no credit.
EMPTIED: Mapping[str, Change] = {"taken back": in_frames("taken_back"), "only quoted": in_frames("quoted")}


async def measure(bench: Bench) -> Measured:
    """Grade each answer as it is, and changed in every way."""
    catalog = bench.viva.coach.catalog
    chosen = [a for a in gold_answers(catalog) if a.profile in PROFILES and a.rubric == "shipped"]
    rng = random.Random(SEED)
    before = {id(a): await bench.grade(a.question, a.text) for a in bench.track(chosen, "as they are")}
    figures: dict[str, Figure] = {}
    moved: dict[str, list[float]] = {}
    for name, change in FORM.items():
        stayed: list[bool] = []
        groups: list[str] = []
        shifts: list[float] = []
        for answer in bench.track(chosen, name):
            statuses, overall = before[id(answer)]
            after, changed = await bench.grade(answer.question, change(answer.text, rng))
            stayed += [after[key] is status for key, status in statuses.items()]
            groups += [answer.file] * len(statuses)
            shifts.append(changed - overall)
        figures[f"verdicts that stay, {name}"] = share(stayed, groups)
        figures[f"overall moves by, {name}"] = average(np.abs(shifts).tolist(), [a.file for a in chosen], "lower")
        moved[name] = shifts
    strong = [a for a in chosen if a.profile == "strong"]
    for name, change in EMPTIED.items():
        figures |= await _emptied(bench, strong, before, name, change, rng)
    return Measured(figures, {"What a change of form does to the overall": plots.by_group({"": moved}, "change of the overall")})


async def _emptied(
    bench: Bench, strong: list[GoldAnswer], before: Mapping[int, Grade], name: str, change: Change, rng: random.Random
) -> dict[str, Figure]:
    kept: list[bool] = []
    groups: list[str] = []
    ratios: list[float] = []
    for answer in bench.track(strong, name):
        statuses, overall = before[id(answer)]
        after, changed = await bench.grade(answer.question, change(answer.text, rng))
        credited = [key for key, status in statuses.items() if status in CREDIT]
        kept += [after[key] in CREDIT for key in credited]
        groups += [answer.file] * len(credited)
        ratios.append(changed / overall if overall else 0.0)
    return {
        f"credit kept when every sentence is {name}": share(kept, groups, "lower"),
        f"of a strong answer's overall, kept when it is {name}": average(ratios, [a.file for a in strong], "lower"),
    }
