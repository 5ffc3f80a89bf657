"""What in a story earns nothing, sentence by sentence.

People in a story order, report and judge, and whatever else is said around words to the grader was still lived: so here
no sentence takes its neighbours along, and a trained reader's doubt is no more than a hint to the reader of stories.
"""

import re
from itertools import pairwise

from app.core.verdict import Flag
from app.engines.flags.addressed import INSTRUCTION, REPORT, probabilities
from app.engines.flags.clean import clean, disguised
from app.engines.flags.find import BESIDE, flags_of
from app.engines.flags.forms import forged_verdicts
from app.engines.flags.language import foreign
from app.engines.flags.patterns import CLOSED, MESSAGE, ORDER
from app.engines.flags.patterns import REPORT as REPORTED
from app.engines.segment import Span, sentences

#: Something in brackets that speaks to the grader by its form ends with its bracket; a story may go on right behind it.
_BRACKETED = re.compile(r"[\[(<{][^\[\](){}<>\n]{3,200}[\])>}]")
_SCORED = re.compile(
    r"\b(?:score|scores|grade|rating|result|reflection|action|task|situation|ownership|overall)\s*[:=]\s*\d", re.IGNORECASE
)
#: Where a sentence can be parted, so that an order does not take along what somebody did about it.
_JOINT = re.compile(r"[,;]\s+(?=(?:so|and|but|then|which|while|because|since|yet)\b)")
#: Shorter sentences say too little for the trained reader.
_SHORTEST = 4


def unreadable(text: str, turn: int) -> list[Flag]:
    """The spans of a story that nobody told: words to the grader whose form leaves no doubt, forged verdicts, other
    languages, hidden text. Sorted, not overlapping."""
    seen = clean(text)
    forged = [*forged_verdicts(seen.text), *(found.span() for found in _BRACKETED.finditer(seen.text) if _speaks(found[0]))]
    bare = seen.text
    for start, end in forged:
        bare = bare[:start] + "\n".ljust(end - start) + bare[end:]
    forged += [clause for sentence in sentences(bare) if _by_form(sentence.text) for clause in _clauses(sentence)]
    found = [("instruction_to_grader", *seen.span(start, end)) for start, end in forged]
    found += [("other_script", start, end) for start, end in foreign(text)]
    found += [("hidden_text", start, end) for start, end in disguised(text)]
    return flags_of(found, text, turn)


def _clauses(sentence: Span) -> list[tuple[int, int]]:
    """The clauses of a sentence that likely speak to the grader; all of it when none does so by itself."""
    cuts = [0, *(joint.end() for joint in _JOINT.finditer(sentence.text)), len(sentence.text)]
    spoken = [(start, end) for start, end in pairwise(cuts) if to_grader(sentence.text[start:end]) >= BESIDE]
    return [(sentence.start + start, sentence.start + end) for start, end in spoken or [(0, len(sentence.text))]]


def _by_form(sentence: str) -> bool:
    return any(pattern.search(sentence) for pattern in (ORDER, REPORTED, MESSAGE, CLOSED))


def _speaks(bracketed: str) -> bool:
    return bool(_SCORED.search(bracketed)) or _by_form(bracketed[1:-1])


def to_grader(sentence: str) -> float:
    """How likely it is that a sentence speaks to or for the grader, 0 to 1; 1 where its form leaves no doubt."""
    sentence = clean(sentence).text
    if _by_form(sentence):
        return 1.0
    if len(sentence.split()) < _SHORTEST:
        return 0.0
    odds = probabilities(sentence)
    return float(odds[INSTRUCTION] + odds[REPORT])
