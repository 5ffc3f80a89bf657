"""Trains the offline judge: `python -m eval.train`. Seeded, on two cores, within an hour and a half.

The network learns from public inference pairs, then from what candidates may say of each criterion: the rubrics' lines,
twins, and half of the graded answers. The heads learn from rows that the network made of what it had not seen: lines kept
back of every criterion and the other half of the answers, as when a rubric ships, and whole topics kept back, as when a
rubric is new. So they know how far to trust the network in either case. Figures are written to `eval/judge_card.json`.
"""

import argparse
import hashlib
import json
import math
import pickle
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from rich.progress import track
from safetensors.numpy import save_file
from torch import nn

from app.content import Catalog, default_root, load
from app.core.rubric import Question
from app.core.verdict import Status
from app.engines.offline.entailment import CONTRARY, OTHER, SAME
from app.engines.offline.evidence import SUMMARY
from app.engines.offline.features import NAMES, Vector
from app.engines.offline.model import Head
from app.engines.offline.weights import FINGERPRINTS, FOLDER, NETWORK, PIECES, VERDICTS
from app.retrieval.embedding import MiniLM
from eval.graded import Graded, as_answers, graded_answers, graded_pairs, replies
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
    said,
    trained,
    verdict_rows,
)
from eval.network import PairNetwork, export, minilm, tensors
from eval.pairs import Lines, Pair, empty_talk, held_out, inference_pairs, keyword_lists, lines_of, rubrics_of, topic_pairs

NLI = Path(__file__).parents[2] / "shared" / "data" / "nli.jsonl.gz"
CARD = Path(__file__).with_name("judge_card.json")
#: Inference pairs mixed in with the rubrics' lines, so that what was learned first is not forgotten.
REPLAYED = 6_000
#: One topic in this many is kept from the first network; and the folds of the figures.
FOLD = 3
#: Replies cut out of an answer; answers of one line, for each criterion; and of no claim, for each question.
REPLIES, ONE_LINERS, CLAIMLESS = 5, 4, 2
#: How much likelier half and false claims are in whole answers than among the rows, most of which are of replies and single
#: lines about other criteria. Chosen on the development half of the gold answers.
LIKELIER = {Status.PARTIAL: 2.0, Status.WRONG: 1.5}
#: What a row counts for when the verdicts' head learns: of a whole answer, of a reply, of a single line.
WHOLE, REPLY, LINE = 1.0, 0.5, 0.3


@dataclass(frozen=True, slots=True)
class Lot:
    """What the heads learn from one rubric: its lines and answers, and the network that has seen none of them."""

    rubric: str
    lines: list[Lines]
    only: set[str] | None
    lists: list[str]
    answers: list[Graded]
    replies: list[Graded]
    one_liners: list[Graded]

    @property
    def texts(self) -> set[str]:
        """Every text that is compared."""
        graded = (*self.answers, *self.replies, *self.one_liners)
        return {*said(self.lines), *self.lists, *(piece.text for answer in graded for piece in answer.pieces)}


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
    graded = graded_answers(catalog)
    teaching = {rubric: rng.sample(answers, len(answers) // 2) for rubric, answers in graded.items()}
    answered = {t: [pair for answer in teaching[t] for pair in graded_pairs(answer, rng)] for t in topics}
    by_topic = [p for t in topics if t not in unseen for p in topic_pairs(topics[t], talk.get(t, []), SEED) + answered[t]]
    by_line = [p for t in topics for p in topic_pairs(kept[t], talk.get(t, []), SEED) + answered[t]]
    lists = {t: keyword_lists([x.criterion for x in topics[t]], 30, SEED + 1) + talk.get(t, []) for t in topics}
    new = [lot_of(catalog, t, topics[t], None, lists[t], graded[t]) for t in unseen]
    known = [lot_of(catalog, t, topics[t], back[t], lists[t], [a for a in graded[t] if a not in teaching[t]]) for t in topics]
    replayed = rng.sample(inference, REPLAYED)
    texts = {text for pair in (*inference, *by_topic, *by_line) for text in pair[:2]}.union(
        *(lot.texts for lot in (*new, *known))
    )
    vectors = read_all(sorted(texts), options.cache)
    torch.set_num_threads(2)
    torch.manual_seed(SEED)
    base = stage(options.cache, "public", PairNetwork.from_minilm(minilm()), inference, vectors, epochs=2, rate=1.5e-4)
    first = stage(options.cache, "topics", base, by_topic + replayed, vectors, epochs=2, rate=1e-4)
    last = stage(options.cache, "lines", base, by_line + replayed, vectors, epochs=3, rate=1e-4)
    figures: dict[str, object] = {"pairs": len(by_line) + REPLAYED, "inference_pairs": len(inference)}
    figures |= {"graded_answers": sum(map(len, graded.values())), "features": [*NAMES], "summary": [*SUMMARY]}
    figures["twins"] = {
        "new_rubrics": twins_told_apart(first, topics, unseen, None, vectors),
        "known_rubrics": twins_told_apart(last, topics, list(topics), back, vectors),
    }
    seen_none, seen_some = Remembering(first), Remembering(last)
    pieces, verdicts, figures["verdicts"] = heads(
        [(lot, seen_none, bare) for lot in new for bare in (True, False)] + [(lot, seen_some, False) for lot in known], vectors
    )
    save(last, pieces, verdicts)
    figures["seconds"] = round(time.time() - started)
    CARD.write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures, indent=2))


def lot_of(
    catalog: Catalog, rubric: str, lines: list[Lines], only: set[str] | None, lists: list[str], answers: list[Graded]
) -> Lot:
    """What the heads learn from one rubric: `only` these of its lines, and these of its answers."""
    rng = random.Random(f"{SEED} {rubric}")
    asking: dict[str, Question] = {}
    questions = [q for of_topic in catalog.questions.values() for q in of_topic if rubric in (q.case or q.topic,)]
    for question in questions:
        asking |= {c.id: question for c in question.criteria}
    usable = {text for each in lines for text, _ in each.labelled} if only is None else only
    single = [a for each in lines for a in as_answers(asking[each.criterion.id], each, usable, ONE_LINERS, rng)]
    single += [Graded(q, text, q.criteria, {}) for q in questions for text in rng.sample(lists, min(CLAIMLESS, len(lists)))]
    return Lot(rubric, lines, only, lists, answers, [r for a in answers for r in replies(a, REPLIES, rng)], single)


def heads(lots: Sequence[tuple[Lot, Remembering, bool]], vectors: Vectors) -> tuple[Head, Head, dict[str, object]]:
    """Both heads, and figures of the second on the rubrics of a fold that both did not learn from."""
    made: list[tuple[str, str, Rows, list[Found]]] = []
    for lot, network, bare in track(lots, description="rows for the heads"):
        rows = line_rows(network, lot.lines, lot.only, lot.lists, vectors, bare)
        found = [evidence_of(network, part, vectors, bare) for part in (lot.answers, lot.replies, lot.one_liners)]
        kind = "statements alone" if bare else "new rubrics" if lot.only is None else "known rubrics"
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
    path = cache / f"{name}.pt" if cache else None
    if path and path.is_file():
        network.load_state_dict(torch.load(path))
        return network.eval()
    learn(network, pairs, vectors, epochs, rate, name)
    if path:
        torch.save(network.state_dict(), path)
    return network.eval()


def learn(network: PairNetwork, pairs: Sequence[Pair], vectors: Vectors, epochs: int, rate: float, name: str) -> None:
    """Train in place, in bfloat16, in batches of like length; the rate rises for a moment and falls to nothing."""
    rng, size = random.Random(SEED), 64
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
