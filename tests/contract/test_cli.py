"""The commands: what they say, what they leave alone, and how they fail."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.cli import app
from app.content import default_root

ROOT = Path(__file__).parents[2]
RUBRIC = {
    "question": "How do you tell overfitting from underfitting?",
    "criteria": [
        {
            "id": "gap",
            "kind": "definition",
            "weight": 3,
            "statement": "A large gap between training and validation error points to overfitting.",
        }
    ],
    "answer": "I look at the gap: low training error with a much higher validation error is overfitting.",
}


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that the commands run in."""
    for name in [name for name in os.environ if name.startswith("VIVA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("VIVA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")


def viva(*args: str, input: str | None = None) -> Result:
    return CliRunner().invoke(app, args, input=input)


def refused(result: Result) -> str:
    """What a refusal says: exit code 2, on stderr alone, no traceback."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr


pytestmark = pytest.mark.usefixtures("env")


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    """`viva --help` must be there at once."""
    code = "import sys; from app.cli import app; app(['--help'], standalone_mode=False); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    for command in ("serve", "chat", "search", "score", "index", "lint", "doctor"):
        assert re.search(rf"^  {command} +\w", done.stdout, re.MULTILINE)
    heavy = {"rich.console", "pydantic", "yaml", "fastapi", "uvicorn", "sqlalchemy", "chromadb", "torch", "numpy"}
    assert not heavy & set(done.stderr.split())


def test_lint_passes_and_fails(tmp_path: Path) -> None:
    """Nothing found is 0; a finding is a line of its own, and 1."""
    sound = viva("lint", str(default_root()))
    assert (sound.exit_code, sound.stdout) == (0, "The content is sound.\n")
    for folder in ("knowledge", "rubrics"):
        (tmp_path / folder / "modeling").mkdir(parents=True)
    for path in (Path("knowledge/modeling/k-means.md"), Path("rubrics/modeling/k-means.yaml")):
        text = (default_root() / path).read_text().replace("weight: 3", "weight: 7", 2)
        (tmp_path / path.parent / path.name.replace("k-means", "k-means-again")).write_text(text)
    shutil.copytree(default_root() / "prompts", tmp_path / "prompts")
    broken = viva("lint", str(tmp_path))
    assert broken.exit_code == 1
    assert re.search(r"^rubrics/modeling/k-means-again.yaml:\d+: criteria\[\d+\].weight: ", broken.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("args", "env", "said"),
    [
        (("serve",), {"VIVA_PORT": "many"}, "VIVA_PORT: "),
        (("serve",), {"VIVA_LOG_LEVEL": "loud"}, "VIVA_LOG_LEVEL"),
        (("serve", "--host", "0.0.0.0"), {}, "Set VIVA_API_KEYS"),
        (("chat", "--topic", "k-means", "--loop", "data"), {}, "Name a topic or a loop, not both."),
        (("search", " "), {}, "Search for 1 to 500 characters."),
        (("score", "--file", "no-such-file"), {}, "no-such-file cannot be read"),
    ],
)
def test_what_is_refused_is_said_plainly(
    monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], env: dict[str, str], said: str
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert said in refused(viva(*args))


def test_a_port_in_use_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"Viva cannot listen on 127.0.0.1, port {port}" in refused(viva("serve", "--port", str(port)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"criteria": [{**RUBRIC["criteria"][0], "weight": 9}]}, "criteria.0.weight: Input should be less than or equal to 3"),  # type: ignore[dict-item]
        ({"criteria": [*RUBRIC["criteria"], *RUBRIC["criteria"]]}, "The criterion 'gap' stands here twice"),
        ({"answer": " "}, "answer: "),
        ({"unknown": 1}, "unknown: Extra inputs are not permitted"),
    ],
)
def test_score_refuses_what_the_api_refuses(change: dict[str, object], said: str) -> None:
    assert said in refused(viva("score", "--file", "-", input=json.dumps(RUBRIC | change)))


def test_score_refuses_what_is_no_json() -> None:
    assert "the JSON: " in refused(viva("score", "--file", "-", input="{"))


def test_doctor_names_what_is_missing_and_makes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Before the first start there is no index, which is no fault; nothing is made by looking."""
    monkeypatch.setenv("VIVA_DATA_DIR", str(tmp_path / "new"))
    result = viva("doctor")
    assert result.exit_code == 0, result.output
    for part in ("Python", "content", "data folder", "database", "exposure", "embedding model", "index", "engine"):
        assert re.search(rf"^(ok|attention) +{part}  ", result.stdout, re.MULTILINE), part
    assert not (tmp_path / "new").exists()


def test_doctor_fails_on_what_is_broken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "rubrics/data").mkdir(parents=True)
    (tmp_path / "rubrics/data/broken.yaml").write_text("topic: [")
    monkeypatch.setenv("VIVA_CONTENT_DIR", str(tmp_path))
    monkeypatch.setenv("VIVA_HOST", "0.0.0.0")
    result = viva("doctor")
    assert result.exit_code == 1
    assert re.search(r"^broken +content  +\d faults", result.stdout, re.MULTILINE)
    assert re.search(r"^broken +exposure  +Anybody who reaches", result.stdout, re.MULTILINE)
