"""The report at the end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.core.debrief import CriterionReport, Debrief, Highlight, debrief, title_of
from app.core.events import Move, SelfChecked
from app.core.interview import Interview
from app.core.rubric import SECTIONS, Kind, Question
from app.core.score import Help
from app.core.verdict import Flag, Intent, Status
from tests.unit.core.samples import AT, FACTS, criterion, finished, moved, note, opened, question, said

NOTES = {"t": note()}


def report(interview: Interview) -> Debrief:
    return debrief(finished(interview), NOTES)


def line(report: Debrief, criterion: str, question: int = 0) -> CriterionReport:
    return next(item for item in report.questions[question].criteria if item.criterion.id == criterion)


def check(criterion: str, quote: str = "Some words", question: int = 0) -> SelfChecked:
    """The candidate points at the first words of turn 1."""
    return SelfChecked(at=AT, question=question, criterion=criterion, turn=1, quote=quote, start=0, end=len(quote))


def test_an_open_interview_has_no_debrief() -> None:
    """The report waits for the end."""
    with pytest.raises(ValueError, match="finished"):
        debrief(opened(), NOTES)


@pytest.mark.parametrize(
    ("status", "move", "credit", "cost"),
    [
        (Status.MET, None, 1.0, 0.0),
        (Status.MET, Move.PROBE, 0.8, 0.2),
        (Status.MET, Move.HINT, 0.5, 0.5),
        (Status.PARTIAL, Move.HINT, 0.25, 0.25),
        (Status.PARTIAL, Move.PROBE, 0.4, 0.1),
        (Status.WRONG, Move.PROBE, -0.5, 0.0),
        (Status.ABSENT, Move.HINT, 0.0, 0.0),
        (Status.UNSCORED, Move.HINT, 0.0, 0.0),
    ],
)
def test_each_criterion_shows_its_credit_and_what_help_cost(
    status: Status, move: Move | None, credit: float, cost: float
) -> None:
    """Help costs a share of what was earned, and nothing where nothing was."""
    interview = moved(opened(), move, "a") if move else opened()
    item = line(report(said(interview, a=status)), "a")
    assert (item.credit, item.cost, item.verdict.status) == (credit, cost, status)


def test_the_numbers_are_those_of_the_rule() -> None:
    """Overall and by kind over the questions asked, with the share of the weight that was scored."""
    told = said(opened(question(), question(id="never")), a=Status.MET, b=Status.UNSCORED)
    made = report(told)
    assert (made.overall, made.scored) == (told.score().overall, 0.667)
    assert made.by_kind == {Kind.ASSUMPTION: 5.0, Kind.PITFALL: None, Kind.TRADE_OFF: 0.0}
    assert [item.state.question.id for item in made.questions] == ["q"]
    assert made.questions[0].overall == made.overall == 3.75
    assert made.finished_at == AT


def test_nothing_scored_is_none() -> None:
    """An interview whose judge could tell nothing has no score, not a zero."""
    made = report(said(opened(), a=Status.UNSCORED, b=Status.UNSCORED, c=Status.UNSCORED))
    assert (made.overall, made.scored, made.questions[0].overall) == (None, 0.0, None)


def test_highlights_point_at_the_words() -> None:
    """Each of the candidate's lines carries the verdicts that rest on it, in the text's order; the interviewer's none."""
    interview = said(opened(), "The first answer.", a=Status.MET, b=Status.WRONG)
    interview = said(moved(interview, Move.CHALLENGE, "b"), "The second.", b=Status.MET, c=Status.ABSENT)
    lines = report(interview).transcript
    assert [bool(highlights) for _, highlights in lines] == [False, True, False, True]
    assert lines[1][1] == (Highlight(start=0, end=17, criterion="a", status=Status.MET),)
    assert lines[3][1] == (Highlight(start=0, end=11, criterion="b", status=Status.MET),)


def test_what_was_told_is_listed_once_in_the_order_asked() -> None:
    """The facts of the card that the candidate asked for."""
    interview = opened()
    for fact in (1, 0, 1):
        interview = moved(said(interview, intent=Intent.QUESTION, fact=fact), Move.CLARIFY, fact=fact)
    assert report(interview).questions[0].told == (FACTS[1], FACTS[0])


def test_an_own_view_stands_beside_the_verdict() -> None:
    """The tick is shown, the verdict stays; a second overall says what it would come to if every tick were met."""
    interview = finished(said(moved(opened(), Move.PROBE, "b"), a=Status.MET, b=Status.ABSENT)).then(check("b"))
    made = debrief(interview, NOTES)
    item = line(made, "b")
    assert item.own_view is not None
    assert (item.own_view.turn, item.own_view.quote, item.own_view.start, item.own_view.end) == (1, "Some words", 0, 10)
    assert (item.verdict.status, item.credit) == (Status.ABSENT, 0.0)
    assert (made.overall, made.own_overall) == (2.5, 3.83)  # b has weight 2 of 6, and was probed


def test_an_own_view_makes_an_unscored_criterion_count() -> None:
    """The criteria that the engine could not judge are the ones to tick."""
    interview = finished(said(opened(), a=Status.UNSCORED, b=Status.UNSCORED, c=Status.UNSCORED)).then(check("a"))
    assert (debrief(interview, NOTES).overall, debrief(interview, NOTES).own_overall) == (None, 5.0)


