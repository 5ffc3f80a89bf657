"""The scoring rule."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.rubric import Kind
from app.core.score import Graded, Help, credit, score
from app.core.verdict import Status

#: From worst to best.
RISING = (Status.WRONG, Status.ABSENT, Status.PARTIAL, Status.MET)
LESS_HELP = (Help.HINT, Help.PROBE, Help.NONE)

graded = st.builds(
    Graded, kind=st.sampled_from(Kind), weight=st.integers(1, 3), status=st.sampled_from(Status), help=st.sampled_from(Help)
)


def item(status: Status, weight: int = 1, help: Help = Help.NONE, kind: Kind = Kind.DEFINITION) -> Graded:
    return Graded(kind=kind, weight=weight, status=status, help=help)


@pytest.mark.parametrize(
    ("items", "overall"),
    [
        ([item(Status.MET)], 5.0),
        ([item(Status.ABSENT)], 0.0),
        ([item(Status.PARTIAL)], 2.5),
        ([item(Status.MET, help=Help.PROBE)], 4.0),
        ([item(Status.MET, help=Help.HINT)], 2.5),
        ([item(Status.PARTIAL, help=Help.HINT)], 1.25),
        ([item(Status.WRONG)], 0.0),
        ([item(Status.MET), item(Status.WRONG)], 1.25),
        ([item(Status.MET, 3), item(Status.ABSENT, 1)], 3.75),
        ([item(Status.MET, 1), item(Status.ABSENT, 3)], 1.25),
        ([item(Status.MET, 2), item(Status.MET, 1, Help.PROBE), item(Status.PARTIAL, 2)], 3.8),
        ([item(Status.MET), item(Status.UNSCORED, 3)], 5.0),
    ],
)
def test_the_rule_by_example(items: list[Graded], overall: float) -> None:
    """Weight times credit times help, over the weight of what was scored, times five."""
    assert score(items).overall == overall


def test_help_is_no_discount_on_a_false_claim() -> None:
    """Half of the weight is lost however much help there was."""
    assert {credit(Status.WRONG, help) for help in Help} == {-0.5}


@given(st.lists(graded))
def test_scores_stay_in_bounds(items: list[Graded]) -> None:
    """0 to 5, and the share of weight that was scored 0 to 1, for anything at all."""
    result = score(items)
    for value in (result.overall, *result.by_kind.values()):
        assert value is None or 0 <= value <= 5
    assert 0 <= result.scored <= 1
    assert set(result.by_kind) == {one.kind for one in items}


@given(st.lists(graded), st.randoms())
def test_order_does_not_matter(items: list[Graded], random: Random) -> None:
    """The same criteria in any order score the same."""
    shuffled = list(items)
    random.shuffle(shuffled)
    assert score(shuffled) == score(items)


@given(st.lists(graded), st.integers(1, 3), st.sampled_from(Kind), st.sampled_from(Help), st.data())
def test_raising_a_status_never_lowers(others: list[Graded], weight: int, kind: Kind, help: Help, data: st.DataObject) -> None:
    """Saying more of the truth never costs anything."""
    low, high = sorted(data.draw(st.lists(st.integers(0, 3), min_size=2, max_size=2)))
    worse, better = (score([*others, item(RISING[rank], weight, help, kind)]) for rank in (low, high))
    assert worse.overall is not None
    assert better.overall is not None
    assert worse.overall <= better.overall
    assert (worse.by_kind[kind] or 0) <= (better.by_kind[kind] or 0)


@given(st.lists(graded), st.integers(1, 3), st.sampled_from(RISING), st.data())
def test_removing_help_never_lowers(others: list[Graded], weight: int, status: Status, data: st.DataObject) -> None:
    """The same words earn at least as much with less help."""
    low, high = sorted(data.draw(st.lists(st.integers(0, 2), min_size=2, max_size=2)))
    more, less = (score([*others, item(status, weight, LESS_HELP[rank])]).overall for rank in (low, high))
    assert more is not None
    assert less is not None
    assert more <= less


@given(st.lists(graded), st.lists(st.builds(item, st.just(Status.UNSCORED), st.integers(1, 3))))
def test_unscored_is_left_out(items: list[Graded], unscored: list[Graded]) -> None:
    """Not judged is not zero: it changes the share that was scored, never the score."""
    assert score([*items, *unscored]).overall == score(items).overall


def test_the_share_that_was_scored_goes_by_weight() -> None:
    """One criterion of weight 3 left open beside one of weight 1 leaves a quarter scored."""
    assert score([item(Status.ABSENT, 1), item(Status.UNSCORED, 3)]).scored == 0.25


@pytest.mark.parametrize("items", [[], [item(Status.UNSCORED), item(Status.UNSCORED, 3)]])
def test_nothing_scored_has_no_score(items: list[Graded]) -> None:
    """None, not zero; and nothing of the weight was scored."""
    assert (score(items).overall, score(items).scored) == (None, 0.0)


def test_each_kind_is_scored_by_itself() -> None:
    """A kind whose criteria are all unscored stands as None; one without criteria does not stand at all."""
    result = score(
        [
            item(Status.MET, kind=Kind.PITFALL),
            item(Status.ABSENT, kind=Kind.ASSUMPTION),
            item(Status.UNSCORED, kind=Kind.IMPACT),
        ]
    )
    assert result.by_kind == {Kind.PITFALL: 5.0, Kind.ASSUMPTION: 0.0, Kind.IMPACT: None}
