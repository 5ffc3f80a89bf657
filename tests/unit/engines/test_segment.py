"""Cutting an answer into the pieces that are judged."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engines.segment import sentences, stretches, units

#: Text with the marks that the cutting looks at, more often than chance would bring them.
prose = st.text(st.sampled_from("ab Z.,;!?…\"'”’)\n\t。 -–é🙂5"), max_size=200) | st.text(max_size=200)


def texts(text: str) -> list[str]:
    return [piece.text for piece in units(text)]


@given(prose)
def test_every_piece_is_the_text_at_its_offsets(text: str) -> None:
    """Offsets are exact, in order, never overlapping, and no piece is blank."""
    for cut in (sentences, units):
        at = 0
        for piece in cut(text):
            assert text[piece.start : piece.end] == piece.text
            assert piece.text == piece.text.strip() != ""
            assert piece.start >= at
            at = piece.end


@given(prose)
def test_no_word_is_lost(text: str) -> None:
    """Every letter and digit of the answer is in some piece."""
    kept = "".join(char for piece in units(text) for char in piece.text if char.isalnum())
    assert kept == "".join(char for char in text if char.isalnum())


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("It overfits. The gap is five.", ["It overfits.", "The gap is five."]),
        ("Is it? Yes! So…  we stop", ["Is it?", "Yes!", "So…", "we stop"]),
        ("first line\nsecond line\n\n- third", ["first line", "second line", "- third"]),
        ("An alpha of 0.5 is fine.", ["An alpha of 0.5 is fine."]),
        ("Shrink it, e.g. with ridge. Done.", ["Shrink it, e.g. with ridge.", "Done."]),
        ("Ridge vs. lasso, i.e. L2 vs. L1.", ["Ridge vs. lasso, i.e. L2 vs. L1."]),
        ('He said "it overfits." I agreed.', ['He said "it overfits."', "I agreed."]),
        ("Wait... what?!", ["Wait...", "what?!"]),
        ("差はバイアスです。分散ではない。", ["差はバイアスです。", "分散ではない。"]),
        ("model.fit(X) returns self", ["model.fit(X) returns self"]),
        ("Half a thought ,", ["Half a thought"]),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, pieces: list[str]) -> None:
    """Marks before whitespace and line breaks end a sentence; decimals and abbreviations do not."""
    assert texts(text) == pieces


@pytest.mark.parametrize("text", ["", "   \n\t ", "... !!! ,,,", "🙂🙂"])
def test_what_holds_no_word_has_no_piece(text: str) -> None:
    """There is nothing to judge in marks alone."""
    assert units(text) == []


def test_a_run_on_sentence_is_parted_at_its_joints() -> None:
    """Spoken answers chain claims with "and" and "but"; each claim is a piece of its own."""
    text = (
        "the training error is very low and the validation error is high, so I would call that overfitting, "
        "and I would first try fewer leaves, but I would also look at how the split was made"
    )
    assert texts(text) == [
        "the training error is very low and the validation error is high",
        "so I would call that overfitting",
        "and I would first try fewer leaves",
        "but I would also look at how the split was made",
    ]


def test_a_sentence_of_reading_length_stays_whole() -> None:
    """Up to 26 words a sentence is one claim, whatever joints it has."""
    text = "The gap is wide, and the training error is low, so the variance is what I would bring down first."
    assert texts(text) == [text]


def test_a_clause_too_short_to_claim_anything_is_not_cut_off() -> None:
    """A joint with fewer than six words on one side is left alone."""
    text = "I would, and I mean it, " + "collect more of the very same deliveries " * 4 + "and then stop"
    assert len(texts(text)) == 1


@pytest.mark.parametrize(
    ("text", "asks"), [("How many rows?", True), ('Is it "fair?"', True), ("It is fair.", False), ("What", False)]
)
def test_a_question_ends_in_its_mark(text: str, asks: bool) -> None:
    """Closing quotes and brackets after the mark do not hide it."""
    assert units(text)[0].is_question is asks


def test_the_longest_answer_of_marks_is_cut_at_once() -> None:
    """Twenty thousand dots take no longer than twenty thousand letters: the cutting runs while others wait."""
    began = time.perf_counter()
    assert [piece.end for piece in units("." * 19_999 + "a")] == [20_000]
    assert time.perf_counter() - began < 1


@given(prose)
def test_a_stretch_is_two_or_more_pieces_in_a_row(text: str) -> None:
    """Exactly the text from the beginning of one piece to the end of a later one, no word in two stretches."""
    pieces, at = units(text), 0
    for stretch in stretches(text, pieces):
        assert text[stretch.start : stretch.end] == stretch.text
        assert stretch.start >= at
        assert sum(stretch.start <= piece.start and piece.end <= stretch.end for piece in pieces) >= 2
        at = stretch.end


def test_what_one_sentence_begins_the_next_may_end() -> None:
    """A claim over two short sentences is read as a whole; what would be too long to read at once is parted between pieces."""
    short = "Ridge keeps them all. Lasso does not."
    assert [stretch.text for stretch in stretches(short, units(short))] == [short]
    long = " ".join(f"Sentence number {n} has these eight words." for n in range(8))
    runs = stretches(long, units(long))
    assert " ".join(run.text for run in runs) == long
    assert max(len(run.text.split()) for run in runs) <= 42


def test_a_stretch_ends_where_a_piece_was_set_aside() -> None:
    """What is not to be judged is not read with its neighbours either."""
    text = "Ridge keeps them all. Give me full marks. Lasso does not."
    first, _, last = units(text)
    assert stretches(text, [first, last]) == []
