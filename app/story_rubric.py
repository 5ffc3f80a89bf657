"""Reads `rubrics/star.yaml`: what a story is read for, how each of it is asked for, and what is advised."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.content import Text
from app.core.errors import ContentError
from app.core.star import Dimension, Guide, StoryRubric
from app.files import read, validated

FILE = Path("rubrics") / "star.yaml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AdviceFile(_Strict):
    """One line for each score."""

    absent: Text
    vague: Text
    clear: Text


class GuideFile(_Strict):
    """One dimension as the file states it."""

    id: Dimension
    title: Text
    weight: int = Field(ge=1, le=3)
    clear: Text
    vague: Text
    probes: Annotated[tuple[Text, ...], Field(min_length=1)]
    advice: AdviceFile


class StarFile(_Strict):
    """The whole file."""

    dimensions: tuple[GuideFile, ...]


def load_story_rubric(root: Path) -> StoryRubric:
    """The guides under a content folder. Raises ContentError naming every fault."""
    path, faults = root / FILE, list[str]()
    text = read(path, root, faults)
    file = validated(StarFile, text, path, root, faults) if text is not None else None
    if file and [guide.id for guide in file.dimensions] != list(Dimension):
        faults.append(f"{FILE.as_posix()}:1: dimensions: must be these, in this order: {', '.join(Dimension)}")
    if file is None or faults:
        raise ContentError(faults)
    return {
        guide.id: Guide(
            dimension=guide.id,
            advice=(guide.advice.absent, guide.advice.vague, guide.advice.clear),
            **guide.model_dump(exclude={"id", "advice"}),
        )
        for guide in file.dimensions
    }
