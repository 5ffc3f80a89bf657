"""The trained part of the offline judge: the alignment network and the head, with the hash that is checked at load."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file
from torch import nn

from app.core.errors import Unavailable
from app.engines.offline.align import Align
from app.engines.offline.features import CLASSES, NAMES

WEIGHTS = Path(__file__).with_name("judge.safetensors")
#: Written by `python -m eval.train` beside the weights, so that a torn or swapped file is noticed.
FINGERPRINT = WEIGHTS.with_suffix(".sha256")


class Head(nn.Module):
    """Rows of features -> log-odds of CLASSES. Normalises with the training set's mean and spread."""

    mean: torch.Tensor
    spread: torch.Tensor

    def __init__(self, inner: int = 24) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(len(NAMES)))
        self.register_buffer("spread", torch.ones(len(NAMES)))
        self.layers = nn.Sequential(nn.Linear(len(NAMES), inner), nn.ReLU(), nn.Dropout(0.2), nn.Linear(inner, len(CLASSES)))

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """(rows, features) -> (rows, classes)."""
        return self.layers((rows - self.mean) / self.spread)  # type: ignore[no-any-return]

    @torch.inference_mode()
    def probabilities(self, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Probabilities of CLASSES, shape (rows, 4)."""
        self.eval()
        return self(torch.from_numpy(rows)).softmax(1).numpy()  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Model:
    """Both networks, and the short hash that names this training."""

    align: Align
    head: Head
    version: str


def load_model(path: Path = WEIGHTS) -> Model:
    """Read and check the weights. Raises Unavailable when they are missing or not the ones that were trained."""
    try:
        found, expected = hashlib.sha256(path.read_bytes()).hexdigest(), path.with_suffix(".sha256").read_text().strip()
    except OSError as error:
        raise Unavailable(f"The offline judge's weights are missing ({error}). Install Viva again.") from error
    if found != expected:
        raise Unavailable(f"The offline judge's weights in {path.name} are damaged. Install Viva again.")
    state = load_file(path)
    align, head = Align(), Head()
    align.load_state_dict({key.removeprefix("align."): value for key, value in state.items() if key.startswith("align.")})
    head.load_state_dict({key.removeprefix("head."): value for key, value in state.items() if key.startswith("head.")})
    return Model(align.eval(), head.eval(), found[:12])
