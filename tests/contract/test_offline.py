"""Without a network: the server asks for none, whatever is done with it, and listens on this machine alone."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.contract.server import ROOT, Server, environment

#: Run by Python at its start: writes what the process asks of the network, one line each, before it is done.
RECORDER = """
import os, sys
log = os.open(os.environ["NETWORK_LOG"], os.O_CREAT | os.O_APPEND | os.O_WRONLY)
watched = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.getaddrinfo": 0, "socket.gethostbyname": 0}
def record(event, args):
    if event in watched:
        os.write(log, f"{event} {args[watched[event]]!r}\\n".encode())
sys.addaudithook(record)
os.write(log, b"recording\\n")
"""


@pytest.fixture
def recorder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a process whose calls to the network are recorded, and that is not told to stay offline."""
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(RECORDER)
    return {"PYTHONPATH": str(tmp_path / "hook"), "NETWORK_LOG": str(tmp_path / "network.log")}


def recorded(env: dict[str, str]) -> list[str]:
    """What was asked of the network, after the line that says that somebody watched."""
    first, *lines = Path(env["NETWORK_LOG"]).read_text().splitlines()
    assert first == "recording"
    return [line for line in lines if line != "recording"]


def test_the_recorder_records(tmp_path: Path, recorder: dict[str, str]) -> None:
    """A name looked up and an address connected to are seen, refused or not."""
    code = (
        "import socket\n"
        "for call in (lambda: socket.getaddrinfo('localhost', 1), lambda: socket.socket().connect(('127.0.0.1', 1))):\n"
        "    try: call()\n"
        "    except OSError: pass\n"
    )
    subprocess.run([sys.executable, "-c", code], env=environment(tmp_path, recorder), timeout=60, check=True)
    assert recorded(recorder) == ["socket.getaddrinfo 'localhost'", "socket.connect ('127.0.0.1', 1)"]


def test_an_interview_and_a_search_ask_nothing_of_the_network(tmp_path: Path, recorder: dict[str, str]) -> None:
    """From the start to the debrief, index and model included; every open socket is on 127.0.0.1."""
    with Server(tmp_path / "data", cwd=ROOT, **recorder) as server:
        addresses = sockets(server)
        server.wait_until_loaded()
        outcome = server.start(topic="regularization")
        server.post(f"/v1/interviews/{outcome['id']}/hint")
        while outcome["status"] == "open":
            outcome = server.answer(outcome, "Lasso sets weak coefficients to exactly zero; ridge only makes them small.")
            addresses |= sockets(server)
        assert server.get(f"/v1/interviews/{outcome['id']}/debrief")["overall"] is not None
        assert server.get("/v1/search", q="my model memorizes the training rows")["passages"]
        criterion = {"id": "zero", "kind": "definition", "weight": 1, "statement": "The lasso sets coefficients to zero."}
        server.post("/v1/score", {"question": "Lasso?", "criteria": [criterion], "answer": "It zeroes them."})
        addresses |= sockets(server)
        assert server.stop() == 0
        assert server.complaints == ""
    assert recorded(recorder) == []
    assert {ip for _, ip, _ in addresses} == {"127.0.0.1"}
    assert [f"http://{ip}:{port}" for state, ip, port in addresses if state == psutil.CONN_LISTEN] == [server.url]


def sockets(server: Server) -> set[tuple[str, str, int]]:
    """State, address and port of both ends of every internet socket that the server and its children hold."""
    parent = psutil.Process(server.process.pid)
    held = [socket for process in (parent, *parent.children(recursive=True)) for socket in process.net_connections("inet")]
    return {(socket.status, end.ip, end.port) for socket in held for end in (socket.laddr, socket.raddr) if end}
