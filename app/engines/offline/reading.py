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

# Contractions hold a function word; a possessive ("Cohen's d") does not.
_CONTRACTIONS = ("n't", "'d", "'ll", "'re", "'ve", "'m")
_CONTRACTED = frozenset({"it's", "that's", "there's", "what's", "here's"})
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
_TARGET = r"(?:this|that|my|me|it|everything|(?:the|each|every)\ (?:answer|response|reply|candidate|following|above))"
_TOP = r"(?:full|maximum|max|top|perfect|highest|best)\ (?:possible\ |available\ )?(?:marks?|scores?|points?|credits?|grades?)"
_GRADER = r"(?:grader|examiner|evaluator|assessor|judge|marker|grading\ (?:model|system|script)|language\ model|llm|ai)"
# What is said to a grader and not to an interviewer. Flagged pieces earn nothing whatever else they hold, so each
# pattern asks for more than a word of the trade: honest answers ignore rows, judge models and meet criteria.
_TO_THE_GRADER = re.compile(
    rf"""\b(?:ignore|disregard|forget|override|bypass|(?:do\ not|don'?t)\ (?:apply|follow|use))\ (?:all\ |any\ |of\ |the\ )*
            (?:(?:your|these|those|my|previous|prior|above|earlier|grading|scoring|system)\ )+
            (?:instructions?|prompts?|rules?|rubrics?|criteri(?:a|on)|guidelines?)
      | \b(?:ignore|disregard|forget|override|bypass|(?:do\ not|don'?t)\ (?:apply|follow|use))\ (?:all\ |any\ |of\ |the\ )*
            (?:instructions|rubrics?|guidelines|criteria)\b
      | \b(?:ignore|disregard|forget)\ (?:all|everything|anything|the|whatever)\ (?:of\ the\ )?
            (?:above|previous|you\ (?:were|have\ been)\ told)\b(?!\ (?!and\b)\w)
      | ^\W*(?:(?-i:SYSTEM|ASSISTANT|DEVELOPER)|(?:system|assistant|developer)\ (?:message|note|override|prompt|instruction))\s*:
      | </?(?:system|assistant|user|instructions?|answer|verdicts?|candidate|rubric)\b | <\|\w | \[/?inst\]
      | \b(?:dear|hey|hello|hi|attention|(?:note|message|instructions?)\ (?:to|for))\W+
            (?:the\ |any\ |all\ )?(?:\w+\ )?{_GRADER}s?\b
      | \b(?:as|you\ are\ (?:now\ )?)\W*(?:the|an?|my)\ (?:\w+\ ){{0,2}}{_GRADER}\b(?:\W+you\b|\ who\b.{{0,40}}\b(?:{_TOP}))
      | \b{_GRADER}\b.{{0,40}}\b(?:award|accept|mark|grade|score|credit|rate|give|pass|treat)\b.{{0,20}}\b(?:this|me|my|it\ as)\b
      | \b(?:award|give|grant|assign)\ (?:{_TARGET}\ (?:\w+\ ){{0,3}})?(?:the\ |a\ )?(?:{_TOP}|all\ (?:the\ )?(?:marks|credit))
      | \b(?:this|my)\ (?:answer|response|reply|submission)\b.{{0,30}}\b(?:{_TOP}|pass(?:es)?\b|all\ (?:the\ )?criteria)
      | \b(?:mark|count|treat|score|grade|rate|consider)\ (?:{_TARGET}|(?:all|every|each)\b(?:\ \w+){{0,3}})\b.{{0,30}}\b
            (?:as\ (?:an?\ |fully\ )?(?:met|correct|satisfied|fulfilled|complete|passed|covered|perfect)
                |(?:5|10)\ ?(?:/|out\ of)\ ?(?:5|10))
      | (?:^|[:,>]\s*)(?:all|every|each)\ (?:of\ )?(?:the\ |your\ )?(?:rubric\ |grading\ )?criteri(?:a|on)\ (?:\w+\ ){{1,3}}
            (?:met|satisfied|fulfilled|covered)\b
      | \b(?:answer|response)\ above\ (?:\w+\ )?(?:meets?|satisf(?:y|ies)|fulfils?|covers?)\b
      | \bthe\ candidate\ (?:ha[sd]\ )?(?:\w+ly\ )*
            (?:states?|stated|says|said|mention(?:s|ed)|explain(?:s|ed)|demonstrate[sd]|covers?|covered|met|meets|passe[sd]|deserves)\b
      | \b["']?(?:status|verdict|overall)["']?\s*[:=]\s*["']?(?:met|full|5(?:\.0)?)\s*(?:[}}"',.\]]|$)""",
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


def _only_terms(piece: Span) -> bool:
    """Whether a piece strings terms together without claiming anything: hardly a function word, and separators."""
    words = WORD.findall(piece.text.lower().replace("’", "'"))
    function = sum(word in FUNCTION_WORDS or word in _CONTRACTED or word.endswith(_CONTRACTIONS) for word in words)
    separators = len(re.findall(r"[,;|•](?!\d)|\n|\s[-/]\s", piece.text))
    bare = len(words) >= 4 and function <= 0.15 * len(words) and (separators >= 2 or (len(words) >= 8 and not function))
    # A list with a verb before it ("I would leverage …") claims no more than one without.
    dressed = len(words) >= 12 and separators >= 5 and separators >= 0.17 * len(words) and function <= 0.4 * len(words)
    return bare or dressed
