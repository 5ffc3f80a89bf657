"""Trains the offline judge: `python -m eval.train`. Seeded, on two cores, within an hour and a half.

The network learns from public inference pairs, then from what candidates may say of each criterion. The head learns
from rows that the network made of lines it had not seen: lines kept back of every criterion, as when a rubric ships,
and whole topics kept back, as when a rubric is new; and of each statement, repeated and denied. So it knows how far to
trust the network in either case. Figures on these rows are written to `eval/judge_card.json`.
"""

import argparse
import hashlib
import json
import math
import pickle
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from rich.progress import track
from safetensors.torch import save_file
from sklearn.metrics import confusion_matrix, roc_auc_score
from torch import nn

from app.content import default_root, load
from app.core.rubric import Criterion
from app.core.verdict import Status
from app.engines.offline.entailment import CONTRARY, OTHER, SAME
from app.engines.offline.features import CLASSES, NAMES, Array, Exemplars, Heard, Vector, exemplars_of, features, nearness
from app.engines.offline.weights import FINGERPRINTS, FOLDER, HEAD, NETWORK
from app.engines.segment import Span
from app.retrieval.embedding import MiniLM
from eval.network import PairNetwork, export, minilm, tensors
from eval.pairs import (
    Lines,
    Pair,
    empty_talk,
    held_out,
    inference_pairs,
    keyword_lists,
    lines_of,
    literal,
    rubrics_of,
    topic_pairs,
)

SEED = 20
NLI = Path(__file__).parents[2] / "shared" / "data" / "nli.jsonl.gz"
CARD = Path(__file__).with_name("judge_card.json")
#: Inference pairs mixed in with the rubrics' lines, so that what was learned first is not forgotten.
REPLAYED = 6_000
#: One topic in this many is kept from the first network.
FOLD = 3

Vectors = Mapping[str, Vector]
Rows = tuple[Array, np.ndarray]


