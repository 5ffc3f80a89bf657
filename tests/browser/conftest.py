"""A server and a browser for all of these tests, a fresh page for each."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chromium import chromium, watched
from tests.browser.visitor import Visitor
from tests.contract.server import Server


@pytest.fixture(scope="package")
def server(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server with everything loaded; its interviews add up, as they do for a person."""
    with Server(copytree(indexed, tmp_path_factory.mktemp("viva") / "data")) as running:
        running.wait_until_loaded()
        yield running
        running.stop()
        assert running.complaints == ""


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    # For the package, not the session: the tests of other folders may want an event loop.
    with chromium() as found:
        yield found


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """A page of its own, with nothing stored. At the end nothing may have gone wrong behind its back."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce", locale="en-US")
    page = context.new_page()
    troubles = watched(page, server.url)
    yield page
    context.close()
    assert troubles == []


@pytest.fixture
def visitor(page: Page, server: Server) -> Visitor:
    """Someone at that page."""
    return Visitor(page, server.url)
