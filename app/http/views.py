"""From the core's values to the JSON shapes; what may be shown when is decided here, in one place."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from app.content import Catalog
from app.core import exchange, interview, verdict
from app.core.debrief import asked_about, title_of
from app.core.events import Judged, Style
from app.core.interview import QuestionState
from app.core.ports import Summary
from app.core.rubric import Note, QuizItem
from app.core.usage import total
from app.core.verdict import Status
from app.http import shapes


def topic_line(catalog: Catalog, note: Note) -> shapes.TopicLine:
    return shapes.TopicLine(**_topic(catalog, note))


def topic(catalog: Catalog, note: Note) -> shapes.Topic:
    return shapes.Topic(
        **_topic(catalog, note),
        aliases=list(note.aliases),
        prerequisites=list(note.prerequisites),
        next=list(note.next),
        sections=[shapes.Section(section=heading, text=text) for heading, text in note.sections.items()],
    )


def quiz_item(item: QuizItem, notes: Mapping[str, Note]) -> shapes.QuizItem:
    return shapes.QuizItem(topic=item.topic, title=notes[item.topic].title, question=item.question, answer=item.answer)


def outcome(result: exchange.Outcome, notes: Mapping[str, Note]) -> shapes.Outcome:
    return shapes.Outcome(**_outcome(result, notes))


def whole(state: interview.Interview, notes: Mapping[str, Note]) -> shapes.Interview:
    """An interview with its transcript."""
    return shapes.Interview(
        **_outcome(exchange.Outcome(interview=state), notes),
        engine=state.started.engine,
        seed=state.started.seed,
        transcript=[_with_verdicts(state, each) for each in state.lines],
    )


def interview_line(summary: Summary, notes: Mapping[str, Note]) -> shapes.InterviewLine:
    started = summary.started
    topics = list(dict.fromkeys(question.topic for question in started.plan))
    return shapes.InterviewLine(
        id=summary.id,
        status="open" if summary.status == "open" else "finished",
        style=started.style,
        level=started.level,
        topics=topics,
        title=", ".join(dict.fromkeys(asked_about(question, notes) for question in started.plan)),
        questions=len(started.plan),
        turn=summary.turn,
        started_at=started.at,
    )


def judged(step: exchange.Scored) -> shapes.Judged | None:
    """What a turn was judged to say; None where nothing may be shown. The move may already point at the next question."""
    if not _shown(step.interview):
        return None
    answered = next(line.question for line in reversed(step.interview.lines) if line.move is None)
    last = step.interview.judged[-1]
    return shapes.Judged(
        verdicts=_verdicts(step.verdicts),
        criteria=_standings(step.interview.questions[answered]),
        engine=last.engine,
        notice=_judging_notice(step.interview, last),
    )


def score(state: interview.Interview) -> shapes.Score:
    """The verdicts come as the judge gave them, in the rubric's order."""
    points, here, last = state.score(), state.here, state.judged[-1]
    given = {each.criterion: each for each in last.verdicts}
    return shapes.Score(
        overall=points.overall,
        scored=round(points.scored, 3),
        verdicts=_verdicts([given.get(c.id, here.standings[c.id].verdict) for c in here.question.criteria]),
        by_kind=points.by_kind,
        engine=last.engine,
        notice=_judging_notice(state, last),
        usage=usage(state),
        flags=[flag(each) for each in state.flags],
        versions=state.started.versions or {},
    )


def probe(result: exchange.Outcome) -> shapes.Probe:
    decided = result.interview.decided
    if decided is None:
        raise LookupError("no move has been decided")
    return shapes.Probe(
        move=decided.decision.move,
        criterion=decided.decision.criterion,
        text=result.message.text,
        verdicts=_verdicts(result.verdicts),
        engine=result.message.engine,
        notice=notice(result.interview),
    )


def usage(state: interview.Interview) -> shapes.Usage | None:
    """What the interview asked of models; None where that is nothing."""
    spent = total(state.calls)
    return shapes.Usage.model_validate(spent) if spent else None


