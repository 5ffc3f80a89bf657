"""Stand-ins for the ports of `app.core.ports`: small, honest, and readable at a glance."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.coach import Coach
from app.core.errors import EngineFailed, NotFound, StorageBusy
from app.core.events import Event, Started, StoryBegun
from app.core.interview import replay
from app.core.ports import Engine, Judgement, Summary, Task
from app.core.rubric import Passage, Question
from app.core.star import Analysis, Dimension, Guide, Mark, Reading, StoryRubric
from app.core.usage import OK, Call
from app.core.verdict import Flag, Intent, Status, Verdict
from app.engines.offline.speaker import OfflineSpeaker
from app.prompts import Prompts
from app.stories import Stories


class FixedClock:
    """Starts at noon and stands still until it is told to move."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def pass_minutes(self, minutes: float) -> None:
        self.at += timedelta(minutes=minutes)


class MemoryStore:
    """An EventStore in a dict."""

    def __init__(self) -> None:
        self.events: dict[str, list[Event]] = {}

    async def create(self, id: str, events: Sequence[Event]) -> None:
        self.events[id] = list(events)

    async def load(self, id: str) -> list[Event]:
        if id not in self.events:
            raise NotFound(f"There is no interview {id!r}.")
        return list(self.events[id])

    async def append(self, id: str, expected: int, events: Sequence[Event]) -> None:
        if len(await self.load(id)) != expected:
            raise StorageBusy("Another writer was first.")
        self.events[id].extend(events)

    async def list(self, limit: int, offset: int = 0) -> list[Summary]:
        newest = [(id, events) for id, events in reversed(self.events.items()) if isinstance(events[0], Started)]
        return [_summary(id, events) for id, events in newest[offset : offset + limit]]

    async def stories(self) -> Sequence[str]:
        return [id for id, events in reversed(self.events.items()) if isinstance(events[0], StoryBegun)]

    async def delete(self, id: str) -> None:
        await self.load(id)
        del self.events[id]


class NoRetriever:
    """Finds nothing."""

    async def search(self, query: str, k: int, topics: Sequence[str] = ()) -> tuple[Passage, ...]:
        return ()


class OnePassage:
    """Always finds the same passage."""

    async def search(self, query: str, k: int, topics: Sequence[str] = ()) -> tuple[Passage, ...]:
        return (Passage(topic="bias-variance", section="Pitfalls to volunteer", text="Look at both errors, never at one alone."),)


class ScriptedJudge:
    """Reads its verdicts out of the answer: `met:ID words`, `wrong:ID words` … one a line; anything else is absent.

    A line `?N` asks for fact N of the card, `idk` does not know, `off` is off topic, `flag` is flagged.
    """

    name = "offline"

    def __init__(self) -> None:
        self.tasks: list[Task] = []
        self.prepared: list[str] = []
        self.fail: Exception | None = None

    async def prepare(self, question: Question) -> None:
        self.prepared.append(question.id)

    async def judge(self, task: Task) -> Judgement:
        if self.fail:
            raise self.fail
        self.tasks.append(task)
        answer = task.answers[-1]
        verdicts = {c.id: Verdict(criterion=c.id, status=Status.ABSENT, confidence=0.9) for c in task.criteria}
        intent, fact, flags = Intent.ANSWER, None, ()
        for line in answer.text.splitlines():
            head, _, words = line.partition(" ")
            status, _, criterion = head.partition(":")
            if criterion:
                verdicts[criterion] = Verdict(
                    criterion=criterion, status=Status(status), quote=words, confidence=0.9, engine=self.name
                )
            elif line.startswith("?"):
                intent, fact = Intent.QUESTION, int(line[1:]) if line[1:] else None
            elif line == "idk":
                intent = Intent.DONT_KNOW
            elif line == "off":
                intent = Intent.OFF_TOPIC
            elif line == "flag":
                flags = (Flag(kind="instruction_to_grader", quote="flag", turn=answer.turn, start=0, end=4),)
        return Judgement(verdicts=tuple(verdicts.values()), intent=intent, fact=fact, flags=flags)


class ModelJudge(ScriptedJudge):
    """Judges as the engine `llm` does: each answer takes a call."""

    name = "llm"

    async def judge(self, task: Task) -> Judgement:
        call = Call(
            purpose="judge",
            model="m",
            outcome=OK,
            seconds=1.2,
            prompt_tokens=1000,
            cached_tokens=600,
            completion_tokens=80,
            cost=0.002,
        )
        return replace(await super().judge(task), calls=(call,))

    def time_out(self) -> None:
        """From now on no answer comes."""
        call = Call(purpose="judge", model="m", outcome="timed_out", seconds=4.0)
        self.fail = EngineFailed("The model did not answer in time.", calls=(call,))


class ScriptedReader:
    """Reads its scores out of the story: `action:2 words`, one a line; what is not there is absent."""

    def __init__(self) -> None:
        self.stories: list[str] = []
        self.fail: Exception | None = None

    async def read(self, prompt: str, story: str) -> Analysis:
        if self.fail:
            raise self.fail
        self.stories.append(story)
        found, marks, start = dict[Dimension, Reading](), [], 0
        for line in story.splitlines(keepends=True):
            head, _, words = line.rstrip().partition(" ")
            name, _, score = head.partition(":")
            if name in list(Dimension) and score:
                at = start + len(head) + 1
                dimension, end = Dimension(name), at + len(words)
                marks.append(Mark(dimension=dimension, start=at, end=end))
                if dimension not in found or found[dimension].score < int(score):
                    found[dimension] = Reading(dimension=dimension, score=int(score), quote=words, start=at, end=end)
            start += len(line)
        readings = tuple(found.get(each, Reading(dimension=each, score=0)) for each in Dimension)
        return Analysis(readings=readings, marks=tuple(marks), flags=(), engine="offline")


def engine(judge: ScriptedJudge, prompts: Prompts, reader: ScriptedReader | None = None) -> Engine:
    """The scripted judge and reader beside the real offline speaker."""
    versions = {"prompts": prompts.hash}
    reader = reader or ScriptedReader()
    return Engine(name=judge.name, judge=judge, speaker=OfflineSpeaker(prompts), reader=reader, versions=versions)


#: A story rubric of few words: every probe and advice names its dimension.
STORY_RUBRIC: StoryRubric = {
    each: Guide(
        dimension=each,
        title=each.value.replace("_", "-").capitalize(),
        weight=1,
        clear=f"clear {each}",
        vague=f"vague {each}",
        probes=(f"What of the {each}?", f"And the {each}?"),
        advice=(f"Add the {each}.", f"Sharpen the {each}.", f"Keep the {each}."),
    )
    for each in Dimension
}


def stories_beside(coach: Coach, *questions: Question) -> Stories:
    """Stories over the same engines, store and clock."""
    return Stories(
        rubric=STORY_RUBRIC,
        questions=questions,
        engines=coach._examiner._engines,
        default_engine="offline",
        store=coach._store,
        clock=coach._clock,
        versions={},
    )


def _summary(id: str, events: list[Event]) -> Summary:
    interview = replay(id, events)
    assert isinstance(events[0], Started)
    return Summary(id=id, started=events[0], status=interview.status, turn=interview.turn)
