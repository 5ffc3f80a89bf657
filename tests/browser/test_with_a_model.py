"""An interview in the page with a model behind it: verdicts and words are its own, streamed; and what becomes of faults."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from playwright.sync_api import Browser, Page, expect

from eval.scripted_model import Asked, Reply, Says, ScriptedModel, Sends, plain, running, verdicts
from tests.browser.chromium import watched
from tests.browser.visitor import Visitor
from tests.contract.server import Server

PROBE = "You name the gap, fine. Suppose both numbers came from different months: what would you make of it then?"
SUMMARY = "You read the gap well. Say next time why both sets have to be alike."


def script(asked: Asked) -> Reply:
    """Credits the first sentence, and speaks slowly enough to be watched."""
    if asked.judging:
        return verdicts(asked, (asked.open_criteria[0], "met", asked.answers[-1].split(".")[0]))
    if "Write to the candidate" in asked.user:
        return Says(text=SUMMARY)
    return Says(text=PROBE, pause=0.05)


@pytest.fixture(scope="module")
def model() -> Iterator[ScriptedModel]:
    with running(ScriptedModel(script)) as serving:
        yield serving


@pytest.fixture(scope="module")
def server(model: ScriptedModel, indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own, that knows a model."""
    data = copytree(indexed, tmp_path_factory.mktemp("viva") / "data")
    with Server(data, OPENAI_BASE_URL=model.url, VIVA_JUDGE_MODEL="scripted", VIVA_LLM_TIMEOUT="5") as server:
        server.wait_until_loaded()
        yield server
        server.stop()


@pytest.fixture
def visitor(browser: Browser, server: Server, model: ScriptedModel) -> Iterator[Visitor]:
    model.script = script
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce", locale="en-US")
    page: Page = context.new_page()
    troubles = watched(page, server.url)
    yield Visitor(page, server.url)
    context.close()
    assert troubles == []


def test_an_interview_with_a_model(visitor: Visitor, server: Server) -> None:
    """Its words come as it finds them, its verdicts stand in the debrief, and what it took is told there."""
    visitor.begin("bias-variance")
    visitor.find("answer-box").fill("Five minutes apart says it overfits. I would prune the trees.")
    visitor.find("send").click()
    growing = visitor.page.locator("[data-testid=message][data-move=pending] .said")
    expect(growing).to_have_text("You name the gap, fine.")  # the first sentence, while the second is still spoken
    visitor.heard()
    assert visitor.last == PROBE
    visitor.say("Then it may be a shift and no variance at all.")
    visitor.finish()
    expect(visitor.find("judged-by")).to_contain_text("llm")
    expect(visitor.find("usage")).to_contain_text("calls")
    expect(visitor.find("summary")).to_have_text(SUMMARY)
    assert visitor.overall
    counted = server.http.get("/metrics").text
    assert 'viva_model_requests_total{outcome="ok",purpose="judge"} 2.0' in counted
    assert 'viva_model_requests_total{outcome="ok",purpose="summary"} 1.0' in counted
    assert 'viva_model_tokens_total{kind="prompt",purpose="judge"}' in counted


def test_a_model_that_falls_silent(visitor: Visitor, model: ScriptedModel, server: Server) -> None:
    """The candidate goes on talking, and is told who judges."""
    visitor.begin("bias-variance")
    model.script = lambda asked: Sends(status=401, body={"error": {"message": "no"}})
    visitor.say("The gap is wide, so I would call it overfitting.")
    expect(visitor.find("notice")).to_contain_text("refused the API key")
    expect(visitor.find("notice")).to_contain_text("offline engine judged this answer")
    model.script = plain
    visitor.say("I would look at the learning curve next.")
    assert "What would you look at next" in visitor.last
    assert 'viva_fallbacks_total{part="judge"} 1.0' in server.http.get("/metrics").text
