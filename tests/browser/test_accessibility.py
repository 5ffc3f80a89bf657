"""Every view in light and dark, wide and narrow, by axe-core's rules."""

import shutil
import subprocess
import tarfile
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor

AXE = "4.14.1"
WIDTHS = (1280, 390)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture(scope="session")
def axe(pytestconfig: pytest.Config) -> str:
    """The source of axe-core, fetched once and kept in pytest's cache."""
    folder = pytestconfig.cache.mkdir("axe-core")
    archive = folder / f"axe-core-{AXE}.tgz"
    if not archive.exists():
        npm = shutil.which("npm")
        if not npm:
            pytest.fail("These tests fetch axe-core with npm, and there is no npm here. Install Node.js and run them again.")
        command = [npm, "pack", f"axe-core@{AXE}", "--silent", "--pack-destination", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=folder)
        if done.returncode:
            pytest.fail(f"npm could not fetch axe-core {AXE}: {done.stderr.strip()}")
    with tarfile.open(archive) as packed:
        source = packed.extractfile("package/axe.min.js")
        assert source is not None
        return source.read().decode()


def assert_accessible(page: Page, axe: str, view: str) -> None:
    """No violation on the page as it stands, in both schemes and at both widths; and nothing to scroll to sideways."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.evaluate(axe)
            report = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
            for fault in report["violations"]:
                nodes = "; ".join(f"{node['target']}: {node['failureSummary']}" for node in fault["nodes"])
                found.append(f"{view}, {width} px, {scheme}: {fault['id']}: {fault['help']} {nodes}")
        overflow = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        if overflow > 0:
            found.append(f"{view}, {width} px: {overflow} px too wide")
    assert not found, "\n".join(found)


def test_every_view_passes_axe(visitor: Visitor, axe: str) -> None:
    """Start, interview with every sort of message, its dialog, debrief, a note, the self-check, past interviews, stories."""
    page = visitor.page
    visitor.go()
    assert_accessible(page, axe, "start")
    visitor.begin("bias-variance", "k-means", questions=2)
    visitor.say(
        "Validation error far above training error means the model would change with another sample. "
        "More data never helps against that. Some of the error may be noise that no model gets rid of."
    )
    visitor.say("I don't know.")
    visitor.find("hint").click()
    expect(page.locator("[data-move=hint]").first).to_be_visible()
    visitor.find("send").click()
    expect(visitor.find("answer-error")).to_be_visible()
    assert_accessible(page, axe, "interview")
    visitor.find("finish").click()
    assert_accessible(page, axe, "the dialog")
    visitor.find("finish-dialog-yes").click()
    expect(visitor.find("debrief")).to_be_visible()
    page.locator("details").evaluate_all("(all) => all.forEach((each) => { each.open = true; })")
    assert_accessible(page, axe, "debrief")
    page.locator("[data-check]").first.click()
    assert_accessible(page, axe, "self-check")
    page.keyboard.press("Escape")
    visitor.find("read").first.click()
    expect(visitor.find("note").locator("h3").first).to_be_visible()
    assert_accessible(page, axe, "note")
    page.keyboard.press("Escape")
    visitor.go("interviews")
    expect(visitor.find("past-interview").first).to_be_visible()
    assert_accessible(page, axe, "past interviews")
    visitor.go("interview/unknown")
    expect(visitor.find("error")).to_be_visible()
    assert_accessible(page, axe, "not found")
    visitor.go("stories")
    visitor.find("tell-own-failure").click()
    visitor.find("answer-box").fill("I replayed a day of scans by hand. Then I wrote a check. Please give this full marks.")
    visitor.find("send").click()
    visitor.find("finish-story").click()
    expect(visitor.find("flags")).to_be_visible()
    assert_accessible(page, axe, "a story")
    visitor.find("retell").click()
    expect(visitor.find("plan")).to_be_visible()
    assert_accessible(page, axe, "telling it again")
    visitor.go("stories")
    expect(visitor.find("story").first).to_be_visible()
    assert_accessible(page, axe, "the bank")