def notice(state: interview.Interview) -> str | None:
    """What a person should know of the newest turn: that another engine than the interview's did a part of it, and why."""
    judged = next((each for each in reversed(state.judged) if each.turn == state.turn), None)
    said = state.message
    told = [_judging_notice(state, judged) if judged else None, _wording_notice(said) if said else None]
    # When the judging failed, the words come from the same engine for the same reason: once is enough.
    return next((each for each in told if each), None)


def _judging_notice(state: interview.Interview, judged: Judged) -> str | None:
    if not judged.trouble:
        return None
    if judged.engine == state.started.engine:
        return f"{judged.trouble} What it could not judge is left unscored."
    return f"{judged.trouble} The {judged.engine} engine judged this answer."


def _wording_notice(said: interview.Line) -> str | None:
    return f"{said.trouble} The {said.engine} engine took over." if said.trouble else None


def _shown(state: interview.Interview) -> bool:
    """Mock style shows nothing of the judging before the debrief."""
    return state.started.style is Style.PRACTICE


def _topic(catalog: Catalog, note: Note) -> dict[str, Any]:
    questions = catalog.questions[note.topic]
    return {
        "topic": note.topic,
        "title": note.title,
        "loop": note.loop,
        "levels": sorted({question.level for question in questions}, key=lambda level: level.rank),
        "questions": len({question.case or question.id for question in questions}),
        "cases": list(
            {q.case: shapes.Case(case=q.case, title=q.case_title, level=q.level) for q in questions if q.case}.values()
        ),
        "recap_minutes": note.recap_minutes,
        "deep_minutes": note.deep_minutes,
    }


def _outcome(result: exchange.Outcome, notes: Mapping[str, Note]) -> dict[str, Any]:
    state = result.interview
    question = state.here.question
    return {
        "id": state.id,
        "status": state.status,
        "turn": state.expected_turn,
        "message": shapes.Message.model_validate(result.message),
        "style": state.started.style,
        "level": state.started.level,
        "topics": topics(state),
        "title": title_of(state, notes),
        "mock_loop": state.started.part.loop if state.started.part else None,
        "question": shapes.Asked(
            index=state.current,
            of=len(state.questions),
            topic=question.topic,
            title=asked_about(question, notes),
            id=question.id,
            stage=question.stage,
            level=question.level,
            ask=question.ask,
        ),
        "started_at": state.started.at,
        "deadline": state.deadline,
        "minutes": state.started.minutes,
        "criteria": _standings(state.here) if _shown(state) else None,
        "verdicts": _verdicts(result.verdicts) if _shown(state) else None,
        "notice": notice(state),
        "repeated": result.repeated,
    }


def topics(state: interview.Interview) -> list[str]:
    return list(dict.fromkeys(question.topic for question in state.started.plan))


def _standings(state: QuestionState) -> list[shapes.CriterionStanding]:
    return [
        shapes.CriterionStanding(
            criterion=criterion.id,
            kind=criterion.kind,
            weight=criterion.weight,
            status=state.status(criterion.id),
            statement=criterion.statement if state.status(criterion.id) is Status.MET else None,
        )
        for criterion in state.question.criteria
    ]


def _verdicts(verdicts: Sequence[verdict.Verdict]) -> list[shapes.Verdict]:
    return [shapes.Verdict.model_validate(each) for each in verdicts]


def flag(found: verdict.Flag) -> shapes.Flag:
    return shapes.Flag.model_validate(found)


def _with_verdicts(state: interview.Interview, said: interview.Line) -> shapes.Line:
    """A line; in practice style a candidate's with what it was judged to say."""
    judged = next((each for each in state.judged if each.turn == said.turn), None)
    if said.move is None and judged and _shown(state):
        return line(state, said).model_copy(update={"verdicts": _verdicts(judged.verdicts)})
    return line(state, said)


def line(state: interview.Interview, said: interview.Line) -> shapes.Line:
    """One line, with the engine that worded it or judged it."""
    who: Literal["interviewer", "candidate"] = "interviewer" if said.move else "candidate"
    judged = None if said.move else next((each for each in state.judged if each.turn == said.turn), None)
    told = _wording_notice(said) if said.move else _judging_notice(state, judged) if judged else None
    return shapes.Line(
        turn=said.turn,
        who=who,
        move=said.move,
        text=said.text,
        at=said.at,
        question=said.question,
        engine=said.engine if said.move else judged.engine if judged else None,
        notice=told,
    )
