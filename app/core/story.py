"""A story as it stands: replayed from its events, as an interview is.

It is told once, with at most a few follow-ups, each for one missing thing, and may be told again; each telling is a
version. What a version says is its answers, one under the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.core.events import Answered, Event, Retold, StoryAsked, StoryBegun, StoryKept, StoryRead
from app.core.rubric import Question
from app.core.star import Analysis, Change, Dimension, StoryRubric, compared, overall
from app.core.verdict import Answer

#: Between the answers of a version in its text.
BREAK = "\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One telling: what was said and asked in it, and how it was read."""

    answers: tuple[Answer, ...] = ()
    asked: tuple[StoryAsked, ...] = ()
    analysis: Analysis | None = None
    read_at: int = 0  # the turn up to which it was read

    @property
    def text(self) -> str:
        """All of it, as it was read; offsets of the analysis count in this."""
        return BREAK.join(answer.text for answer in self.answers)

    @property
    def told(self) -> bool:
        """Whether nothing more was asked."""
        return bool(self.asked) and self.asked[-1].dimension is None

    @property
    def probed(self) -> tuple[Dimension, ...]:
        """What was asked for, in order."""
        return tuple(each.dimension for each in self.asked if each.dimension is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story; `versions` has at least one, the newest last."""

    id: str
    events: tuple[Event, ...]
    begun: StoryBegun
    versions: tuple[Version, ...] = (Version(),)
    kept: StoryKept | None = None
    turn: int = 0

    @property
    def here(self) -> Version:
        """The version that is being told, or was told last."""
        return self.versions[-1]

    @property
    def told(self) -> bool:
        """Whether the newest version is complete."""
        return self.here.told

    @property
    def unread(self) -> bool:
        """Whether an answer waits to be read."""
        return bool(self.here.answers) and self.here.read_at < self.here.answers[-1].turn

    @property
    def unasked(self) -> bool:
        """Whether what was read has led to nothing yet."""
        asked_at = self.here.asked[-1].turn if self.here.asked else 0
        return bool(self.here.answers) and not self.unread and asked_at < self.here.answers[-1].turn

    @property
    def title(self) -> str:
        """What it is called: as kept, or the first words of it."""
        if self.kept and self.kept.title:
            return self.kept.title
        words = self.versions[0].text.split() or self.begun.prompt.split()
        return " ".join(words[:8]) + (" …" if len(words) > 8 else "")

    @property
    def best(self) -> Version | None:
        """The newest version that is told: what the bank shows."""
        return next((version for version in reversed(self.versions) if version.told), None)

    @property
    def answers_questions(self) -> tuple[str, ...]:
        """Ids of the common questions it can answer: as kept, or the one it was told for."""
        return self.kept.questions if self.kept else tuple(filter(None, (self.begun.question,)))

    @property
    def changes(self) -> tuple[Change, ...]:
        """The newest told version beside the one before it, dimension by dimension; empty where there is one only."""
        told = [version.analysis for version in self.versions if version.told and version.analysis]
        return compared(told[-2], told[-1]) if len(told) > 1 else ()

    def said(self, turn: int) -> str | None:
        """What was said at a turn; None where nothing was."""
        return next((answer.text for version in self.versions for answer in version.answers if answer.turn == turn), None)

    def then(self, *events: Event) -> "Story":
        """The story with more events."""
        story = self
        for event in events:
            story = replace(_after(story, event), events=(*story.events, event))
        return story


def replay(id: str, events: Sequence[Event]) -> Story:
    """The story that these events tell. Raises ValueError where they are not a story's."""
    begun = events[0]
    if not isinstance(begun, StoryBegun):
        raise ValueError(f"{id} is not a story")
    return Story(id=id, events=(begun,), begun=begun).then(*events[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """All stories that were told, and for each common question those that can answer it; `open` are those that none can.

    `unfinished` are stories that are still being told.
    """

    stories: tuple[Story, ...]
    unfinished: tuple[Story, ...] = ()
    covered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def open(self) -> tuple[str, ...]:
        return tuple(question for question, stories in self.covered.items() if not stories)


def bank_of(stories: Iterable[Story], questions: Sequence[Question]) -> Bank:
    """The bank of these stories over the common questions."""
    stories = tuple(stories)
    told = tuple(story for story in stories if story.best)
    covered = {q.id: tuple(s.id for s in told if q.id in s.answers_questions) for q in questions}
    return Bank(stories=told, covered=covered, unfinished=tuple(story for story in stories if not story.told))


def overall_of(analysis: Analysis, rubric: StoryRubric) -> float:
    """The overall of an analysis, 0 to 5."""
    return overall({reading.dimension: reading.score for reading in analysis.readings}, rubric)


def _after(story: Story, event: Event) -> Story:
    here = story.here
    match event:
        case Answered():
            here = replace(here, answers=(*here.answers, Answer(turn=event.turn, text=event.text)))
            return replace(story, versions=(*story.versions[:-1], here), turn=event.turn)
        case StoryRead():
            here = replace(here, analysis=event.analysis, read_at=event.turn)
        case StoryAsked() if event.dimension is None and not here.answers:  # a retelling that was given up
            return replace(story, versions=story.versions[:-1])
        case StoryAsked():
            here = replace(here, asked=(*here.asked, event))
        case Retold():
            return replace(story, versions=(*story.versions, Version()))
        case StoryKept():
            return replace(story, kept=event)
        case _:
            raise ValueError(f"{event.type} is no event of a story")
    return replace(story, versions=(*story.versions[:-1], here))
