"""The graded answers that the judge learns from: their words are there, and what is cut out of them keeps its labels."""

import random

import pytest

from app.content import Catalog, default_root, load
from app.core.verdict import Status
from app.engines.offline.entailment import HALF, OTHER, SAME
from eval.graded import Graded, graded_answers, graded_pairs, inline_rubrics, replies
from eval.lots import school_lot, school_pairs
from eval.pairs import lines_of, rubrics_of
from eval.public import ShortAnswer


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load(default_root())


@pytest.fixture(scope="module")
def answers(catalog: Catalog) -> list[Graded]:
    return [answer for of_rubric in graded_answers(catalog).values() for answer in of_rubric]


def test_every_question_has_answers_and_every_credit_its_words(catalog: Catalog, answers: list[Graded]) -> None:
    """Six for each question; every label names a criterion of it, and words of the answer."""
    asked = {(q.topic, q.id) for of_topic in catalog.questions.values() for q in of_topic}
    assert {(a.question.topic, a.question.id) for a in answers} == asked
    for answer in answers:
        assert answer.earned.keys() <= {c.id for c in answer.question.criteria}
        for _, words in answer.earned.values():
            assert answer.text[words.start : words.end] == words.text
    assert len(answers) == 6 * len(asked)


def test_a_reply_keeps_what_its_own_words_earn(answers: list[Graded]) -> None:
    """What is torn apart is asked of nobody; what the rest of the answer settled is not open any more."""
    rng = random.Random(1)
    for answer in answers:
        for reply in replies(answer, 2, rng):
            open_ids = {c.id for c in reply.criteria}
            assert reply.text in answer.text
            for id, (status, words) in reply.earned.items():
                assert status is answer.status(id)
                assert reply.text[words.start : words.end] == words.text
            assert {v.criterion for v in reply.before if v.status is not Status.PARTIAL}.isdisjoint(open_ids)
            assert reply.target is None or reply.target in open_ids


def test_a_pair_never_says_that_words_which_earn_a_criterion_are_silent_on_it(answers: list[Graded]) -> None:
    """Neither of two labels of one piece and one statement may contradict the other."""
    rng = random.Random(1)
    for answer in answers:
        labels: dict[tuple[str, str], set[int]] = {}
        for pair in graded_pairs(answer, rng):
            labels.setdefault((pair.sentence, pair.claim), set()).add(pair.label)
        assert all(len(each) == 1 for each in labels.values())


def test_inline_rubrics_and_informal_lines_are_whole(catalog: Catalog) -> None:
    """Every criterion, of the catalog and of other subjects, has informal twins, and a line that is beside the point."""
    inline = {name: lines for name, (_, lines, _) in inline_rubrics().items()}
    shipped = {name: lines_of(name, criteria) for name, criteria in rubrics_of(catalog).items()}
    assert inline.keys().isdisjoint(shipped)
    for lines in (each for of_rubric in (inline | shipped).values() for each in of_rubric):
        assert len(lines.twins) >= 4
        assert len(lines.beside) == 1
        assert not {*lines.right} & {*lines.wrong}
        assert lines.without({*lines.beside}).beside == ()


def test_a_school_question_is_a_rubric_of_one_criterion() -> None:
    """With the reference that the answer is most like; an answer that earns nothing has no words that do."""
    refs = ("The switch is open.", "The battery is empty.")
    right, half, off = (
        ShortAnswer("Why is it dark?", refs, text, label, None, None, "train")
        for text, label in (
            ("the battery is flat", "correct"),
            ("a switch", "partially_correct_incomplete"),
            ("no idea", "irrelevant"),
        )
    )
    lot = school_lot("lamp", [right, half, off])
    assert [answer.question.criteria[0].statement for answer in lot.answers[:2]] == [refs[1], refs[0]]
    assert [answer.status("reference") for answer in lot.answers] == [Status.MET, Status.PARTIAL, Status.ABSENT]
    assert {pair.label for pair in school_pairs([right, half, off])} == {SAME, HALF, OTHER}
