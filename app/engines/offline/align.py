"""Does one sentence say what another says, or the contrary? A small trained network over MiniLM's token vectors.

Cosine similarity cannot tell a claim from its opposite: both talk about the same things. This network aligns
the words of the two sentences softly, compares each word with what it is aligned to, and pools the comparisons
(Parikh, Täckström, Das and Uszkoreit, "A Decomposable Attention Model for Natural Language Inference", EMNLP
2016), here over the contextual token vectors that the embedder has computed anyway. `python -m eval.train`
trains it. Importing this module imports torch, so it is imported late.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

#: Tokens read of a sentence, at most.
LONGEST = 40

Tokens = npt.NDArray[np.floating]


class Align(nn.Module):
    """(sentence, claim) -> log-odds of: says the same, says the contrary, says something else."""

    def __init__(self, width: int = 384, inner: int = 96, attention: int = 64, dropout: float = 0.3) -> None:
        super().__init__()
        self.project = nn.Linear(width, inner, bias=False)
        self.attend = nn.Linear(width, attention)
        self.compare = nn.Sequential(nn.Linear(4 * inner, inner), nn.ReLU())
        self.decide = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(4 * inner + 4, inner), nn.ReLU(), nn.Dropout(dropout), nn.Linear(inner, 3)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, said: Tensor, said_mask: Tensor, claim: Tensor, claim_mask: Tensor) -> Tensor:
        """Token vectors of shape (pairs, tokens, width) with boolean masks (pairs, tokens); returns (pairs, 3)."""
        a, b = self.project(self.dropout(said)), self.project(self.dropout(claim))
        affinity = torch.tanh(self.attend(said)) @ torch.tanh(self.attend(claim)).transpose(1, 2)
        a_sees = affinity.masked_fill(~claim_mask[:, None, :], -1e4).softmax(2) @ b
        b_sees = affinity.transpose(1, 2).masked_fill(~said_mask[:, None, :], -1e4).softmax(2) @ a
        a_compared, b_compared = self._compared(a, a_sees, said_mask), self._compared(b, b_sees, claim_mask)
        coverage = _coverage(said, said_mask, claim, claim_mask)
        return self.decide(torch.cat([*_pooled(a_compared, said_mask), *_pooled(b_compared, claim_mask), coverage], 1))  # type: ignore[no-any-return]

    def _compared(self, own: Tensor, seen: Tensor, mask: Tensor) -> Tensor:
        return self.compare(torch.cat([own, seen, own - seen, own * seen], 2)) * mask[..., None]  # type: ignore[no-any-return]

    @torch.inference_mode()
    def probabilities(self, pairs: Sequence[tuple[Tokens, Tokens]], batch: int = 128) -> npt.NDArray[np.float32]:
        """Probabilities of SAME, CONTRARY and OTHER, shape (len(pairs), 3), for (sentence, claim) token vectors."""
        self.eval()
        out = np.zeros((len(pairs), 3), dtype=np.float32)
        order = sorted(range(len(pairs)), key=lambda i: len(pairs[i][0]) + len(pairs[i][1]))
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            said, claim = padded([pairs[i][0] for i in rows]), padded([pairs[i][1] for i in rows])
            out[rows] = self(*said, *claim).softmax(1).numpy()
        return out


def padded(texts: Sequence[Tokens]) -> tuple[Tensor, Tensor]:
    """Token vectors of several texts as one tensor (texts, tokens, width), cut at LONGEST, with its mask."""
    length = max(1, min(LONGEST, max(len(text) for text in texts)))
    values = np.zeros((len(texts), length, texts[0].shape[1]), dtype=np.float32)
    mask = np.zeros((len(texts), length), dtype=bool)
    for row, text in enumerate(texts):
        kept = min(length, len(text))
        values[row, :kept] = text[:kept]
        mask[row, : max(1, kept)] = True
    return torch.from_numpy(values), torch.from_numpy(mask)


def _pooled(values: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    return values.sum(1) / mask.sum(1, keepdim=True), values.max(1).values


def _coverage(said: Tensor, said_mask: Tensor, claim: Tensor, claim_mask: Tensor) -> Tensor:
    """How well each side's words find a like word on the other: mean and least of the best cosines, both ways."""
    cosine = nn.functional.normalize(said, dim=2) @ nn.functional.normalize(claim, dim=2).transpose(1, 2)
    of_said = cosine.masked_fill(~claim_mask[:, None, :], -1).max(2).values
    of_claim = cosine.transpose(1, 2).masked_fill(~said_mask[:, None, :], -1).max(2).values
    columns = []
    for best, mask in ((of_said, said_mask), (of_claim, claim_mask)):
        columns += [best.masked_fill(~mask, 0).sum(1) / mask.sum(1), best.masked_fill(~mask, 1).min(1).values]
    return torch.stack(columns, 1)
