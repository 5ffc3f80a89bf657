"""Reads a turn before it is judged: what the candidate is doing, and which pieces may not earn anything."""

import re
from collections.abc import Sequence

import numpy as np

from app.core.verdict import Flag, Intent
from app.engines.offline.features import FUNCTION_WORDS, WORD, Array
from app.engines.offline.segment import Span

#: A question to the interviewer must come this near a line of the constraints card to be answered from it.
CARD_NEAR = 0.38
#: Below this nearness to everything that the question is about, a turn has left the subject.
ON_TOPIC = 0.30
#: A turn that is not an answer is a short one.
_SHORT = 40

_DONT_KNOW = re.compile(
    r"""^\W*(?:(?:um+|uh+|er+|hmm+|well|sorry|honestly|no|oh|ok(?:ay)?|look|actually)\W+)*
    (?: i\ (?:(?:really|honestly|just|still|also)\ )*(?:do\ not|don['’]?t)\ (?:(?:really|actually|even)\ )?
            (?:know|remember|recall|understand)
      | i(?:['’]ve|\ have)?(?:\ got)?\ (?:absolutely\ )?no\ (?:idea|clue|answer)
      | no\ (?:idea|clue) | not\ sure | i(?:['’]m|\ am)\ (?:(?:really|honestly)\ )?(?:not\ sure|lost|stuck|drawing\ a\ blank)
      | i\ (?:can['’]?t|cannot|couldn['’]?t|could\ not)\ (?:say|think\ of|remember|recall|answer|tell)
      | (?:let['’]?s\ |can\ we\ |i(?:['’]ll|\ will)\ )?(?:pass|skip)\b
      | (?:nothing|i\ give\ up|dunno|no\ comment|idk|beats\ me|never\ (?:heard|learned|studied))\b )""",
    re.IGNORECASE | re.VERBOSE,
)
# What is said to a grader and not to an interviewer. Flagged pieces earn nothing whatever else they hold.
_TO_THE_GRADER = re.compile(
    r"""\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}
            \b(?:instruction|prompt|rule|rubric|criteri|above|previous|guideline)
      | \b(?:system|assistant|developer)\s*(?:prompt|message|role)?\s*:
      | </?(?:system|assistant|user|instructions?|answer|verdicts?)\b
      | \b(?:grader|examiner|evaluator|assessor|judge|grading\ (?:model|system|script)|language\ model|llm)\b.{0,60}
            \b(?:must|should|please|award|give|mark|grade|score|note|accept|treat|credit)
      | \b(?:award|give|grant|assign)\b.{0,30}\b(?:full|maximum|max|top|perfect|highest|all)\b.{0,20}
            \b(?:marks?|scores?|points?|credit|grade)
      | \b(?:mark|count|treat|score|grade|rate|consider)\b.{0,50}
            \b(?:as\ (?:met|correct|satisfied|fulfilled|complete|passed)|5/5|5\ out\ of\ 5|10/10)
      | \b(?:all|every|each|these|the)\b.{0,20}\bcriteri(?:a|on)\b.{0,40}\b(?:met|satisfied|fulfilled|covered)\b
      | \bthe\ candidate\b.{0,30}
            \b(?:states?|stated|says|said|mentions?|explains?|explained|demonstrates?|correctly|covers?|met|meets)\b
      | "?(?:status|verdict|overall)"?\s*[:=]\s*"?(?:met|5|full)""",
    re.IGNORECASE | re.VERBOSE,
)


def flagged(pieces: Sequence[Span], turn: int) -> list[Flag]:
    """The pieces that speak to the grader or only list terms. They are shown to the reader and earn nothing."""
    flags = []
    for piece in pieces:
        kind = "instruction_to_grader" if _TO_THE_GRADER.search(piece.text) else "keyword_list" if _only_terms(piece) else None
        if kind:
            flags.append(Flag(kind=kind, quote=piece.text, turn=turn, start=piece.start, end=piece.end))
    return flags


def intent_of(pieces: Sequence[Span], card: Array, nearness: Array) -> tuple[Intent, int | None]:
    """What a turn is, and the line of the card that it asks about.

    `card` (pieces, facts) and `nearness` (pieces,) are cosines with the constraints card and with everything that
    the question is about.
    """
    words = sum(len(piece.text.split()) for piece in pieces)
    if not pieces:
        return Intent.OFF_TOPIC, None
    if words <= _SHORT and _DONT_KNOW.search(pieces[0].text) and not any(p.is_question for p in pieces):
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


def _only_terms(piece: Span) -> bool:
    """Whether a piece strings terms together without claiming anything: hardly a function word, and separators."""
    words = WORD.findall(piece.text.lower())
    function = sum(word in FUNCTION_WORDS for word in words)
    separators = len(re.findall(r"[,;/|•]|\n|\s-\s", piece.text))
    return len(words) >= 4 and function <= 0.15 * len(words) and (separators >= 2 or (len(words) >= 8 and function <= 1))
