"""Someone at the page: what people do there, in their words."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from app.core.rubric import Question
from eval.interviews import Candidate
from tests.candidates import reply

#: Milliseconds until an answer has come. The very first one may wait for the model.
PATIENT = 60_000


class Visitor:
    """Takes interviews in one page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.turn = 1

    def find(self, testid: str) -> Locator:
        """What bears this test id."""
        return self.page.get_by_test_id(testid)

    def go(self, route: str = "") -> None:
        """Open a view afresh."""
        self.page.goto(f"{self.url}/#/{route}")
        expect(self.find("loading")).to_have_count(0)

    def begin(self, *topics: str, level: str = "mid", style: str = "practice", questions: int | None = None) -> None:
        """Choose on the start page, and start."""
        self.page.goto("about:blank")  # so that the view is built anew
        self.go()
        for topic in topics:
            self.find(f"topic-{topic}").click()
        self.find(f"level-{level}").check()
        self.find(f"style-{style}").check()
        if questions:
            self.find("questions").fill(str(questions))
        self.find("start-button").click()
        expect(self.find("interview")).to_be_visible()
        self.turn = 1

    def say(self, text: str) -> None:
        """Send an answer, and wait for what the interviewer says to it."""
        self.find("answer-box").fill(text)
        self.find("send").click()
        self.heard()

    def heard(self) -> None:
        """Wait for the interviewer's words on the turn under way."""
        expect(self.of("interviewer", self.turn).first).to_be_visible(timeout=PATIENT)
        self.turn += 1

    def of(self, who: str, turn: int) -> Locator:
        """What was said in a turn by the `interviewer` or the `candidate`, once it is complete."""
        return self.page.locator(f'[data-testid=message][data-who={who}][data-turn="{turn}"]:not([data-move=pending])')

    @property
    def last(self) -> str:
        """The interviewer's last words."""
        return self.page.locator("[data-testid=message][data-who=interviewer] .said").last.inner_text()

    @property
    def over(self) -> bool:
        """Whether the interviewer has closed."""
        return self.find("over").is_visible()

    def sit(self, candidate: Candidate, question: Question) -> list[str]:
        """Be that candidate until the interview closes; returns what was said."""
        said = [candidate.opening]
        for _ in range(12):
            self.say(said[-1])
            if self.over:
                return said
            said.append(reply(candidate, question, self.last))
        raise AssertionError(f"The interview with {candidate.name} on {candidate.topic} did not close.")

    def finish(self) -> None:
        """End the interview from its head, and arrive at the debrief."""
        self.find("finish").click()
        self.find("finish-dialog-yes").click()
        expect(self.find("debrief")).to_be_visible()

    @property
    def overall(self) -> float | None:
        """The number at the head of the debrief."""
        value = self.find("overall").get_attribute("data-value")
        return float(value) if value else None

    def press_until(self, key: str, reached: Callable[[], bool], most: int = 80) -> None:
        """Press a key until something holds."""
        for _ in range(most):
            if reached():
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{most} times {key} did not get there; focus is on {self.focus!r}.")

    def tab_to(self, testid: str, key: str = "Tab") -> None:
        """Move focus to a control by the keyboard alone."""
        self.press_until(key, lambda: testid in self.focus)

    @property
    def focus(self) -> str:
        """The test ids of what has focus and of the label around it."""
        focused: str = self.page.evaluate(
            "() => [document.activeElement, document.activeElement?.closest('label')]"
            ".map((each) => each?.dataset.testid ?? '').join(' ')"
        )
        return focused
