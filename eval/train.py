"""Trains the offline judge: `python -m eval.train`. Seeded, on two cores.

The network learns from public inference pairs, then from what candidates may say of each criterion, of the catalog's rubrics
and of other subjects', from half of the graded answers, and from the training parts of two sets of school answers. The heads
learn from rows that the network made of what it had not seen: lines kept back of every criterion and the other half of the
answers, as when a rubric ships, and rubrics kept back from another network, as when a rubric is new. So they know how far to
trust the network in either case. Figures are written to `eval/judge_card.json`.
"""

import argparse
import hashlib
import json
import math
import pickle
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from rich.progress import track
from safetensors.numpy import save_file
from torch import nn

from app.content import default_root, load
from app.core.verdict import Status
from app.engines.offline.entailment import CONTRARY, HALF, OTHER, SAME
from app.engines.offline.evidence import SUMMARY
from app.engines.offline.features import NAMES, Vector
from app.engines.offline.model import Head
from app.engines.offline.weights import FINGERPRINTS, FOLDER, NETWORK, PIECES, VERDICTS
from app.retrieval.embedding import MiniLM
from eval.graded import graded_answers, inline_rubrics
from eval.heads import (
    SEED,
    Found,
    Remembering,
    Rows,
    Vectors,
    evidence_of,
    expecting,
    joined,
    line_rows,
    measured,
    piece_rows,
    trained,
    verdict_rows,
)
from eval.lots import Lot, lot_of, rubric_pairs, school_lot, school_pairs
from eval.network import PairNetwork, export, minilm, tensors
from eval.pairs import Pair, empty_talk, held_out, inference_pairs, lines_of, rubrics_of
from eval.public import short_answers

PUBLIC = Path(__file__).parents[2] / "shared" / "data"
NLI, SCHOOLS = "nli.jsonl.gz", ("semeval2013_beetle.jsonl.gz", "semeval2013_scientsbank.jsonl.gz")
CARD = Path(__file__).with_name("judge_card.json")
#: Inference pairs mixed in with the rubrics' lines, so that what was learned first is not forgotten.
REPLAYED = 6_000
#: One topic in this many is kept from the first network; and the folds of the figures.
FOLD = 3
#: How much likelier half and false claims are in whole answers than among the rows, most of which are of replies and single
#: lines about other criteria. Chosen on the development half of the gold answers.
LIKELIER = {Status.PARTIAL: 2.0, Status.WRONG: 1.5}
#: What a row counts for when the verdicts' head learns: of a whole answer, of a reply, of a single line.
WHOLE, REPLY, LINE = 1.0, 0.5, 0.3
NO_ROWS: Rows = (np.zeros((0, len(NAMES)), dtype=np.float32), np.zeros(0, dtype=np.int64))


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
    pairs = {text for pair in (*inference, *by_topic, *by_line) for text in pair[:2]}
    vectors = read_all(sorted(pairs.union(*(lot.texts for lot in material.lots))), options.cache)
    torch.set_num_threads(2)
    torch.manual_seed(SEED)
    base = stage(options.cache, "public", PairNetwork.from_minilm(minilm()), inference, vectors, epochs=2, rate=1.5e-4)
    first = stage(options.cache, "topics", base, by_topic, vectors, epochs=2, rate=1e-4)
    last = stage(options.cache, "lines", base, by_line, vectors, epochs=3, rate=1e-4)
    figures: dict[str, object] = {"pairs": len(by_line), "inference_pairs": len(inference)}
    figures |= {"features": [*NAMES], "summary": [*SUMMARY]}
    new, known = ([lot for lot in material.lots if lot.kind == kind] for kind in ("new", "known"))
    figures["twins"] = {
        "new_rubrics": twins_told_apart(first, new, vectors),
        "known_rubrics": twins_told_apart(last, known, vectors),
    }
    seen_none, seen_some = Remembering(first), Remembering(last)
    pieces, verdicts, figures["verdicts"] = heads(
        [(lot, seen_some if lot.kind == "known" else seen_none, bare) for lot in material.lots for bare in ways(lot)], vectors
    )
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
    graded, asked = graded_answers(catalog), [q for of_topic in catalog.questions.values() for q in of_topic]
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
    for index, (rubric, (question, lines, answers)) in enumerate(sorted(inline_rubrics().items())):
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
            every += school_pairs(own)
            if index % FOLD:
                some += school_pairs(own)
            else:
                lots.append(school_lot(f"{path.name.split('.')[0]} {index}", own))
    return Material(some, every, lots)


