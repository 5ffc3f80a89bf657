"""Lexical search: BM25 over stemmed words."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from threading import Lock

import numpy as np

from app.core.rubric import Note, Passage

_WORD = re.compile(r"\w+")


class LexicalIndex:
    """BM25 over each passage's title, aliases, heading and text; over the text alone of what has no heading.

    Blocking; immutable once made; safe to share by threads.
    """

    def __init__(self, passages: Sequence[Passage], notes: Mapping[str, Note]) -> None:
        import bm25s  # type: ignore[import-untyped]  # it ships no types; scipy behind it takes half a second
        from bm25s.stopwords import STOPWORDS_EN  # type: ignore[import-untyped]

        self._stem = _stemmer()
        self._stopwords = frozenset(STOPWORDS_EN)
        self._topics = np.array([passage.topic for passage in passages])
        self._bm25 = bm25s.BM25()
        corpus = [self._words(_searchable(passage, notes.get(passage.topic))) for passage in passages]
        if any(corpus):
            self._bm25.index(corpus, show_progress=False)
        else:
            self._bm25.vocab_dict = {}  # nothing to find: bm25s cannot index an empty corpus

    def search(self, query: str, k: int, topics: Sequence[str] = ()) -> list[tuple[int, float]]:
        """The `k` best passages that share a word with the query: position and score, best first, ties by position."""
        terms = self._bm25.get_tokens_ids(list(dict.fromkeys(self._words(query))))
        if not terms or k < 1:
            return []
        scores = self._bm25.get_scores_from_ids(terms)
        if topics:
            scores = np.where(np.isin(self._topics, list(topics)), scores, 0.0)
        hits = np.flatnonzero(scores > 0)
        if len(hits) > k:
            cut = np.partition(scores[hits], -k)[-k]
            hits = hits[scores[hits] >= cut]
        best = hits[np.lexsort((hits, -scores[hits]))][:k]
        return [(int(position), float(scores[position])) for position in best]

    def _words(self, text: str) -> list[str]:
        folded = unicodedata.normalize("NFKC", text).casefold()
        return [self._stem(word) for word in _WORD.findall(folded) if word not in self._stopwords]


def _searchable(passage: Passage, note: Note | None) -> str:
    if not passage.section:
        return passage.text
    head = (note.title, *note.aliases) if note else (passage.topic.replace("-", " "),)
    return "\n".join((*head, passage.section, passage.text))


def _stemmer() -> Callable[[str], str]:
    import Stemmer  # type: ignore[import-not-found]  # a compiled module without types

    stemmer, lock = Stemmer.Stemmer("english"), Lock()  # one stemmer must not serve two threads at once

    @lru_cache(maxsize=50_000)
    def stem(word: str) -> str:
        with lock:
            return str(stemmer.stemWord(word))

    return stem
