"""A whole interview without a mouse, and what a screen reader is told of it."""

from playwright.sync_api import expect

from tests.browser.visitor import Visitor

ANSWER = "Training error low and validation error high: that is variance."

LISTEN = """() => {
  window.told = [];
  const live = document.getElementById('live');
  new MutationObserver(() => { if (live.textContent) told.push(live.textContent); })
    .observe(live, { childList: true, characterData: true, subtree: true });
}"""


def test_a_whole_interview_by_the_keyboard(visitor: Visitor) -> None:
    """Choose, start, answer, ask for a hint, finish, point at words, start the drill: every step by keys."""
    page, keys = visitor.page, visitor.page.keyboard
    visitor.go()
    visitor.tab_to("topic-search")
    keys.type("bias")
    expect(page.get_by_test_id("topics").get_by_role("listitem")).to_have_count(1)
    visitor.tab_to("topic-bias-variance")
    keys.press("Space")
    visitor.tab_to("level-mid")
    keys.press("ArrowRight")
    expect(visitor.find("level-senior")).to_be_checked()
    keys.press("ArrowLeft")
    visitor.tab_to("start-button")
    keys.press("Enter")
    expect(visitor.find("interview")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_focused()

    expect(visitor.find("live")).to_contain_text(visitor.last)
    page.evaluate(LISTEN)
    visitor.tab_to("answer-box")
    keys.type(ANSWER)
    keys.press("Enter")
    keys.type("On another sample it would come out different.")
    expect(visitor.find("answer-box")).to_have_value(f"{ANSWER}\nOn another sample it would come out different.")
    keys.press("Control+Enter")
    visitor.heard()
    expect(visitor.find("answer-box")).to_be_focused()
    expect(visitor.find("live")).to_contain_text(visitor.last)
    told = page.evaluate("() => told")
    assert len([each for each in told if visitor.last in each]) == 1, told
    assert len(told) == 1, "the words are told when they are complete, not one by one"
    assert not page.evaluate("() => !!document.querySelector('.messages').closest('[aria-live], [role=log], [role=status]')")

    visitor.tab_to("hint")
    keys.press("Enter")
    expect(page.locator("[data-move=hint]")).to_be_visible()
    visitor.tab_to("finish", key="Shift+Tab")
    keys.press("Enter")
    expect(visitor.find("finish-dialog")).to_be_visible()
    keys.press("Escape")
    expect(visitor.find("finish")).to_be_focused()
    keys.press("Enter")
    visitor.tab_to("finish-dialog-yes")
    keys.press("Enter")
    expect(visitor.find("debrief")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_focused()

    visitor.tab_to("drill")
    visitor.tab_to("self-check-")
    keys.press("Enter")
    expect(visitor.find("self-check")).to_be_visible()
    visitor.tab_to("own-words")
    keys.type(ANSWER)
    visitor.tab_to("self-check-save")
    keys.press("Enter")
    expect(visitor.find("own-overall")).to_be_visible()
    visitor.tab_to("drill", key="Shift+Tab")
    keys.press("Enter")
    expect(visitor.find("interview")).to_be_visible()
    assert visitor.turn == 2, "one answer was given; this is a new interview"


def test_the_skip_link_leads_to_the_content(visitor: Visitor) -> None:
    visitor.go()
    visitor.page.keyboard.press("Tab")
    expect(visitor.page.get_by_text("Skip to the content")).to_be_focused()
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator("main")).to_be_focused()