def ways(lot: Lot) -> tuple[bool, ...]:
    """Whether the rows of a lot are made of its statements alone: a new rubric of the catalog can be met in both ways."""
    if lot.kind == "known":
        return (False,)
    return (True, False) if any(lines.criterion.met for lines in lot.lines) else (True,)


def heads(lots: Sequence[tuple[Lot, Remembering, bool]], vectors: Vectors) -> tuple[Head, Head, dict[str, object]]:
    """Both heads, and figures of the second on the rubrics of a fold that both did not learn from."""
    made: list[tuple[str, str, Rows, list[Found]]] = []
    for lot, network, bare in track(lots, description="rows for the heads"):
        rows = line_rows(network, lot.lines, lot.only, lot.lists, vectors, bare) if lot.lines else NO_ROWS
        found = [evidence_of(network, part, vectors, bare) for part in (lot.answers, lot.replies, lot.one_liners)]
        kind = lot.kind if lot.kind == "school" else "statements alone" if bare else f"{lot.kind} rubrics"
        made.append((lot.rubric, kind, rows, found))

    def pieces_of(some: Sequence[tuple[str, str, Rows, list[Found]]]) -> Head:
        lots = [(rows, 1.0) for _, _, rows, _ in some] + [(piece_rows(found[0]), 1.0) for *_, found in some]
        return trained(lots, hidden=24, rarity=0.5, smooth=0.03)

    def verdicts_of(head: Head, some: Sequence[tuple[str, str, Rows, list[Found]]]) -> Head:
        weighted = [(part, weight) for *_, found in some for part, weight in zip(found, (WHOLE, REPLY, LINE), strict=True)]
        head = trained([(verdict_rows(head, part), weight) for part, weight in weighted if part], hidden=24)
        return expecting(head, LIKELIER)

    # Every fold has rubrics of both kinds, new ones and known ones.
    place = {rubric: index // FOLD for index, rubric in enumerate(sorted({rubric for rubric, *_ in made}))}
    held: dict[str, list[Rows]] = {}
    for fold in range(FOLD):
        inside = {rubric for rubric, index in place.items() if index % FOLD == fold}
        rest = [one for one in made if one[0] not in inside]
        head = pieces_of(rest)
        concluding = verdicts_of(head, rest)
        for rubric, kind, _, found in made:
            if rubric in inside:
                for part, name in zip(found, ("answers", "replies", "lines"), strict=True):
                    x, y = verdict_rows(head, part)
                    if len(y):
                        held.setdefault(f"{kind}, {name}", []).append((concluding.probabilities(x), y))
    figures: dict[str, object] = {name: measured(joined(rows)) for name, rows in held.items()}
    head = pieces_of(made)
    return head, verdicts_of(head, made), figures


def stage(
    cache: Path | None,
    name: str,
    start: PairNetwork,
    pairs: Sequence[Pair],
    vectors: Vectors,
    epochs: int,
    rate: float,
) -> PairNetwork:
    """A copy of the network, trained on pairs; out of the cache if it was trained there before."""
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
    optimizer = torch.optim.AdamW(network.parameters(), rate, weight_decay=1e-2)
    steps = math.ceil(len(pairs) / size) * epochs
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, steps, pct_start=0.06, anneal_strategy="linear")
    lengths = [len(vectors[pair.sentence].hidden) + len(vectors[pair.claim].hidden) for pair in pairs]
    for epoch in range(epochs):
        network.train()
        order = sorted(range(len(pairs)), key=lambda i: (lengths[i] // 10, rng.random()))
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


def read_all(texts: Sequence[str], cache: Path | None) -> dict[str, Vector]:
    """What the embedder reads of every text."""
    path = cache / "vectors.pkl" if cache else None
    known: dict[str, Vector] = pickle.loads(path.read_bytes()) if path and path.is_file() else {}
    missing = sorted((text for text in texts if text not in known), key=len)
    embedder = MiniLM()
    embedder.encode_now([""])
    with ThreadPoolExecutor(2) as pool:
        readings = zip(missing, pool.map(lambda text: embedder.encode_now([text])[0], missing), strict=True)
        known |= {text: Vector(*reading) for text, reading in track(readings, "reading", len(missing))}
    if path and missing:
        path.write_bytes(pickle.dumps(known))
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