def main() -> None:
    """Train, write the weights with their fingerprints, and the card with the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nli", type=Path, default=NLI, help="public inference pairs, gzipped JSON lines")
    parser.add_argument("--cache", type=Path, help="a folder to keep vectors and finished stages in, to go on after a stop")
    options = parser.parse_args()
    if not options.nli.is_file():
        raise SystemExit(f"No inference pairs at {options.nli}; pass --nli FILE. Without them the judge learns too little.")
    if options.cache:
        options.cache.mkdir(parents=True, exist_ok=True)
    started, rng = time.time(), random.Random(SEED)
    catalog, talk = load(default_root()), empty_talk()
    topics = {rubric: lines_of(rubric, criteria) for rubric, criteria in rubrics_of(catalog).items()}
    inference = inference_pairs(options.nli, SEED)
    unseen = sorted(topics)[::FOLD]
    back = {topic: set().union(*(held_out(lines, rng) for lines in topics[topic])) for topic in topics}
    kept = {topic: [lines.without(back[topic]) for lines in topics[topic]] for topic in topics}
    by_topic = [p for t in topics if t not in unseen for p in topic_pairs(topics[t], talk.get(t, []), SEED)]
    by_line = [p for t in topics for p in topic_pairs(kept[t], talk.get(t, []), SEED)]
    replayed = rng.sample(inference, REPLAYED)
    lists = {t: keyword_lists([x.criterion for x in topics[t]], 30, SEED + 1) + talk.get(t, []) for t in topics}
    texts = {text for pair in (*inference, *by_topic, *by_line) for text in pair[:2]} | {x for t in lists.values() for x in t}
    texts |= {text for t in topics.values() for text in said(t)}
    vectors = read_all(sorted(texts), options.cache)
    torch.set_num_threads(2)
    torch.manual_seed(SEED)
    base = stage(options.cache, "public", PairNetwork.from_minilm(minilm()), inference, vectors, epochs=2, rate=1.5e-4)
    first = stage(options.cache, "topics", base, by_topic + replayed, vectors, epochs=2, rate=1e-4)
    last = stage(options.cache, "lines", base, by_line + replayed, vectors, epochs=3, rate=1e-4)
    again = stage(options.cache, "again", last, by_line + replayed, vectors, epochs=2, rate=6e-5, seed=SEED + 1)
    last = mean_of(last, again)
    new = [joined([rows_of(first, topics[t], None, lists[t], vectors, bare) for bare in (True, False)]) for t in unseen]
    known = [rows_of(last, topics[t], back[t], lists[t], vectors, False) for t in topics]
    x, y = joined([*new, *known])
    figures = {"seconds": round(time.time() - started), "pairs": len(by_line) + REPLAYED, "inference_pairs": len(inference)}
    figures |= {"rows": len(y), "new_rubrics": checked(new, known), "known_rubrics": checked(known, new), "features": list(NAMES)}
    figures["twins"] = {"new_rubrics": twins_told_apart(first, topics, unseen, None, vectors)}
    figures["twins"]["known_rubrics"] = twins_told_apart(last, topics, list(topics), back, vectors)
    save(last, trained_head(x, y))
    CARD.write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures, indent=2))


def said(topic: Sequence[Lines], only: set[str] | None = None) -> dict[str, tuple[Criterion, Status]]:
    """Lines of a topic (`only` some), each with its criterion and what it earns; and the statements, repeated and denied."""
    rng = random.Random(SEED)
    found: dict[str, tuple[Criterion, Status]] = {}
    for lines in topic:
        found |= {text: (lines.criterion, status) for text, status in lines.labelled if only is None or text in only}
        found |= {text: (lines.criterion, status) for text, status in literal(lines, rng)}
    return found


def rows_of(
    network: PairNetwork, topic: Sequence[Lines], only: set[str] | None, lists: Sequence[str], vectors: Vectors, bare: bool
) -> Rows:
    """Feature rows of a topic's lines (`only` some), each against its own criterion without itself, and against others.

    Lists of terms and empty talk are rows too. `bare` knows the statements alone, as another tool would send them.
    """
    rng = random.Random(SEED)
    heard: list[Heard] = []
    labels: list[Status] = []
    known = {lines.criterion.id: known_of(lines.criterion, vectors, bare) for lines in topic}
    owned = said(topic, only)
    nobody = (None, Status.ABSENT)
    for text in (*owned, *lists):
        owner, status = owned.get(text, nobody)
        piece = vectors[text]
        near = {id: float(nearness(piece.sentence[None], each)[0]) for id, each in known.items()}
        if owner:
            own = known_of(owner, vectors, bare, without=text)
            rival = max(value for id, value in near.items() if id != owner.id)
            heard.append(Heard(Span(text, 0, len(text)), piece, own, rival, rng.random() < 0.3))
            labels.append(status)
        others = sorted((id for id in near if owner is None or id != owner.id), key=lambda id: -near[id])
        for id in (*others[:3], rng.choice(others[3:])):
            rival = max(value for other, value in near.items() if other != id)
            heard.append(Heard(Span(text, 0, len(text)), piece, known[id], rival, rng.random() < 0.15))
            labels.append(Status.ABSENT)
    return features(network, heard), np.array([CLASSES.index(label) for label in labels])  # type: ignore[arg-type]


def known_of(criterion: Criterion, vectors: Vectors, bare: bool, without: str | None = None) -> Exemplars:
    """A criterion's exemplars, leaving one text out; `bare` knows the statement only."""
    if bare:
        return Exemplars(criterion.id, (vectors[criterion.statement],), (), ())
    whole = exemplars_of(criterion, vectors)
    if without is None:
        return whole
    away = vectors[without]
    met, partial, wrong = (tuple(v for v in group if v is not away) for group in (whole.met, whole.partial, whole.wrong))
    return Exemplars(criterion.id, met, partial, wrong)


def joined(rows: Sequence[Rows]) -> Rows:
    """Several lots of rows as one."""
    return np.concatenate([x for x, _ in rows]), np.concatenate([y for _, y in rows])


def stage(
    cache: Path | None,
    name: str,
    start: PairNetwork,
    pairs: Sequence[Pair],
    vectors: Vectors,
    epochs: int,
    rate: float,
    seed: int = SEED,
) -> PairNetwork:
    """A copy of the network, trained on pairs; out of the cache if it was trained there before."""
    network = PairNetwork(len(start.layers))
    network.load_state_dict(start.state_dict())
    path = cache / f"{name}.pt" if cache else None
    if path and path.is_file():
        network.load_state_dict(torch.load(path))
        return network.eval()
    learn(network, pairs, vectors, epochs, rate, name, seed)
    if path:
        torch.save(network.state_dict(), path)
    return network.eval()


def mean_of(one: PairNetwork, other: PairNetwork) -> PairNetwork:
    """A network whose weights are the mean of both (Wortsman et al., "Model soups", ICML 2022)."""
    network = PairNetwork(len(one.layers))
    weights = other.state_dict()
    network.load_state_dict({name: (value + weights[name]) / 2 for name, value in one.state_dict().items()})
    return network.eval()


