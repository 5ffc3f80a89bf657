"""Puts together what the parts of this package notice, and says how far each of it reaches.

An order bars its own sentence, so that a genuine claim beside it keeps its credit. A report, a forged verdict or a
forged message bars what comes with it: the statements that it restates would be credited if they stood alone.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from math import prod
from typing import NamedTuple

from app.core.verdict import Flag, invisible
from app.engines.flags.addressed import INSTRUCTION, REPORT, probabilities
from app.engines.flags.clean import clean, disguised, joined
from app.engines.flags.forms import forged_verdicts
from app.engines.flags.language import foreign
from app.engines.flags.lists import only_terms
from app.engines.flags.patterns import CLOSED, FENCE, FIRST_PERSON, MESSAGE, ORDER, RETOLD
from app.engines.flags.patterns import REPORT as REPORTED
from app.engines.segment import Span, sentences, units

#: From here on the trained reader is believed, in an answer that says nothing of the subject, and so has nothing to lose;
#: and in one that has a sentence plainly of the subject.
SURE, SURER = 0.85, 0.975
#: A sentence of so many words and so unlikely to be addressed to anybody is plainly of the subject.
_PLAIN_WORDS, _PLAIN = 5, 0.05
#: Enough within a few sentences after a mark that may pretend to close the answer.
LIKELY = 0.5
_AFTER = 3
#: Enough next to a sentence that is barred, or together with others: all of them must be innocent, which is less likely.
BESIDE = 0.4
#: So many sentences are taken together.
_TOGETHER = 3
#: Shorter sentences say too little for the reader; only patterns are looked for in them.
_SHORTEST = 4

#: Lines that a text was wrapped into.
_WRAPPED = re.compile(r"(?m:^)([^\n]{50,}[\w,)-])\n(?=[a-z])")
#: What somebody else is said to write or say; whoever tells of an order does not give it.
_QUOTED = re.compile(
    r"""(?<=\w)\s(?:writes?|says?|said|wrote|typed?|like|reads|contains|saying)\s*:?\s(?:'[^'\n]{3,80}'|"[^"\n]{3,80}")"""
)
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n")
_LIST = re.compile(r"\s*(?:[-*•–+]|\(?\w{1,3}[.)])\s")


class _Read(NamedTuple):
    """A sentence with what was made of it: how likely it is no part of an answer, and whether it reports."""

    span: Span
    likely: float
    reports: bool


def flagged(text: str, turn: int) -> list[Flag]:
    """The spans of an answer that earn nothing, sorted, not overlapping. Where kinds overlap, the first of these stands."""
    seen = clean(text)
    found = [("instruction_to_grader", *seen.span(start, end)) for start, end in _addressed(seen.text)]
    found += [("other_script", start, end) for start, end in foreign(text)]
    found += [("hidden_text", start, end) for start, end in disguised(text)]
    found += [("keyword_list", piece.start, piece.end) for piece in units(text) if only_terms(piece)]
    return flags_of(found, text, turn)


def flags_of(found: list[tuple[str, int, int]], text: str, turn: int) -> list[Flag]:
    """Kinds and spans as flags, sorted, not overlapping; where kinds overlap, the first found stands."""
    flags = [Flag(kind=kind, quote=text[a:b], turn=turn, start=a, end=b) for kind, a, b in _apart(found, len(text))]
    return sorted((flag for flag in flags if any(map(_shows, flag.quote))), key=lambda flag: flag.start)


def _addressed(text: str) -> list[tuple[int, int]]:
    """Spans that speak to the grader or report on the candidate, joined where they touch."""
    forged = forged_verdicts(text)
    text = _unwrapped(text)
    retold = len(RETOLD.findall(text)) > 2 and not FIRST_PERSON.search(text)
    read = [_Read(span, 1.0, True) if retold and RETOLD.search(span.text) else _read(span) for span in _whole(text)]
    cut = _cut(text, read, forged)
    spans = [*forged, *((cut, len(text)) for _ in range(cut < len(text)))]
    for one in _barred(read):
        if one.reports:
            spans.append((one.span.start, _block_end(text, one.span.end)))
        else:
            spans += _clauses(one.span)

    def empty(end: int, start: int) -> bool:
        return not any(char.isalnum() for char in text[end:start])

    return [(start, end) for start, end in joined(spans, empty) if any(char.isalnum() for char in text[start:end])]


