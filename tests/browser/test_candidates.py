"""Whole interviews in the page: someone who knows it, someone who knows the words, someone who is wrong, someone silent."""

import pytest
from playwright.sync_api import expect

from app.content import Catalog
from tests.browser.visitor import Visitor
from tests.candidates import TOPICS, assert_order, of_topic


@pytest.mark.parametrize("topic", TOPICS)
def test_each_candidate_gets_what_they_earned(topic: str, visitor: Visitor, catalog: Catalog) -> None:
    """Knowing beats naming, naming is worth no less than being wrong, silence is worth nothing."""
    overall = {}
    for candidate in of_topic(topic):
        question = next(each for each in catalog.questions[topic] if each.id == candidate.question)
        visitor.begin(topic, level=question.level.value)
        expect(visitor.find("question")).to_have_text("Question 1 of 1")
        assert question.ask in visitor.last
        said = visitor.sit(candidate, question)
        visitor.find("debrief-link").click()
        expect(visitor.find("debrief")).to_be_visible()
        overall[candidate.name] = visitor.overall or 0.0
        assert_evidence(visitor, said)
    assert_order(overall)


def assert_evidence(visitor: Visitor, said: list[str]) -> None:
    """Every credit shows words, all words are the candidate's own, and each is marked in what they said."""
    page = visitor.page
    judged = page.locator(".verdict:is([data-status=met], [data-status=partial], [data-status=wrong])")
    for quote in judged.locator("[data-words] q").all_text_contents():
        assert any(quote in answer for answer in said), quote
    marks = page.get_by_test_id("transcript").locator("mark")
    for words in marks.all_text_contents():
        assert any(words in answer for answer in said), words
    marked = set(" ".join(mark.get_attribute("data-criteria") or "" for mark in marks.all()).split())
    rows = [(row.get_attribute("data-testid") or "").removeprefix("verdict-") for row in judged.all()]
    assert judged.locator("[data-words]").count() == len(rows), "no evidence, no credit"
    assert marked == set(rows)
    assert page.get_by_test_id("transcript").locator(".from-interviewer mark").count() == 0
