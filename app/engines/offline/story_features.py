"""What can be counted in a sentence of a story: simple features that say why a sentence shows what it shows.

They stand beside the sentence's vector: the vector knows paraphrases, these know who acts, what is measured and what is
set against what. None of them looks at where in the story the sentence stands, because order is free.
"""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

NUMBER_WORD = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|hundred|thousand|million"
)
UNIT = (
    r"%|percent|percentage|points?|ms|milliseconds?|seconds?|minutes?|hours?|days?|weeks?|months?|years?|"
    r"times|fold|x\b|k\b|kg|tons?|miles|kilometers?|km|gb|tb|gigabytes?|terabytes?|euros?|dollars?|"
    r"pounds?|cents?|[€$£]|users?|customers?|people|patients?|rows?|requests?|orders?|tickets?|calls?|"
    r"complaints?|cases?|errors?|alarms?|records?|images?|documents?|liters?|degrees|of\ \d"
)
PATTERNS = {
    "figure": rf"\d|\b(?:{NUMBER_WORD}|half|third|quarter|twice|double[ds]?|halved|tripled)\b",
    "figure_with_unit": rf"(?:\d[\d.,]*|\b(?:{NUMBER_WORD}|half\ a|a))\s*-?\s*(?:{UNIT})|[€$£]\s?\d",
    "compared": (
        r"\bfrom\b[^.]{1,40}\d[^.]{0,30}\bto\b|\b(?:against|compared|instead\ of|down\ from|up\ from|before|"
        r"rather\ than|versus|used\ to\ be|had\ been|previously|than)\b[^.]{0,30}\d|\d[^.]{0,40}\b(?:against|"
        r"before|previously|than|down\ from|up\ from)\b"
    ),
    "contrast": (
        r"\b(?:but|instead|rather|although|though|whereas|however|alternative(?:ly)?|either|option|"
        r"could\ have|might\ have|would\ have\ (?:cost|been|taken|meant)|versus|on\ the\ other\ hand|trade|"
        r"because|since|so\ that|at\ the\ price|in\ exchange|gave\ up)\b"
    ),
    "considered": (
        r"\b(?:considered|weighed|thought\ about|debated|decided\ against|ruled\ out|turned\ down|alternative|"
        r"the\ other\ (?:way|road|option)|tempting|tempted|could\ (?:also\ )?have|dropped\ the\ idea|"
        r"preferred|chose|cheaper|would\ have)\b"
    ),
    "would": r"\b(?:would|'d|should\ have|could\ have|might|will)\b",
    "outcome": (
        r"\b(?:dropped|fell|rose|grew|climbed|went\ (?:up|down|from|live)|saved|cut|reduced|improved|gained|"
        r"lost|won|shipped|launched|in\ the\ end|finally|eventually|afterwards|as\ a\ result|result(?:ed)?|"
        r"outcome|since\ then|now\ (?:runs|uses)|is\ still|are\ still|still\ (?:runs?|in\ use|used)|adopted|"
        r"signed|renewed|cancell?ed|stopped|complaints?|happy|success|failed|worked)\b"
    ),
    "learning": (
        r"\b(?:learn(?:ed|t)?|lesson|taught|next\ time|today\ i|nowadays|since\ then|these\ days|"
        r"in\ hindsight|looking\ back|would\ (?:have\ )?(?:do|done|start|started|ask|asked)|should\ have|"
        r"ever\ since|from\ then\ on|never\ again|i\ now|now\ i|took\ (?:from|away)|take\ away|mistake|regret|"
        r"differently|otherwise|realized|understood)\b"
    ),
    "duty": (
        r"\b(?:my\ (?:job|task|part|role|responsibility|duty|goal|brief|assignment)|responsible|in\ charge|"
        r"asked\ (?:me|to)|was\ to|had\ to|supposed\ to|expected\ (?:me|of\ me)|owned|accountable|"
        r"fell\ to\ me|on\ me|assigned|needed\ (?:me|to)|up\ to\ me|was\ given)\b"
    ),
    "stake": (
        r"\b(?:because|problem|risk|deadline|losing|lost|cost|costs|complain\w*|waited|waiting|late|wrong|"
        r"broke|failed|every\ (?:day|week|month|time)|customers?|patients?|users?|clients?|company|firm|"
        r"startup|team|project|department)\b"
    ),
    "virtue": (
        r"\b(?:passionate|dedicat\w+|hard-?working|excellent|outstanding|great|amazing|proactive\w*|motivated|"
        r"professional\w*|diligent\w*|tireless\w*|best|always|strong|committed|resilien\w+|creative|"
        r"innovative|world-class|holistic\w*|empower\w*|leverag\w+)\b"
    ),
    "steps": (
        r"\b(?:first|then|next|after\ that|so\ i|step|began|started|finally|each|by\ hand|one\ by\ one|"
        r"every\ (?:morning|evening|friday))\b"
    ),
}
COMPILED = {name: re.compile(pattern, re.IGNORECASE | re.VERBOSE) for name, pattern in PATTERNS.items()}
#: A past form that does not end in -ed.
IRREGULAR = frozenset(
    """was were had did went said told made took got gave found knew thought brought bought caught taught fought
    sought built sent spent lent kept slept met led read ran began came became saw wrote drove spoke broke chose
    froze rose fell held stood understood sat put cut set let hit shut quit split won lost paid laid drew grew
    threw flew wore tore swore showed left felt dealt meant learnt burnt sold rewrote withdrew stuck struck dug
    hung""".split()
)
#: Verbs of having and being say little of who acts.
FAINT = frozenset("was were had did said".split())
FIRST = frozenset(["i", "i'd", "i've", "i'm", "i'll", "my", "me", "mine", "myself"])
OURS = frozenset(["we", "we'd", "we've", "we're", "we'll", "our", "us", "ours", "ourselves"])
THEIRS = frozenset("he she they his her their them him colleague colleagues boss manager lead team somebody everyone".split())
WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+")
NAMES = ("first_person", "we", "others", "i_act", "we_act", "past", "log_words", "question", "quoted", *PATTERNS)


def count(sentences: Sequence[str]) -> Array:
    """A row of NAMES for each sentence, shape (len(sentences), len(NAMES))."""
    return np.array([_row(sentence) for sentence in sentences], dtype=np.float32).reshape(len(sentences), len(NAMES))


def _row(sentence: str) -> list[float]:
    plain = sentence.replace("’", "'")
    words = WORD.findall(plain.lower())
    total = max(1, len(words))
    past = [word in IRREGULAR or (len(word) > 4 and word.endswith("ed")) for word in words]

    def acts(who: frozenset[str]) -> int:
        """How often one of these is followed, within three words, by a verb of doing in the past."""
        return sum(
            word in who
            and any(p and later not in FAINT for p, later in zip(past[i + 1 : i + 4], words[i + 1 : i + 4], strict=True))
            for i, word in enumerate(words)
        )

    return [
        min(3, sum(word in FIRST for word in words)),
        min(3, sum(word in OURS for word in words)),
        min(3, sum(word in THEIRS for word in words)),
        min(3, acts(FIRST)),
        min(3, acts(OURS)),
        sum(past) / total,
        float(np.log(total)),
        plain.rstrip("\"' )").endswith("?"),
        '"' in plain or "“" in plain,
        *(min(3, len(pattern.findall(plain))) for pattern in COMPILED.values()),
    ]
