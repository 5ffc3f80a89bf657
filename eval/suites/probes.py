"""Does the interviewer find what was left out?

Scripted candidates give a gold answer whose labels say what it leaves out, and have nothing more to say after it. Counted is
what they are then asked for: something that is missing, half said or wrong, or what they had said already; how soon; and whether
the words repeat themselves or give the point away.
"""

from dataclasses import dataclass, field

from app.content import default_root
from app.core.events import Decision, Move, Style
from app.core.exchange import Outcome, Request
from app.core.ports import Brief
from app.core.rubric import Question
from app.core.verdict import Status
from app.engines.llm.secrets import Secrets
from app.engines.offline import offline_engine
from app.prompts import load_prompts
from app.retrieval.embedding import MiniLM
from eval.figures import Figure, average, share
from eval.gold import GoldAnswer, gold_answers
from eval.harness import Bench, Measured

TELLS = "Whether an interviewer asks for what a candidate left out, how soon, and without giving it away."
#: Answers that leave something out in a known way. What was left out is known only where the rubric is the catalog's.
PROFILES = ("terse", "informal", "partial", "partial_non_native", "long_weak", "wrong")
#: What a candidate says who has nothing to add.
NOTHING_MORE = (
    "That is all I can say about it for now.",
    "Nothing more comes to my mind on this one.",
    "I would leave it at that.",
    "Let us go on, I have nothing to add.",
)
ASKING = frozenset({Move.PROBE, Move.CHALLENGE, Move.HINT})
MOST_TURNS = 8


@dataclass(slots=True)
class Asked:
    """What one candidate was asked after their answer: criteria in order, and every message."""

    answer: GoldAnswer
    criteria: list[tuple[Move, str]] = field(default_factory=list)
    messages: list[tuple[Move, str]] = field(default_factory=list)

    @property
    def gaps(self) -> set[str]:
        """What the answer does not earn in full."""
        return {id for id, label in self.answer.labels.items() if label is not Status.MET}

    @property
    def first_gap(self) -> int | None:
        """How many questions it took until a gap was asked for, from 1."""
        return next((n for n, (_, id) in enumerate(self.criteria, 1) if id in self.gaps), None)


async def measure(bench: Bench) -> Measured:
    """Interview every candidate."""
    chosen = [a for a in gold_answers(bench.viva.coach.catalog) if a.rubric == "shipped" and not a.question.case]
    chosen = [answer for answer in chosen if answer.profile in PROFILES]
    interviews = [await _interviewed(bench, answer) for answer in bench.track(chosen, "interviewing")]
    incomplete = [each for each in interviews if each.gaps]
    follow_ups = [(each, move, id) for each in interviews for move, id in each.criteria]
    groups = [each.answer.file for each, _, _ in follow_ups]
    secrets = Secrets(offline_engine(MiniLM(), load_prompts(default_root() / "prompts")).judge)
    spoken = [(each, move, text) for each in interviews for move, text in each.messages]
    probes = [(each, text) for each, move, text in spoken if move is Move.PROBE]
    told = [await secrets.given_away([text], _brief(each.answer)) for each, text in bench.track(probes, "reading the probes")]
    seen = [[text for _, text in each.messages] for each in interviews]
    figures: dict[str, Figure] = {
        "candidates with gaps who are asked for one": share(
            [each.first_gap is not None for each in incomplete], [each.answer.file for each in incomplete]
        ),
        "questions until a gap is asked for, where one is": average(
            [each.first_gap for each in incomplete if each.first_gap], [e.answer.file for e in incomplete if e.first_gap], "lower"
        ),
        "follow-ups that ask for a gap, not for what had been said": share(
            [id in each.gaps for each, _, id in follow_ups], groups
        ),
        "challenges of what was right": share(
            [each.answer.labels[id] is Status.MET for each, move, id in follow_ups if move is Move.CHALLENGE],
            [each.answer.file for each, move, _ in follow_ups if move is Move.CHALLENGE],
            "lower",
        ),
        "probes that the guard would hold back as telling": share(told, [each.answer.file for each, _ in probes], "lower"),
        "interviews in which a message is said twice": share(
            [len({*texts}) < len(texts) for texts in seen], [each.answer.file for each in interviews], "lower"
        ),
        "follow-ups to an answer": average([len(each.criteria) for each in interviews], [i.answer.file for i in interviews]),
    }
    for profile in PROFILES:
        own = [each for each in incomplete if each.answer.profile == profile]
        name = f"first follow-up asks for a gap, {profile.replace('_', ' ')} answers"
        if own:
            figures[name] = share([each.first_gap == 1 for each in own], [each.answer.file for each in own])
    notes = [
        f"Asked {each.answer.profile} {each.answer.file} for {id}, which had been said."
        for each, _, id in follow_ups
        if each.answer.labels[id] is Status.MET
    ]
    return Measured(figures, {}, notes)


async def _interviewed(bench: Bench, answer: GoldAnswer) -> Asked:
    coach, asked = bench.viva.coach, Asked(answer)
    request = Request(
        topics=(answer.question.topic,), question=answer.question.id, style=Style.PRACTICE, engine=bench.engine, seed=1
    )
    outcome = await coach.start(request)
    said = answer.text
    for turn in range(MOST_TURNS):
        interview = outcome.interview
        async for step in coach.answer(interview.id, interview.expected_turn, said):
            if isinstance(step, Outcome):
                outcome = step
        decided, message = outcome.interview.decided, outcome.interview.message
        if decided is None or message is None or outcome.interview.status != "open":
            break
        if decided.decision.move in ASKING and decided.decision.criterion:
            asked.criteria.append((decided.decision.move, decided.decision.criterion))
        asked.messages.append((message.move, message.text))
        said = NOTHING_MORE[turn % len(NOTHING_MORE)]
    return asked


def _brief(answer: GoldAnswer) -> Brief:
    """Held against every criterion that the answer leaves open, as if nothing of the rubric's own wording were known."""
    question: Question = answer.question
    open_ones = tuple(c for c in question.criteria if answer.labels[c.id] is not Status.MET)
    decision = Decision(move=Move.PROBE, question=0)
    return Brief(decision=decision, question=question, criterion=None, answer=answer.text, secrets=open_ones)
