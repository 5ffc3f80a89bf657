"""Whole interviews typed into `viva chat`: someone who knows it, someone who knows the words, someone wrong, someone silent."""

import shutil
from pathlib import Path

import pytest

from app.content import Catalog
from app.core.rubric import Question
from eval.interviews import MOST_TURNS, Candidate
from tests.candidates import TOPICS, assert_order, of_topic, reply
from tests.contract.server import LOADS_IN
from tests.pseudo_terminal import Terminal


class Typist:
    """One scripted candidate at a terminal of their own."""

    def __init__(self, candidate: Candidate, question: Question, data: Path) -> None:
        self.candidate, self.question = candidate, question
        topic, level = candidate.topic, question.level.value
        argv = ("-m", "app.cli", "chat", "--topic", topic, "--level", level, "--seed", "7")
        self.chat = Terminal(*argv, VIVA_DATA_DIR=str(data))

    def sit(self) -> float:
        """Be that candidate until the interviewer closes; returns the overall that the debrief shows."""
        heard = self.chat.expect("\n> ", LOADS_IN)
        assert " ".join(self.question.ask.split()) in " ".join(heard.split())
        say = self.candidate.opening
        for _ in range(MOST_TURNS):
            # An answer of several lines; the empty one sends it.
            self.chat.type(say.replace(". ", ".\n", 1) + "\n\n")
            self.chat.expect("Interviewer · ", LOADS_IN)
            if self.chat.expect("\n").strip() == "close":
                return self._debrief()
            say = reply(self.candidate, self.question, self.chat.expect("\n> "))
        raise AssertionError(f"The interview with {self.candidate.name} did not close: {self.chat.seen}")

    def _debrief(self) -> float:
        """Read the tables, pass over what could not be scored, and see the program end."""
        self.chat.expect("Overall: ")
        overall = self.chat.expect(" of 5").removesuffix(" of 5")
        self.chat.expect("A model answer")
        # No more is asked than there are criteria; what is typed beyond that goes nowhere.
        self.chat.type("\n" * len(self.question.criteria))
        assert self.chat.ends() == 0
        for heading in ("By kind", "your words"):
            assert heading in self.chat.seen
        # Whoever said it all has nothing left to practise.
        assert "Next drill" in self.chat.seen or float(overall) > 4
        assert "Traceback" not in self.chat.seen
        return float(overall)


@pytest.mark.parametrize("topic", TOPICS)
def test_each_candidate_gets_what_they_earned(topic: str, catalog: Catalog, indexed: Path, tmp_path: Path) -> None:
    """Knowing beats naming, naming is worth no less than being wrong, silence is worth nothing; all of it typed."""
    typists = []
    try:
        for candidate in of_topic(topic):
            question = next(each for each in catalog.questions[topic] if each.id == candidate.question)
            own = shutil.copytree(indexed, tmp_path / candidate.name)  # a folder serves one process
            typists.append(Typist(candidate, question, own))  # all at once: each takes seconds to load its model
        assert_order({typist.candidate.name: typist.sit() for typist in typists})
    finally:
        for typist in typists:
            typist.chat.close()
