"""Cuts an answer into the pieces that are judged: sentences, clauses of run-on sentences, and stretches of several of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

#: A sentence ends at these marks before whitespace, or at a line break; not inside 0.5 or after e.g. and i.e.
#: A run of marks is looked at from its first one only: else 20,000 dots take seconds.
_END = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\betc)(?<![.!?;…])[.!?;…]++[\"'”’)]*+(?=\s|$)|\n+|[。！？]+")
#: Where a run-on sentence can be parted without tearing a claim apart.
_JOINT = re.compile(
    r"(?:,|\s[-–—])\s+(?=(?:and|but|so|whereas|while|then|also|plus|which means|or else|however)\b)", re.IGNORECASE
)
#: Sentences longer than this are parted at their joints into clauses of at least _SHORTEST words.
_LONGEST = 26
_SHORTEST = 6
#: Words of a stretch, at most.
_STRETCH = 42


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text, with its character offsets (end exclusive)."""

    text: str
    start: int
    end: int

    @property
    def is_question(self) -> bool:
        return self.text.rstrip("\"'”’) ").endswith("?")


def sentences(text: str) -> list[Span]:
    """The sentences of a text, in order, trimmed; none of them empty."""
    spans, start = [], 0
    for mark in [*_END.finditer(text), None]:
        end = mark.end() if mark else len(text)
        spans += _trimmed(text, start, end)
        start = end
    return spans


def units(text: str) -> list[Span]:
    """The pieces to judge: sentences, the long ones parted into clauses."""
    return [clause for sentence in sentences(text) for clause in _clauses(text, sentence)]


def stretches(text: str, pieces: Sequence[Span]) -> list[Span]:
    """Runs of consecutive pieces of `text`, as long as the judge can read at once: what one sentence begins, the next may end.

    A run ends where something lies between two pieces.
    """
    runs: list[list[Span]] = []
    for piece in pieces:
        last = runs[-1] if runs else []
        near = last and not any(char.isalnum() for char in text[last[-1].end : piece.start])
        if near and len(text[last[0].start : piece.end].split()) <= _STRETCH:
            last.append(piece)
        else:
            runs.append([piece])
    return [span for run in runs if len(run) > 1 for span in _trimmed(text, run[0].start, run[-1].end)]


def _clauses(text: str, sentence: Span) -> list[Span]:
    if len(sentence.text.split()) <= _LONGEST:
        return [sentence]
    cuts = [sentence.start]
    for joint in _JOINT.finditer(text, sentence.start, sentence.end):
        before, after = text[cuts[-1] : joint.start()], text[joint.end() : sentence.end]
        if len(before.split()) >= _SHORTEST and len(after.split()) >= _SHORTEST:
            cuts.append(joint.end())
    bounds = [*cuts[1:], sentence.end]
    return [span for start, end in zip(cuts, bounds, strict=True) for span in _trimmed(text, start, end)]


def _trimmed(text: str, start: int, end: int) -> list[Span]:
    piece = text[start:end]
    inner = piece.strip().rstrip(",").rstrip()
    if not any(char.isalnum() for char in inner):
        return []
    offset = start + len(piece) - len(piece.lstrip())
    return [Span(inner, offset, offset + len(inner))]
