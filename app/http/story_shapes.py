"""What callers get of stories: the JSON shapes, and how they are made of the core's values."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from app.core import star
from app.core import story as core
from app.core.star import Dimension, StoryRubric
from app.core.story import Bank, Version, overall_of
from app.http.shapes import Flag, Shape
from app.stories import Stories

#: Follow-ups that a caller of `POST /v1/star` is offered, at most.
PROBES = 3


class StarDimension(Shape):
    """One dimension: 0 absent, 1 vague, 2 clear, the words of the story that show it, and one line of advice."""

    score: Literal[0, 1, 2]
    quote: str = Field(description="Empty where it is absent.")
    start: int | None = Field(description="Character offset into the story; `end` is exclusive.")
    end: int | None
    advice: str


class StarDimensions(Shape):
    """The eight dimensions."""

    situation: StarDimension
    task: StarDimension
    action: StarDimension
    result: StarDimension
    ownership: StarDimension
    quantified: StarDimension
    reflection: StarDimension
    trade_off: StarDimension


class StarProbe(Shape):
    """What one would ask next, for one missing thing."""

    dimension: Dimension
    text: str


class Star(Shape):
    """A story as it was read. `overall` is 0 to 5, computed from the scores."""

    overall: float
    dimensions: StarDimensions
    probes: list[StarProbe]
    flags: list[Flag]
    engine: str
    trouble: str = Field(description="Why the engine is not the one that was asked for; empty where it is.")


class StoryMark(Shape):
    """Words of the story that show a dimension."""

    dimension: Dimension
    start: int
    end: int


class StoryStretch(Shape):
    """A long part of the story that shows nothing: there a listener loses the thread."""

    start: int
    end: int
    words: int


class StoryStep(Shape):
    """One step of a retelling: the candidate's own words that belong there, and what they have to say or sharpen."""

    dimensions: list[Dimension]
    says: list[str]
    asks: list[str]


class StoryVersion(Shape):
    """One telling, complete: `text` is all that was said, and what `star`, `marks` and `lost_thread` point into."""

    text: str
    star: Star
    marks: list[StoryMark]
    lost_thread: StoryStretch | None
    plan: list[StoryStep]


class StoryChange(Shape):
    """One dimension of the newest telling beside the one before."""

    dimension: Dimension
    before: int
    after: int


class StoryLine(Shape):
    """One thing that was said, by whom; the candidate's have their turn."""

    by: Literal["interviewer", "candidate"]
    text: str
    turn: int | None = None
    dimension: Dimension | None = None


class Story(Shape):
    """A story as it stands. `turn` is the one to send next; `status` is `telling` until nothing more is asked, then `told`."""

    id: str
    at: datetime
    status: Literal["telling", "told"]
    turn: int
    title: str
    prompt: str
    question: str | None = Field(description="The common question that it was told for.")
    tags: list[str]
    questions: list[str] = Field(description="Common questions that it can answer, by id.")
    conversation: list[StoryLine] = Field(description="What was said in the newest telling.")
    versions: list[StoryVersion] = Field(description="Every telling that is complete, oldest first.")
    changes: list[StoryChange] = Field(description="The newest telling beside the one before it, where there are two.")
    engine: str


class StoryBrief(Shape):
    """One story in the bank: its newest telling, with the score of each dimension, 0 absent, 1 vague, 2 clear."""

    id: str
    at: datetime
    title: str
    prompt: str
    overall: float
    tags: list[str]
    questions: list[str]
    versions: int
    text: str
    scores: dict[star.Dimension, int]


class CommonQuestion(Shape):
    """A common question, and the stories that can answer it, by id."""

    id: str
    ask: str
    stories: list[str]


class Unfinished(Shape):
    """A story that is still being told, or told again."""

    id: str
    at: datetime
    title: str
    prompt: str


class StoryBank(Shape):
    """Every story that was told, newest first; each common question; and the questions that no story answers yet.

    `unfinished` are those still being told; one that is told again is in both lists.
    """

    stories: list[StoryBrief]
    unfinished: list[Unfinished]
    questions: list[CommonQuestion]
    open: list[str]


def star_of(analysis: star.Analysis, rubric: StoryRubric) -> Star:
    """An analysis as callers get it."""
    asked: list[Dimension] = []
    while (missing := star.next_probe(analysis, asked, PROBES)) is not None:
        asked.append(missing)
    return Star(
        overall=overall_of(analysis, rubric),
        dimensions=StarDimensions.model_validate({r.dimension.value: StarDimension.model_validate(r) for r in analysis.readings}),
        probes=[StarProbe(dimension=each, text=rubric[each].probes[0]) for each in asked],
        flags=[Flag.model_validate(flag) for flag in analysis.flags],
        engine=analysis.engine,
        trouble=analysis.trouble,
    )


def state_of(story: core.Story, rubric: StoryRubric) -> Story:
    """A story as callers get it."""
    return Story(
        id=story.id,
        at=story.begun.at,
        status="told" if story.told else "telling",
        turn=story.turn + 1,
        title=story.title,
        prompt=story.begun.prompt,
        question=story.begun.question or None,
        tags=list(story.kept.tags) if story.kept else [],
        questions=list(story.answers_questions),
        conversation=_conversation(story),
        versions=[_version(version, version.analysis, rubric) for version in story.versions if version.told and version.analysis],
        changes=[StoryChange.model_validate(change) for change in story.changes],
        engine=story.begun.engine,
    )


def bank_shape(bank: Bank, stories: Stories) -> StoryBank:
    """The bank as callers get it."""
    return StoryBank(
        stories=[_brief(story, stories.rubric) for story in bank.stories],
        unfinished=[Unfinished(id=s.id, at=s.begun.at, title=s.title, prompt=s.begun.prompt) for s in bank.unfinished],
        questions=[CommonQuestion(id=q.id, ask=q.ask, stories=list(bank.covered[q.id])) for q in stories.questions],
        open=list(bank.open),
    )


def _brief(story: core.Story, rubric: StoryRubric) -> StoryBrief:
    best = story.best
    return StoryBrief(
        id=story.id,
        at=story.begun.at,
        title=story.title,
        prompt=story.begun.prompt,
        overall=overall_of(best.analysis, rubric) if best and best.analysis else 0.0,
        tags=list(story.kept.tags) if story.kept else [],
        questions=list(story.answers_questions),
        versions=sum(version.told for version in story.versions),
        text=best.text if best else "",
        scores={r.dimension: r.score for r in best.analysis.readings} if best and best.analysis else {},
    )


def _version(version: Version, analysis: star.Analysis, rubric: StoryRubric) -> StoryVersion:
    lost = star.lost_thread(version.text, analysis)
    return StoryVersion(
        text=version.text,
        star=star_of(analysis, rubric),
        marks=[StoryMark.model_validate(mark) for mark in analysis.marks],
        lost_thread=StoryStretch.model_validate(lost) if lost else None,
        plan=[
            StoryStep(dimensions=list(step.dimensions), says=list(step.says), asks=list(step.asks))
            for step in star.retelling(version.text, analysis, rubric)
        ],
    )


def _conversation(story: core.Story) -> list[StoryLine]:
    lines = [StoryLine(by="interviewer", text=story.begun.prompt)]
    asked = {each.turn: each for each in story.here.asked}
    for answer in story.here.answers:
        lines.append(StoryLine(by="candidate", text=answer.text, turn=answer.turn))
        if answer.turn in asked:
            lines.append(StoryLine(by="interviewer", text=asked[answer.turn].text, dimension=asked[answer.turn].dimension))
    return lines
