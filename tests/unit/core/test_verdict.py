"""No credit stands without the candidate's own words."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.core.verdict import Answer, Status, Verdict, ground, invisible, locate

#: Whitespace, quote marks, letters that fold to more or other letters, and emoji, more often than by chance.
speech = st.text(st.sampled_from("ab Zßﬁİ \t\n\u00a0'\"’“”«»`🙂👩🏽‍🚀é.,"), max_size=60) | st.text(max_size=60)


def verdict(quote: str = "", status: Status = Status.MET, **where: int | None) -> Verdict:
    return Verdict(criterion="c", status=status, quote=quote, confidence=0.9, **where)  # type: ignore[arg-type]


def answers(*texts: str) -> list[Answer]:
    return [Answer(turn=turn, text=text) for turn, text in enumerate(texts, 1)]


@pytest.mark.parametrize(
    ("quote", "text", "found"),
    [
        ("the gap", "So the gap is five.", "the gap"),
        ("THE GAP", "So the gap is five.", "the gap"),
        ("the gap", "So The\n\t Gap is five.", "The\n\t Gap"),
        ("  the gap ", "the gap", "the gap"),
        ("it’s “high”", 'I think it\'s "high" here', 'it\'s "high"'),
        ("it's `high'", "I think it’s ‘high’ here", "it’s ‘high’"),
        ("«bias»", "say “bias” now", "“bias”"),
        ("STRASSE", "Die Straße ist lang", "Straße"),
        ("straße", "DIE STRASSE IST LANG", "STRASSE"),
        ("🙂 done", "Well 🙂  done", "🙂  done"),
        ("👩🏽‍🚀", "an 👩🏽‍🚀 flew", "👩🏽‍🚀"),
        ("差は", "差は大きい", "差は"),
        ("a\u00a0b", "see a b", "a b"),
    ],
)
def test_a_quote_is_found_whatever_its_dress(quote: str, text: str, found: str) -> None:
    """Case, whitespace and quote marks are folded; the offsets are those of the text as it stands."""
    place = locate(quote, text)
    assert place is not None
    assert text[slice(*place)] == found


@pytest.mark.parametrize(
    ("quote", "text"),
    [("variance", "bias"), ("", "text"), (" \n", "a text"), ("text", ""), ("gap is", "gapis"), ("café", "cafe")],
)
def test_a_quote_that_is_not_there_is_not_found(quote: str, text: str) -> None:
    """No words, other words, words run together: none of them is evidence."""
    assert locate(quote, text) is None


@given(speech, st.data())
def test_any_slice_of_a_text_is_found_in_it(text: str, data: st.DataObject) -> None:
    """Shouted, with its whitespace doubled, a slice is still found, at offsets inside the text."""
    start = data.draw(st.integers(0, len(text)))
    piece = text[start : data.draw(st.integers(start, len(text)))]
    assume(any(not char.isspace() and not invisible(char) for char in piece))
    place = locate(piece.replace(" ", " \n ").swapcase() if piece.swapcase().casefold() == piece.casefold() else piece, text)
    assert place is not None
    low, high = place
    assert 0 <= low < high <= len(text)
    assert text[low:high].strip() == text[low:high]


@given(speech, speech)
def test_what_is_found_reads_like_the_quote(quote: str, text: str) -> None:
    """What is found, quoted back, is found at the same place: the check is stable."""
    place = locate(quote, text)
    if place is not None:
        again = locate(text[slice(*place)], text)
        assert again is not None
        assert again[0] <= place[0]


def test_a_credit_gets_its_exact_words_and_offsets() -> None:
    """The judge's paraphrase of case and space gives way to the candidate's own text."""
    text = "Well,  The   Gap is five."
    grounded = ground(verdict("the gap IS five"), answers(text))
    assert (grounded.status, grounded.quote, grounded.turn) == (Status.MET, "The   Gap is five", 1)
    assert text[grounded.start : grounded.end] == grounded.quote
    assert grounded.confidence == 0.9


@pytest.mark.parametrize("status", [Status.MET, Status.PARTIAL, Status.WRONG])
@pytest.mark.parametrize("quote", ["", "  ", "words never said"])
def test_a_claim_without_words_is_withdrawn(status: Status, quote: str) -> None:
    """Met, partial and wrong alike become unscored, with nothing left of the claim."""
    grounded = ground(verdict(quote, status, turn=1, start=0, end=3), answers("The gap is five."))
    assert grounded == Verdict(criterion="c", status=Status.UNSCORED)


@pytest.mark.parametrize("status", [Status.ABSENT, Status.UNSCORED])
def test_silence_quotes_nothing(status: Status) -> None:
    """A verdict that claims no words carries none, whatever the judge sent along."""
    grounded = ground(verdict("The gap", status, turn=1, start=0, end=7), answers("The gap is five."))
    assert grounded == Verdict(criterion="c", status=status, confidence=0.9)


def test_the_newest_answer_is_looked_at_first() -> None:
    """Said twice, the words count where they were said last."""
    assert ground(verdict("the gap"), answers("the gap", "again the gap", "nothing")).turn == 2


def test_offsets_that_hold_are_honoured() -> None:
    """A judge that points at one of several equal places means that one."""
    said = answers("gap, gap, gap", "gap")
    pointed = verdict("gap", turn=1, start=5, end=8)
    assert ground(pointed, said) == pointed


@pytest.mark.parametrize(
    ("turn", "start", "end"),
    [(1, 1, 4), (2, 0, 3), (9, 0, 3), (None, 0, 3), (1, 10, None), (1, -3, 13), (1, None, 3), (1, 50, 53)],
)
def test_offsets_that_do_not_hold_are_put_right(turn: int | None, start: int | None, end: int | None) -> None:
    """Offsets beside the words, half given or negative are replaced by where the words stand."""
    grounded = ground(verdict("gap", turn=turn, start=start, end=end), answers("gap, gap, gap", "none"))
    assert (grounded.status, grounded.turn, grounded.start, grounded.end) == (Status.MET, 1, 0, 3)


def test_pointing_at_a_blank_is_no_evidence() -> None:
    """Whitespace at the right offsets is still not words."""
    assert ground(verdict(" ", turn=1, start=3, end=4), answers("the gap")).status is Status.UNSCORED


@given(
    st.builds(
        verdict, speech, st.sampled_from(Status), turn=st.integers(0, 3), start=st.integers(-5, 70), end=st.integers(-5, 70)
    ),
    st.lists(speech, max_size=3),
)
def test_no_evidence_no_credit(given_verdict: Verdict, texts: list[str]) -> None:
    """Whatever a judge says, a claim that stands quotes the candidate exactly; and grounding twice changes nothing."""
    said = answers(*texts)
    grounded = ground(given_verdict, said)
    if grounded.status in (Status.MET, Status.PARTIAL, Status.WRONG):
        assert grounded.turn is not None
        assert grounded.start is not None
        assert said[grounded.turn - 1].text[grounded.start : grounded.end] == grounded.quote
        assert grounded.quote.strip()
    else:
        assert (grounded.quote, grounded.turn, grounded.start, grounded.end) == ("", None, None, None)
    assert ground(grounded, said) == grounded
