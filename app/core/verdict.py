"""What is judged: verdicts, and the rule that no credit stands without the candidate's own words."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum


class Status(StrEnum):
    """How one criterion stands on what the candidate has said so far."""

    MET = "met"
    PARTIAL = "partial"
    ABSENT = "absent"
    WRONG = "wrong"  # they said the opposite
    UNSCORED = "unscored"  # the judge could not tell


#: Statuses that claim that the candidate said something, and so must point at the words.
NEED_EVIDENCE = frozenset({Status.MET, Status.PARTIAL, Status.WRONG})


class Intent(StrEnum):
    """What the candidate is doing with a turn."""

    ANSWER = "answer"
    QUESTION = "question"  # asks the interviewer for a constraint
    DONT_KNOW = "dont_know"
    OFF_TOPIC = "off_topic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A candidate's turn, word for word. Turns count from 1 over the whole interview."""

    turn: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One criterion judged.

    `quote` is the candidate's text from `start` to `end` (character offsets, end exclusive) of the answer
    of turn `turn`. `confidence` is the judge's probability that the status is right, 0 to 1.
    """

    criterion: str
    status: Status
    quote: str = ""
    turn: int | None = None
    start: int | None = None
    end: int | None = None
    confidence: float | None = None
    engine: str = ""


#: What may be flagged, and what it means, for people.
FLAG_KINDS = {
    "instruction_to_grader": "addressed to the grader",
    "keyword_list": "a list of terms that claims nothing",
    "other_script": "not in the language of the interview",
    "hidden_text": "characters that a reader cannot see, or that pass for others",
    "off_question": "no part of the story",
}
#: Flags that say that somebody tried to talk the grader round.
ATTEMPTS = frozenset({"instruction_to_grader", "hidden_text", "other_script"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Something in an answer that a reader should know of and that earned nothing; `kind` is one of FLAG_KINDS."""

    kind: str
    quote: str
    turn: int
    start: int
    end: int


_FOLDED = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "`": "'", "\u00ab": '"', "\u00bb": '"'})


def invisible(char: str) -> bool:
    """Whether a character shows nothing: format characters, the joiners and tags among them, and variation selectors."""
    return unicodedata.category(char) == "Cf" or "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _fold(text: str) -> tuple[str, list[int]]:
    """Fold case, quote marks, runs of whitespace and what is invisible; the text and where each character came from."""
    chars: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(text):
        if char.isspace():
            if not chars or chars[-1] == " ":
                continue
            folded = " "
        elif invisible(char):
            continue
        else:
            folded = char.translate(_FOLDED).casefold()
        # Casefolding may lengthen a character (ß becomes ss): each part points back at the same place.
        chars.extend(folded)
        origin.extend([index] * len(folded))
    return "".join(chars), origin


def locate(quote: str, text: str) -> tuple[int, int] | None:
    """Find `quote` in `text`, whitespace, case and quote marks folded, invisible characters left out.

    Returns character offsets into `text` (end exclusive), or None when it is not there or is empty.
    """
    needle = _fold(quote)[0].strip()
    hay, origin = _fold(text)
    at = hay.find(needle) if needle else -1
    if at < 0:
        return None
    return origin[at], origin[at + len(needle) - 1] + 1


def ground(verdict: Verdict, answers: Sequence[Answer]) -> Verdict:
    """Tie a verdict to the candidate's words, or withdraw it.

    A verdict that claims words is checked against the answers, the newest first; the quote is replaced by
    the exact text and its offsets. Where the words are not found, the verdict becomes `unscored`.
    """
    if verdict.status not in NEED_EVIDENCE:
        return replace(verdict, quote="", turn=None, start=None, end=None)
    # A judge that gave offsets pointed at one of several equal places: honour it where it holds.
    for answer in answers:
        start, end = verdict.start, verdict.end
        pointed = answer.turn == verdict.turn and start is not None and end is not None and start >= 0 and verdict.quote.strip()
        if pointed and answer.text[start:end] == verdict.quote:
            return verdict
    for answer in reversed(answers):
        found = locate(verdict.quote, answer.text)
        if found:
            start, end = found
            return replace(verdict, quote=answer.text[start:end], turn=answer.turn, start=start, end=end)
    return withdrawn(verdict)


def withdrawn(verdict: Verdict) -> Verdict:
    """The verdict without its claim: not zero, but not judged."""
    return replace(verdict, status=Status.UNSCORED, quote="", turn=None, start=None, end=None, confidence=None)


def withhold(verdict: Verdict, flags: Iterable[Flag]) -> Verdict:
    """Withdraw a credit whose words were flagged, or for the most part: what was flagged earns nothing."""
    if verdict.status not in (Status.MET, Status.PARTIAL) or verdict.start is None or verdict.end is None:
        return verdict
    covered = sum(
        max(0, min(flag.end, verdict.end) - max(flag.start, verdict.start)) for flag in flags if flag.turn == verdict.turn
    )
    if 2 * covered < verdict.end - verdict.start:
        return verdict
    return withdrawn(verdict)
