"""Trains the reader that notices words to the grader: `python -m eval.train_flags`. Seeded; a minute on one core.

It learns from `training/addressed/` (words to and about the grader, and honest answers that share their words) and, as
honest text, from whatever rubrics, their twins, empty talk and notes hold, and from public sentences about anything.
Slots of the training lines are filled at random, so that no noun weighs more than its class. Figures come from groups
of lines that were kept back whole, so that their wording is new to the reader. Gold answers take no part.
"""

import argparse
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import yaml
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from app.content import Catalog, default_root, load
from app.engines.flags.addressed import BUCKETS, DAMPING, INSTRUCTION, OUTCOMES, REPORT, SUBJECT, WEIGHTS, buckets
from app.engines.segment import sentences
from eval.pairs import TRAINING, empty_talk, inference_pairs, lines_of, rubrics_of

SEED = 7
NLI = Path(__file__).parents[2] / "shared" / "data" / "nli.jsonl.gz"
#: Public sentences about anything; more of them make the reader shy.
PUBLIC = 6_000
#: Fillings of a line with slots, and folds for the figures.
FILLINGS = 8
FOLDS = 5
#: What a line of `training/addressed/` weighs, all its fillings together. Most for the honest ones that share the grader's
#: words: flagging those is worse than missing somebody who earns nothing.
WEIGHT = {SUBJECT: 40.0, INSTRUCTION: 4.0, REPORT: 4.0}
#: What any other honest text weighs.
HONEST = 3.0
#: The files of `training/addressed/`, by the first word of their names.
LABELS = {"instructions": INSTRUCTION, "reports": REPORT, "honest": SUBJECT}
#: The strength of the penalty, as scikit-learn counts it.
C = 30.0

_SLOT = re.compile(r"\{(\w+)\}")


class Line(NamedTuple):
    """A training text; lines of one group are kept back together."""

    text: str
    label: int
    group: str
    weight: float
    addressed: bool  # a line of `training/addressed/`


