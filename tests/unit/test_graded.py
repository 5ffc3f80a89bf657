"""The graded answers that the judge learns from: their words are there, and what is cut out of them keeps its labels."""

import random
from pathlib import Path

import pytest

from app.content import Catalog, default_root, load
from app.core.verdict import Status
from eval.graded import Graded, graded_answers, graded_pairs, in_frames, inline_rubrics, replies
from eval.pairs import Stance, frames, lines_of, read_yaml, rubrics_of

DATASETS = Path(__file__).parents[2] / "eval" / "datasets"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load(default_root())


@pytest.fixture(scope="module")
def answers(catalog: Catalog) -> list[Graded]:
    return [answer for of_rubric in graded_answers(catalog).values() for answer in of_rubric]


def test_every_question_has_answers_and_every_credit_its_words(catalog: Catalog, answers: list[Graded]) -> None:
    """Eight for each question; every label names a criterion of it, and words of the answer."""
    asked = {(q.topic, q.id) for of_topic in catalog.questions.values() for q in of_topic}
    assert {(a.question.topic, a.question.id) for a in answers} == asked
    for answer in answers:
        assert answer.earned.keys() <= {c.id for c in answer.question.criteria}
        for _, words in answer.earned.values():
            assert answer.text[words.start : words.end] == words.text
    assert len(answers) == 8 * len(asked)


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


def test_an_answer_in_frames_earns_what_its_sentences_then_say(answers: list[Graded]) -> None:
    """What is denied turns round or falls to nothing, what is stood by stays, and what cannot be told is asked of nobody."""
    rng, moves = random.Random(1), set()
    for answer in answers:
        changed = in_frames(answer, rng)
        open_ids = {c.id for c in changed.criteria}
        assert changed.earned.keys() <= open_ids <= {c.id for c in answer.criteria}
        for id, (status, words) in changed.earned.items():
            assert changed.text[words.start : words.end] == words.text
            moves.add((answer.status(id), status))
        moves |= {(answer.status(id), Status.ABSENT) for id in open_ids - changed.earned.keys()}
    assert (Status.MET, Status.WRONG) in moves
    assert (Status.WRONG, Status.ABSENT) in moves
    assert {(Status.WRONG, Status.MET), (Status.PARTIAL, Status.MET), (Status.ABSENT, Status.MET)}.isdisjoint(moves)
    assert {(status, status) for status in Status if status is not Status.UNSCORED} <= moves


def test_frames_that_the_network_learned_are_not_those_of_the_heads() -> None:
    """Nor those of the suite that attacks the judge with them."""
    tested = {frame for kind in read_yaml(DATASETS / "frames.yaml").values() for frame in kind}
    for stance in Stance:
        taught, untaught = (set(frames(stance, each)) for each in (True, False))
        assert len(taught) > len(untaught) > 10
        assert taught.isdisjoint(untaught)
        assert tested.isdisjoint(taught | untaught)
        assert all(frame.count("{}") == 1 for frame in taught | untaught)


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
