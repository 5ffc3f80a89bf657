"""The scripted candidates of the evaluation, for tests in which they read the interviewer's words as people do."""

from app.core.rubric import Question
from eval.interviews import Candidate, candidates

SCRIPTED = candidates()
#: The topics that are also taken in the browser and in the terminal, where every turn takes its time.
TOPICS = ("ab-testing", "evaluation-metrics", "regularization")


def of_topic(topic: str) -> list[Candidate]:
    """Everybody who takes an interview on a topic."""
    return [candidate for candidate in SCRIPTED if candidate.topic == topic]


def reply(candidate: Candidate, question: Question, message: str) -> str:
    """What a candidate says to the interviewer's message."""
    return candidate.replies.get(asked_for(question, message) or "", candidate.otherwise)


def asked_for(question: Question, message: str) -> str | None:
    """The criterion that a message asks for: the interviewer's phrase holds the author's probe or hint as it stands."""
    heard = _folded(message)
    return next((c.id for c in question.criteria if any(_folded(w) in heard for w in (c.probe, c.hint) if w)), None)


def assert_order(overall: dict[str, float]) -> None:
    """Substance beats vocabulary, vocabulary is no worse than error, and silence earns next to nothing."""
    assert overall["good"] > overall["buzzword"] >= overall["wrong"], overall
    assert overall["silent"] < 1, overall


def _folded(text: str) -> str:
    return " ".join(text.split())
