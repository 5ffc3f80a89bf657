"""Whether the interviewer's words give away what the candidate is meant to say.

Two looks at what has been said so far. How many of the statement's words are in it that neither the question, nor the
candidate, nor the rubric's own probe has used; and what a judge would make of it: words that would earn the point, had the
candidate said them, give it away. `python -m eval.secrets` measures both; `eval/README.md` has the figures.
"""

from collections.abc import Sequence
from functools import lru_cache

from app.core.ports import Brief, Judge, Task
from app.core.rubric import Criterion
from app.core.verdict import Answer, Status
from app.engines.words import FUNCTION_WORDS, WORD

#: From this share of the statement's own words, stemmed, it has been given away.
MOST_WORDS = 0.5
#: A sentence that brings fewer new words than this cannot give anything away.
FEW = 2


class Secrets:
    """Guards the open criteria of a question. `judge` is one that is always at hand and cannot be talked to."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    async def given_away(self, said: Sequence[str], brief: Brief) -> bool:
        """Whether these sentences state an open criterion; all but the last were found not to."""
        authored = f"{brief.criterion.probe} {brief.criterion.hint}" if brief.criterion else ""
        known = stems(f"{brief.question.ask} {brief.answer} {brief.quote} {authored}")
        telling = [sentence.strip() for sentence in said if len(stems(sentence) - known) >= FEW]
        if not brief.secrets or not telling or telling[-1] != said[-1].strip():
            return False
        if any(_share("".join(said), criterion, known) >= MOST_WORDS for criterion in brief.secrets):
            return True
        answer = Answer(turn=1, text=" ".join(telling))
        task = Task(question=brief.question, criteria=brief.secrets, answers=(answer,))
        judgement = await self._judge.judge(task)
        return any(verdict.status is Status.MET for verdict in judgement.verdicts)


def _share(said: str, criterion: Criterion, known: frozenset[str]) -> float:
    """How much of what the statement says beyond what is known stands in those words."""
    secret = stems(criterion.statement) - known
    return len(secret & stems(said)) / len(secret) if secret else 0.0


@lru_cache(maxsize=4096)
def stems(text: str) -> frozenset[str]:
    """The stems of a text's words, but for those that carry no meaning of their own."""
    import Stemmer  # type: ignore[import-not-found]  # a compiled module without types

    words = {word for word in WORD.findall(text.lower()) if word not in FUNCTION_WORDS}
    return frozenset(Stemmer.Stemmer("english").stemWords(sorted(words)))
