"""Whole interviews with scripted candidates: `python -m eval.interviews` writes them to `eval/transcripts/`.

Each candidate of `datasets/candidates/` sits through an interview on the production path; what was said,
and the debrief, is written as Markdown for people to read.
"""

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from rich.progress import track

from app.coach import Coach
from app.config import Settings
from app.core.debrief import Debrief
from app.core.events import Move, Style
from app.core.exchange import Outcome, Request
from app.core.interview import Interview
from app.wiring import build

CANDIDATES = Path(__file__).parent / "datasets" / "candidates"
FOLDER = Path(__file__).parent / "transcripts"
#: Interviews are bounded; one that did not end by then does not converge.
MOST_TURNS = 12


@dataclass(frozen=True, slots=True)
class Candidate:
    """Someone with an opening answer, a reply for each criterion they are asked for, and something to say otherwise."""

    topic: str
    question: str
    name: str
    opening: str
    replies: Mapping[str, str]
    otherwise: str

    def reply(self, interview: Interview) -> str:
        """What this candidate says next."""
        decided = interview.decided
        if decided is None or decided.decision.move in (Move.OPEN, Move.ADVANCE):
            return self.opening
        return self.replies.get(decided.decision.criterion or "", self.otherwise)


def candidates() -> list[Candidate]:
    """Every scripted candidate of every topic."""
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(CANDIDATES.glob("*.yaml"))]
    return [
        Candidate(entry["topic"], entry["question"], name, script["opening"], script["replies"], script["otherwise"])
        for entry in files
        for name, script in entry["candidates"].items()
    ]


async def sat(coach: Coach, candidate: Candidate) -> Debrief:
    """The debrief of an interview with that candidate, on that candidate's question."""
    outcome = await _started(coach, candidate)
    while outcome.interview.status == "open" and outcome.interview.turn < MOST_TURNS:
        interview = outcome.interview
        async for step in coach.answer(interview.id, interview.expected_turn, candidate.reply(interview)):
            if isinstance(step, Outcome):
                outcome = step
    await coach.finish(outcome.interview.id)
    return await coach.debrief(outcome.interview.id)


def markdown(candidate: Candidate, debrief: Debrief) -> str:
    """A transcript with the verdicts beside it."""
    lines = [f"# {debrief.title}: {candidate.name}", "", f"Overall {_number(debrief.overall)} of 5.", ""]
    for line, _ in debrief.transcript:
        who = f"Interviewer ({line.move.value})" if line.move else "Candidate"
        lines += [f"**{who}:** {line.text}", ""]
    lines += ["| criterion | status | words | help |", "|---|---|---|---|"]
    for report in debrief.questions:
        for item in report.criteria:
            quote = item.verdict.quote.replace("|", "\\|").replace("\n", " ")
            lines.append(f"| {item.criterion.id} | {item.verdict.status.value} | {quote} | {item.help.value} |")
    return "\n".join(lines) + "\n"


async def _started(coach: Coach, candidate: Candidate) -> Outcome:
    request = Request(topics=(candidate.topic,), question=candidate.question, style=Style.PRACTICE, seed=7)
    return await coach.start(request)


def _number(overall: float | None) -> str:
    return "not scored" if overall is None else f"{overall:.1f}"


async def _write_all() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with build(Settings(data_dir=Path(folder))) as viva:
            for candidate in track(candidates(), description="interviewing"):
                debrief = await sat(viva.coach, candidate)
                path = FOLDER / f"{candidate.topic}-{candidate.name}.md"
                path.write_text(markdown(candidate, debrief), encoding="utf-8")
                print(f"{candidate.topic:20} {candidate.name:10} {_number(debrief.overall)}")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    asyncio.run(_write_all())
