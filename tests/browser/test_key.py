"""A server with keys: the page asks once, and says when a key is wrong."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.visitor import Visitor
from tests.contract.server import Server


def test_the_page_asks_for_the_servers_key_once(tmp_path: Path, browser: Browser) -> None:
    with Server(tmp_path, VIVA_API_KEYS="open-sesame") as server, browser.new_context(reduced_motion="reduce") as context:
        visitor = Visitor(context.new_page(), server.url)
        visitor.page.goto(server.url)
        visitor.find("api-key").fill("a guess")
        visitor.find("api-key-save").click()
        expect(visitor.find("key-dialog")).to_contain_text("did not accept")
        visitor.find("api-key").fill("open-sesame")
        visitor.find("api-key-save").click()
        expect(visitor.find("topic-bias-variance")).to_be_visible()
        visitor.page.reload()
        expect(visitor.find("topic-bias-variance")).to_be_visible()
        expect(visitor.find("key-dialog")).to_have_count(0)
