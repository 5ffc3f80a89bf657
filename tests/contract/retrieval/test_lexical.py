"""Lexical search finds what shares a stem with the query, and nothing else."""

import pytest

from app.core.rubric import Passage
from app.retrieval.lexical import LexicalIndex
from tests.contract.retrieval.parts import NOTES, PASSAGES, passage


@pytest.fixture(scope="module")
def index() -> LexicalIndex:
    return LexicalIndex(PASSAGES, NOTES)


def positions(found: list[tuple[int, float]]) -> list[int]:
    return [position for position, _ in found]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("centroid", 0),  # the text says centroids
        ("scaling the columns", 1),
        ("ISOTONIC", 3),
        ("pitfall leak", 4),  # the heading counts
        ("\uff49sotonic", 3),  # a full-width letter
    ],
)
def test_finds_by_stem_and_heading(index: LexicalIndex, query: str, first: int) -> None:
    """Case, endings, width and headings do not stand in the way."""
    assert positions(index.search(query, 5))[0] == first


def test_aliases_find_a_topic(index: LexicalIndex) -> None:
    """A word that only the note's aliases hold finds all its passages, and no other."""
    assert set(positions(index.search("segmentation", 5))) == {0, 1}


@pytest.mark.parametrize(
    "query", ["", "   ", "the of and", "isotnoic", "\U0001f9d1\u200d\U0001f52c", "\x00", "日本語", "'\"; --"]
)
def test_unknown_words_find_nothing(index: LexicalIndex, query: str) -> None:
    """No known word, no result, no error."""
    assert index.search(query, 5) == []


def test_topics_filter(index: LexicalIndex) -> None:
    """Only passages of the topics named; an unknown topic has none."""
    assert set(positions(index.search("data scale", 5, ["calibration"]))) <= {2, 3}
    assert index.search("data", 5, ["no-such-topic"]) == []


def test_ties_keep_their_order() -> None:
    """Equal scores come in the order of the notes, also where the cut falls among them."""
    same = LexicalIndex([passage("a", "gradient")] * 9, {})
    assert positions(same.search("gradient", 4)) == [0, 1, 2, 3]


@pytest.mark.parametrize("passages", [[], [passage("", "the", "of")]])
def test_nothing_to_index(passages: list[Passage]) -> None:
    """No passages, or none with a word: nothing is found."""
    assert LexicalIndex(passages, {}).search("anything", 3) == []
