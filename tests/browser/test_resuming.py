"""Nothing that was typed is lost: not by a reload, not by a server that dies in the middle of an answer."""

import sys
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, expect

from tests.browser.chromium import watched
from tests.browser.visitor import PATIENT, Visitor
from tests.contract.server import Server

FIRST = "Training error far below validation error is variance: on another sample the model would come out different."
SECOND = "I would first check that both sets come from the same distribution, or the gap says nothing."


def test_a_reload_in_the_middle(visitor: Visitor) -> None:
    """What was said, what was judged and what is half typed are there again, and the interview goes on."""
    visitor.begin("bias-variance")
    visitor.say(FIRST)
    judged = visitor.page.locator(".criterion").evaluate_all("(all) => all.map((each) => each.dataset.status)")
    visitor.find("answer-box").press_sequentially("And one more th")
    visitor.page.reload()
    expect(visitor.find("answer-box")).to_have_value("And one more th")
    expect(visitor.of("candidate", 1)).to_contain_text(FIRST)
    assert visitor.page.locator(".criterion").evaluate_all("(all) => all.map((each) => each.dataset.status)") == judged
    visitor.find("answer-box").press_sequentially("ing.")
    visitor.find("send").click()
    visitor.heard()
    expect(visitor.of("candidate", 2)).to_contain_text("And one more thing.")
    expect(visitor.find("answer-box")).to_have_value("")
    visitor.page.reload()
    expect(visitor.of("candidate", 2)).to_have_count(1)
    expect(visitor.find("answer-box")).to_have_value("")


def serving(data: Path, port: int = 0) -> Server:
    """A server on that port. Freshly started it is still loading its model, so that an answer takes its time."""
    command = (sys.executable, "-c", f"import sys; from app.cli import main; sys.argv[-1] = '{port}'; main()")
    return Server(data, command=command)


def test_a_server_that_is_killed_in_the_middle_of_an_answer(tmp_path: Path, browser: Browser) -> None:
    """Killed once the answer is stored, then as it is sent: each time the interview goes on where it stopped."""
    with ExitStack() as stack:
        server = stack.enter_context(serving(tmp_path))
        port = urlsplit(server.url).port or 0
        context = stack.enter_context(browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce"))
        visitor = Visitor(context.new_page(), server.url)
        troubles = watched(visitor.page, server.url)
        box, error = visitor.find("answer-box"), visitor.find("answer-error")
        visitor.begin("bias-variance")

        box.fill(FIRST)
        visitor.find("send").click()
        expect(box).to_have_value("")  # it leaves the box only when the server has it
        server.kill()
        expect(error).to_contain_text("still in the box")
        expect(box).to_have_value(FIRST)
        server = stack.enter_context(serving(tmp_path, port))
        visitor.page.reload()
        expect(visitor.of("candidate", 1)).to_contain_text(FIRST, timeout=PATIENT)
        visitor.heard()
        expect(box).to_have_value("")

        box.fill(SECOND)
        visitor.find("send").click()
        server.kill()
        expect(error).to_contain_text("still in the box")
        visitor.find("retry").click()
        expect(error).to_contain_text("could not be reached")
        expect(box).to_have_value(SECOND)
        stack.enter_context(serving(tmp_path, port))
        visitor.find("retry").click()
        visitor.heard()
        expect(error).to_be_hidden()
        expect(box).to_have_value("")
        assert [visitor.of("candidate", turn).count() for turn in (1, 2, 3)] == [1, 1, 0]
        expect(visitor.of("candidate", 2)).to_contain_text(SECOND)
        visitor.finish()
        assert visitor.page.get_by_test_id("transcript").locator(".from-candidate").count() == 2
    assert troubles == []
