"""Runs the telling of stories and keeps them: asks, reads, probes for what is missing, compares a retelling, fills the bank.

A turn: answer -> store -> read the whole story so far -> store -> ask for one missing thing, or end -> store. Whatever a
crash leaves undone is finished from the stored events by the next call.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from random import Random
from weakref import WeakValueDictionary

from app.core.errors import AlreadyFinished, EngineFailed, EngineMissing, Invalid, NotFinished, NotFound, TurnOutOfOrder
from app.core.events import Answered, Event, Retold, StoryAsked, StoryBegun, StoryKept, StoryRead
from app.core.exchange import check_answer
from app.core.ports import Clock, Engine, EventStore
from app.core.rubric import Question
from app.core.star import Analysis, StoryRubric, next_probe
from app.core.story import Bank, Story, bank_of, replay

#: Takes over when another engine gives nothing.
RESERVE = "offline"
#: Follow-ups for a first telling, at most. A retelling gets none: it is compared.
FOLLOW_UPS = 3
#: Words of a title or a tag, and tags of a story, at most.
LONGEST_NAME, MOST_TAGS = 80, 12
#: What the listener says when the story is told.
TOLD, RETOLD = "Thank you. That is all I wanted to ask; here is what I heard.", "Thank you. Here it is beside the first telling."


class Stories:
    """Stories of one candidate. Safe for many at once; turns of one story are taken one by one."""

    def __init__(
        self,
        *,
        rubric: StoryRubric,
        questions: Sequence[Question],
        engines: Mapping[str, Engine],
        default_engine: str,
        store: EventStore,
        clock: Clock,
        versions: Mapping[str, str],
    ) -> None:
        self.rubric = rubric
        #: The common questions of behavioral interviews, which the bank should cover.
        self.questions = tuple(questions)
        self._engines = engines
        self._default_engine = default_engine
        self._store = store
        self._clock = clock
        self._versions = dict(versions)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def begin(
        self, *, question: str | None = None, prompt: str | None = None, engine: str | None = None, seed: int | None = None
    ) -> Story:
        """Ask for a story: by the id of a common question, or by a prompt. Raises NotFound, Invalid, EngineMissing."""
        if question is not None and prompt is not None:
            raise Invalid("Name a question, or give a prompt of your own; not both.", field="prompt")
        if question is not None:
            prompt = self.question(question).ask
        elif prompt is None:
            raise Invalid("Name a question, or give a prompt of your own.", field="question")
        else:
            check_answer(prompt)
        chosen = self._engine(engine)
        begun = StoryBegun(
            at=self._clock.now(),
            prompt=prompt,
            question=question or "",
            engine=chosen.name,
            seed=secrets.randbelow(2**31) if seed is None else seed,
            follow_ups=FOLLOW_UPS,
            versions={**self._versions, **chosen.versions},
        )
        story = replay(f"story-{secrets.token_urlsafe(9)}", [begun])
        await self._store.create(story.id, story.events)
        return story

    async def answer(self, id: str, turn: int, text: str) -> Story:
        """Take one turn: the story, or what was asked for. The same turn with the same words again changes nothing.

        Raises NotFound, TurnOutOfOrder, AlreadyFinished, Invalid, StorageFull or StorageBusy, with nothing accepted. Other words
        at a turn that was taken are out of order as well: they would be lost.
        """
        check_answer(text)
        async with self._lock(id):
            story = await self._settle(await self._load(id))
            if 1 <= turn <= story.turn:
                if story.said(turn) != text:
                    raise TurnOutOfOrder(turn, story.turn + 1)
                return story
            if story.told:
                raise AlreadyFinished("This story is told. Tell it again with a retelling, or begin another.")
            if turn != story.turn + 1:
                raise TurnOutOfOrder(turn, story.turn + 1)
            return await self._settle(await self._append(story, Answered(at=self._clock.now(), turn=turn, text=text)))

    async def finish(self, id: str) -> Story:
        """End the telling here, with what was said; a retelling without a word is given up. Again, it changes nothing.

        Raises NotFinished before a word was said.
        """
        async with self._lock(id):
            story = await self._settle(await self._load(id))
            if story.told:
                return story
            if not story.here.answers and len(story.versions) == 1:
                raise NotFinished("Nothing is told yet. Tell the story first.")
            return await self._append(story, self._told(story))

    async def retell(self, id: str) -> Story:
        """Begin a new version. Asked twice, it is begun once. Raises NotFinished while the first is being told."""
        async with self._lock(id):
            story = await self._settle(await self._load(id))
            if len(story.versions) > 1 and not story.here.answers:
                return story
            if not story.told:
                raise NotFinished("Finish this telling first; then tell the story again.")
            return await self._append(story, Retold(at=self._clock.now(), turn=story.turn))

    async def keep(self, id: str, *, title: str, tags: Sequence[str], questions: Sequence[str]) -> Story:
        """Name a story, tag it, and say which common questions it can answer. Raises Invalid, NotFound, NotFinished."""
        tags = tuple(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
        if len(tags) > MOST_TAGS or any(len(name) > LONGEST_NAME for name in (title, *tags)):
            raise Invalid(f"A story has at most {MOST_TAGS} tags, and names of at most {LONGEST_NAME} characters.", field="tags")
        for question in questions:
            self.question(question)
        async with self._lock(id):
            story = await self._settle(await self._load(id))
            if story.best is None:
                raise NotFinished("A story comes into the bank when it is told. Tell it first.")
            kept = StoryKept(at=self._clock.now(), title=title.strip(), tags=tags, questions=tuple(dict.fromkeys(questions)))
            return await self._append(story, kept)

    async def story(self, id: str) -> Story:
        """The story as it stands, after finishing what a crash may have left undone."""
        async with self._lock(id):
            return await self._settle(await self._load(id))

    async def bank(self) -> Bank:
        """Every story that was told, newest first, and the common questions that they answer."""
        return bank_of([await self._load(id) for id in await self._store.stories()], self.questions)

    async def delete(self, id: str) -> None:
        """Forget a story and everything in it. Raises NotFound."""
        async with self._lock(id):
            await self._load(id)
            await self._store.delete(id)

    async def read(self, prompt: str, story: str, engine: str | None = None) -> Analysis:
        """Read a story without keeping anything. Raises Invalid, EngineMissing."""
        check_answer(story)
        return await self._read(self._engine(engine), prompt, story)

    def question(self, id: str) -> Question:
        """A common question by its id. Raises NotFound."""
        for question in self.questions:
            if question.id == id:
                return question
        raise NotFound(f"There is no common question {id!r}. Questions: {', '.join(q.id for q in self.questions)}.")

    async def _settle(self, story: Story) -> Story:
        """Finish what is undone: an answer not yet read, or nothing asked after it."""
        if story.unread:
            engine = self._engines.get(story.begun.engine) or self._engine(None)
            analysis = await self._read(engine, story.begun.prompt, story.here.text)
            story = await self._append(story, StoryRead(at=self._clock.now(), turn=story.turn, analysis=analysis))
        if story.unasked:
            story = await self._append(story, self._asked(story))
        return story

    def _asked(self, story: Story) -> StoryAsked:
        analysis = story.here.analysis
        most = story.begun.follow_ups if len(story.versions) == 1 else 0
        dimension = next_probe(analysis, story.here.probed, most) if analysis else None
        if dimension is None:
            return self._told(story)
        # One draw for each dimension: the same story, replayed, is asked the same.
        text = Random(f"{story.begun.seed}:{dimension}").choice(self.rubric[dimension].probes)
        return StoryAsked(at=self._clock.now(), turn=story.turn, dimension=dimension, text=text)

    def _told(self, story: Story) -> StoryAsked:
        text = TOLD if len(story.versions) == 1 else RETOLD
        return StoryAsked(at=self._clock.now(), turn=story.turn, dimension=None, text=text)

    async def _read(self, engine: Engine, prompt: str, story: str) -> Analysis:
        try:
            analysis = await engine.reader.read(prompt, story)
        except EngineFailed as failed:
            if engine.name == RESERVE or RESERVE not in self._engines:
                raise
            second = await self._engines[RESERVE].reader.read(prompt, story)
            analysis = second.after(str(failed), tuple(failed.calls))
        return analysis.advised(self.rubric)

    def _engine(self, name: str | None) -> Engine:
        name = name or self._default_engine
        if name not in self._engines:
            raise EngineMissing(f"The engine {name!r} is not set up here. Engines: {', '.join(sorted(self._engines))}.")
        return self._engines[name]

    async def _load(self, id: str) -> Story:
        try:
            events: Sequence[Event] = await self._store.load(id)
        except NotFound as error:
            raise NotFound(f"There is no story {id}.") from error
        if not isinstance(events[0], StoryBegun):
            raise NotFound(f"There is no story {id}.")
        return replay(id, events)

    async def _append(self, story: Story, *events: Event) -> Story:
        await self._store.append(story.id, len(story.events), events)
        return story.then(*events)

    def _lock(self, id: str) -> asyncio.Lock:
        return self._locks.setdefault(id, asyncio.Lock())
