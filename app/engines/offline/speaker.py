"""The offline speaker: the rubric's authored wording, in the phrases of `prompts/offline/`."""

from collections.abc import AsyncIterator
from random import Random

from app.core.events import Move
from app.core.ports import Brief
from app.prompts import Prompts

#: A challenge repeats at most this many of the candidate's words.
QUOTED_WORDS = 28


class OfflineSpeaker:
    """Words each move from what the rubric's author wrote; the interview's seed varies the phrase around it."""

    name = "offline"

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts

    async def speak(self, brief: Brief) -> AsyncIterator[str]:
        """Yield the move's words one by one, spaces included."""
        for index, word in enumerate(self._text(brief).split(" ")):
            yield word if index == 0 else f" {word}"

    def _text(self, brief: Brief) -> str:
        move, criterion, question = brief.decision.move, brief.criterion, brief.question
        name: str = move.value
        values: dict[str, str] = {}
        if move in (Move.OPEN, Move.ADVANCE, Move.REDIRECT):
            values = {"ask": question.ask}
        elif move is Move.CLOSE:
            name = f"close-{brief.reason or 'done'}"
        elif move is Move.CLARIFY and brief.decision.fact is None:
            name = "clarify-unknown"
        elif move is Move.CLARIFY and brief.decision.fact is not None:
            values = {"says": question.constraints[brief.decision.fact].says}
        elif criterion is not None and move is Move.HINT:
            values = {"hint": criterion.hint or generic_probe(brief)}
        elif criterion is not None and move is Move.CHALLENGE:
            values = {"quote": _shortened(brief.quote), "probe": criterion.probe or generic_probe(brief)}
        elif criterion is not None:
            values = {"probe": criterion.probe or generic_probe(brief)}
        # One draw a turn: the same interview, replayed, says the same words.
        return self._prompts.render(f"offline/{name}", Random(f"{brief.seed}:{brief.turn}").randrange(12), **values)


def generic_probe(brief: Brief) -> str:
    """For a criterion that came with no authored probe: asks for its kind, so that nothing is given away."""
    kind = brief.criterion.kind.value.replace("_", "-") if brief.criterion else "point"
    return f"There is one more {kind} that I would expect to hear here. Which one comes to mind?"


def _shortened(quote: str) -> str:
    words = quote.rstrip(" .,;:!?…").split()
    return " ".join(words) if len(words) <= QUOTED_WORDS else " ".join(words[:QUOTED_WORDS]) + " …"
