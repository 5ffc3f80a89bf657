"""Finds what earns nothing, whoever judges: words to the grader, other languages, hidden text, bare lists."""

from app.engines.flags.find import flagged
from app.engines.flags.story import to_grader, unreadable

__all__ = ["flagged", "to_grader", "unreadable"]
