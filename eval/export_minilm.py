"""Writes `app/retrieval/minilm.onnx`: how all-MiniLM-L6-v2 computes, without its weights (`python -m eval.export_minilm`).

onnxruntime reads the weights out of the published `model.safetensors` itself, so that nothing is copied, and the file
whose hash is checked is the one that runs. Needed again only when READ_LAYER changes.
"""

import json
import struct
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file
from torch import Tensor, nn

from app.retrieval.minilm import GRAPH, READ_LAYER, WEIGHTS, packaged
from eval.network import minilm

#: Constants of fewer numbers are kept in the graph.
SMALL = 100


class Reading(nn.Module):
    """Token numbers (texts, tokens), none of them padding -> unit vectors (texts, d), hidden states (texts, tokens, d)."""

    def __init__(self, bert: nn.Module) -> None:
        super().__init__()
        self.bert = bert

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """The mean of the last layer, brought to length 1, as the published model pools; and what READ_LAYER says."""
        layers = self.bert(input_ids=tokens, output_hidden_states=True).hidden_states
        return nn.functional.normalize(layers[-1].mean(1), dim=1), layers[READ_LAYER]


def main() -> None:
    """Export, and put references in the place of the weights."""
    bert = minilm().eval()
    bert.config._attn_implementation = "eager"  # type: ignore[union-attr]
    texts, tokens = torch.export.Dim("texts", min=1, max=4096), torch.export.Dim("tokens", min=2, max=512)
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        program = torch.onnx.export(
            Reading(bert).eval(),
            (torch.ones(3, 7, dtype=torch.long),),
            input_names=["tokens"],
            output_names=["vector", "hidden"],
            dynamic_shapes=({0: texts, 1: tokens},),
            dynamo=True,
            verbose=False,
        )
        assert program is not None
        program.save(str(whole))
        model = onnx.load(whole)
    refer(model, packaged() / WEIGHTS)
    GRAPH.write_bytes(model.SerializeToString())
    print(f"{GRAPH.name}: {len(model.graph.node)} nodes, {GRAPH.stat().st_size / 1000:.0f} kB")


def refer(model: onnx.ModelProto, weights: Path) -> None:
    """Replace every large constant by a reference to the tensor of `weights` that it is, transposed where need be."""
    places, published = offsets(weights), load_file(weights)
    by_value = {value.tobytes(): name for name, value in published.items()}
    turned = {np.ascontiguousarray(value.T).tobytes(): name for name, value in published.items() if value.ndim == 2}
    kept, turns = [], []
    for constant in model.graph.initializer:
        value = numpy_helper.to_array(constant)
        if value.size < SMALL or value.dtype != np.float32:
            kept.append(constant)
            continue
        data = value.tobytes()
        name = by_value.get(data) or turned[data]
        if data in by_value:
            kept.append(reference(constant.name, value.shape, weights.name, places[name]))
        else:
            kept.append(reference(name, value.T.shape, weights.name, places[name]))
            turns.append(helper.make_node("Transpose", [name], [constant.name], perm=[1, 0]))
    rest = list(model.graph.node)
    del model.graph.initializer[:], model.graph.node[:], model.graph.value_info[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend([*turns, *rest])
    for node in model.graph.node:
        del node.metadata_props[:]  # where the exporter was in its source: paths of the machine
        node.doc_string = ""


def offsets(weights: Path) -> dict[str, tuple[int, int]]:
    """Where each tensor of a safetensors file lies: its first byte, and how many (https://github.com/huggingface/safetensors)."""
    with weights.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    header.pop("__metadata__", None)
    return {
        name: (8 + length + entry["data_offsets"][0], entry["data_offsets"][1] - entry["data_offsets"][0])
        for name, entry in header.items()
    }


def reference(name: str, shape: tuple[int, ...], file: str, place: tuple[int, int]) -> TensorProto:
    """A float32 constant whose bytes lie in another file."""
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
    for key, value in (("location", file), ("offset", str(place[0])), ("length", str(place[1]))):
        tensor.external_data.add(key=key, value=value)
    return tensor


if __name__ == "__main__":
    main()