@pytest.mark.parametrize(("turn", "overall"), [(1, 5.0), (2, 4.0), (3, 2.5)])
def test_a_tick_counts_with_the_help_of_its_time(turn: int, overall: float) -> None:
    """Words said before the probe count in full, after it 0.8, after the hint 0.5, as with any verdict."""
    interview = said(opened(question(criterion("a"))))
    interview = said(moved(interview, Move.PROBE, "a"))
    interview = finished(said(moved(interview, Move.HINT, "a")))
    assert debrief(interview.then(replace(check("a"), turn=turn)), NOTES).own_overall == overall


def test_a_tick_on_what_was_met_changes_nothing() -> None:
    """Pointing at later words, said with more help, does not cost what the first ones earned."""
    interview = said(moved(said(opened(), a=Status.MET), Move.HINT, "a"))
    made = debrief(finished(interview).then(replace(check("a"), turn=2)), NOTES)
    assert made.own_overall == made.overall


def test_without_ticks_there_is_no_own_overall() -> None:
    """Neither when none was set, nor when the only one was taken back."""
    interview = finished(said(opened(), a=Status.MET))
    assert debrief(interview, NOTES).own_overall is None
    taken_back = interview.then(check("b"), replace(check("b"), quote=""))
    made = debrief(taken_back, NOTES)
    assert (made.own_overall, line(made, "b").own_view) == (None, None)


def _sections() -> Question:
    return question(
        criterion("light", weight=1, note=SECTIONS[1]),
        criterion("heavy", weight=3, note=SECTIONS[3]),
        criterion("also", weight=1, note=SECTIONS[1]),
        criterion("known", weight=3, note=SECTIONS[2]),
    )


def test_reading_follows_what_was_missed() -> None:
    """One line for each section, the most weight missed first; nothing for what was met."""
    made = report(said(opened(_sections()), known=Status.MET, light=Status.PARTIAL))
    assert [(read.section, read.criteria) for read in made.read] == [
        (SECTIONS[3], ("heavy",)),
        (SECTIONS[1], ("light", "also")),
    ]
    assert {(read.topic, read.title) for read in made.read} == {("t", "The title")}


def test_a_good_answer_needs_a_recap_a_poor_one_a_deeper_pass() -> None:
    """From 3.5 on a topic a skim is enough; the minutes are the note's."""
    good = report(said(opened(_sections()), known=Status.MET, heavy=Status.MET))
    assert {(read.reach, read.minutes) for read in good.read} == {("recap", 6)}
    poor = report(said(opened(_sections()), known=Status.MET))
    assert {(read.reach, read.minutes) for read in poor.read} == {("deeper", 30)}


def test_the_reach_goes_by_the_topics_mean() -> None:
    """Two questions of one topic are taken together, and a section stands once."""
    interview = said(opened(question(), question(id="next")), a=Status.MET, b=Status.MET, c=Status.MET)
    interview = said(moved(interview, Move.ADVANCE, question=1), a=Status.MET)
    assert [(read.reach, read.criteria) for read in report(interview).read] == [("recap", ("b", "c"))]


def test_a_topic_without_a_note_has_nothing_to_read() -> None:
    """Content that was taken away since leaves the rest of the report whole; the slug stands for the title."""
    made = debrief(finished(said(opened())), {})
    assert (made.read, made.title, made.questions[0].title) == ((), "t", "t")


@pytest.mark.parametrize(
    ("statuses", "criterion", "why"),
    [
        ({}, "a", "most weight of what was not said"),
        ({"a": Status.MET}, "b", "most weight of what was not said"),
        ({"c": Status.WRONG}, "c", "opposite"),
        ({"a": Status.MET, "b": Status.PARTIAL, "c": Status.PARTIAL}, "b", "half way"),
        ({"a": Status.UNSCORED}, "a", "could not tell"),
        ({"a": Status.PARTIAL}, "b", "most weight"),
    ],
)
def test_the_drill_is_the_one_thing_to_practise(statuses: dict[str, Status], criterion: str, why: str) -> None:
    """A contradiction before a gap, what earned least before what earned half, and the heaviest of those."""
    drill = report(said(opened(), **statuses)).next
    assert drill is not None
    assert (drill.topic, drill.question, drill.criterion, drill.text) == ("t", "q", criterion, f"What of {criterion}?")
    assert why in drill.why


def test_who_said_everything_has_no_drill() -> None:
    """Nor anything to read."""
    made = report(said(opened(), a=Status.MET, b=Status.MET, c=Status.MET))
    assert (made.next, made.read) == (None, ())


def test_a_criterion_without_a_probe_is_drilled_by_its_statement() -> None:
    """A rubric sent by another tool may have no probes."""
    bare = replace(criterion("a"), probe="")
    drill = report(said(opened(question(bare)))).next
    assert drill is not None
    assert drill.text == "a holds."


def test_the_title_names_the_topics_once_each() -> None:
    """In the order of the plan, by their notes' titles."""
    interview = opened(question(topic="u"), question(), question(topic="u", id="more"))
    assert title_of(interview, {"t": note(), "u": note("u", "Other")}) == "Other, The title"


def test_flags_are_handed_on() -> None:
    """What was said to the grader stands in the report."""
    flag = Flag(kind="instruction_to_grader", quote="Some", turn=1, start=0, end=4)
    assert report(said(opened(), flags=(flag,))).flags == (flag,)


def test_the_report_ends_when_the_interview_did() -> None:
    """Ticks set later do not move the end."""
    interview = finished(said(opened(), minutes_later=5)).then(replace(check("a"), at=AT + timedelta(hours=1)))
    assert debrief(interview, NOTES).finished_at == AT + timedelta(minutes=5)
    assert line(debrief(interview, NOTES), "a").help is Help.NONE
