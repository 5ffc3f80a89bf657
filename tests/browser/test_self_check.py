"""The candidate's own view: words of theirs, shown beside what the engine made of them."""

from playwright.sync_api import expect

from tests.browser.visitor import Visitor

ANSWER = "My cousin would say something about exams here, and I have to think about that bias for a moment longer."
WORDS = "something about exams here"


def test_a_point_is_ticked_with_the_candidates_own_words(visitor: Visitor) -> None:
    """The engine's verdict stays as it is; the own view stands beside it, is marked in the words, and can be taken back."""
    visitor.begin("bias-variance")
    visitor.say(ANSWER)
    visitor.finish()
    row = visitor.page.locator(".verdict:is([data-status=unscored], [data-status=absent])").first
    criterion, judged = row.get_attribute("data-testid"), row.get_attribute("data-status")
    assert criterion is not None
    id, before = criterion.removeprefix("verdict-"), visitor.overall

    visitor.find(f"self-check-{id}").click()
    visitor.find("own-words").fill("words that I never said")
    visitor.find("self-check-save").click()
    expect(visitor.find("self-check").get_by_role("alert")).to_contain_text("not in your answer")
    expect(visitor.find("own-words")).to_have_value("words that I never said")
    visitor.find("self-check").get_by_label(ANSWER[:25]).check()
    visitor.find("own-words").fill(WORDS)
    visitor.find("self-check-save").click()

    row = visitor.find(criterion)
    expect(row.locator(".own-view")).to_contain_text(f"Your view: said, {WORDS}")
    expect(row).to_have_attribute("data-status", judged or "")
    expect(visitor.page.get_by_test_id("transcript").locator("mark.is-own")).to_have_text(WORDS)
    expect(visitor.find("own-overall")).to_be_visible()
    assert visitor.overall == before, "the engine's number is the engine's"
    assert id in visitor.focus, "focus comes back to where it was"

    visitor.find(f"self-check-{id}").click()
    visitor.find("self-check-clear").click()
    expect(visitor.find("own-overall")).to_have_count(0)
    expect(visitor.page.get_by_test_id("transcript").locator("mark.is-own")).to_have_count(0)
