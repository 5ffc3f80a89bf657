"""Finds what in an answer earns nothing, whoever judges: words to the grader, other languages, hidden text, bare lists."""

from app.engines.flags.find import flagged

__all__ = ["flagged"]
