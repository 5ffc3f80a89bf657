"""What the page tells when another engine than the interview's does a part of it."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from playwright.sync_api import Browser, expect

from eval.scripted_model import Drops, ScriptedModel, running
from tests.browser.chromium import watched
from tests.browser.visitor import Visitor
from tests.contract.server import Server

FIRST = "Training error far below validation error is variance: on another sample the model would come out different."
SECOND = "I would check that both sets come from the same distribution, or the gap says nothing."
NOTICE = "The model could not be reached (check OPENAI_BASE_URL). The offline engine judged this answer."


@pytest.fixture
def scripted() -> Iterator[ScriptedModel]:
    """A model's server on this machine."""
    with running(ScriptedModel()) as model:
        yield model


def test_a_model_that_goes_away(scripted: ScriptedModel, indexed: Path, tmp_path: Path, browser: Browser) -> None:
    """The turn says which engine took over, also after a reload and once only; the debrief says who judged what."""
    env = {"VIVA_JUDGE_MODEL": "scripted", "OPENAI_BASE_URL": scripted.url, "OPENAI_API_KEY": "k", "no_proxy": "127.0.0.1"}
    with (
        Server(copytree(indexed, tmp_path / "data"), **env) as server,
        browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce", locale="en-US") as context,
    ):
        server.wait_until_loaded()
        visitor = Visitor(context.new_page(), server.url)
        troubles = watched(visitor.page, server.url)
        notice = visitor.find("notice")
        visitor.begin("bias-variance")
        visitor.say(FIRST)
        expect(notice).to_have_count(0)
        scripted.script = lambda asked: Drops()
        visitor.say(SECOND)
        expect(visitor.of("interviewer", 2).get_by_test_id("notice")).to_have_text(NOTICE)
        expect(visitor.find("live")).to_contain_text(NOTICE)
        visitor.find("hint").click()
        expect(visitor.page.locator("[data-move=hint]")).to_be_visible()
        expect(notice).to_have_count(1)
        visitor.page.reload()
        expect(visitor.of("interviewer", 2).first.get_by_test_id("notice")).to_have_text(NOTICE)
        expect(notice).to_have_count(1)

        visitor.finish()
        expect(visitor.find("judged-by")).to_have_text("1 answer judged by the llm engine, 1 by the offline engine.")
        expect(visitor.find("usage")).to_contain_text("no price set")
        expect(visitor.page.get_by_test_id("transcript").locator(".from-candidate").get_by_test_id("notice")).to_have_text(NOTICE)
        expect(visitor.find("judged-elsewhere").first).to_have_text("judged offline")
    assert troubles == []
