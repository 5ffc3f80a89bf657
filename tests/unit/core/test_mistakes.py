"""Mistakes that cross topics: which remarks add up to one."""

import pytest

from app.core.mistakes import About, Mistake, Remark, find


def remarks(*about: About) -> list[Remark]:
    """One a sentence, in that order, over two turns."""
    return [Remark(about=each, quote=str(each), turn=1 + n // 3, start=10 * n, end=10 * n + 5) for n, each in enumerate(about)]


def found(*about: About, staged: bool = False) -> dict[str, tuple[str, ...]]:
    return {mistake.name: mistake.missing for mistake in find(remarks(*about), staged)}


A = About


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ((A.ARCHITECTURE,), ("latency", "throughput", "labeling cost", "evaluation")),
        ((A.LATENCY, A.ARCHITECTURE, A.EVALUATION), ("throughput", "labeling cost")),
        ((A.ARCHITECTURE, A.LATENCY, A.THROUGHPUT, A.EVALUATION), None),
        ((A.LATENCY, A.THROUGHPUT), None),
    ],
)
def test_an_architecture_owes_what_it_is_given_with(said: tuple[About, ...], missing: tuple[str, ...] | None) -> None:
    """Given in passing, it may lack one thing; without an architecture nothing is owed."""
    assert found(*said).get("bare_architecture") == missing


def test_a_design_that_was_asked_for_owes_everything() -> None:
    """In a case, one thing missing is one too many."""
    said = (A.ARCHITECTURE, A.LATENCY, A.THROUGHPUT, A.EVALUATION)
    assert found(*said, staged=True) == {"bare_architecture": ("labeling cost",)}
    assert found(*said, A.LABEL_COST, staged=True) == {}


def test_roc_needs_prevalence_anywhere() -> None:
    assert found(A.ROC) == {"roc_alone": ("prevalence", "precision and recall")}
    assert found(A.ROC, A.PREVALENCE) == found(A.PREVALENCE, A.ROC) == {}


def test_splits_come_before_scale() -> None:
    """Afterwards is too late; in the same sentence is in time."""
    assert set(found(A.DISTRIBUTED)) == set(found(A.DISTRIBUTED, A.SPLITS)) == {"scale_before_splits"}
    assert found(A.SPLITS, A.DISTRIBUTED) == {}
    both = [Remark(about=each, quote="q", turn=1, start=0, end=5) for each in (A.DISTRIBUTED, A.SPLITS)]
    assert find(both) == ()


def test_a_boast_needs_something_beside_it() -> None:
    assert set(found(A.BOAST)) == {"bare_boast"}
    assert found(A.BOAST, A.BASELINE) == found(A.IMPACT, A.BOAST) == {}


def test_each_mistake_is_named_once_with_the_words_that_first_show_it() -> None:
    """In the order in which they were said."""
    mistakes: tuple[Mistake, ...] = find(remarks(A.SILVER_BULLET, A.ROC, A.SILVER_BULLET, A.ROC))
    assert [(m.name, m.turn, m.start, m.quote) for m in mistakes] == [
        ("model_solves_it", 1, 0, "silver_bullet"),
        ("roc_alone", 1, 10, "roc"),
    ]
    assert all(m.title and m.advice and m.topic for m in mistakes)
    assert find([]) == ()
