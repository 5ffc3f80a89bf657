"""Trains the offline judge: `python -m eval.train`. Seeded, on two cores, within half an hour.

First the alignment network learns from public inference pairs, then from the rubrics' own utterances. The head
learns from rows that the network made for topics it had not seen, so that it knows how far to trust it. Figures
on held-out topics are written to `eval/judge_card.json`.
"""

import argparse
import hashlib
import json
import pickle
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from rich.progress import track
from safetensors.torch import save_file
from sklearn.metrics import roc_auc_score
from torch import nn

from app.content import Catalog, default_root, load
from app.core.rubric import Criterion
from app.core.verdict import Status
from app.engines.offline.align import Align, padded
from app.engines.offline.features import CLASSES, NAMES, OTHER, SAME, Array, Exemplars, Vector, features, nearness
from app.engines.offline.model import FINGERPRINT, WEIGHTS, Head
from app.engines.offline.segment import Span
from app.retrieval.embedding import MiniLM
from eval.pairs import NOT_SAME, Pair, denied, empty_talk, inference_pairs, keyword_lists, rubric_pairs, talk_pairs

SEED = 20
FOLDS = 3
NLI = Path(__file__).parents[2] / "shared" / "data" / "nli.jsonl.gz"
CARD = Path(__file__).with_name("judge_card.json")


def main() -> None:
    """Train, write the weights with their fingerprint, and the card with the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nli", type=Path, default=NLI, help="public inference pairs, gzipped JSON lines")
    parser.add_argument("--limit", type=int, default=30_000, help="inference pairs to learn from, at most")
    parser.add_argument("--cache", type=Path, help="a folder to keep token vectors in between runs")
    options = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(2)
    catalog = load(default_root())
    topics = {topic: criteria_of(catalog, topic) for topic in catalog.questions}
    started = time.time()
    if not options.nli.is_file():
        raise SystemExit(f"No inference pairs at {options.nli}; pass --nli FILE. Without them the judge learns too little.")
    inference = inference_pairs(options.nli, options.limit, SEED)
    talk = empty_talk()
    pairs = {t: rubric_pairs([criteria], SEED) + talk_pairs(talk.get(t, []), criteria, SEED) for t, criteria in topics.items()}
    lists = {topic: keyword_lists(criteria, 30, SEED + 1) + talk.get(topic, []) for topic, criteria in topics.items()}
    texts = {text for pair in (*inference, *(p for ps in pairs.values() for p in ps)) for text in (pair.sentence, pair.claim)}
    texts |= {text for topic in lists.values() for text in topic}
    for criteria in topics.values():
        texts |= {text for _, text, _ in utterances(criteria)}
    vectors = embed_all(sorted(texts), options.cache)
    base = learned(Align(), inference, vectors, epochs=5, rate=1e-3, say="public pairs")
    folds = [sorted(topics)[fold::FOLDS] for fold in range(FOLDS)]
    rows, labels, groups, figures = [], [], [], {}
    for number, held in enumerate(folds):
        seen = [pair for topic in topics if topic not in held for pair in pairs[topic]]
        align = learned(copy_of(base), seen, vectors, epochs=4, rate=7e-4, say=f"rubrics, fold {number + 1}")
        for topic in held:
            x, y = topic_rows(align, topics[topic], vectors, lists[topic])
            rows.append(x)
            labels.append(y)
            groups += [number] * len(y)
    x, y, fold = np.concatenate(rows), np.concatenate(labels), np.array(groups)
    held_out = np.zeros((len(y), len(CLASSES)), dtype=np.float32)
    for number in range(FOLDS):
        held_out[fold == number] = trained_head(x[fold != number], y[fold != number]).probabilities(x[fold == number])
    figures = card(held_out, y)
    head = trained_head(x, y)
    align = learned(copy_of(base), [p for ps in pairs.values() for p in ps], vectors, epochs=4, rate=7e-4, say="rubrics, all")
    save(align, head)
    figures |= {"seconds": round(time.time() - started), "inference_pairs": len(inference), "rows": len(y)}
    CARD.write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures, indent=2))


def criteria_of(catalog: Catalog, topic: str) -> list[Criterion]:
    """The criteria of a topic, each once."""
    return list({c.id: c for question in catalog.questions[topic] for c in question.criteria}.values())


def utterances(criteria: Sequence[Criterion]) -> list[tuple[Criterion, str, Status]]:
    """Every labelled utterance of some criteria, and denials of the right and the wrong ones."""
    rng = random.Random(SEED)
    found = []
    for criterion in criteria:
        for group, status in ((criterion.met, Status.MET), (criterion.partial, Status.PARTIAL), (criterion.wrong, Status.WRONG)):
            found += [(criterion, text, status) for text in group]
        found.append((criterion, denied(rng.choice(criterion.met), rng), Status.WRONG))
        found.append((criterion, criterion.statement, Status.MET))
    return found


def topic_rows(
    align: Align, criteria: Sequence[Criterion], vectors: Mapping[str, Vector], lists: Sequence[str]
) -> tuple[Array, np.ndarray]:
    """Feature rows of a topic: each utterance against its own criterion without itself, and against the others.

    Once with all utterances known and once with the statement alone, as another tool would send it.
    """
    rng = random.Random(SEED)
    asked, labels = [], []
    said = utterances(criteria)
    for bare in (False, True):
        known = {c.id: known_of(c, vectors, bare) for c in criteria}
        for owner, text, status in said:
            piece, span = vectors[text], Span(text, 0, len(text))
            near = {c.id: float(nearness(piece.sentence[None], known[c.id])[0]) for c in criteria if c.id != owner.id}
            if text != owner.statement:
                own = known_of(owner, vectors, bare, without=text)
                asked.append((span, piece, own, max(near.values()), rng.random() < 0.3))
                labels.append(CLASSES.index(status))
            rivals = sorted(near, key=lambda id: -near[id])[:3] + rng.sample(sorted(near), 2)
            for id in rivals:
                others = max(nearness(piece.sentence[None], known[owner.id])[0], *(v for k, v in near.items() if k != id))
                asked.append((span, piece, known[id], float(others), rng.random() < 0.15))
                labels.append(CLASSES.index(Status.ABSENT))
        for text in lists:
            piece = vectors[text]
            for criterion in criteria:
                others = max(float(nearness(piece.sentence[None], known[c.id])[0]) for c in criteria if c.id != criterion.id)
                asked.append((Span(text, 0, len(text)), piece, known[criterion.id], others, rng.random() < 0.15))
                labels.append(CLASSES.index(Status.ABSENT))
    return features(align, asked), np.array(labels)


def known_of(criterion: Criterion, vectors: Mapping[str, Vector], bare: bool, without: str | None = None) -> Exemplars:
    """A criterion's exemplars, leaving one text out; `bare` knows the statement only."""

    def kept(texts: Sequence[str]) -> tuple[Vector, ...]:
        return tuple(vectors[text] for text in texts if text != without)

    if bare:
        return Exemplars(criterion.id, (vectors[criterion.statement],), (), ())
    return Exemplars(
        criterion.id, (vectors[criterion.statement], *kept(criterion.met)), kept(criterion.partial), kept(criterion.wrong)
    )