def learn(network: PairNetwork, pairs: Sequence[Pair], vectors: Vectors, epochs: int, rate: float, name: str, seed: int) -> None:
    """Train in place, in bfloat16, in batches of like length; the rate rises for a moment and falls to nothing."""
    rng, size = random.Random(seed), 64
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
            # A pair that is only known not to say the same: either of the other two will do.
            odds = torch.cat([odds, torch.logsumexp(odds[:, [CONTRARY, OTHER]], 1, keepdim=True)], 1)
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


def trained_head(x: Array, y: np.ndarray) -> nn.Sequential:
    """The head on feature rows, classes weighted by the root of their rarity."""
    torch.manual_seed(SEED)
    head = nn.Sequential(nn.Linear(len(NAMES), 24), nn.ReLU(), nn.Dropout(0.2), nn.Linear(24, len(CLASSES)))
    mean, spread = spread_of(x)
    rows, labels = torch.from_numpy((x - mean) / spread), torch.from_numpy(y)
    counts = torch.bincount(labels, minlength=len(CLASSES)).float()
    weights = (counts.sum() / counts).sqrt()
    optimizer = torch.optim.AdamW(head.parameters(), 3e-3, weight_decay=1e-2)
    head.train()
    for _ in range(30):
        for batch in torch.randperm(len(rows)).split(256):
            loss = nn.functional.cross_entropy(head(rows[batch]), labels[batch], weight=weights, label_smoothing=0.03)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    head.eval().register_buffer("mean", torch.from_numpy(mean))
    head.register_buffer("spread", torch.from_numpy(spread))
    return head


def spread_of(x: Array) -> tuple[Array, Array]:
    """Mean and spread of each feature."""
    return x.mean(0), np.maximum(x.std(0), 1e-3)


def checked(rows: Sequence[Rows], others: Sequence[Rows]) -> dict[str, object]:
    """Figures on rows in halves: each half is judged by a head that learned from the other half and from the other kind."""
    found, truth = [], []
    for part in (0, 1):
        x, y = joined([*rows[1 - part :: 2], *others])
        head, (mean, spread) = trained_head(x, y), spread_of(x)
        held_x, held_y = joined(rows[part::2])
        with torch.inference_mode():
            found.append(head(torch.from_numpy((held_x - mean) / spread)).softmax(1).numpy())
        truth.append(held_y)
    p, y = np.concatenate(found), np.concatenate(truth)
    met, wrong = CLASSES.index(Status.MET), CLASSES.index(Status.WRONG)
    claims = np.isin(y, [met, wrong])
    return {
        "auc_met_against_wrong": round(float(roc_auc_score(y[claims] == met, p[claims, met] - p[claims, wrong])), 3),
        "accuracy": round(float((p.argmax(1) == y).mean()), 3),
        "confusion": {
            str(status): dict(zip(map(str, CLASSES), map(int, row), strict=True))
            for status, row in zip(CLASSES, confusion_matrix(y, p.argmax(1)), strict=True)
        },
    }


def twins_told_apart(
    network: PairNetwork,
    topics: Mapping[str, Sequence[Lines]],
    of: Sequence[str],
    only: Mapping[str, set[str]] | None,
    vectors: Vectors,
) -> float:
    """Share of unseen twins of which the right one leans more towards the statement than the wrong one; chance is a half."""
    pairs = []
    for topic in of:
        for lines in topics[topic]:
            chosen = [twins for twins in lines.twins if only is None or twins[0] in only[topic]]
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
    torch.set_num_threads(2)
    for start in track(range(0, len(missing), 64), description="reading"):
        batch = missing[start : start + 64]
        known |= {text: Vector(*reading) for text, reading in zip(batch, embedder.encode_now(batch), strict=True)}
    if path and missing:
        path.write_bytes(pickle.dumps(known))
    return {text: known[text] for text in texts}


def save(network: PairNetwork, head: nn.Sequential) -> None:
    """Write both, and their fingerprints beside them."""
    FOLDER.mkdir(exist_ok=True)
    export(network, FOLDER / NETWORK)
    names = {"0.weight": "inner", "0.bias": "inner_bias", "3.weight": "outer", "3.bias": "outer_bias"}
    save_file({names.get(key, key): value.contiguous() for key, value in head.state_dict().items()}, FOLDER / HEAD)
    sums = {name: hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in (NETWORK, HEAD)}
    (FOLDER / FINGERPRINTS).write_text("".join(f"{sum}  {name}\n" for name, sum in sums.items()))
    for path in FOLDER.iterdir():
        path.chmod(0o644)  # written for the owner alone; a server may run as somebody else


if __name__ == "__main__":
    main()
