"""Events to store: one of every type, in the order of a short interview and then of a story."""

from datetime import UTC, datetime, timedelta

from app.core.events import (
    Answered,
    Decided,
    Decision,
    Event,
    Finished,
    Judged,
    Move,
    Retold,
    Reviewed,
    SelfChecked,
    Spoke,
    Started,
    StoryAsked,
    StoryBegun,
    StoryKept,
    StoryRead,
    Style,
    Summarized,
)
from app.core.mistakes import About, Remark
from app.core.rubric import Criterion, Fact, Kind, Level, Question
from app.core.star import CLEAR, Analysis, Dimension, Mark, Reading
from app.core.usage import Call
from app.core.verdict import Flag, Intent, Status, Verdict

AT = datetime(2026, 3, 1, 9, 30, 15, 123456, tzinfo=UTC)

CALL = Call(
    purpose="judge", model="m", outcome="ok", seconds=0.25, prompt_tokens=9, cached_tokens=4, completion_tokens=2, cost=0.001
)
QUESTION = Question(
    topic="bias-variance",
    id="diagnose-gap",
    level=Level.MID,
    ask="Où est l'écart ? 差はどこですか 🤔",
    model_answer='High variance.\nThen "regularise", \\ or get more data.',
    criteria=(
        Criterion(id="variance-from-gap", kind=Kind.ASSUMPTION, weight=3, statement="The gap is variance.", met=("a", "b")),
        Criterion(id="other", kind=Kind.TRADE_OFF, weight=1, statement="More data costs money."),
    ),
    constraints=(Fact(asks_about="data size", says="40k rows"),),
)

EVENTS: tuple[Event, ...] = (
    Started(
        at=AT,
        plan=(QUESTION, QUESTION),
        style=Style.MOCK,
        level=Level.SENIOR,
        engine="offline",
        seed=7,
        follow_ups=3,
        minutes=16,
        versions={"rubrics": "abc"},
    ),
    Decided(at=AT, turn=0, decision=Decision(move=Move.OPEN, question=0)),
    Spoke(at=AT, turn=0, text="Où est l'écart ?", engine="offline"),
    Answered(at=AT + timedelta(seconds=1), turn=1, text='Zażółć gęślą jaźń 👩🏽‍🚀\u0000\u2028\t"x" \\u0041 \U0001f600'),
    Judged(
        at=AT + timedelta(seconds=2),
        turn=1,
        engine="llm",
        verdicts=(
            Verdict(
                criterion="variance-from-gap", status=Status.MET, quote="jaźń 👩🏽‍🚀", turn=1, start=13, end=22, confidence=0.1
            ),
            Verdict(criterion="other", status=Status.UNSCORED),
        ),
        intent=Intent.QUESTION,
        fact=0,
        flags=(Flag(kind="keyword_list", quote="gęślą", turn=1, start=7, end=12),),
        calls=(CALL, CALL),
        trouble="The model did not answer in time.",
    ),
    Decided(
        at=AT + timedelta(seconds=3),
        turn=1,
        decision=Decision(move=Move.HINT, question=0, criterion="other", fact=0),
        asked_for=True,
    ),
    SelfChecked(at=AT + timedelta(seconds=4), question=0, criterion="other", turn=1, quote="gęślą", start=7, end=12),
    Finished(at=AT + timedelta(minutes=5), reason="candidate"),
    Summarized(at=AT + timedelta(minutes=6), text="Well said.", engine="llm", calls=(CALL,)),
    Reviewed(at=AT + timedelta(minutes=6), remarks=(Remark(about=About.ROC, quote="AUC 0.9", turn=1, start=0, end=7),)),
    StoryBegun(at=AT, prompt="Un échec ?.", question="", engine="offline", seed=7, follow_ups=3, versions={"star": "abc"}),
    StoryRead(
        at=AT,
        turn=1,
        analysis=Analysis(
            readings=(Reading(dimension=Dimension.ACTION, score=CLEAR, quote="gęślą", start=7, end=12, advice="Keep it."),),
            marks=(Mark(dimension=Dimension.ACTION, start=7, end=12),),
            flags=(Flag(kind="off_question", quote="jaźń", turn=1, start=13, end=17),),
            engine="llm",
            calls=(CALL,),
            trouble="The model did not answer in time.",
        ),
    ),
    StoryAsked(at=AT, turn=1, dimension=Dimension.TRADE_OFF, text="What else?"),
    StoryAsked(at=AT, turn=2, dimension=None, text="Thank you."),
    Retold(at=AT, turn=2),
    StoryKept(at=AT, title="Une scie 🪚", tags=("échec",), questions=("own-failure",)),
)


def started(minutes_later: float = 0) -> Started:
    """The first event of an interview that was set up so many minutes after AT."""
    return Started(
        at=AT + timedelta(minutes=minutes_later),
        plan=(QUESTION,),
        style=Style.PRACTICE,
        level=Level.MID,
        engine="offline",
        seed=1,
        follow_ups=3,
    )


def answered(turn: int, text: str = "More data narrows the gap.") -> Answered:
    """An accepted answer."""
    return Answered(at=AT + timedelta(seconds=turn), turn=turn, text=text)
