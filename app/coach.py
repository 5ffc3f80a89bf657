"""The one orchestration of an interview. The web, the terminal, other tools and the evaluation all go through it.

A turn: answer -> store -> retrieve passages -> judge the open criteria -> decide the move -> store -> word the
move -> stream it -> store. Whatever a crash leaves undone is finished from the stored events by the next call.
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from weakref import WeakValueDictionary

from app.content import Catalog
from app.core import plan as planning
from app.core.debrief import Debrief, debrief
from app.core.decide import decide, hint_target, time_is_up
from app.core.errors import (
    AlreadyFinished,
    Invalid,
    NoHintLeft,
    NotFinished,
    NotFound,
    TurnOutOfOrder,
)
from app.core.events import Answered, Decided, Decision, Event, Finished, Move, SelfChecked, Spoke, Started, Style
from app.core.exchange import Outcome, Request, Scored, Step, Stored, Token, check_answer
from app.core.interview import Interview, replay
from app.core.mock_loop import round_of
from app.core.ports import Clock, Engine, EventStore, Retriever, Reviewer, Summary
from app.core.rubric import Passage, Question
from app.core.verdict import locate
from app.examiner import Examiner


class Coach:
    """Runs interviews. Safe for many interviews at once; turns of one interview are taken one by one."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        engines: Mapping[str, Engine],
        default_engine: str,
        retriever: Retriever,
        store: EventStore,
        clock: Clock,
        follow_ups: int = 3,
        reviewer: Reviewer | None = None,
    ) -> None:
        self.catalog = catalog
        self._examiner = Examiner(
            engines=engines, default_engine=default_engine, retriever=retriever, clock=clock, reviewer=reviewer
        )
        self._retriever = retriever
        self._store = store
        self._clock = clock
        self._follow_ups = follow_ups
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def start(self, request: Request) -> Outcome:
        """Plan an interview, store it and ask the first question.

        Raises NotFound for an unknown topic, Invalid when there are too few questions, EngineMissing.
        """
        seed = secrets.randbelow(2**31) if request.seed is None else request.seed
        engine = self._examiner.engine(request.engine)
        choice = planning.Choice(topics=request.topics, level=request.level, questions=request.questions, seed=seed)
        questions = planning.plan(choice, self._offered(request))
        minutes = request.minutes
        if minutes is None and (request.style is Style.MOCK or all(question.case for question in questions)):
            minutes = planning.usual_minutes(questions)
        started = Started(
            at=self._clock.now(),
            plan=questions,
            style=request.style,
            level=request.level,
            engine=engine.name,
            seed=seed,
            follow_ups=self._follow_ups,
            minutes=minutes,
            versions=self.versions(engine.name),
            part=request.part,
        )
        opening = Decided(at=started.at, turn=0, decision=Decision(move=Move.OPEN, question=0))
        interview = replay(request.part.interview if request.part else secrets.token_urlsafe(9), [started, opening])
        await self._store.create(interview.id, interview.events)
        return Outcome(interview=await self._settle(interview))

    async def answer(self, id: str, turn: int, text: str) -> AsyncGenerator[Step, None]:
        """Take one turn, step by step: Stored, Scored, Token…, and the Outcome, always last.

        The same turn again yields its first outcome alone. Raises NotFound, TurnOutOfOrder, AlreadyFinished,
        Invalid, StorageFull or StorageBusy before the first step, with nothing accepted.
        """
        check_answer(text)
        async with self._lock(id):
            interview = await self._settle(await self._load(id))
            if 1 <= turn <= interview.turn:
                yield _first_outcome(interview, turn)
                return
            if interview.finished:
                raise AlreadyFinished("This interview has ended and takes no more answers. Read its debrief, or start another.")
            if turn != interview.expected_turn:
                raise TurnOutOfOrder(turn, interview.expected_turn)
            interview = await self._append(interview, Answered(at=self._clock.now(), turn=turn, text=text))
            yield Stored(turn)
            interview = await self._judge(interview)
            yield Scored(interview, interview.judged[-1].verdicts)
            async with aclosing(self._speak(interview)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, str):
                        yield Token(piece)
                    else:
                        interview = await self._spoken(interview, piece)
            yield Outcome(interview=interview, verdicts=interview.judged[-1].verdicts)

    async def hint(self, id: str) -> Outcome:
        """A hint on what was just asked for. Asked again in the same turn, it is the same hint.

        Raises AlreadyFinished, or NoHintLeft.
        """
        async with self._lock(id):
            interview = await self._settle(await self._load(id))
            if interview.finished:
                raise AlreadyFinished("This interview has ended; the debrief holds every answer.")
            last = interview.decided
            if last and last.decision.move is Move.HINT and last.turn == interview.turn:
                return Outcome(interview=interview, repeated=True)
            target = hint_target(interview.here)
            if target is None:
                raise NoHintLeft("There is no hint left for this question. Say what you can; the interview will go on.")
            decision = Decision(move=Move.HINT, question=interview.current, criterion=target.id)
            now = self._clock.now()
            interview = await self._append(interview, Decided(at=now, turn=interview.turn, decision=decision, asked_for=True))
            return Outcome(interview=await self._settle(interview))

    async def finish(self, id: str) -> Outcome:
        """End the interview here. Ending it twice changes nothing."""
        async with self._lock(id):
            interview = await self._settle(await self._load(id))
            if interview.finished:
                return Outcome(interview=interview, repeated=True)
            now = self._clock.now()
            closing = Decided(at=now, turn=interview.turn, decision=Decision(move=Move.CLOSE, question=interview.current))
            interview = await self._append(interview, closing, Finished(at=now, reason="candidate"))
            return Outcome(interview=await self._settle(interview))

    async def interview(self, id: str) -> Interview:
        """The interview as it stands, after finishing what a crash may have left undone."""
        async with self._lock(id):
            return await self._settle(await self._load(id))

    async def debrief(self, id: str) -> Debrief:
        """The report of a finished interview; NotFinished while it is open."""
        async with self._lock(id):
            interview = await self._settle(await self._load(id))
            if not interview.finished:
                raise NotFinished("The debrief is written when the interview has ended. Answer on, or finish it first.")
            if interview.reviewed is None and (reviewed := await self._examiner.reviewed(interview)):
                interview = await self._append(interview, reviewed)
            report = debrief(interview, self.catalog.notes)
            if interview.summarized is None and (summarized := await self._examiner.summarized(interview, report)):
                interview = await self._append(interview, summarized)
                report = debrief(interview, self.catalog.notes)
            return report

    async def self_check(self, id: str, question: int, criterion: str, turn: int, quote: str) -> SelfChecked:
        """Keep the candidate's own view: the words of theirs that state a criterion. An empty quote takes it back.

        Raises NotFinished, Invalid for an unknown criterion or when the words are not in that answer.
        """
        async with self._lock(id):
            interview = await self._settle(await self._load(id))
            if not interview.finished:
                raise NotFinished("Check criteria against your own words once the interview has ended.")
            known = 0 <= question < len(interview.questions) and criterion in interview.questions[question].standings
            if not known:
                raise Invalid(f"This interview has no criterion {criterion!r} in question {question}.", field="criterion")
            check = SelfChecked(at=self._clock.now(), question=question, criterion=criterion)
            if quote.strip():
                text = next((a.text for a in interview.questions[question].answers if a.turn == turn), "")
                found = locate(quote, text)
                if found is None:
                    raise Invalid(f"These words are not in your answer of turn {turn}.", field="quote")
                start, end = found
                check = replace(check, turn=turn, quote=text[start:end], start=start, end=end)
            await self._append(interview, check)
            return check

    async def list(self, limit: int = 50, offset: int = 0) -> list[Summary]:
        """Past and open interviews, newest first."""
        return await self._store.list(limit, offset)

    async def delete(self, id: str) -> None:
        """Forget an interview and everything in it."""
        async with self._lock(id):
            await self._load(id)
            await self._store.delete(id)

    async def search(self, query: str, k: int) -> tuple[Passage, ...]:
        """The passages of the notes nearest to a query, best first."""
        return await self._retriever.search(query, k)

    async def score(self, question: Question, answer: str, engine: str | None = None) -> Interview:
        """Judge one answer against any rubric, without keeping anything: an interview of one turn, for its score."""
        check_answer(answer)
        chosen, now = self._examiner.engine(engine), self._clock.now()
        started = Started(
            at=now,
            plan=(question,),
            style=Style.PRACTICE,
            level=question.level,
            engine=chosen.name,
            seed=0,
            follow_ups=self._follow_ups,
            versions=self.versions(chosen.name),
        )
        opening = Decided(at=now, turn=0, decision=Decision(move=Move.OPEN, question=0))
        interview = replay("", [started, opening, Answered(at=now, turn=1, text=answer)])
        return interview.then(await self._examiner.judged(interview))

    async def probe(self, question: Question, answer: str, engine: str | None = None) -> Outcome:
        """What the interviewer would say next to that answer, without keeping anything."""
        interview = await self.score(question, answer, engine)
        interview = interview.then(Decided(at=self._clock.now(), turn=1, decision=decide(interview)))
        async for piece in self._speak(interview):
            if isinstance(piece, Spoke):
                interview = interview.then(piece)
        return Outcome(interview=interview, verdicts=interview.judged[-1].verdicts)

    # The steps of a turn

    async def _settle(self, interview: Interview) -> Interview:
        """Finish what is undone: an answer not yet judged, a move not yet worded."""
        if interview.unjudged:
            interview = await self._judge(interview)
        if interview.unspoken:
            async for piece in self._speak(interview):
                if isinstance(piece, Spoke):
                    interview = await self._spoken(interview, piece)
        return interview

    async def _judge(self, interview: Interview) -> Interview:
        """Judge the newest answer and decide what comes next; store both at once."""
        judged = await self._examiner.judged(interview)
        after = interview.then(judged)
        decision = decide(after)
        events: list[Event] = [judged, Decided(at=judged.at, turn=judged.turn, decision=decision)]
        if decision.move is Move.CLOSE:
            events.append(Finished(at=judged.at, reason="time" if time_is_up(after) else "done"))
        return await self._append(interview, *events)

    async def _speak(self, interview: Interview) -> AsyncGenerator[str | Spoke, None]:
        """Word the decided move; yields its pieces and, last, the event that holds them."""
        pieces: list[str] = []
        async for piece in self._examiner.words(interview):
            if isinstance(piece, str):
                pieces.append(piece)
                yield piece
            else:
                yield Spoke(
                    at=self._clock.now(),
                    turn=interview.turn,
                    text="".join(pieces),
                    engine=piece.engine,
                    calls=piece.calls,
                    trouble=piece.trouble,
                )

    async def _spoken(self, interview: Interview, spoke: Spoke) -> Interview:
        """Store the words; while the candidate thinks about a new question, get ready for the answer."""
        if interview.decided and interview.decided.decision.move in (Move.OPEN, Move.ADVANCE):
            self._examiner.prepare(interview)
        return await self._append(interview, spoke)

    # Plumbing

    async def _load(self, id: str) -> Interview:
        events = await self._store.load(id)
        if not isinstance(events[0], Started):
            raise NotFound(f"There is no interview {id}.")
        return replay(id, events)

    async def _append(self, interview: Interview, *events: Event) -> Interview:
        await self._store.append(interview.id, len(interview.events), events)
        return interview.then(*events)

    def _lock(self, id: str) -> asyncio.Lock:
        return self._locks.setdefault(id, asyncio.Lock())

    def versions(self, engine: str | None = None) -> dict[str, str]:
        """What judges with an engine: the hashes of rubrics, notes and prompts, and the names of models. Raises EngineMissing."""
        return {**self.catalog.hashes, **self._examiner.engine(engine).versions}

    def _offered(self, request: Request) -> Sequence[Question]:
        topics = request.topics or (self.catalog.in_loop(request.loop) if request.loop else tuple(self.catalog.notes))
        for topic in topics:
            self.catalog.note(topic)
        if not topics:
            raise NotFound(f"The loop {request.loop!r} has no topic yet.")
        offered = [question for topic in dict.fromkeys(topics) for question in self.catalog.questions[topic]]
        if request.part:
            round = request.part.round
            offered = [q for q in offered if round_of(q, self.catalog.notes[q.topic].loop) is round]
        if request.question is None:
            return offered
        named = [question for question in offered if request.question in (question.id, question.case)]
        if not named:
            raise NotFound(f"There is no question {request.question!r} in {', '.join(topics)}.")
        return named


def _first_outcome(interview: Interview, turn: int) -> Outcome:
    """What that turn led to when it was first sent."""
    upto = next(i for i, event in enumerate(interview.events) if isinstance(event, Spoke) and event.turn == turn)
    then = replay(interview.id, interview.events[: upto + 1])
    return Outcome(interview=then, verdicts=then.judged[-1].verdicts, repeated=True)
