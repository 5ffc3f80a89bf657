"""The embedded engine: judges and speaks with no key and no network."""

from typing import TYPE_CHECKING

from app.core.ports import Embedder, Engine
from app.engines.offline.judge import OfflineJudge, Thresholds
from app.engines.offline.speaker import OfflineSpeaker
from app.engines.offline.stories import OfflineStoryReader
from app.engines.offline.weights import version
from app.prompts import Prompts

if TYPE_CHECKING:  # it brings onnxruntime
    from app.engines.offline.model import Model


__all__ = ["Thresholds", "offline_engine"]


def offline_engine(embedder: Embedder, prompts: Prompts, thresholds: Thresholds | None = None) -> Engine:
    """The engine, without anything heavy: the weights come with the first judgement. Raises Unavailable when they are missing."""
    versions = {"prompts": prompts.hash, "model": embedder.name, "judge": version()}
    judge, speaker = OfflineJudge(embedder, _load, thresholds), OfflineSpeaker(prompts)
    return Engine(name="offline", judge=judge, speaker=speaker, reader=OfflineStoryReader(embedder), versions=versions)


def _load() -> "Model":
    from app.engines.offline.model import load_model

    return load_model()
