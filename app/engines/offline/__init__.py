"""The embedded engine: judges and speaks with no key and no network."""

from pathlib import Path
from typing import TYPE_CHECKING

from app.core.errors import Unavailable
from app.core.ports import Embedder, Engine
from app.engines.offline.judge import OfflineJudge
from app.engines.offline.speaker import OfflineSpeaker
from app.prompts import Prompts

if TYPE_CHECKING:  # it brings torch, which takes seconds to import
    from app.engines.offline.model import Model

_FINGERPRINT = Path(__file__).with_name("judge.sha256")


def offline_engine(embedder: Embedder, prompts: Prompts) -> Engine:
    """The engine, without anything heavy: torch and the weights come with the first judgement.

    Raises Unavailable when the judge was not installed whole.
    """
    try:
        judge = _FINGERPRINT.read_text().strip()[:12]
    except OSError as error:
        raise Unavailable(f"The offline judge's weights are missing ({error}). Install Viva again.") from error
    versions = {"prompts": prompts.hash, "model": embedder.name, "judge": judge}
    return Engine(name="offline", judge=OfflineJudge(embedder, _load), speaker=OfflineSpeaker(prompts), versions=versions)


def _load() -> "Model":
    from app.engines.offline.model import load_model

    return load_model()
