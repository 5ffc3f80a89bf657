"""What does one sentence say of a claim: the same, the contrary, something else, or half of it? A small trained network.

Cosine similarity cannot tell a claim from its opposite: both talk about the same things. This network goes on where
MiniLM's first layers stopped, with the words of the sentence and of the claim in view of one another.
`python -m eval.train` trains it, `eval/network.py` says what it is; here it runs, under onnxruntime.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

Hidden = npt.NDArray[np.floating]

#: Columns of the network's output.
SAME, CONTRARY, OTHER, HALF = OUTCOMES = range(4)
#: Tokens read of a text, at most.
LONGEST = 64
#: Pairs run at once: of like length, so that little is padded.
BATCH = 16


class Entailment:
    """Runs the network. Safe for many threads at once."""

    def __init__(self, path: Path, threads: int = 2) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # Between answers the threads sleep: spinning would keep a core from the embedder.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def probabilities(self, pairs: Sequence[tuple[Hidden, Hidden]]) -> npt.NDArray[np.float32]:
        """Probabilities of OUTCOMES, shape (len(pairs), 4), for the hidden states of (sentence, claim), (tokens, d) each."""
        out = np.zeros((len(pairs), len(OUTCOMES)), dtype=np.float32)
        order = sorted(range(len(pairs)), key=lambda i: len(pairs[i][0]) + len(pairs[i][1]))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            said, said_mask = padded([pairs[i][0] for i in rows])
            claim, claim_mask = padded([pairs[i][1] for i in rows])
            feed = {"said": said, "said_mask": said_mask, "claim": claim, "claim_mask": claim_mask}
            [odds] = self._session.run(["odds"], feed)
            powers = np.exp(odds - odds.max(1, keepdims=True))
            out[rows] = powers / powers.sum(1, keepdims=True)
        return out


def padded(texts: Sequence[Hidden]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Hidden states of several texts as one array (texts, tokens, d), cut at LONGEST, and its mask of 0 and 1."""
    length = min(LONGEST, max(len(text) for text in texts))
    values = np.zeros((len(texts), length, texts[0].shape[1]), dtype=np.float32)
    mask = np.zeros((len(texts), length), dtype=np.float32)
    for row, text in enumerate(texts):
        kept = min(length, len(text))
        values[row, :kept] = text[:kept]
        mask[row, :kept] = 1
    return values, mask