def main() -> None:
    """Train on everything, write the weights, print what lines that were kept back give."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nli", type=Path, default=NLI, help="public inference pairs, gzipped JSON lines")
    options = parser.parse_args()
    if not options.nli.is_file():
        raise SystemExit(f"No public sentences at {options.nli}; pass --nli FILE. Without them honest small talk is flagged.")
    catalog = load(default_root())
    lines = [*addressed(catalog), *honest(catalog), *public(options.nli)]
    x, y = matrix(lines), np.array([line.label for line in lines])
    weights = np.array([line.weight for line in lines])
    groups = sorted({line.group for line in lines})
    random.Random(SEED).shuffle(groups)
    part_of = {group: i % FOLDS for i, group in enumerate(groups)}
    fold = np.array([part_of[line.group] for line in lines])
    held = np.zeros((len(lines), len(OUTCOMES)))
    for part in range(FOLDS):
        held[fold == part] = trained(x[fold != part], y[fold != part], weights[fold != part]).predict_proba(x[fold == part])
    print_figures(lines, y, weights, held)
    save(trained(x, y, weights))


def addressed(catalog: Catalog) -> Iterator[Line]:
    """The lines of `training/addressed/`, their slots filled."""
    folder = TRAINING / "addressed"
    words = yaml.safe_load((folder / "words.yaml").read_text(encoding="utf-8"))
    statements = {c.statement for questions in catalog.questions.values() for q in questions for c in q.criteria}
    words["claim"] = sorted(text for text in statements if "candidate" not in text)
    for path in sorted(folder.glob("*.yaml")):
        label = LABELS.get(path.stem.split("-")[0])
        if label is None:
            continue
        for name, frames in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            for frame in frames:
                rng = random.Random(f"{SEED} {frame}")  # its own, so that a new line leaves the others as they were
                filled = sorted({fill(frame, words, rng) for _ in range(FILLINGS)})
                yield from (Line(text, label, f"{path.stem} {name}", WEIGHT[label] / len(filled), True) for text in filled)


def fill(frame: str, words: dict[str, list[str]], rng: random.Random) -> str:
    """A line with a word for each slot; capital at its beginning, and a claim inside a sentence without."""
    text = _SLOT.sub(lambda slot: _inner(rng.choice(words[slot[1]]), slot[1], slot.start()), frame)
    return text[:1].upper() + text[1:] if frame[0].isupper() or (frame[0] == "{" and not frame.startswith('{"')) else text


def _inner(word: str, slot: str, at: int) -> str:
    return word[:1].lower() + word[1:] if slot == "claim" and at else word


def honest(catalog: Catalog) -> Iterator[Line]:
    """What authors wrote of the subject: whole, and sentence by sentence."""
    texts: dict[str, str] = {}
    for topic, questions in catalog.questions.items():
        for question in questions:
            texts |= dict.fromkeys((question.ask, question.model_answer), question.id)
            texts |= dict.fromkeys((text for fact in question.constraints for text in (fact.asks_about, fact.says)), topic)
            for c in question.criteria:  # a statement that speaks of the candidate is no answer
                texts |= dict.fromkeys([c.statement] * ("candidate" not in c.statement), c.id)
                texts |= dict.fromkeys((c.probe, c.hint, *c.met, *c.partial, *c.wrong), c.id)
    for rubric, criteria in rubrics_of(catalog).items():
        texts |= {text: lines.criterion.id for lines in lines_of(rubric, criteria) for text, _ in lines.labelled}
    texts |= {text: topic for topic, talk in empty_talk().items() for text in talk}
    for path in sorted((default_root() / "knowledge").rglob("*.md")):
        body = path.read_text(encoding="utf-8").split("\n---\n", 1)[1]
        texts |= {part.strip(): path.stem for part in body.split("\n\n") if part.strip()}
    for text, group in texts.items():
        for part in {text, *(sentence.text for sentence in sentences(text))}:
            yield Line(part, SUBJECT, group, HONEST, False)


def public(path: Path) -> Iterator[Line]:
    """Sentences that people wrote for other purposes."""
    texts = dict.fromkeys(pair.sentence for pair in inference_pairs(path, SEED))
    for text in [text for text in texts if len(text.split()) > 3][:PUBLIC]:
        yield Line(text, SUBJECT, text, HONEST, False)


def matrix(lines: list[Line]) -> csr_matrix:
    """Rows of equal length: every bucket that a text looks up counts the same."""
    rows = [buckets(line.text) for line in lines]
    ends = np.cumsum([0, *(len(row) for row in rows)])
    values = np.concatenate([np.full(len(row), 1 / np.sqrt(len(row) + DAMPING)) for row in rows])
    return csr_matrix((values, np.concatenate(rows), ends), shape=(len(rows), BUCKETS))


def trained(x: csr_matrix, y: np.ndarray, weights: np.ndarray) -> LogisticRegression:
    """The regression on rows of labels and weights."""
    return LogisticRegression(C=C, max_iter=400).fit(x, y, sample_weight=weights)


def print_figures(lines: list[Line], y: np.ndarray, weights: np.ndarray, held: np.ndarray) -> None:
    """Recall at several thresholds beside the honest lines that they would bar."""
    addressing = 1 - held[:, SUBJECT]
    near = np.array([line.addressed for line in lines])
    print(f"{len(lines)} lines; shares of words to the grader, of reports, and of honest near misses; other honest lines")
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95):
        over = addressing >= threshold
        shares = [
            np.average(over[near & (y == label)], weights=weights[near & (y == label)])
            for label in (INSTRUCTION, REPORT, SUBJECT)
        ]
        print(
            f"{threshold:.2f}  " + " ".join(f"{share:.3f}" for share in shares), int(over[~near].sum()), "of", int((~near).sum())
        )
    for i in sorted(np.flatnonzero(y == SUBJECT), key=lambda i: -addressing[i])[:12]:
        print(f"  {addressing[i]:.2f}  {lines[i].text[:110]!r}")


def save(model: LogisticRegression) -> None:
    """Weights in eight bits, one scale for each column."""
    weights = model.coef_.T
    scale = (np.abs(weights).max(axis=0) / 127).astype(np.float32)
    np.savez_compressed(
        WEIGHTS, weights=np.round(weights / scale).astype(np.int8), scale=scale, bias=model.intercept_.astype(np.float32)
    )
    print(WEIGHTS.name, WEIGHTS.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
