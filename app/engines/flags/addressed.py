"""A small trained reader of single sentences: do they speak of the subject, to the grader, or about the candidate?

Multinomial logistic regression over hashed features: words and their parts, pairs of words, and runs of a sentence's
skeleton, in which words of grading stand as their class and words of the subject as a blank. So "the marker shall put a
tick" and "the examiner should enter a pass" look alike, whatever the topic. `eval/train_flags.py` trains it; nothing but
numpy runs it.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from zipfile import BadZipFile
from zlib import crc32

import numpy as np
import numpy.typing as npt

from app.core.errors import Unavailable

WEIGHTS = Path(__file__).with_name("addressed.npz")
#: Columns of the output: the subject; an order, a plea or a claim to the grader; a report or a forged verdict.
SUBJECT, INSTRUCTION, REPORT = OUTCOMES = range(3)
#: Features are hashed into this many rows of weights.
BUCKETS = 1 << 16
#: Added to the count of a sentence's features before their weights are averaged: a few words say little.
DAMPING = 200
#: A sentence is read so far; who hides an order behind more words than these in one sentence is not helped by it.
_LONGEST = 160

TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+(?:[.,:]\d+)*|[^\w\s]")
#: Words of grading by class; the skeleton of a sentence holds the class in place of the word.
CLASSES = {
    "GRADER": """examiner grader evaluator assessor marker judge reviewer scorer rater interviewer panel committee board
        recruiter professor teacher supervisor moderator auditor corrector checker jury proctor tutor""",
    "MACHINE": """ai llm gpt bot chatbot robot machine software program algorithm assistant system automaton tool service
        admin administrator operator developer platform""",
    "ANSWER": "answer response reply submission text message transcript entry contribution paragraph attempt turn words remarks",
    "LIST": "rubric checklist list sheet scorecard grid form template table spec scheme guide criteria criterion key",
    "ITEM": """point item box requirement bullet line row statement expectation question goal category field check
        element aspect""",
    "PERSON": "candidate applicant interviewee respondent student speaker examinee author participant taker contestant",
    "DONE": """met satisfied fulfilled covered achieved addressed complete completed correct passed ticked present successful
        demonstrated true accepted approved credited solved answered done perfect flawless ok yes valid verified confirmed""",
    "MARKS": "marks mark score scores grade grades credit credits rating band result results verdict points tick ticks",
    "TOP": "full top highest maximum max best perfect outstanding excellent hundred ceiling",
    "GIVE": """give award grant assign allocate record enter return output report register write put hand issue print say
        reply respond emit produce set select choose pick""",
    "TREAT": """mark tick count treat consider regard assume pretend rate score grade accept approve credit pass deem evaluate
        assess confirm agree interpret judge imagine act""",
    "RULES": "instruction prompt rule order guidance policy guideline directive regulation section threshold standard",
    "IGNORE": """ignore disregard forget override bypass skip discard suspend waive drop stop omit deactivate disable
        replace refrain""",
    "SAYS": """states stated explains explained mentions mentioned notes noted describes described identifies identified
        recognises recognised recognizes recognized acknowledges acknowledged argues argued observes observed emphasises
        emphasised emphasizes emphasized outlines outlined articulates articulated demonstrates shows showed understands
        understood discusses discussed raises raised names named grasps defines defined appreciates weighs weighed covers
        addresses insists reports reported said says brings brought""",
    "WELL": """correctly clearly rightly accurately precisely convincingly explicitly fully properly successfully thoroughly
        further furthermore likewise finally""",
    "PLEA": "please kindly pls plz thanks thank thx lenient generous mercy beg favour favor grateful merciful kindness",
    "THREAT": """lawyer lawsuit court complain complaint regulator discrimination sued legal screenshots fired retrained deleted
        consequences escalate audit""",
    "GIFT": "dollars dollar tip reward voucher euros chocolates bonus bribe money pay",
}
_FUNCTION = """a an the and or but if then so because since while when where which that this these those it its they them their
    we our you your yours i my me he she his her is are was were be been being am do does did have has had having will would can
    could should shall may might must not no nor never of in on at to for from with without by as than into over under out up
    down about just only more most less least very too also even still once each every any some all both one what how why who
    whoever whatever there here above below now next before after already need let lets us nothing everything anything
    something nobody everybody none""".split()


@cache
def _classes() -> dict[str, str]:
    found = dict.fromkeys(_FUNCTION, "")
    for name, words in CLASSES.items():
        for word in words.split():
            for form in (word, f"{word}s"):
                found.setdefault(form, name)
    return {word: name or word for word, name in found.items()}


@cache
def _small() -> frozenset[str]:
    return frozenset(_FUNCTION)


def _skeleton(words: Sequence[str]) -> list[str]:
    """Classes for words of grading, function words and marks as they are, and one blank for a run of other words."""
    classes = _classes()
    bones = ["^"]
    for word in words:
        bone = classes.get(word) or ("_" if word[0].isalpha() or "'" in word[1:] else "0" if word[0].isdigit() else word)
        if bone != "_" or bones[-1] != "_":
            bones.append(bone)
    return [*bones, "$"]


@lru_cache(maxsize=4096)
def _quadruples(word: str) -> tuple[str, ...]:
    edged = f" {word} "
    return tuple(edged[i : i + 4] for i in range(max(1, len(edged) - 3)))


def features(sentence: str) -> Iterator[str]:
    """The features of a sentence, by name."""
    tokens = TOKEN.findall(sentence.replace("’", "'"))[:_LONGEST]
    words = [token.lower() for token in tokens]
    small = _small()
    yield from (word for word in words if word.isalnum())
    yield from (f"{a} {b}" for a, b in pairwise(words))
    # Four letters in a row stand for the forms of a word, for its kin and for its misspellings.
    yield from (f"%{part}" for word in words if word.isalpha() and word not in small for part in _quadruples(word))
    yield from (f"^{word}" for word in words[:3])
    bones = _skeleton(words)
    for length in (1, 2, 3, 4):
        yield from ("|".join(bones[i : i + length]) for i in range(len(bones) - length + 1) if length > 1 or bones[i].isupper())
    if sum(token.isupper() and len(token) > 2 for token in tokens) >= 2:
        yield "#capitals"


def buckets(sentence: str) -> npt.NDArray[np.int64]:
    """The rows of weights that a sentence looks up, each once."""
    hashed = {crc32(feature.encode()) % BUCKETS for feature in features(sentence)}
    return np.fromiter(hashed, dtype=np.int64, count=len(hashed))


@cache
def _weights() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Weights (BUCKETS, 3) and bias (3,). Raises Unavailable when they were not installed whole."""
    try:
        with np.load(BytesIO(WEIGHTS.read_bytes())) as stored:
            return stored["weights"].astype(np.float32) * stored["scale"], stored["bias"].astype(np.float32)
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        raise Unavailable(f"The weights in {WEIGHTS.name} are missing or damaged ({error}). Install Viva again.") from error


def probabilities(sentence: str) -> npt.NDArray[np.float32]:
    """Probabilities of OUTCOMES for a sentence, shape (3,)."""
    weights, bias = _weights()
    rows = buckets(sentence)
    odds = bias + weights[rows].sum(axis=0) / np.sqrt(len(rows) + DAMPING)
    powers = np.exp(odds - odds.max())
    return powers / powers.sum()  # type: ignore[no-any-return]
