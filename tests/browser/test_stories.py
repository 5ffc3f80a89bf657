"""Stories, as somebody at the page tells them: asked about, marked up, told again, kept."""

import re

from playwright.sync_api import expect

from tests.browser.visitor import PATIENT, Visitor

STORY = (
    "I work for a parcel service in Graz, and in winter one parcel in forty was lost for a day because scans went missing. "
    "I replayed a whole day of scans by hand and found two handhelds with the same id. "
    "Then I wrote a check that refuses a login with a known id, and I tested it with the drivers for a week."
)
BETTER = (
    f"{STORY} It was my job to find out why, since I was on call for the tracker. "
    "We could have bought new handhelds, but that would have cost 60,000 euros, so I preferred the check. "
    "Lost parcels fell from 2.5% to 0.1% within a month. "
    "Since then I test with the devices that people really use, because I had trusted my own desk too long."
)


def tell(visitor: Visitor, text: str) -> None:
    visitor.find("answer-box").fill(text)
    visitor.find("send").click()


def test_a_story_is_told_probed_marked_up_told_again_and_kept(visitor: Visitor) -> None:
    """What is missing is asked for; the debrief shows the words; the retelling is compared; the bank has it."""
    visitor.go("stories")
    visitor.find("tell-own-failure").click()
    expect(visitor.find("story-page")).to_have_attribute("data-status", "telling")
    tell(visitor, STORY)
    said = visitor.page.locator("[data-testid=message][data-who=interviewer]")
    expect(said).to_have_count(1, timeout=PATIENT)
    visitor.find("finish-story").click()
    expect(visitor.find("story-page")).to_have_attribute("data-status", "told")
    expect(visitor.find("dimension-action")).to_have_attribute("data-score", "2")
    first = float(visitor.find("story-overall").get_attribute("data-value") or 0)
    marked = visitor.find("marked")
    expect(marked).to_contain_text("I replayed a whole day of scans by hand")
    expect(marked.locator("mark.is-action").first).to_be_visible()
    visitor.find("only-action").click()
    expect(marked.locator("mark:not(.is-action)")).to_have_count(0)
    expect(visitor.find("plan").locator(".ask").first).to_be_visible()

    visitor.find("retell").click()
    tell(visitor, BETTER)
    expect(visitor.find("changes")).to_be_visible(timeout=PATIENT)
    assert float(visitor.find("story-overall").get_attribute("data-value") or 0) > first
    expect(visitor.find("change-quantified")).to_contain_text("clearer")

    visitor.find("story-name").fill("The handhelds")
    visitor.find("story-tags").fill("debugging, scans")
    visitor.find("answers-poor-data").check()
    visitor.find("keep-story").click()
    expect(visitor.find("story-title")).to_have_text("The handhelds")
    visitor.go("stories")
    expect(visitor.find("story").first).to_contain_text("The handhelds")
    expect(visitor.find("question-poor-data")).to_contain_text("The handhelds")
    with visitor.page.expect_download() as download:
        visitor.find("stories-markdown").click()
    assert "The handhelds" in download.value.path().read_text(encoding="utf-8")
    visitor.find("delete-story").first.click()
    visitor.find("delete-dialog-yes").click()
    expect(visitor.page.get_by_text("The handhelds")).to_have_count(0)


def test_what_is_typed_outlives_a_reload(visitor: Visitor) -> None:
    """A question of one's own; the draft is there again after the page was closed."""
    visitor.go("stories")
    visitor.find("own-prompt").fill("Tell me about the sea.")
    visitor.find("tell-own").click()
    expect(visitor.page.get_by_role("heading", name="Tell me about the sea.")).to_be_visible()
    visitor.find("answer-box").fill("We were twelve miles out")
    story = visitor.page.url
    visitor.page.goto("about:blank")
    visitor.page.goto(story)
    expect(visitor.find("answer-box")).to_have_value("We were twelve miles out")
    visitor.find("answer-box").fill("")
    visitor.find("send").click()
    expect(visitor.find("answer-error")).to_contain_text(re.compile("Write an answer first"))


def test_nothing_is_lost_between_two_tabs_nor_on_the_way_back(visitor: Visitor) -> None:
    """What the other tab sent first stands; this tab's words stay in the box. What was begun is found again, and can be left."""
    visitor.go("stories")
    visitor.find("own-prompt").fill("Tell me about a bridge.")
    visitor.find("tell-own").click()
    expect(visitor.find("answer-box")).to_be_visible()
    other = Visitor(visitor.page.context.new_page(), visitor.url)
    other.page.goto(visitor.page.url)
    other.find("answer-box").fill("Ours had two lanes.")
    tell(visitor, "I measured a bridge.")
    expect(visitor.page.locator("[data-testid=message][data-who=interviewer]")).to_have_count(1, timeout=PATIENT)
    other.find("send").click()
    expect(other.find("answer-error")).to_contain_text("still in the box")
    expect(other.find("answer-box")).to_have_value("Ours had two lanes.")
    other.page.close()
    visitor.go("stories")
    visitor.find("unfinished").get_by_role("link", name="I measured a bridge.").click()
    visitor.find("finish-story").click()
    visitor.find("retell").click()
    visitor.find("leave-retelling").click()
    expect(visitor.find("story-page")).to_have_attribute("data-status", "told")
    visitor.find("story-tags").fill(", ".join(map(str, range(13))))
    visitor.find("keep-story").click()
    expect(visitor.find("keep-error")).to_be_in_viewport()
    visitor.find("story-tags").fill("height")
    visitor.find("keep-story").click()
    expect(visitor.find("kept-notice")).to_contain_text("Kept as I measured a bridge.")
