"""Sense checks, mock loops and cases, as somebody at the page takes them."""

import re

from playwright.sync_api import expect

from tests.browser.visitor import Visitor


def test_a_sense_check_of_a_topic(visitor: Visitor) -> None:
    """Say it, look, mark oneself; what was typed outlives a reload, and what was missed comes with its note."""
    visitor.go("quiz/k-means")
    expect(visitor.find("quiz-title")).to_have_text("Question 1 of 2")
    visitor.find("quiz-answer").fill("The labels may just have been renumbered.")
    expect(visitor.find("quiz-shown")).to_have_count(0)
    visitor.find("quiz-reveal").click()
    expect(visitor.find("quiz-shown")).to_be_visible()
    visitor.find("quiz-had").click()
    expect(visitor.find("quiz-title")).to_have_text("Question 2 of 2")
    visitor.find("quiz-answer").fill("Half a thought")
    visitor.page.goto("about:blank")
    visitor.go("quiz")
    expect(visitor.find("quiz-title")).to_have_text("Question 2 of 2")
    expect(visitor.find("quiz-answer")).to_have_value("Half a thought")
    visitor.find("quiz-reveal").click()
    visitor.find("quiz-missed").click()
    expect(visitor.find("quiz-result")).to_have_text("You had 1 of 2")
    expect(visitor.find("quiz")).to_contain_text("You said: The labels may just have been renumbered.")
    visitor.page.get_by_role("button", name="Read the note on K-means").click()
    expect(visitor.find("note")).to_be_visible()


def test_a_sense_check_of_a_loop(visitor: Visitor) -> None:
    """As many questions as wanted, of the loop wanted."""
    visitor.go("quiz")
    visitor.find("quiz-loop").select_option("systems")
    visitor.find("quiz-count").select_option("10")
    visitor.find("quiz-start").click()
    expect(visitor.find("quiz-title")).to_have_text("Question 1 of 10")


def test_a_mock_loop_goes_from_round_to_round(visitor: Visitor) -> None:
    """Its weights stand beforehand; a finished round leads back, and the next one begins when told to."""
    visitor.go("mock-loop")
    expect(visitor.find("round-coding")).to_contain_text("40%")
    expect(visitor.find("round-system-design")).to_contain_text("1 case")
    visitor.find("mock-loop-begin").click()
    expect(visitor.find("interview")).to_have_attribute("data-style", "mock")
    visitor.finish()
    visitor.find("to-mock-loop").click()
    expect(visitor.find("round-coding")).to_have_attribute("data-status", "finished")
    expect(visitor.find("mock-loop-overall")).to_have_attribute("data-value", re.compile(r"^0"))
    visitor.find("mock-loop-next").click()
    visitor.find("round-dialog-yes").click()
    expect(visitor.find("interview")).to_be_visible()
    visitor.go("mock-loop")
    visitor.page.go_back()
    expect(visitor.find("interview")).to_be_visible()


def test_a_case_is_chosen_and_shows_its_stages(visitor: Visitor) -> None:
    """The case of one's choice, 45 minutes, and where in it one is."""
    visitor.page.goto("about:blank")
    visitor.go()
    expect(visitor.find("case")).to_be_hidden()
    visitor.find("topic-search").fill("system design")
    visitor.find("topic-ml-system-design").click()
    visitor.find("case").select_option("fraud-detection")
    expect(visitor.find("minutes")).to_have_attribute("placeholder", "45")
    visitor.find("start-button").click()
    expect(visitor.find("interview")).to_be_visible()
    expect(visitor.find("stages").locator("[aria-current=step]")).to_have_text("Requirements")
    expect(visitor.find("question")).to_have_text("Question 1 of 4")
    expect(visitor.find("timer")).to_have_attribute("data-limited", "true")
