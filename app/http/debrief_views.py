"""From the core's debrief to its JSON shape."""

from collections import Counter

from app.core import debrief as report
from app.core.verdict import Status
from app.http import debrief_shapes, shapes, views


def debrief(done: report.Debrief) -> debrief_shapes.Debrief:
    state = done.interview
    started, finished = state.started, state.finished
    return debrief_shapes.Debrief(
        id=state.id,
        status="finished",
        engine=started.engine,
        judged_by=dict(Counter(each.engine for each in state.judged)),
        usage=views.usage(state),
        style=started.style,
        level=started.level,
        title=done.title,
        topics=views.topics(state),
        mock_loop=started.part.loop if started.part else None,
        seed=started.seed,
        started_at=started.at,
        finished_at=done.finished_at,
        reason=finished.reason if finished else "done",
        summary=done.summary or None,
        overall=done.overall,
        scored=done.scored,
        own_overall=done.own_overall,
        by_kind=done.by_kind,
        questions=[_question_report(question) for question in done.questions],
        transcript=[
            debrief_shapes.MarkedLine(
                **views.line(state, line).model_dump(),
                highlights=[debrief_shapes.Highlight.model_validate(mark) for mark in highlights],
            )
            for line, highlights in done.transcript
        ],
        unscored=[
            debrief_shapes.Unscored(question=index, criterion=item.criterion.id, statement=item.criterion.statement)
            for index, question in enumerate(state.questions)
            for asked in done.questions
            if asked.state is question
            for item in asked.criteria
            if item.verdict.status is Status.UNSCORED
        ],
        read=[debrief_shapes.Reading.model_validate(reading) for reading in done.read],
        next=debrief_shapes.Drill.model_validate(done.next) if done.next else None,
        flags=[views.flag(flag) for flag in done.flags],
        mistakes=[debrief_shapes.Mistake.model_validate(each) for each in done.mistakes],
        versions=started.versions or {},
    )


def _question_report(done: report.QuestionReport) -> debrief_shapes.QuestionReport:
    question = done.state.question
    return debrief_shapes.QuestionReport(
        topic=question.topic,
        title=done.title,
        question=question.id,
        level=question.level,
        ask=question.ask,
        overall=done.overall,
        model_answer=question.model_answer,
        told=[debrief_shapes.Fact.model_validate(fact) for fact in done.told],
        verdicts=[_criterion_report(item) for item in done.criteria],
    )


def _criterion_report(item: report.CriterionReport) -> debrief_shapes.CriterionReport:
    return debrief_shapes.CriterionReport(
        **shapes.Verdict.model_validate(item.verdict).model_dump(),
        kind=item.criterion.kind,
        weight=item.criterion.weight,
        statement=item.criterion.statement,
        help=item.help,
        credit=item.credit,
        cost=item.cost,
        own_view=debrief_shapes.OwnView.model_validate(item.own_view) if item.own_view else None,
    )
