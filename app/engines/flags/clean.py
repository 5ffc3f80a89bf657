"""A text as a reader sees it, with the way back to the text as it was typed; and what was typed to be seen differently."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.core.verdict import invisible

#: Letters of other alphabets that pass for Latin ones.
_LOOKALIKES = dict(
    zip(
        "абвгеёзіїјкмнорстухѕԁԛԝһАВЕЅІЈКМНОРСТУХҮԌԚԜՏՍοορνικτυχαεηωρϲΑΒΕΖΗΙΚΜΝΟΡΤΥΧսոհցօյքոզԁɡɩıɑʀɪɴᴏᴀᴇᴛɢʟᴍᴜᴄᴅᴋᴘꜱᴠᴡʏʜʙᴊꓲꓳꓮꓰ",
        "a6bree3iijkmhopctyxsdqwhABESIJKMHOPCTYXYGQWSUoopviktuxaenwpcABEZHIKMNOPTYXunhgojpnzdgiiarinoaetglmucdkpsvwyhbjIOAE",
        strict=True,
    )
)
#: Marks that are drawn over a letter.
_STRUCK = frozenset(map(chr, (*range(0x0330, 0x0339), 0x0305)))
_TAGS = re.compile("[\U000e0000-\U000e007f]+")
#: A flag of a region is a black flag, tags, and an end.
_REGION = re.compile("\U0001f3f4[\U000e0030-\U000e007a]{2,6}\U000e007f")
#: Overriding the direction of writing turns words round; marks that only keep digits in place are innocent.
_OVERRIDE = re.compile(
    "[\u202d\u202e][^\u202c\n]*\u202c?|[\u202b\u2067](?=[^\u202c\u2069\n]{0,40}[A-Za-z])[^\u202c\u2069\n]*[\u202c\u2069]?"
)
_SELECTORS = re.compile("(?:[\U000e0100-\U000e01ef]){2,}|[\ufe00-\ufe0f]{2,}|[A-Za-z ][\ufe00-\ufe0e\U000e0100-\U000e01ef]")
#: A run of letters with whatever is not seen between them.
_WORD = re.compile(r"[^\s\d!-/:-@\[-`{-~–—…“”‘’«»→×·]+")
#: Left in words by web pages and word processors, where a line might break.
_BREAKS = frozenset("\u200b\ufeff\u00ad")
_PARTING = re.compile("[\u200b-\u200d\u2060-\u2064\u180e\u034f\ufeff\u00ad]+")
#: Joiners and directions that no keyboard types: a few come along with a copy, many at the edges of words do not.
_JOINERS = re.compile("(?:[\u2060-\u2064\u2066-\u2069\u180e](?![0-9]))")
_MANY = 4
#: So many in a row spell something.
_CODED = re.compile("[\u200b-\u200d\u2060-\u2064\ufeff]{4,}")
#: i.g.n.o.r.e
_SPELLED = re.compile(r"(?<![A-Za-z])(?:[A-Za-z][.\-_* ]){5,}[A-Za-z](?![A-Za-z])")
#: m4rk, rubr1c: digits that stand for the letters they look like.
_DIGITS = re.compile(r"\b\w*[A-Za-z][013457][A-Za-z]\w*\b")
_AS_LETTERS = str.maketrans("013457", "oieast")
#: Words in odd letters: this many letters of them are no formula and no name any more.
_ODD_LETTERS = 8
#: Disguised words with less than this between them are one run.
_NEAR = 24


@dataclass(frozen=True, slots=True)
class Clean:
    """`text` as a reader sees it; character i of it was typed at `origin[i]` of `typed`."""

    typed: str
    text: str
    origin: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The typed characters of a stretch of the clean text, with what is invisible after the last of them."""
        first, last = self.origin[start], self.origin[end - 1] + 1
        while last < len(self.typed) and (invisible(self.typed[last]) or unicodedata.category(self.typed[last]) == "Mn"):
            last += 1
        return first, last


def clean(typed: str) -> Clean:
    """Compatibility forms resolved, marks and what is invisible taken out, lookalikes and quote marks folded."""
    chars: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(typed):
        seen = char if char.isascii() else _seen(char)
        chars.extend(seen)
        origin.extend([index] * len(seen))
    text = "".join(chars)
    for spelled in reversed(list(_SPELLED.finditer(text))):
        kept = [i for i in range(spelled.start(), spelled.end()) if text[i].isalpha()]
        text = text[: spelled.start()] + "".join(text[i] for i in kept) + text[spelled.end() :]
        origin[spelled.start() : spelled.end()] = [origin[i] for i in kept]
    return Clean(typed, _DIGITS.sub(lambda word: word[0].translate(_AS_LETTERS), text), origin)


