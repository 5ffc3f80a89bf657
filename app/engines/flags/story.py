"""What in a story earns nothing, sentence by sentence.

People in a story order, report and judge, and whatever else is said around words to the grader was still lived: so here
no sentence takes its neighbours along, and a trained reader's doubt is no more than a hint to the reader of stories.
"""

from app.core.verdict import Flag
from app.engines.flags.addressed import INSTRUCTION, REPORT, probabilities
from app.engines.flags.clean import clean, disguised
from app.engines.flags.find import flags_of
from app.engines.flags.forms import forged_verdicts
from app.engines.flags.language import foreign
from app.engines.flags.patterns import CLOSED, MESSAGE, ORDER
from app.engines.flags.patterns import REPORT as REPORTED

#: Shorter sentences say too little for the trained reader.
_SHORTEST = 4


def unreadable(text: str, turn: int) -> list[Flag]:
    """The spans of a story that nobody told: forged verdicts, other languages, hidden text. Sorted, not overlapping."""
    seen = clean(text)
    found = [("instruction_to_grader", *seen.span(start, end)) for start, end in forged_verdicts(seen.text)]
    found += [("other_script", start, end) for start, end in foreign(text)]
    found += [("hidden_text", start, end) for start, end in disguised(text)]
    return flags_of(found, text, turn)


def to_grader(sentence: str) -> float:
    """How likely it is that a sentence speaks to or for the grader, 0 to 1; 1 where its form leaves no doubt."""
    sentence = clean(sentence).text
    if any(pattern.search(sentence) for pattern in (ORDER, REPORTED, MESSAGE, CLOSED)):
        return 1.0
    if len(sentence.split()) < _SHORTEST:
        return 0.0
    odds = probabilities(sentence)
    return float(odds[INSTRUCTION] + odds[REPORT])
