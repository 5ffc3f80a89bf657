"""Do grades stay where only the form changes, and move where the meaning does?

Gold answers are written again: with typing errors, in another order, with padding, in capitals, without articles and endings as
some learners write, with plain synonyms. No verdict may move. Then what they claim is taken back, in wordings that no training
saw: credit must go.
"""

import random
import re
from collections.abc import Callable, Mapping
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
#: Wrappings that take a claim back. The training data has other ones (DENIALS in `eval/pairs.py`).
TAKEN_BACK = (
    "Whoever says the following has it backwards: {}",
    "Some colleagues would tell you this, and they are mistaken: {}",
    "I used to claim what comes next until I learned that it does not hold: {}",
    "A textbook error, which you will not hear from me, goes like this: {}",
)
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


def taken_back(text: str, rng: random.Random) -> str:
    """Each sentence wrapped in words that take it back."""
    return " ".join(rng.choice(TAKEN_BACK).format(sentence.text) for sentence in sentences(text))


FORM: Mapping[str, Change] = {
    "typing errors": typing_errors,
    "another order": another_order,
    "padding": padding,
    "capitals": capitals,
    "a learner's grammar": learner,
    "synonyms": synonyms,
}


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
    figures |= await _reversed(bench, [a for a in chosen if a.profile == "strong"], before, rng)
    return Measured(figures, {"What a change of form does to the overall": plots.by_group({"": moved}, "change of the overall")})


async def _reversed(bench: Bench, strong: list[GoldAnswer], before: Mapping[int, Grade], rng: random.Random) -> dict[str, Figure]:
    kept: list[bool] = []
    groups: list[str] = []
    ratios: list[float] = []
    for answer in bench.track(strong, "taken back"):
        statuses, overall = before[id(answer)]
        after, changed = await bench.grade(answer.question, taken_back(answer.text, rng))
        credited = [key for key, status in statuses.items() if status in CREDIT]
        kept += [after[key] in CREDIT for key in credited]
        groups += [answer.file] * len(credited)
        ratios.append(changed / overall if overall else 0.0)
    return {
        "credit kept when every sentence is taken back": share(kept, groups, "lower"),
        "of a strong answer's overall, kept when it is taken back": average(ratios, [a.file for a in strong], "lower"),
    }