def learned(align: Align, pairs: Sequence[Pair], vectors: Mapping[str, Vector], epochs: int, rate: float, say: str) -> Align:
    """Train the network on pairs, in batches of like length."""
    rng, optimizer = random.Random(SEED), torch.optim.AdamW(align.parameters(), rate, weight_decay=2e-2)
    align.train()
    for epoch in range(epochs):
        order = sorted(range(len(pairs)), key=lambda i: (len(vectors[pairs[i].sentence].tokens) // 6, rng.random()))
        batches = [order[i : i + 96] for i in range(0, len(order), 96)]
        rng.shuffle(batches)
        total = 0.0
        for rows in track(batches, description=f"{say} {epoch + 1}/{epochs}"):
            said = padded([vectors[pairs[i].sentence].tokens for i in rows])
            claim = padded([vectors[pairs[i].claim].tokens for i in rows])
            odds = align(*said, *claim).log_softmax(1)
            # A pair that is only known not to say the same: either of the other two will do.
            odds = torch.cat([odds, torch.logsumexp(odds[:, SAME + 1 : OTHER + 1], 1, keepdim=True)], 1)
            assert odds.shape[1] == NOT_SAME + 1
            picked = odds[torch.arange(len(rows)), torch.tensor([pairs[i].label for i in rows])]
            loss = -(picked * torch.tensor([pairs[i].weight for i in rows])).mean()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            total += loss.item()
        print(f"{say}: epoch {epoch + 1}, loss {total / len(batches):.3f}", flush=True)
    return align.eval()


def trained_head(x: Array, y: np.ndarray) -> Head:
    """The head on feature rows, classes weighted by the root of their rarity."""
    torch.manual_seed(SEED)
    head = Head()
    rows, labels = torch.from_numpy(x), torch.from_numpy(y)
    head.mean.copy_(rows.mean(0))
    head.spread.copy_(rows.std(0).clamp_min(1e-3))
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
    return head.eval()


def embed_all(texts: Sequence[str], cache: Path | None) -> dict[str, Vector]:
    """Sentence and token vectors of every text."""
    path = cache / "vectors.pkl" if cache else None
    known: dict[str, Vector] = pickle.loads(path.read_bytes()) if path and path.is_file() else {}
    missing = sorted((text for text in texts if text not in known), key=len)
    embedder = MiniLM()
    for start in track(range(0, len(missing), 64), description="embedding"):
        batch = missing[start : start + 64]
        for text, (sentence, tokens) in zip(batch, embedder.encode_now(batch), strict=True):
            known[text] = Vector(sentence, tokens)
    if path and missing:
        path.write_bytes(pickle.dumps(known))
    return {text: known[text] for text in texts}


def copy_of(align: Align) -> Align:
    """A network with the same weights."""
    fresh = Align()
    fresh.load_state_dict(align.state_dict())
    return fresh


def card(held_out: Array, y: np.ndarray) -> dict[str, object]:
    """Figures on rows whose topic neither network nor head had seen."""
    met, wrong = CLASSES.index(Status.MET), CLASSES.index(Status.WRONG)
    said = np.isin(y, [met, wrong])
    guess = held_out.argmax(1)
    return {
        "auc_met_against_wrong": round(float(roc_auc_score(y[said] == met, held_out[said, met] - held_out[said, wrong])), 3),
        "accuracy": round(float((guess == y).mean()), 3),
        "confusion": {
            str(status): {str(other): int(((y == i) & (guess == j)).sum()) for j, other in enumerate(CLASSES)}
            for i, status in enumerate(CLASSES)
        },
        "features": list(NAMES),
    }


def save(align: Align, head: Head) -> None:
    """Write both networks into one file, and its fingerprint beside it."""
    state = {f"align.{key}": value.contiguous() for key, value in align.state_dict().items()}
    state |= {f"head.{key}": value.contiguous() for key, value in head.state_dict().items()}
    save_file(state, WEIGHTS)
    WEIGHTS.chmod(0o644)  # written for the owner alone; a server may run as somebody else
    FINGERPRINT.write_text(hashlib.sha256(WEIGHTS.read_bytes()).hexdigest() + "\n")


if __name__ == "__main__":
    main()
