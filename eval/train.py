"""Trains the offline judge: `python -m eval.train`. Seeded, on two cores.

The network learns from public inference pairs, then from what candidates may say of each criterion, of the catalog's rubrics
and of other subjects', from half of the graded answers, and from the training parts of two sets of school answers. The heads
learn from rows that the network made of what it had not seen: lines kept back of every criterion and the other half of the
answers, as when a rubric ships, and rubrics kept back from another network, as when a rubric is new. So they know how far to
trust the network in either case. Figures are written to `eval/judge_card.json`.
"""

import argparse
import gc
import hashlib
import json
import math
import pickle
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.progress import track
from safetensors.numpy import save_file
from torch import nn

from app.content import default_root, load
from app.engines.offline.entailment import CONTRARY, HALF, OTHER, SAME, Entailment
from app.engines.offline.evidence import SUMMARY
from app.engines.offline.features import NAMES, Vector
from app.engines.offline.model import Head
from app.engines.offline.weights import FINGERPRINTS, FOLDER, NETWORK, PIECES, VERDICTS
from app.retrieval.embedding import MiniLM
from eval.graded import graded_answers, inline_rubrics
from eval.heads import FOLDS, SEED, Lesson, Vectors, both_heads, measured, of_fold, together
from eval.lots import Lot, lot_of, rows_of, rubric_pairs, school_lot, school_pairs
from eval.network import PairNetwork, export, minilm, tensors
from eval.pairs import Pair, empty_talk, held_out, inference_pairs, lines_of, rubrics_of
from eval.public import short_answers

PUBLIC = Path(__file__).parents[2] / "shared" / "data"
NLI, SCHOOLS = "nli.jsonl.gz", ("semeval2013_beetle.jsonl.gz", "semeval2013_scientsbank.jsonl.gz")
CARD = Path(__file__).with_name("judge_card.json")
#: Inference pairs mixed in with the rubrics' lines, so that what was learned first is not forgotten.
REPLAYED = 6_000
#: One topic in this many is kept from the first network.
FOLD = 3
#: What a forked process works on.
_works: list[Callable[[], object]] = []


