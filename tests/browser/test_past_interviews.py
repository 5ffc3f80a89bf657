"""Past interviews, and what is said when something cannot be done."""

import re

from playwright.sync_api import expect

from tests.browser.visitor import Visitor

ANSWER = "<b>Variance</b>: on another sample it would give another result."


def test_an_interview_is_listed_opened_and_deleted(visitor: Visitor) -> None:
    """An open one leads back into it, a finished one to its debrief; a deleted one is gone for good."""
    visitor.begin("k-means")
    visitor.say("I don't know.")
    address = visitor.page.url
    visitor.go("interviews")
    row = visitor.find("past-interview").first
    expect(row).to_have_attribute("data-status", "open")
    expect(row).to_contain_text("1 answer")
    row.get_by_role("link").click()
    expect(visitor.page).to_have_url(address)
    expect(visitor.of("candidate", 1)).to_have_text(re.compile(r"I don't know\.$"))
    visitor.finish()
    visitor.page.go_back()
    visitor.go("interviews")
    expect(row).to_have_attribute("data-status", "finished")
    row.get_by_role("link").click()
    expect(visitor.find("debrief")).to_be_visible()
    debrief = visitor.page.url

    visitor.go("interviews")
    count = visitor.find("past-interview").count()
    visitor.find("delete").first.click()
    visitor.find("delete-dialog-no").click()
    expect(visitor.find("past-interview")).to_have_count(count)
    visitor.find("delete").first.click()
    visitor.find("delete-dialog-yes").click()
    expect(visitor.find("past-interview")).to_have_count(count - 1)
    visitor.page.goto(debrief)
    expect(visitor.find("error")).to_contain_text("There is no interview")


def test_the_start_page_offers_what_is_open(visitor: Visitor) -> None:
    visitor.begin("calibration")
    address = visitor.page.url
    visitor.go()
    visitor.find("resume").click()
    expect(visitor.page).to_have_url(address)
    visitor.finish()


def test_a_refusal_is_a_plain_sentence_and_the_text_stays(visitor: Visitor) -> None:
    """What the server does not take is still in the box; once it is put right, it goes through."""
    visitor.begin("bias-variance")
    box, error = visitor.find("answer-box"), visitor.find("answer-error")
    box.fill(f"{ANSWER}\x7f")
    visitor.find("send").click()
    expect(error).to_contain_text("control character")
    expect(error).to_contain_text("What you typed is still in the box.")
    assert not re.search(r"[{}]|\b4\d\d\b|undefined|\[object", error.inner_text())
    expect(box).to_have_value(f"{ANSWER}\x7f")
    expect(visitor.of("candidate", 1)).to_have_count(0)
    box.fill("   ")
    visitor.find("send").click()
    expect(error).to_contain_text("Write an answer first.")
    visitor.say(ANSWER)
    expect(error).to_be_hidden()
    expect(visitor.of("candidate", 1)).to_contain_text(ANSWER)


def test_an_interview_in_two_tabs(visitor: Visitor) -> None:
    """The slower tab is shown how it stands now, and its words stay in its box."""
    visitor.begin("bias-variance")
    other = Visitor(visitor.page.context.new_page(), visitor.url)
    other.page.goto(visitor.page.url)
    expect(other.find("interview")).to_be_visible()
    visitor.say(ANSWER)
    other.find("answer-box").fill("Something else.")
    other.find("send").click()
    expect(other.find("answer-error")).to_contain_text("already, with the words shown above")
    expect(other.of("candidate", 1)).to_contain_text(ANSWER)
    expect(other.find("answer-box")).to_have_value("Something else.")
    other.turn = 2
    other.find("send").click()
    other.heard()


def test_surprise_search_and_loop(visitor: Visitor) -> None:
    """Words of the notes find a topic when no title has them; a loop narrows; a surprise takes any."""
    visitor.go()
    visitor.find("topic-search").fill("memorizing the training rows")
    expect(visitor.find("topic-bias-variance")).to_be_visible()
    visitor.find("topic-search").fill("")
    visitor.find("loop-systems").check()
    expect(visitor.find("topics").get_by_role("listitem")).to_have_count(12)
    expect(visitor.find("topic-bias-variance")).to_have_count(0)
    visitor.find("surprise").click()
    expect(visitor.find("interview")).to_be_visible()
