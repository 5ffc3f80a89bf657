"""What stands in the way of a server is said in one plain sentence, and leaves the data as it was."""

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.content import default_root
from tests.contract.server import LOADS_IN, Server, viva

ANSWER = "Validation error far above training error says that it overfits. " * 20


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that a refused start consists of."""
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.strip()


def test_a_data_folder_serves_one_process_at_a_time(tmp_path: Path) -> None:
    """A second server and a chat are turned away, the first goes on; once it is killed, the folder is free."""
    with Server(tmp_path) as first:
        outcome = first.start(topic="k-means", seed=1)
        for command in (("serve", "--port", "0"), ("chat", "--topic", "k-means")):
            said = refusal(viva(*command, data=tmp_path))
            assert said.startswith(f"Another Viva is using the data folder {tmp_path}. "), said
        hint = first.post(f"/v1/interviews/{outcome['id']}/hint")["message"]
        assert (hint["move"], first.complaints) == ("hint", "")
        first.kill()
    with Server(tmp_path) as second:
        assert second.get(f"/v1/interviews/{outcome['id']}")["message"] == hint
        assert second.stop() == 0


def test_a_broken_rubric_is_named_with_its_line_and_field(tmp_path: Path) -> None:
    """Content of one's own, sound but for one number."""
    paths = ("knowledge/modeling/k-means.md", "rubrics/modeling/k-means.yaml")
    note, rubric = (re.sub(r"^topic: k-means$", "topic: mine", (default_root() / path).read_text(), flags=re.M) for path in paths)
    lines = rubric.splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if line.strip().startswith("weight:"))
    lines[at] = re.sub(r"\d", "7", lines[at])
    for path, text in zip(paths, (note, "".join(lines)), strict=True):
        target = tmp_path / "content" / path.replace("k-means", "mine")
        target.parent.mkdir(parents=True)
        target.write_text(text)
    said = refusal(viva("serve", "--port", "0", data=tmp_path / "data", VIVA_CONTENT_DIR=str(tmp_path / "content")))
    assert said.startswith(f"rubrics/modeling/mine.yaml:{at + 1}: criteria[0].weight: "), said


def test_an_open_door_is_refused(tmp_path: Path) -> None:
    """Beyond this machine only with keys."""
    said = refusal(viva("serve", "--port", "0", data=tmp_path / "data", VIVA_HOST="0.0.0.0"))
    assert "Set VIVA_API_KEYS" in said
    assert not (tmp_path / "data").exists()


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    """Which one, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = refusal(viva("serve", data=tmp_path / "data", VIVA_PORT=port))
    assert said.startswith(f"Viva cannot listen on 127.0.0.1, port {port}: ")
    assert "--port" in said


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 MiB; skipped where the tests may not mount one."""
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "viva", tmp_path], timeout=10).returncode:
        pytest.skip("may not mount a file system")
    yield tmp_path
    subprocess.run(["umount", "--lazy", tmp_path], timeout=10, check=True)


def test_a_full_disk_refuses_a_turn_and_takes_it_when_there_is_room(small_disk: Path) -> None:
    """Refused as a problem that says what to do; reading goes on; the same turn goes through afterwards."""
    with Server(small_disk / "data") as server:
        outcome = server.start(topic="bias-variance", seed=1)
        path = f"/v1/interviews/{outcome['id']}/answers"
        body = {"text": ANSWER, "turn": outcome["turn"]}
        fill(small_disk / "ballast")
        refused = server.http.post(path, json=body, timeout=LOADS_IN)
        assert (refused.status_code, refused.headers["content-type"]) == (507, "application/problem+json")
        problem = refused.json()
        assert (problem["status"], problem["title"], problem["instance"]) == (507, "Storage full", path)
        assert "Free some space" in problem["detail"]
        assert server.get(f"/v1/interviews/{outcome['id']}")["turn"] == outcome["turn"]
        assert server.http.post("/v1/interviews", json={}).status_code == 507
        (small_disk / "ballast").unlink()
        after = server.post(path, body)
        assert (after["turn"], after["repeated"]) == (outcome["turn"] + 1, False)
        lines = server.get(f"/v1/interviews/{outcome['id']}")["transcript"]
        assert [line["text"].strip() for line in lines if line["who"] == "candidate"] == [ANSWER.strip()]
        assert server.stop() == 0


def fill(ballast: Path) -> None:
    """Write until there is no room, to the last byte."""
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
