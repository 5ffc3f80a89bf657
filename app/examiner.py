"""Asks an engine what an answer is worth, and how to say what comes next. Keeps and stores nothing."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress

from app.core.errors import EngineMissing, VivaError
from app.core.events import Judged
from app.core.interview import Interview
from app.core.ports import Brief, Clock, Engine, Retriever, Task
from app.core.rubric import Passage, Question
from app.core.verdict import ground

#: Passages shown to the judge and the speaker: the same ones for the whole of a question.
PASSAGES = 4


class Examiner:
    """Judges answers and words moves with whichever engine an interview began with. Safe for many at once."""

    def __init__(self, *, engines: Mapping[str, Engine], default_engine: str, retriever: Retriever, clock: Clock) -> None:
        self._engines = engines
        self._default_engine = default_engine
        self._retriever = retriever
        self._clock = clock
        self._preparing: set[asyncio.Task[None]] = set()

    def engine(self, name: str | None) -> Engine:
        """The engine of that name, or the one for callers that name none; EngineMissing lists those there are."""
        name = name or self._default_engine
        if name not in self._engines:
            raise EngineMissing(f"The engine {name!r} is not set up here. Engines: {', '.join(sorted(self._engines))}.")
        return self._engines[name]

    async def judged(self, interview: Interview) -> Judged:
        """The newest answer judged on the open criteria of its question, every claim tied to the candidate's words."""
        state = interview.here
        task = Task(
            question=state.question,
            criteria=state.open_criteria(),
            answers=tuple(state.answers),
            passages=await self._passages(state.question),
            target=state.target,
            before=tuple(standing.verdict for standing in state.standings.values()),
        )
        engine = self.engine(interview.started.engine)
        judgement = await engine.judge.judge(task)
        known = {criterion.id for criterion in task.criteria}
        return Judged(
            at=self._clock.now(),
            turn=interview.turn,
            engine=engine.name,
            verdicts=tuple(ground(verdict, task.answers) for verdict in judgement.verdicts if verdict.criterion in known),
            intent=judgement.intent,
            fact=judgement.fact,
            flags=judgement.flags,
        )

    async def words(self, interview: Interview) -> AsyncIterator[str]:
        """The newest move, worded piece by piece."""
        decided = interview.decided
        if decided is None:
            raise LookupError("no move has been decided")
        decision, state = decided.decision, interview.here
        criterion = state.question.criterion(decision.criterion) if decision.criterion else None
        brief = Brief(
            decision=decision,
            question=state.question,
            criterion=criterion,
            answer=state.answers[-1].text if state.answers else "",
            quote=state.standings[criterion.id].verdict.quote if criterion else "",
            passages=await self._passages(state.question) if state.answers else (),
            seed=interview.started.seed,
            turn=interview.turn,
            reason=interview.finished.reason if interview.finished else None,
        )
        async for piece in self.engine(interview.started.engine).speaker.speak(brief):
            yield piece

    def prepare(self, interview: Interview) -> None:
        """Read notes and rubric while the candidate thinks. What fails here fails again, and is told, in the turn."""
        question = interview.here.question

        async def prepare() -> None:
            with suppress(VivaError):
                await self._passages(question)
                await self.engine(interview.started.engine).judge.prepare(question)

        task = asyncio.create_task(prepare())
        self._preparing.add(task)
        task.add_done_callback(self._preparing.discard)

    async def _passages(self, question: Question) -> tuple[Passage, ...]:
        """Retrieved for the question, not the answer: the same for the whole of it, whoever answers."""
        return await self._retriever.search(question.ask, PASSAGES)
