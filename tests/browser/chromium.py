"""A real Chromium, found or brought along, and what goes wrong in its pages unseen."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

#: A browser of the machine, if it has one; else the one that Playwright brings.
NAMES = ("chromium", "chromium-browser", "google-chrome")
#: It runs as root in containers, and has nobody to call.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium without a window. While it is there, no event loop can be started in this thread."""
    path = next((path for name in NAMES if (path := shutil.which(name))), None)
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS)) as browser:
        yield browser


def watched(page: Page, url: str) -> list[str]:
    """A list that fills with errors of scripts, refusals of the content policy, and calls to anyone but the server at `url`."""
    troubles: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # A refusal by the server is no fault of the page, which has to say it.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            troubles.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith((url, "blob:", "data:")) else troubles.append(request.url))
    return troubles
