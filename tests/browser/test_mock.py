"""Mock style: timed, nothing judged in front of the candidate, several questions."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, expect

from tests.browser.visitor import Visitor

ANSWER = "A big gap between training and validation error tells me that the model has variance, so I would look at that first."


def seconds(digits: Locator) -> int:
    """What a clock shows."""
    minutes, rest = digits.inner_text().split(":")
    return 60 * int(minutes) + int(rest)


def test_a_mock_of_two_questions(visitor: Visitor) -> None:
    """The timer runs down, no verdict is seen, a hint helps, the second question comes, and it can be ended there."""
    visitor.begin("bias-variance", "k-means", style="mock", questions=2)
    digits = visitor.find("timer").locator(".digits")
    expect(visitor.find("timer")).to_have_attribute("data-limited", "true")
    shown = digits.inner_text()
    first = seconds(digits)
    assert 15 * 60 < first <= 16 * 60
    assert_nothing_judged(visitor)
    expect(visitor.find("question")).to_have_text("Question 1 of 2")
    visitor.say(ANSWER)
    assert_nothing_judged(visitor)
    visitor.find("hint").click()
    expect(visitor.page.locator("[data-move=hint]")).to_be_visible()
    while "2 of 2" not in visitor.find("question").inner_text():
        visitor.say("I don't know.")
        assert visitor.turn < 12
    expect(visitor.page.locator("[data-move=advance]")).to_be_visible()
    assert_nothing_judged(visitor)
    visitor.say("I don't know.")
    expect(digits).not_to_have_text(shown)
    assert seconds(digits) < first
    visitor.find("answer-box").fill("Half a sentence")
    visitor.find("finish").click()
    expect(visitor.find("finish-dialog")).to_contain_text("has not been sent")
    visitor.find("finish-dialog-no").click()
    expect(visitor.find("answer-box")).to_have_value("Half a sentence")
    visitor.finish()
    assert visitor.find("debrief-question").count() == 2
    expect(visitor.find("debrief")).to_contain_text("You ended it.")
    assert visitor.page.locator(".verdict").count() >= 10, "now everything is shown"
    assert visitor.overall is not None


def assert_nothing_judged(visitor: Visitor) -> None:
    """No criterion, no credit, no marked words; and a challenge is not named one."""
    assert visitor.page.locator("[data-testid^=criterion-], [data-testid=credit], mark, .credited").count() == 0
    assert set(visitor.page.locator(".message .move").all_inner_texts()) <= {"Hint", "Next question"}


def test_the_time_left_is_the_servers(visitor: Visitor) -> None:
    """A clock that is an hour ahead on this device takes no minute away."""
    visitor.page.clock.install(time=datetime.now(UTC) + timedelta(hours=1))
    visitor.begin("bias-variance", style="mock")
    expect(visitor.find("timer").locator(".digits")).to_have_text(re.compile(r"^(8:00|7:5\d)$"))
    visitor.page.clock.fast_forward("03:10")
    expect(visitor.find("live")).to_have_text("Five minutes are left.")
