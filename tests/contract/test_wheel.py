"""The wheel, installed in an empty environment: everything that Viva needs of its own is in it."""

import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from app.content import Catalog
from tests.contract.server import ROOT, Server, environment

CONTENT = ("prompts", "rubrics", "knowledge")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout with what is installed here."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT))
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def bin(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment that holds the wheel, and borrows what the wheel requires from this one."""
    folder = tmp_path_factory.mktemp("environment")
    _run(sys.executable, "-m", "venv", "--without-pip", str(folder))
    python = str(folder / "bin" / "python")
    _run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", str(wheel))
    [packages] = folder.glob("lib/*/site-packages")
    # Paths of a folder that is reached like this are not followed further, so an editable Viva in it stays out.
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin"


@pytest.fixture(scope="module")
def server(bin: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`viva serve` as installed, started from a folder that has nothing to do with the checkout."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    with Server(elsewhere / "data", command=[str(bin / "viva")], cwd=elsewhere) as server:
        yield server


def test_every_file_is_in_the_wheel_and_no_other(wheel: Path) -> None:
    """Code, page, templates, migrations, weights and content; no tests, no caches."""
    program = {path.relative_to(ROOT).as_posix() for path in _files(ROOT / "app")}
    content = {f"app/_content/{path.relative_to(ROOT).as_posix()}" for name in CONTENT for path in _files(ROOT / name)}
    with ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert packed == program | content
    for one in (
        "web/index.html",
        "http/templates/debrief.html.j2",
        "engines/offline/trained/entailment.onnx",
        "engines/flags/addressed.npz",
        "_content/prompts",
    ):
        assert any(name.startswith(f"app/{one}") for name in packed), one
    assert any(name.startswith("app/storage/migrations/versions/0001") for name in packed)


def test_the_program_comes_from_the_wheel(bin: Path, tmp_path: Path) -> None:
    """Not from the checkout, whatever else this environment has installed."""
    where = _run(str(bin / "python"), "-c", "import app; print(app.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(bin.parent)


def test_it_serves_the_topics_the_page_and_an_interview(server: Server, catalog: Catalog) -> None:
    """From the database's first migration to a debrief of an answer that the packed weights judged."""
    topics = server.get("/v1/topics")["topics"]
    assert {topic["topic"] for topic in topics} == set(catalog.notes)
    assert server.http.get("/").text == (ROOT / "app" / "web" / "index.html").read_text(encoding="utf-8")
    outcome = server.start(topic="bias-variance")
    assert outcome["message"]["move"] == "open"
    outcome = server.answer(outcome, "Validation error far above training error says that it overfits.")
    assert outcome["verdicts"]
    server.post(f"/v1/interviews/{outcome['id']}/finish")
    page = server.http.get(f"/v1/interviews/{outcome['id']}/debrief", headers={"Accept": "text/html"})
    assert page.status_code == 200, page.text
    assert "Validation error far above" in page.text
    assert server.complaints == ""


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _run(*argv: str, cwd: Path = ROOT) -> str:
    env = environment(cwd, {"PIP_DISABLE_PIP_VERSION_CHECK": "1"})
    done = subprocess.run(argv, capture_output=True, text=True, cwd=cwd, env=env, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
