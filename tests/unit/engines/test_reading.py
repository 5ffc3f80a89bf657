"""How a turn is read before it is judged: who gives up, who asks, and who strays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.verdict import Intent
from app.engines.offline.reading import intent_of
from app.engines.segment import units


def intent(text: str, *, card: dict[int, float] | None = None, near: float = 1.0) -> tuple[Intent, int | None]:
    """The intent of a text whose every piece is `near` the subject and, for each fact, so near the card's line."""
    pieces = units(text)
    facts = card or {}
    cosines = np.zeros((len(pieces), max(facts, default=-1) + 1), dtype=np.float32)
    for fact, cosine in facts.items():
        cosines[:, fact] = cosine
    return intent_of(pieces, cosines, np.full(len(pieces), near, dtype=np.float32))


GIVING_UP = [
    "I don't know.",
    "I don’t know",
    "I do not know.",
    "i dont know",
    "I really don't know, sorry.",
    "Honestly, I don't know.",
    "Um, well, I don't know that one.",
    "I'm afraid I don't know.",
    "I don't know what that means.",
    "I don't know how to answer this.",
    "I don't have an answer to that.",
    "No idea.",
    "I have absolutely no idea.",
    "No clue, sorry.",
    "I haven't a clue.",
    "Not sure.",
    "I'm not sure, sorry.",
    "I'm not sure what to say here.",
    "I can't remember.",
    "I really don't remember that one.",
    "Hmm, I can't think of anything.",
    "I can't answer that.",
    "Pass.",
    "Skip",
    "Let's skip this one.",
    "Can we skip this one?",
    "I give up.",
    "idk",
    "dunno",
    "Beats me.",
    "You got me there.",
    "I'm drawing a blank.",
    "I'm stuck.",
    "My mind is blank.",
    "Sorry, I've never heard of it.",
    "We never covered that in my course.",
    "I haven't come across that.",
    "I'm not familiar with that term.",
    "I'd have to look that up.",
    "I don't know, could we move on?",
    "I don't know. Can you give me a hint?",
    "Could I get a hint?",
    "Nothing comes to mind.",
    "I don't know because I never learned it.",
]

ANSWERS_THAT_SOUND_LIKE_IT = [
    "I don't know the exact number, but the variance falls because averaging cancels independent errors.",
    "I don't know the noise floor yet, so I'd measure repeat trips first.",
    "I don't know if that holds here, but I would start with the learning curve.",
    "I don't know the name: you refit the scaler inside each fold.",
    "I don't know. The gap means variance.",
    "Not sure of the name; you refit the scaler inside each fold.",
    "I'm not sure the split is random: the gap could be a shift between months.",
    "I'm not sure that doubling the rows would change much here.",
    "I can't say it overfits without seeing the training error.",
    "I can't tell bias from variance from one number, I need the training error too.",
    "I forget the name, it is the penalty on absolute values.",
    "Skip connections let the gradient flow past a layer.",
    "Skip the scaling for trees, they only look at the order of values.",
    "Pass the raw text through a tokenizer first.",
    "I'll pass the fitted scaler on to the serving pipeline.",
    "Nothing leaks when the scaler is fitted on the training rows only.",
    "I would pass on more data because the learning curve is flat.",
    "I'm stuck with 300 features, so I'd regularise first.",
    "I've never seen a model that generalised without a held-out set.",
    "No idea survives contact with held-out data, so I keep a month aside.",
]


@pytest.mark.parametrize("text", GIVING_UP)
def test_not_knowing_is_heard(text: str) -> None:
    """Whoever gives up gets a hint, however they put it."""
    assert intent(text) == (Intent.DONT_KNOW, None)


@pytest.mark.parametrize("text", ANSWERS_THAT_SOUND_LIKE_IT)
def test_an_answer_that_sounds_like_not_knowing_is_still_judged(text: str) -> None:
    """A claim beside the words of giving up keeps the turn an answer: nothing said is thrown away."""
    assert intent(text) == (Intent.ANSWER, None)


def test_a_long_turn_is_an_answer_whatever_it_begins_with() -> None:
    """Forty words of not knowing are worth a look."""
    assert intent("I don't know. " * 20)[0] is Intent.ANSWER


def test_a_question_near_the_card_names_the_nearest_line() -> None:
    """The fact asked about is the card's line that comes nearest."""
    assert intent("How many rows do we have?", card={0: 0.3, 1: 0.7, 2: 0.5}) == (Intent.QUESTION, 1)


def test_a_question_far_from_the_card_is_a_question_all_the_same() -> None:
    """The interviewer has no figure for it, and says so."""
    assert intent("What colour is the office?", card={0: 0.1}) == (Intent.QUESTION, None)
    assert intent("What colour is the office?") == (Intent.QUESTION, None)


def test_a_question_after_an_answer_counts_only_when_the_card_knows_it() -> None:
    """Rhetoric at the end of an answer is part of the answer."""
    text = "The gap says variance. But is the split fair?"
    assert intent(text, card={0: 0.1}) == (Intent.ANSWER, None)
    assert intent(text, card={0: 0.6}) == (Intent.QUESTION, 0)


def test_a_rhetorical_question_that_is_answered_is_an_answer() -> None:
    """Who asks and then goes on has not asked the interviewer."""
    assert intent("What does the gap mean? It means variance.", card={0: 0.9}) == (Intent.ANSWER, None)


def test_not_knowing_with_a_question_of_substance_is_a_question() -> None:
    """What they need is the figure, not a hint."""
    assert intent("I don't know, how many rows do we have?", card={0: 0.6}) == (Intent.QUESTION, 0)


def test_leaving_the_subject_is_noticed() -> None:
    """Far from everything that the question is about, and long enough to tell."""
    assert intent("My cat prefers tuna to salmon.", near=0.1) == (Intent.OFF_TOPIC, None)
    assert intent("My cat.", near=0.1) == (Intent.ANSWER, None)


def test_nothing_readable_is_off_topic() -> None:
    """Marks without a word in them are no answer."""
    assert intent("… !!! 🙂") == (Intent.OFF_TOPIC, None)


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    """Nothing that can be typed stops the reading."""
    assert isinstance(intent(text)[0], Intent)
