"""Which sense-check questions a quiz asks: a pure, seeded choice."""

import random
from collections.abc import Sequence
from itertools import chain, zip_longest

from app.core.rubric import Note, QuizItem

#: The most questions of one quiz.
MAX_ITEMS = 50


def pick(notes: Sequence[Note], count: int, seed: int) -> tuple[QuizItem, ...]:
    """At most `count` questions of these notes, each note giving one before any gives a second."""
    rng = random.Random(seed)
    shuffled = [rng.sample(note.quiz, len(note.quiz)) for note in sorted(notes, key=lambda note: note.topic)]
    rng.shuffle(shuffled)
    rounds = chain.from_iterable(zip_longest(*shuffled))
    return tuple([item for item in rounds if item is not None][:count])
