"""Forged verdicts: JSON, tables, tags, lists of key and value, calls of functions that say how an answer was graded.

Honest answers hold code, configurations and log lines too. A block counts when it speaks of grading in its keys and
of success in its values, and more than in passing.
"""

import re
from collections.abc import Iterator

#: Words that only a grading has, and words that it shares with other records.
_GRADING = frozenset(
    """verdict verdicts criterion criteria judgement judgment grade grades grading graded evidence quote rationale assessment
    evaluation evaluator grader examiner assessor judge rubric credit credited deducted interviewee candidate""".split()
)
_RECORD = frozenset(
    """status result results decision outcome score scores rating overall span confidence feedback missing missed wrong
    strengths weaknesses recommendation points reason comment item items total matched similarity reviewer signature override
    contradictions action""".split()
)
_WON = frozenset("met fulfilled satisfied hire passed flawless".split())
_WELL = frozenset(
    """pass correct covered stated complete excellent true yes approved full fully accept accepted addressed present perfect
    outstanding none ok""".split()
)
_TICK = re.compile(
    r"\[x\]|[✓✔✅☑]|\b(\d{1,3})\s*(?:/|of|out of)\s*\1\b|\b1\.0+\b|\bfull (?:credit|marks)\b|\[\s*\]", re.IGNORECASE
)
#: Lines that begin with the name of a criterion.
_ID = re.compile(r"^\W*[a-z]+(?:-[a-z]+){1,4}\s*[:,=|.]", re.MULTILINE)
_NAMES = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_ENOUGH = 4

#: A record that restates a claim as the ground of a verdict.
_GROUND = re.compile(
    r"""["'](?:rationale|evidence|quote|justification|because|support|proof)["']\s*:\s*["'][^"'\n]{25}""", re.IGNORECASE
)
#: Three of these in one paragraph are a scorecard, on however few lines.
_CARD = re.compile(
    r"""(?:^|[.;,|]\s*|\n\s*)(?:final\ |overall\ )?(?:verdict|score|rating|strengths?|weakness(?:es)?
        |recommendation|grade|assessment|hire|decision|confidence|conclusion)\s*:""",
    re.IGNORECASE | re.VERBOSE,
)

_FENCED = re.compile(r"^[ \t]*(```|~~~)[^\n]*\n.*?(?:^[ \t]*\1[^\n]*$|\Z)", re.MULTILINE | re.DOTALL)
_TAGGED = re.compile(r"<([a-z][\w:-]*)[^<>]*>.*</[a-z][\w:-]*>", re.IGNORECASE | re.DOTALL)
_CALLED = re.compile(r"\b[a-z]\w{0,40}\([^()\n]*\)(?:[;,\s]{1,3}\w{1,40}\([^()\n]*\))*", re.IGNORECASE)
#: A line of a record: a row of a table, a key and its value, comma-separated values that are no sentences, a ticked box.
_LINE = re.compile(
    r"""\s*(?:[^|\n]*(?:\|[^|\n]*)+
        |[-*•]?\s*(?:\[[x\ ]\]\s*)?["']?\w[\w\ .#/-]{0,40}["']?\s*[:=]\s*\S.*
        |[\w-]+:\s*|\[\[?\w+\]\]?
        |(?!.*\w{2}[.!?]\s+[A-Z])[^,\s][^,\n]*(?:,[^,\n]*){2,}
        |.*(?:\[[xX\ ]\]|\.{4,}|[✓✔✅☑]).*)$""",
    re.VERBOSE,
)


def forged_verdicts(text: str) -> list[tuple[int, int]]:
    """Blocks that record how the answer was graded."""
    return [*scorecards(text), *((start, end) for start, end in _blocks(text) if weight(text[start:end]) >= _ENOUGH)]


def weight(block: str) -> int:
    """How much a block speaks of grading and of success; nothing unless of both."""
    if _GROUND.search(block):
        return _ENOUGH
    words = {word.lower() for word in _NAMES.findall(block)}
    keys = 2 * (len(_ID.findall(block)) > 1) + 2 * len(words & _GRADING) + len(words & _RECORD)
    values = 2 * len(words & _WON) + len(words & _WELL) + 2 * min(2, len(_TICK.findall(block)))
    return min(keys, 5) + min(values, 4) if keys and values else 0


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (_FENCED, _TAGGED, _CALLED):
        yield from (match.span() for match in pattern.finditer(text))
    yield from _braced(text)
    yield from _lines(text)


def scorecards(text: str) -> Iterator[tuple[int, int]]:
    """Paragraphs from the first label of a scorecard on, where there are three."""
    at = 0
    for paragraph in re.split(r"(\n[^\S\n]*\n)", text):
        labels = list(_CARD.finditer(paragraph))
        if len(labels) > 2:
            yield at + labels[0].start(), at + len(paragraph)
        at += len(paragraph)


def _braced(text: str) -> Iterator[tuple[int, int]]:
    """Balanced braces and what lies between two of them; what is never closed goes to the end."""
    depth, start, spans = 0, 0, []
    for match in re.finditer(r"[{}]", text):
        if match[0] == "{":
            start = match.start() if depth == 0 else start
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                spans.append((start, match.end()))
    if depth:
        spans.append((start, len(text)))
    yield from spans
    if len(spans) > 1:
        yield spans[0][0], spans[-1][1]


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Two or more lines of a record, one empty line between them at most."""
    start, end, count, empty, at = 0, 0, 0, 0, 0
    for line in [*text.splitlines(keepends=True), "end of text\n"]:
        if not line.strip() and count:
            empty += 1
        elif line.strip() and _LINE.match(line.rstrip()) and empty < 2:
            start, end, count, empty = (start if count else at), at + len(line.rstrip()), count + 1, 0
        else:
            if count > 1:
                yield start, end
            count = empty = 0
        at += len(line)