def _whole(text: str) -> list[Span]:
    """The sentences; one that was cut at a mark inside brackets, as in "(rev. May)", is joined to its rest."""
    whole: list[Span] = []
    for span in sentences(text):
        last = whole[-1] if whole else None
        opened = last is not None and last.text.rfind("(") > last.text.rfind(")")
        if last and opened and ")" in span.text and "\n" not in text[last.end : span.start]:
            whole[-1] = Span(text[last.start : span.end], last.start, span.end)
        else:
            whole.append(span)
    return whole


def _read(span: Span) -> _Read:
    if REPORTED.search(span.text):
        return _Read(span, 1.0, True)
    if ORDER.search(_QUOTED.sub(" ", span.text)):
        return _Read(span, 1.0, False)
    if len(span.text.split()) < _SHORTEST:
        return _Read(span, 0.0, False)
    odds = probabilities(span.text)
    return _Read(span, float(odds[INSTRUCTION] + odds[REPORT]), bool(odds[REPORT] > odds[INSTRUCTION]))


def _cut(text: str, read: list[_Read], forged: list[tuple[int, int]]) -> int:
    """Where something pretends that the answer has ended or that somebody else speaks; nothing after it is an answer."""
    cut = min((match.start() for pattern in (MESSAGE, CLOSED) for match in pattern.finditer(text)), default=len(text))
    ends = [one.span.end for one in read]
    looked_at = -1
    for mark in FENCE.finditer(text, 0, cut):
        first = bisect_right(ends, mark.start())
        after = read[first : first + _AFTER]
        if first == looked_at or not after:
            continue
        looked_at = first
        start, end = mark.start(), after[-1].span.end
        if any(one.likely >= LIKELY for one in after) or any(start < a < end for a, _ in forged):
            return start
        odds = probabilities(text[start:end])
        if odds[INSTRUCTION] + odds[REPORT] >= LIKELY:
            return start
    return cut


def _barred(read: list[_Read]) -> list[_Read]:
    """The sentences that are sure by themselves or together, and their likely neighbours."""
    plain = any(one.likely <= _PLAIN and len(one.span.text.split()) >= _PLAIN_WORDS for one in read)
    sure = SURER if plain else SURE
    suspects = sorted((i for i, one in enumerate(read) if one.likely >= BESIDE), key=lambda i: -read[i].likely)
    innocent = prod(1 - read[i].likely for i in suspects[:_TOGETHER])
    barred = {i for i in suspects if read[i].likely >= sure or 1 - innocent >= sure}
    for step in (1, -1):
        for i in range(len(read))[::step]:
            if i - step in barred and read[i].likely >= BESIDE:
                barred.add(i)
    return [read[i] for i in sorted(barred)]


def _clauses(sentence: Span) -> list[tuple[int, int]]:
    """The clauses of a long sentence that speak to the grader; all of it when none does so by itself."""
    parts = units(sentence.text) if len(sentences(sentence.text)) == 1 else []
    barred = [part for part in parts if len(parts) > 1 and _read(part).likely >= LIKELY]
    return [(sentence.start + part.start, sentence.start + part.end) for part in barred] or [(sentence.start, sentence.end)]


def _block_end(text: str, start: int) -> int:
    """The end of the paragraph, and of the lists that follow it."""
    end = start
    while True:
        gap = _PARAGRAPH.search(text, end)
        if gap is None:
            return len(text)
        opens = text[: gap.start()].rstrip().endswith(":")
        if not opens and not _LIST.match(text, gap.end()):
            return gap.start()
        end = gap.end()


def _apart(found: list[tuple[str, int, int]], length: int) -> Iterator[tuple[str, int, int]]:
    """Spans, the earlier ones of the list whole, the later ones without what is taken."""
    taken = bytearray(length)
    for kind, start, end in found:
        while start < end:
            start = taken.find(0, start, end) if taken[start] else start
            if start < 0:
                break
            stop = taken.find(1, start, end)
            stop = end if stop < 0 else stop
            taken[start:stop] = b"\1" * (stop - start)
            yield kind, start, stop
            start = stop


def _shows(char: str) -> bool:
    """Whether a character is more than a mark or a blank: a letter, a digit, or something hidden."""
    return char.isalnum() or invisible(char)


def _unwrapped(text: str) -> str:
    """The text with the lines joined that a sentence was wrapped into; as many characters as before."""
    return _WRAPPED.sub(r"\1 ", text)