def _seen(char: str) -> str:
    if char in "’‘":
        return "'"
    if char in "“”«»„":
        return '"'
    if invisible(char) or char == "\u034f":
        return ""
    apart = unicodedata.normalize("NFKD", _LOOKALIKES.get(char, char))
    bare = "".join(c for c in apart if unicodedata.category(c) != "Mn")
    if not bare.isascii() and len(bare) > 1:  # Hangul and the like come apart into pieces that nobody reads
        return unicodedata.normalize("NFKC", char)
    return "".join(_LOOKALIKES.get(c, c) for c in bare)


def disguised(typed: str) -> list[tuple[int, int]]:
    """Runs that a reader cannot see, or in which characters pass for others; sorted, not overlapping."""
    if typed.isascii():
        return []
    innocent = [match.span() for match in _REGION.finditer(typed)]
    found = [m.span() for pattern in (_TAGS, _OVERRIDE, _SELECTORS, _CODED) for m in pattern.finditer(typed)]
    joiners = [match.start() for match in _JOINERS.finditer(typed)]
    if len(joiners) >= _MANY:
        found.append((joiners[0], joiners[-1] + 1))
    found = [(start, end) for start, end in found if not any(a <= start and end <= b for a, b in innocent)]
    words = [(match[0], *match.span()) for match in _WORD.finditer(typed) if not match[0].isascii()]
    mixed = [(start, end) for word, start, end in words if _mixed(word) or _split(word) or _stacked(word)]
    if mixed:  # whoever disguises one word of a sentence may have no Latin letter in the next
        mixed += [(start, end) for word, start, end in words if len(word) > 1 and all(c in _LOOKALIKES for c in word)]
    odd = [(start, end) for word, start, end in words if sum(map(_odd, word)) >= max(2, len(word) / 2)]
    if sum(end - start for start, end in odd) >= _ODD_LETTERS and len(odd) > 1:
        mixed += odd
    return list(joined({*found, *mixed}, lambda end, start: start <= end + _NEAR and "\n\n" not in typed[end:start]))


def script(char: str) -> str:
    """The script of a letter, by the first word of its name: LATIN, CYRILLIC, CJK, ..."""
    return unicodedata.name(char, "?").split()[0].split("-")[0]


def _mixed(word: str) -> bool:
    """Latin letters among those of another alphabet that pass for Latin; a Greek letter before or after a name is a symbol."""
    letters = [char for char in word if char.isalpha() and unicodedata.decomposition(char)[:1] != "<"]
    foreign = {char for char in letters if char in _LOOKALIKES and script(char) in ("CYRILLIC", "GREEK", "ARMENIAN", "LISU")}
    latin = sum(char.isascii() for char in letters)
    if not foreign or not latin:
        return False
    if all(script(char) == "GREEK" for char in foreign):
        return latin >= 3 and any(char in foreign for char in letters[1:-1])
    return True


def _split(word: str) -> bool:
    """Whether something invisible tears apart a Latin word; a place to break the line between long parts is innocent."""
    parts = [part for part in _PARTING.split(word) if part]
    if len(parts) < 2 or not all(part[0].isascii() and part[0].isalpha() for part in parts):
        return False
    marks = {char for mark in _PARTING.findall(word) for char in mark} - {"\u00ad"}
    if marks <= _BREAKS:
        return bool(marks) and (len(parts) > 3 or any(len(part) < 3 and part[0].islower() for part in parts))
    return True


def _stacked(word: str) -> bool:
    """Marks piled on most letters, or struck through them; accents of a language are fewer, and compose with their letters."""
    apart = unicodedata.normalize("NFD", word)
    letters = sum(char.isascii() and char.isalpha() for char in apart)
    marks = [char for char in apart if unicodedata.category(char) == "Mn" and char != "\u034f"]
    if letters < 2 or len(marks) < 2:
        return False
    struck = sum(char in _STRUCK for char in marks)
    return len(marks) >= 0.8 * max(letters, 3) or struck >= 3 or len(marks) > 1.5 * letters


def _odd(char: str) -> bool:
    """A letter in a form of its own: full width, circled, of mathematics."""
    return (
        not char.isascii()
        and len(plain := unicodedata.normalize("NFKC", char)) == 1
        and plain.isascii()
        and plain.isalpha()
        and unicodedata.category(char) in ("Lu", "Ll", "So")
    )


def joined(runs: Iterable[tuple[int, int]], near: Callable[[int, int], bool]) -> Iterator[tuple[int, int]]:
    """Runs in order, one where they overlap or where what lies between them, from its start to its end, is `near`."""
    current: tuple[int, int] | None = None
    for start, end in sorted(runs):
        if current and (start <= current[1] or near(current[1], start)):
            current = (current[0], max(end, current[1]))
        else:
            if current:
                yield current
            current = (start, end)
    if current:
        yield current
