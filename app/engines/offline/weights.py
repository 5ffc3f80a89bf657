"""Where the trained parts of the judge lie, and whether they are the ones that were trained. Imports nothing heavy."""

import hashlib
from pathlib import Path

from app.core.errors import Unavailable

FOLDER = Path(__file__).parent / "trained"
NETWORK, PIECES, VERDICTS = "entailment.onnx", "pieces.safetensors", "verdicts.safetensors"
#: Lines of `sha256  name`, written by `python -m eval.train` beside the weights: a torn or swapped file is noticed.
FINGERPRINTS = "SHA256SUMS"


def version(folder: Path = FOLDER) -> str:
    """A short hash that names this training. Raises Unavailable when the weights were not installed whole."""
    return hashlib.sha256(_read(folder / FINGERPRINTS)).hexdigest()[:12]


def check(folder: Path = FOLDER) -> None:
    """Raise Unavailable when weights are missing, or not the ones that were trained."""
    for line in _read(folder / FINGERPRINTS).decode().splitlines():
        expected, name = line.split()
        if hashlib.sha256(_read(folder / name)).hexdigest() != expected:
            raise Unavailable(f"The offline judge's weights in {name} are damaged. Install Viva again.")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unavailable(f"The offline judge's weights are missing ({error}). Install Viva again.") from error