def main() -> None:
    """Train, write the weights with their fingerprints, and the card with the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--public", type=Path, default=PUBLIC, help="the folder of public inference pairs and short answers")
    parser.add_argument("--cache", type=Path, help="a folder to keep vectors and finished stages in, to go on after a stop")
    options = parser.parse_args()
    missing = [name for name in (NLI, *SCHOOLS) if not (options.public / name).is_file()]
    if missing:
        raise SystemExit(
            f"{options.public} lacks {', '.join(missing)}; pass --public FOLDER. Without them the judge learns too little."
        )
    if options.cache:
        options.cache.mkdir(parents=True, exist_ok=True)
    started = time.time()
    inference = inference_pairs(options.public / NLI, SEED)
    material = gathered([options.public / name for name in SCHOOLS])
    replayed = random.Random(SEED).sample(inference, REPLAYED)
    by_topic, by_line = material.pairs_of_some + replayed, material.pairs_of_all + replayed
    texts = {text for pair in (*inference, *by_topic, *by_line) for text in pair[:2]}
    vectors = read_all(texts.union(*(lot.texts for lot in material.lots)), options.cache)
    torch.set_num_threads(1)  # more than one before a fork, and the fork may hang
    torch.manual_seed(SEED)
    start = PairNetwork.from_minilm(minilm())
    [base] = side_by_side([partial(stage, options.cache, vectors, "public", start, inference, epochs=2, rate=1.5e-4, threads=2)])
    known = [lot for lot in material.lots if lot.kind == "known"]
    new = [lot for lot in material.lots if lot.kind != "known"]
    (_, *of_new), (last, *of_known) = side_by_side(
        [
            partial(schooled, options.cache, vectors, "topics", base, by_topic, new),
            partial(schooled, options.cache, vectors, "lines", base, by_line, known),
        ]
    )
    (new_twins, new_made), (known_twins, known_made) = of_new, of_known
    made = [*new_made, *known_made]
    *folds, (pieces, verdicts) = side_by_side(
        [*(partial(of_fold, made, fold) for fold in range(FOLDS)), partial(both_heads, made)]
    )
    figures: dict[str, object] = {"pairs": len(by_line), "inference_pairs": len(inference)}
    figures |= {"features": [*NAMES], "summary": [*SUMMARY]}
    figures["twins"] = {"new_rubrics": new_twins, "known_rubrics": known_twins}
    figures["verdicts"] = {
        name: measured(together([fold[name] for fold in folds if name in fold])) for name in sorted({*chain(*folds)})
    }
    save(last, pieces, verdicts)
    figures["seconds"] = round(time.time() - started)
    CARD.write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures, indent=2))


@dataclass(frozen=True, slots=True)
class Material:
    """What there is to learn from: pairs for the network to which some lots are new, pairs for the one that ships, and lots."""

    pairs_of_some: list[Pair]
    pairs_of_all: list[Pair]
    lots: list[Lot]


def gathered(schools: Sequence[Path]) -> Material:
    """Rubrics of the catalog, rubrics of other subjects, and the training parts of these sets of short answers.

    One rubric in FOLD, and one school question, is kept from the first network altogether; of every rubric of the catalog
    some lines and half of the answers are kept from the last.
    """
    rng, catalog, talk = random.Random(SEED), load(default_root()), empty_talk()
    some: list[Pair] = []
    every: list[Pair] = []
    lots: list[Lot] = []
    graded, inline = graded_answers(catalog), inline_rubrics()
    asked = [q for of_topic in catalog.questions.values() for q in of_topic]
    for index, (rubric, criteria) in enumerate(sorted(rubrics_of(catalog).items())):
        lines, said = lines_of(rubric, criteria), talk.get(rubric, [])
        questions = [q for q in asked if rubric == (q.case or q.topic)]
        back = set().union(*(held_out(each, rng) for each in lines))
        teaching = rng.sample(graded[rubric], len(graded[rubric]) // 2)
        rest = [answer for answer in graded[rubric] if answer not in teaching]
        if index % FOLD:
            some += rubric_pairs(lines, said, teaching, rng)
        else:
            lots.append(lot_of(rubric, "new", questions, lines, graded[rubric], said))
        every += rubric_pairs([each.without(back) for each in lines], said, teaching, rng)
        lots.append(lot_of(rubric, "known", questions, lines, rest, said, back))
    for index, (rubric, (question, lines, answers)) in enumerate(sorted(inline.items())):
        pairs = rubric_pairs(lines, [], answers, rng)
        every += pairs
        if index % FOLD:
            some += pairs
        else:
            lots.append(lot_of(rubric, "new", [question], lines, answers))
    for path in schools:
        rows = [row for row in short_answers(path) if row.split == "train"]
        for index, text in enumerate(sorted({row.question for row in rows})):
            own = [row for row in rows if row.question == text]
            pairs = school_pairs(own)
            every += pairs
            if index % FOLD:
                some += pairs
            else:
                lots.append(school_lot(f"{path.name.split('.')[0]} {index}", own))
    return Material(some, every, lots)


def side_by_side(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """What these give, two at a time, each in a process and on a core of its own.

    Two networks as small as these learn in six tenths of the time that they would take one after another on both cores.
    """
    gc.freeze()  # what the collector never looks at stays shared between the processes
    with ProcessPoolExecutor(2, get_context("fork"), initializer=_takes_over, initargs=(works,)) as pool:
        return list(pool.map(_worked_out, range(len(works))))


def _takes_over(works: Sequence[Callable[[], object]]) -> None:
    _works[:] = works  # by the fork: what they work on is too much to send


def _worked_out(index: int) -> object:
    return _works[index]()


def stage(
    cache: Path | None,
    vectors: Vectors,
    name: str,
    start: PairNetwork,
    pairs: Sequence[Pair],
    epochs: int,
    rate: float,
    threads: int = 1,
) -> PairNetwork:
    """A copy of the network, trained on pairs; out of the cache if it was trained there before."""
    torch.set_num_threads(threads)
    network = PairNetwork(len(start.layers))
    network.load_state_dict(start.state_dict())
    # What it learned from is part of the name: other pairs are another network.
    lesson = hashlib.sha256(repr((start_of(start), epochs, rate, sorted(pairs))).encode()).hexdigest()[:12]
    path = cache / f"{name}-{lesson}.pt" if cache else None
    if path and path.is_file():
        network.load_state_dict(torch.load(path))
        return network.eval()
    learn(network, pairs, vectors, epochs, rate, name)
    if path:
        torch.save(network.state_dict(), path)
    return network.eval()


def start_of(network: PairNetwork) -> float:
    """A number that tells one network's weights from another's."""
    return float(sum(weights.double().abs().sum() for weights in network.state_dict().values()))


def learn(network: PairNetwork, pairs: Sequence[Pair], vectors: Vectors, epochs: int, rate: float, name: str) -> None:
    """Train in place, in bfloat16, in batches of like length; the rate rises for a moment and falls to nothing."""
    rng, size = random.Random(SEED), 64
    torch.manual_seed(SEED)
    optimizer = torch.optim.AdamW(network.parameters(), rate, weight_decay=1e-2, fused=True)
    steps = math.ceil(len(pairs) / size) * epochs
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, steps, pct_start=0.06, anneal_strategy="linear")
    lengths = [len(vectors[pair.sentence].hidden) + len(vectors[pair.claim].hidden) for pair in pairs]
    for epoch in range(epochs):
        network.train()
        order = sorted(range(len(pairs)), key=lambda i: (lengths[i] // 4, rng.random()))
        batches = [order[i : i + size] for i in range(0, len(order), size)]
        rng.shuffle(batches)
        total = 0.0
        for rows in track(batches, description=f"{name}, {epoch + 1} of {epochs}"):
            with torch.autocast("cpu", torch.bfloat16):
                odds = network(*tensors([(vectors[pairs[i].sentence].hidden, vectors[pairs[i].claim].hidden) for i in rows]))
            odds = odds.float().log_softmax(1)
            # Of some pairs it is only known which of two labels they may have (NOT_SAME, UNEARNED): either will do.
            either = [torch.logsumexp(odds[:, two], 1, keepdim=True) for two in ([CONTRARY, OTHER], [OTHER, HALF])]
            odds = torch.cat([odds, *either], 1)
            picked = odds[torch.arange(len(rows)), torch.tensor([pairs[i].label for i in rows])]
            weights = torch.tensor([pairs[i].weight for i in rows])
            loss = -(picked * weights).sum() / weights.sum()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"{name}: epoch {epoch + 1}, loss {total / len(batches):.3f}", flush=True)


def schooled(
    cache: Path | None, vectors: Vectors, name: str, base: PairNetwork, pairs: Sequence[Pair], lots: Sequence[Lot]
) -> tuple[PairNetwork, float, list[Lesson]]:
    """The network trained on pairs; how many unseen twins of these lots it tells apart; what the heads learn from them.

    For the heads it is asked as it will run: in eight bits a weight.
    """
    network = stage(cache, vectors, name, base, pairs, epochs=2, rate=1e-4)
    with tempfile.TemporaryDirectory() as folder:
        export(network, Path(folder) / NETWORK)
        lessons = rows_of(lots, Entailment(Path(folder) / NETWORK, threads=1), vectors)
    return network, twins_told_apart(network, lots, vectors), lessons


def twins_told_apart(network: PairNetwork, lots: Sequence[Lot], vectors: Vectors) -> float:
    """Share of unseen twins of which the right one leans more towards the statement than the wrong one; chance is a half."""
    pairs = []
    for lot in lots:
        for lines in lot.lines:
            chosen = [twins for twins in lines.twins if lot.only is None or twins[0] in lot.only]
            pairs += [(vectors[text].hidden, vectors[lines.criterion.statement].hidden) for twins in chosen for text in twins]
    odds = network.probabilities(pairs)
    lean = odds[:, SAME] - odds[:, CONTRARY]
    return round(float((lean[::2] > lean[1::2]).mean()), 3)


def read_all(texts: set[str], cache: Path | None) -> dict[str, Vector]:
    """What the embedder reads of every text."""
    path = cache / "vectors.pkl" if cache else None
    known: dict[str, Vector] = pickle.loads(path.read_bytes()) if path and path.is_file() else {}
    missing = sorted(texts.difference(known), key=len)
    embedder = MiniLM()
    embedder.encode_now([""])
    with ThreadPoolExecutor(2) as pool:
        readings = zip(missing, pool.map(lambda text: embedder.encode_now([text])[0], missing), strict=True)
        known |= {text: Vector(*reading) for text, reading in track(readings, "reading", len(missing))}
    if path and missing:
        with path.open("wb") as file:
            pickle.dump(known, file)  # not as one string of bytes: these are gigabytes
    return {text: known[text] for text in texts}


def save(network: PairNetwork, pieces: Head, verdicts: Head) -> None:
    """Write them, and their fingerprints beside them."""
    FOLDER.mkdir(exist_ok=True)
    export(network, FOLDER / NETWORK)
    for name, head in ((PIECES, pieces), (VERDICTS, verdicts)):
        save_file({field: np.ascontiguousarray(value) for field, value in asdict(head).items()}, FOLDER / name)
    sums = {name: hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in (NETWORK, PIECES, VERDICTS)}
    (FOLDER / FINGERPRINTS).write_text("".join(f"{sum}  {name}\n" for name, sum in sums.items()))
    for path in FOLDER.iterdir():
        path.chmod(0o644)  # written for the owner alone; a server may run as somebody else


if __name__ == "__main__":
    main()
