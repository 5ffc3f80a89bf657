"""Runs mock loops: begins their rounds one after the other, and finds them again."""

import secrets
from collections.abc import Mapping

from app.coach import Coach
from app.core.errors import Conflict, NotFound
from app.core.events import Part, Round, Style, interview_of
from app.core.exchange import Request
from app.core.interview import Interview
from app.core.mock_loop import MockLoop, RoundState, round_of, shares
from app.core.rubric import Level, Question


class MockLoops:
    """Loops over a coach's interviews; keeps nothing of its own."""

    def __init__(self, coach: Coach, weights: Mapping[Round, int]) -> None:
        self._coach = coach
        self._weights = dict(weights)

    def outline(self) -> MockLoop:
        """What a loop would consist of, before it begins."""
        return self._loop("", self._weights, {})

    async def begin(self, level: Level = Level.MID, engine: str | None = None, seed: int | None = None) -> MockLoop:
        """Begin a loop with its first round, whose clock starts. Raises NotFound where no round has a question."""
        id = secrets.token_urlsafe(9)
        seed = secrets.randbelow(2**31) if seed is None else seed
        first = self.outline().next
        if first is None:
            raise NotFound("There are no questions for a mock loop: every round is without weight or without questions.")
        part = Part(loop=id, round=first.round, seed=seed, weights=self._weights)
        interview = await self._start(part, first.questions, level, engine)
        return self._loop(id, self._weights, {first.round: interview})

    async def read(self, id: str) -> MockLoop:
        """A loop as it stands. Raises NotFound where none of its rounds is there."""
        begun = await self._begun(id)
        return self._loop(id, _part(begun).weights, begun)

    async def go_on(self, id: str) -> MockLoop:
        """Begin the next round. Raises NotFound; Conflict while a round is open, or when all have ended."""
        begun = await self._begun(id)
        part, loop = _part(begun), self._loop(id, _part(begun).weights, begun)
        if loop.next is None:
            raise Conflict("Every round of this loop has ended. Read their debriefs, or begin another loop.")
        if loop.next.interview is not None:
            raise Conflict(f"The round {loop.next.round} is still open. Finish it before the next one.")
        before = next(iter(begun.values())).started
        following = Part(loop=id, round=loop.next.round, seed=part.seed, weights=part.weights)
        begun[following.round] = await self._start(following, loop.next.questions, before.level, before.engine)
        return self._loop(id, part.weights, begun)

    async def _start(self, part: Part, questions: int, level: Level, engine: str | None) -> Interview:
        seed = part.seed + list(Round).index(part.round)
        request = Request(style=Style.MOCK, level=level, questions=questions, engine=engine, seed=seed, part=part)
        return (await self._coach.start(request)).interview

    async def _begun(self, id: str) -> dict[Round, Interview]:
        """The rounds that have begun and were not deleted."""
        found: dict[Round, Interview] = {}
        for each in Round:
            try:
                found[each] = await self._coach.interview(interview_of(id, each))
            except NotFound:
                continue
        if not found:
            raise NotFound(f"There is no mock loop {id!r}.")
        return found

    def _loop(self, id: str, weights: Mapping[Round, int], begun: Mapping[Round, Interview]) -> MockLoop:
        counts = shares(weights, self._offered())
        rounds = tuple(
            RoundState(round=each, weight=weights[each], questions=count, interview=begun.get(each))
            for each, count in counts.items()
        )
        return MockLoop(id=id, rounds=rounds)

    def _offered(self) -> dict[Round, list[Question]]:
        offered: dict[Round, list[Question]] = {}
        catalog = self._coach.catalog
        for topic, questions in catalog.questions.items():
            for question in questions:
                offered.setdefault(round_of(question, catalog.notes[topic].loop), []).append(question)
        return offered


def _part(begun: Mapping[Round, Interview]) -> Part:
    part = next(iter(begun.values())).started.part
    if part is None:
        raise NotFound("This interview is not a round of a mock loop.")
    return part
