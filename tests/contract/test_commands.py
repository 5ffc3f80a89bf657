"""The commands with all their real parts: content, model, index, database, engine, sockets."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.test_cli import ROOT, RUBRIC, refused, viva
from tests.pseudo_terminal import Terminal

IN_TERMINAL = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); from app.cli import main; main()"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for the module: its index is built once."""
    return tmp_path_factory.mktemp("viva") / "data"


@pytest.fixture(autouse=True)
def env(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that the commands run in."""
    for name in [name for name in os.environ if name.startswith("VIVA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("VIVA_DATA_DIR", str(data))
    monkeypatch.setenv("COLUMNS", "200")


def test_index_then_search_score_and_doctor() -> None:
    """The first index embeds, the second reuses; a search finds by meaning; a score is the API's JSON."""
    first = viva("index")
    assert first.exit_code == 0, first.output
    assert "540 passages" in first.stdout
    assert "up to date" in viva("index").stdout
    found = viva("search", "low training error, high validation error: which of the two is it", "-k", "3")
    assert found.exit_code == 0, found.output
    assert "Bias and variance" in found.stdout
    judged = viva("score", "--file", "-", input=json.dumps(RUBRIC))
    assert judged.exit_code == 0, judged.output
    body = json.loads(judged.stdout)
    assert body["engine"] == "offline"
    assert [verdict["criterion"] for verdict in body["verdicts"]] == ["gap"]
    pretty = viva("score", "--file", "-", "--pretty", input=json.dumps(RUBRIC))
    assert "Overall: " in pretty.stdout
    healthy = viva("doctor")
    assert healthy.exit_code == 0, healthy.output
    assert "broken" not in healthy.stdout


def test_chat_reads_a_pipe() -> None:
    """A script's interview with the real engine, from the first question to the debrief."""
    answers = "Validation error far above training error says it overfits.\n\n/hint\nI don't know.\n\n/finish\n"
    argv = [sys.executable, "-m", "app.cli", "chat", "--topic", "bias-variance", "--seed", "3"]
    done = subprocess.run(argv, input=answers, capture_output=True, text=True, cwd=ROOT, env=os.environ, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    for words in ("Question 1 of 1 · Bias and variance", "So far: ", "Interviewer · hint", "Overall: ", "A model answer"):
        assert words in done.stdout
    assert "\x1b" not in done.stdout


def test_chat_refuses_an_unknown_topic_and_an_unknown_interview() -> None:
    for args, said in (
        (("--topic", "nothing"), "There is no topic 'nothing'"),
        (("--resume", "nothing"), "There is no interview"),
    ):
        result = viva("chat", *args, input="")
        assert result.exit_code == 2
        assert said in result.stderr


def test_broken_content_is_listed_line_by_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "rubrics/data").mkdir(parents=True)
    (tmp_path / "rubrics/data/one.yaml").write_text("topic: [")
    (tmp_path / "rubrics/data/two.yaml").write_text("topic: two\n")
    monkeypatch.setenv("VIVA_CONTENT_DIR", str(tmp_path))
    lines = refused(viva("serve", "--port", "0")).splitlines()
    assert any(line.startswith("rubrics/data/one.yaml:") for line in lines)
    assert any(line.startswith("rubrics/data/two.yaml:") for line in lines)


@pytest.fixture
def server(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`viva serve` in a process of its own, and the line with which it says that it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "VIVA_DATA_DIR": str(data), "HF_HUB_OFFLINE": "1"},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    yield process, process.stdout.readline()
    if process.poll() is None:
        process.kill()
    process.wait()
    process.stdout.close()
    process.stderr.close()


def test_serve_says_when_it_listens_and_ends_on_sigterm(server: tuple[subprocess.Popen[str], str]) -> None:
    """One line on stdout; the folder is refused to a second process; SIGTERM ends it in order, with nothing on stderr."""
    process, ready = server
    found = re.fullmatch(r"Viva is ready at (http://127\.0\.0\.1:\d+) \(Ctrl-C stops it\)\n", ready)
    assert found, ready
    with urllib.request.urlopen(f"{found[1]}/healthz", timeout=10) as response:
        assert json.load(response) == {"status": "ok"}
    assert "another" in refused(viva("serve", "--port", "0"))
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert time.monotonic() - began < 10
    assert (out, err) == ("", "")


def test_ctrl_c_while_the_model_loads_keeps_the_interview() -> None:
    """The first prompt is there long before the model; leaving then is no crash, and a pipe can go on with it."""
    chat = Terminal("-c", IN_TERMINAL, "chat", "--topic", "k-means", "--style", "mock")
    try:
        chat.expect("minutes left", 60)
        chat.expect("> ")
        chat.type("half an answer")
        chat.expect("half an answer")  # Ctrl-C drops what the program has not read yet
        chat.type("\x03")
        chat.expect("This was not sent")
        chat.expect("half an answer")
        chat.expect("Go on with it: viva chat --resume ")
        assert chat.ends(60) == 130
    finally:
        chat.close()
    assert "Traceback" not in chat.seen
    [id] = re.findall(r"--resume (\S+)", chat.seen)
    argv = [sys.executable, "-m", "app.cli", "chat", "--resume", id]
    done = subprocess.run(argv, input="/finish\n", capture_output=True, text=True, cwd=ROOT, env=os.environ, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Overall: " in done.stdout
