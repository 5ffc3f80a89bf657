"""Asks an engine what an answer is worth, and how to say what comes next. Keeps and stores nothing.

When the engine of an interview fails in a turn, the reserve finishes that turn: the verdicts and the words say whose
they are, and why.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from app.core.debrief import Debrief
from app.core.errors import EngineFailed, EngineMissing, VivaError
from app.core.events import Judged, Move, Reviewed, Summarized
from app.core.interview import Interview
from app.core.ports import Brief, Clock, DebriefSummary, Engine, Judgement, Retriever, Reviewer, Task
from app.core.rubric import Passage, Question
from app.core.usage import Call
from app.core.verdict import ATTEMPTS, Flag, Status, Verdict, ground, withdrawn, withhold

#: Passages shown to the judge and the speaker: the same ones for the whole of a question.
PASSAGES = 4
#: The engine that is always there, and that nobody can talk into anything.
RESERVE = "offline"
CREDIT_GIVEN = frozenset({Status.MET, Status.PARTIAL})
#: Questions whose passages are kept, so that a prompt stays the same from turn to turn while the index still loads.
KEPT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How a move came to be worded: by which engine, at what expense, and why by another than was asked for."""

    engine: str
    calls: tuple[Call, ...] = ()
    trouble: str = ""


class Examiner:
    """Judges answers and words moves with whichever engine an interview began with. Safe for many at once."""

    def __init__(
        self,
        *,
        engines: Mapping[str, Engine],
        default_engine: str,
        retriever: Retriever,
        clock: Clock,
        reviewer: Reviewer | None = None,
    ) -> None:
        self._engines = engines
        self._default_engine = default_engine
        self._retriever = retriever
        self._clock = clock
        self._reviewer = reviewer
        self._preparing: set[asyncio.Task[None]] = set()
        self._kept: dict[tuple[str, str], tuple[Passage, ...]] = {}

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
            passages=await self._passages(interview),
            target=state.target,
            asked=_asked(interview),
            before=tuple(standing.verdict for standing in state.standings.values()),
        )
        engine, trouble = self._at_hand(interview)
        try:
            judgement = await engine.judge.judge(task)
        except EngineFailed as failed:
            engine, trouble = self._reserve_for(engine, failed), str(failed)
            judgement = replace(await engine.judge.judge(task), calls=failed.calls)
        known = {criterion.id for criterion in task.criteria}
        flags = (*interview.flags, *judgement.flags)
        verdicts = [
            withhold(ground(verdict, task.answers), flags) for verdict in judgement.verdicts if verdict.criterion in known
        ]
        return Judged(
            at=self._clock.now(),
            turn=interview.turn,
            engine=engine.name,
            verdicts=await self._seconded(engine, task, verdicts, flags),
            intent=judgement.intent,
            fact=judgement.fact,
            flags=judgement.flags,
            calls=judgement.calls,
            trouble=trouble or judgement.trouble,
        )

    async def words(self, interview: Interview) -> AsyncIterator[str | Said]:
        """The newest move, worded piece by piece; Said comes last."""
        brief = await self._brief(interview)
        engine, trouble = self._at_hand(interview)
        last = interview.judged[-1] if interview.judged else None
        if last and last.turn == interview.turn and last.engine == RESERVE != engine.name:
            # It has just failed at judging this turn; the candidate need not wait for it to fail again.
            engine, trouble = self._engines[RESERVE], last.trouble
        calls: list[Call] = []
        begun = False
        try:
            async for piece in engine.speaker.speak(brief):
                if isinstance(piece, Call):
                    calls.append(piece)
                else:
                    begun = True
                    yield piece
        except EngineFailed as failed:
            engine, trouble = self._reserve_for(engine, failed), str(failed)
            calls = [*failed.calls]
            async for piece in engine.speaker.speak(brief):
                if isinstance(piece, str):
                    yield f" {piece}" if begun else piece
                    begun = False
        yield Said(engine=engine.name, calls=tuple(calls), trouble=trouble)

    async def summarized(self, interview: Interview, report: Debrief) -> Summarized | None:
        """The debrief in words, where the interview's engine has some; empty where it failed."""
        engine = self._engines.get(interview.started.engine)
        if engine is None or engine.summarizer is None or not interview.judged:
            return None
        try:
            summary = await engine.summarizer.summarize(report)
        except EngineFailed as failed:
            summary = DebriefSummary(text="", calls=failed.calls)
        return Summarized(at=self._clock.now(), text=summary.text, engine=engine.name, calls=summary.calls)

    async def reviewed(self, interview: Interview) -> Reviewed | None:
        """What the answers hold that the rules about mistakes care for, flagged words left out; None where nobody can tell."""
        answers = [answer for state in interview.questions for answer in state.answers]
        if self._reviewer is None or not answers:
            return None
        try:
            remarks = await self._reviewer.remarks(answers)
        except VivaError:
            return None  # a debrief without this is better than none; it is tried again with the next
        flags = interview.flags
        heard = [r for r in remarks if not any(f.turn == r.turn and f.start < r.end and r.start < f.end for f in flags)]
        return Reviewed(at=self._clock.now(), remarks=tuple(heard))

    def prepare(self, interview: Interview) -> None:
        """Read notes and rubric while the candidate thinks. What fails here fails again, and is told, in the turn."""
        question = interview.here.question

        async def prepare() -> None:
            with suppress(VivaError):
                await self._passages(interview)
                # The reserve too: it guards what is said, and may have to take over.
                for engine in {self._at_hand(interview)[0].name, RESERVE} & self._engines.keys():
                    await self._engines[engine].judge.prepare(question)

        task = asyncio.create_task(prepare())
        self._preparing.add(task)
        task.add_done_callback(self._preparing.discard)

    # Which engine

    def _at_hand(self, interview: Interview) -> tuple[Engine, str]:
        """The interview's engine, or the reserve where that is not set up any more, and why."""
        name = interview.started.engine
        if name not in self._engines and RESERVE in self._engines:
            return self._engines[RESERVE], f"The engine {name} is not set up any more."
        return self.engine(name), ""

    def _reserve_for(self, engine: Engine, failed: EngineFailed) -> Engine:
        if engine.name == RESERVE or RESERVE not in self._engines:
            raise failed
        return self._engines[RESERVE]

    async def _seconded(
        self, engine: Engine, task: Task, verdicts: Sequence[Verdict], flags: Sequence[Flag]
    ) -> tuple[Verdict, ...]:
        """Where the candidate tried to talk the grader round, a model's word for it is not enough: the reserve has to agree.

        It agreed, or did not, when an earlier answer was new; so a credit that is found only now in such an answer falls.
        """
        tried = {flag.turn for flag in flags if flag.kind in ATTEMPTS}
        if engine.name == RESERVE or RESERVE not in self._engines or tried.isdisjoint(v.turn for v in verdicts):
            return tuple(verdicts)
        newest = task.answers[-1].turn
        second = await self._engines[RESERVE].judge.judge(task) if newest in tried else Judgement(verdicts=())
        agreed = {(newest, verdict.criterion) for verdict in second.verdicts if verdict.status in CREDIT_GIVEN}
        return tuple(
            withdrawn(verdict)
            if verdict.status in CREDIT_GIVEN and verdict.turn in tried and (verdict.turn, verdict.criterion) not in agreed
            else verdict
            for verdict in verdicts
        )

    # What is asked

    async def _brief(self, interview: Interview) -> Brief:
        decided = interview.decided
        if decided is None:
            raise LookupError("no move has been decided")
        decision, state = decided.decision, interview.here
        criterion = state.question.criterion(decision.criterion) if decision.criterion else None
        return Brief(
            decision=decision,
            question=state.question,
            criterion=criterion,
            answer=state.answers[-1].text if state.answers else "",
            quote=state.standings[criterion.id].verdict.quote if criterion else "",
            secrets=state.open_criteria(),
            passages=await self._passages(interview) if state.answers else (),
            seed=interview.started.seed,
            turn=interview.turn,
            reason=interview.finished.reason if interview.finished else None,
        )

    async def _passages(self, interview: Interview) -> tuple[Passage, ...]:
        """Retrieved for the question, not the answer: the same for the whole of it, whoever answers."""
        question: Question = interview.here.question
        key = (interview.id, question.ask)
        if key not in self._kept:
            passages = await self._retriever.search(question.ask, PASSAGES, (question.topic,) if question.topic else ())
            if not interview.id:
                return passages
            if len(self._kept) >= KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = passages
        return self._kept[key]


def _asked(interview: Interview) -> str:
    """What the interviewer said last, unless that was the question itself."""
    message = interview.message
    return message.text if message and message.move not in (Move.OPEN, Move.ADVANCE) else ""
