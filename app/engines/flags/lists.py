"""Lists of terms: they name things and claim nothing."""

import re

from app.engines.segment import Span
from app.engines.words import FUNCTION_WORDS, WORD

# Contractions hold a function word; a possessive ("Cohen's d") does not.
_CONTRACTIONS = ("n't", "'d", "'ll", "'re", "'ve", "'m")
_CONTRACTED = frozenset({"it's", "that's", "there's", "what's", "here's"})
#: Words that tie one thing to another: whoever uses one claims something, however tersely.
_CLAIMS = frozenset(
    """because hence if must otherwise than minus plus times squared equals before after until never nothing each when whenever
    unless instead divide divided subtract subtracts once twice half first""".split()
)


def only_terms(piece: Span) -> bool:
    """Whether a piece strings terms together without claiming anything: hardly a function word, and separators."""
    words = WORD.findall(piece.text.lower().replace("’", "'"))
    if "=" in piece.text or not _CLAIMS.isdisjoint(words):
        return False
    function = sum(word in FUNCTION_WORDS or word in _CONTRACTED or word.endswith(_CONTRACTIONS) for word in words)
    separators = len(re.findall(r"[,;|•](?!\d)|\n|\s[-/]\s", piece.text))
    bare = len(words) >= 4 and function <= 0.15 * len(words) and (separators >= 2 or (len(words) >= 8 and not function))
    # A list with a verb before it ("I would leverage …") claims no more than one without.
    dressed = len(words) >= 12 and separators >= 5 and separators >= 0.17 * len(words) and function <= 0.4 * len(words)
    return bare or dressed
