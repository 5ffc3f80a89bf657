"""What does one sentence say of a claim: the same, the contrary, something else, or half of it? A small trained network.

Cosine similarity cannot tell a claim from its opposite: both talk about the same things. This network goes on where
MiniLM's first layers stopped, with the words of the sentence and of the claim in view of one another.
`python -m eval.train` trains it, `eval/network.py` says what it is; here it runs, under onnxruntime.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

Hidden = npt.NDArray[np.floating]

#: Columns of the network's output.
SAME, CONTRARY, OTHER, HALF = OUTCOMES = range(4)
#: Tokens read of a text, at most.
LONGEST = 64


class Entailment:
    """Runs the network. Safe for many threads at once."""

    def __init__(self, path: Path, threads: int = 2) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            path,
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=["SkipLayerNormFusion"],  # adding and normalizing in one step is the slower way here
        )
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="entail")

    def probabilities(self, pairs: Sequence[tuple[Hidden, Hidden]]) -> npt.NDArray[np.float32]:
        """Probabilities of OUTCOMES, shape (len(pairs), 4), for the hidden states of (sentence, claim), (tokens, d) each.

        Each pair is run alone, some of them side by side. In a batch a pair's numbers would be rounded to eight bits on a
        scale that the others share, so that a verdict could hang on what else is compared; and nothing is padded.
        """
        odds = np.array(list(self._pool.map(self._odds, pairs)), dtype=np.float32).reshape(len(pairs), len(OUTCOMES))
        powers = np.exp(odds - odds.max(1, keepdims=True, initial=-np.inf))
        return powers / powers.sum(1, keepdims=True)  # type: ignore[no-any-return]

    def _odds(self, pair: tuple[Hidden, Hidden]) -> npt.NDArray[np.float32]:
        said, claim = (padded([text]) for text in pair)
        [odds] = self._session.run(
            ["odds"], dict(zip(("said", "said_mask", "claim", "claim_mask"), (*said, *claim), strict=True))
        )
        return odds[0]  # type: ignore[no-any-return]


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
