"""Reads a turn before it is judged: what the candidate is doing."""

import re
from collections.abc import Sequence

import numpy as np

from app.core.verdict import Intent
from app.engines.offline.features import Array
from app.engines.segment import Span

#: A question to the interviewer must come this near a line of the constraints card to be answered from it.
CARD_NEAR = 0.38
#: Below this nearness to everything that the question is about, a turn has left the subject.
ON_TOPIC = 0.30
#: A turn that is not an answer is a short one.
_SHORT = 40

# A turn is read clause by clause, so that "I don't know the figure, but the variance falls" stays an answer.
_CLAUSE_END = re.compile(r"[,;:.!?…\n]+|\s[-–—]+\s|\b(?:but|though|although|because|so)\b", re.IGNORECASE)
_FILLER = r"""(?:um+|uh+|er+|hm+|well|sorry|honestly|frankly|actually|really|no|oh|ok(?:ay)?|look|yeah|and|then|just|please
    |thanks?|thank\ you|i(?:'m|\ am)\ (?:afraid|sorry)|to\ be\ honest|at\ all|right\ now|now|here|there|either|next|hints?|help
    |(?:(?:on|about|to|of|for|with|in)\ )?(?:it|this|that|now|me|the|my\ mind|mind)|(?:comes|springs)\ to\ mind
    |one|question|anything|something)"""
_MAY_WE = r"""(?:let(?:'s|\ us|\ me)|(?:can|could|may|shall)\ (?:we|i|you)
    |i(?:'ll|\ will|'d\ (?:like\ to|rather)|\ would\ rather|\ want\ to))"""
_IDLE = re.compile(rf"(?:{_FILLER}\s*)+|{_MAY_WE}\ (?:please\ )?(?:move|go)\ on(?:\ {_FILLER})*", re.IGNORECASE | re.VERBOSE)
# Verbs that also begin honest claims ("skip connections", "I can't say it overfits") count only with filler after them.
_GIVES_UP = re.compile(
    rf"""(?:{_FILLER}\s+)*(?:
        (?: (?:i\ )?(?:(?:really|honestly|just|still|also)\ )*(?:do\ not|don'?t)\ (?:(?:really|actually|even)\ )?
                (?:know|remember|recall|understand|have\ (?:an?|any|the)\ (?:answer|idea|clue))
          | (?:i(?:'ve|\ have)?\ (?:got\ )?)?(?:absolutely\ )?no\ (?:idea|clue)(?:\ (?:what|how|why|which|where|when|who|about))?
          | (?:i(?:'m|\ am)\ )?(?:(?:really|honestly)\ )?not\ (?:sure\ (?:what|how|why|which|where|when|about|i)|familiar\ with)
          | i\ (?:can'?t|cannot|couldn'?t|could\ not)\ (?:think\ of|remember|recall) | i\ forg[eo]t
        )\b(?:\s+\S+){{0,12}}
      | (?:(?:i|we)(?:'ve|\ have)?\ )?(?:have\ not|haven'?t|never)\ (?:heard|learned|learnt|studied|covered|come\ across)
            (?:\s+\S+){{0,6}}
      | (?: i(?:'ve|\ have)\ (?:got\ )?no\ answer | (?:i\ )?have(?:n'?t|\ not)\ (?:got\ )?(?:a|any)\ (?:clue|idea)
          | (?:i(?:'m|\ am)\ )?(?:(?:really|honestly|completely)\ )?(?:not\ sure|unsure|lost|stuck|blank|drawing\ a\ blank)
          | my\ mind\ (?:is|went|has\ gone)(?:\ (?:a|completely))?\ blank
          | i\ (?:can'?t|cannot|couldn'?t|could\ not)\ (?:say|answer|tell)
          | i(?:'d|\ would)\ have\ to\ (?:look\ (?:it|that|this)\ up|google|guess)
          | (?:{_MAY_WE}\ (?:please\ )?)?(?:pass|skip|give\ up|(?:get|have|give\ me)\ (?:a|another|some)\ (?:hint|clue|help))
          | a\ hint | nothing | i\ give\ up | (?:i\ )?dunno | no\ comment | idk | beats\ me | you(?:'ve)?\ got\ me
        )(?:\s+{_FILLER})*)""",
    re.IGNORECASE | re.VERBOSE,
)


def intent_of(pieces: Sequence[Span], card: Array, nearness: Array) -> tuple[Intent, int | None]:
    """What a turn is, and the line of the card that it asks about.

    `card` (pieces, facts) and `nearness` (pieces,) are cosines with the constraints card and with everything that
    the question is about.
    """
    words = sum(len(piece.text.split()) for piece in pieces)
    if not pieces:
        return Intent.OFF_TOPIC, None
    if words <= _SHORT and _gives_up("\n".join(piece.text for piece in pieces)):
        return Intent.DONT_KNOW, None
    asking = [i for i, piece in enumerate(pieces) if piece.is_question]
    if asking and words <= _SHORT and (pieces[-1].is_question or len(asking) == len(pieces)):
        near = card[asking] if card.size else np.zeros((1, 0))
        if near.size and near.max() >= CARD_NEAR:
            return Intent.QUESTION, int(np.unravel_index(near.argmax(), near.shape)[1])
        if len(asking) == len(pieces):
            return Intent.QUESTION, None
    if words >= 5 and nearness.max() < ON_TOPIC:
        return Intent.OFF_TOPIC, None
    return Intent.ANSWER, None


def _gives_up(text: str) -> bool:
    """Whether some clause says that the candidate has no answer, and every other one says nothing."""
    clauses = [clause.strip(" \"'()") for clause in _CLAUSE_END.split(text.replace("’", "'"))]
    gives_up = [bool(_GIVES_UP.fullmatch(clause)) for clause in clauses if clause]
    return any(gives_up) and all(
        up or _IDLE.fullmatch(clause) for up, clause in zip(gives_up, filter(None, clauses), strict=True)
    )
