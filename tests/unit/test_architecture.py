"""Imports run one way, nothing happens at import, and no test reaches the network."""

import ast
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

ROOT = Path(__file__).parents[2]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in (ROOT / "app").rglob("*.py")
}

ADAPTERS = {"engines", "retrieval", "storage"}
DOORS = {"wiring", "coach", "mock_loops", "stories", "core", "content", "config", "lint"}
#: What each part of `app` may import of the others. A part that is not listed fails: give it a place first.
MAY_IMPORT = {
    "core": set(),
    "config": {"core"},
    "files": set(),
    "content": {"core", "files"},
    "prompts": {"core"},
    "lint": {"core", "content", "files", "prompts"},
    "examiner": {"core"},
    "coach": {"core", "content", "examiner"},
    "mock_loops": {"core", "coach"},
    "stories": {"core"},
    "story_rubric": {"core", "content", "files"},
    **{adapter: {"core", "content", "prompts"} for adapter in ADAPTERS},
    "wiring": {"core", "content", "prompts", "coach", "mock_loops", "stories", "story_rubric", "config", *ADAPTERS},
    "http": DOORS,
    "terminal": DOORS | {"http"},  # it starts the server, and prints the same shapes
    "cli": DOORS | {"terminal"},
}
#: `viva doctor` names what is wrong with each adapter, also when they cannot be wired together.
LOOKS_INSIDE = {
    "app.terminal.doctor": {"prompts", "retrieval", "storage"},
    "app.terminal.model_check": {"engines", "prompts"},
}

#: What takes seconds to import, so that a command waits for it only when it needs it.
HEAVY = ("torch", "chromadb", "sentence_transformers", "transformers", "openai")
#: What is made by `wiring.build()` and by functions, never when a module is read.
MADE_LATER = {
    "AsyncOpenAI", "Coach", "FastAPI", "HybridRetriever", "HttpClient", "MiniLM", "ModelClient", "NoteIndex", "OpenAI",
    "PersistentClient", "Settings", "build", "create_app", "create_async_engine", "load", "load_prompts", "open_store", "run",
}  # fmt: skip


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> frozenset[str]:
    """Every module that a file imports, anywhere in it, under TYPE_CHECKING too."""
    return frozenset(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write imports out in full"
            for alias in node.names:  # `from app.http import views` names a module, `from app.coach import Coach` does not
                name = f"{node.module}.{alias.name}"
                yield name if name in MODULES else node.module or ""


def part(module: str) -> str:
    """`app.core.score` is of the part `core`."""
    return module.split(".")[1] if module.count(".") else ""


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_run_one_way(module: str) -> None:
    """The core knows nobody, adapters never one another, and only wiring knows several of them."""
    mine = part(module)
    if not mine:
        return
    others = {part(name) for name in imports(MODULES[module]) if name.split(".")[0] == "app"} - {mine, ""}
    assert others <= MAY_IMPORT[mine] | LOOKS_INSIDE.get(module, set())


def test_the_core_imports_the_standard_library_only() -> None:
    """No third party can change the rules."""
    for module, path in MODULES.items():
        if part(module) == "core":
            assert {name.split(".")[0] for name in imports(path)} <= {*sys.stdlib_module_names, "app"}, module


def test_nothing_imports_tests_or_the_evaluation() -> None:
    """What ships runs without them."""
    for module, path in MODULES.items():
        assert not {name.split(".")[0] for name in imports(path)} & {"tests", "eval"}, module


def test_nothing_is_made_when_a_module_is_read() -> None:
    """No settings, engines or clients at the top of a module."""
    for module, path in MODULES.items():
        if module == "app.storage.migrations.env":
            continue  # Alembic runs this one; nobody imports it
        made = [name for name in _called_at_import(tree(path)) if name in MADE_LATER]
        assert made == [], module


def _called_at_import(node: ast.AST) -> Iterator[str]:
    """The names of the calls that run when a module is read: outside functions, and outside the main guard."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "__main__" in ast.dump(child.test):
            continue
        if isinstance(child, ast.Call):
            yield child.func.attr if isinstance(child.func, ast.Attribute) else getattr(child.func, "id", "")
        yield from _called_at_import(child)


def test_importing_is_light_and_reads_no_settings(tmp_path: Path) -> None:
    """The command line and the wiring load without the models' libraries, whatever the environment says, and write nothing."""
    code = f"import sys, app.cli, app.wiring; print([name for name in {HEAVY} if name in sys.modules])"
    environment = {**os.environ, "VIVA_PORT": "no number", "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
    assert list(tmp_path.iterdir()) == []


def test_the_network_is_blocked() -> None:
    """A test that would reach out fails before a packet leaves."""
    # The block warns before it raises, and here warnings are errors.
    with socket.socket() as outside, pytest.raises((SocketConnectBlockedError, UserWarning), match="tried to use socket"):
        outside.connect(("192.0.2.1", 80))


def test_loopback_is_open() -> None:
    """Servers under test run on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()
