"""`viva doctor`: what is set up, what is missing, what is broken, in plain words."""

import os
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

from rich.console import Console

from app.config import Settings
from app.content import default_root, parse, roots
from app.core.errors import ContentError, Invalid, Unavailable, VivaError
from app.http.auth import check_exposure
from app.prompts import load_prompts
from app.retrieval.embedding import MiniLM
from app.storage.database import read_url
from app.storage.migrations import HEAD
from app.terminal.findings import Finding, Mark, show_findings
from app.terminal.lookup import until_ready
from app.terminal.model_check import ANSWER, QUESTION, check_model
from app.wiring import build

#: Free space, in bytes, under which an answer may not find room.
ROOM = 200 * 2**20


async def examine(settings: Settings, console: Console, *, llm: bool = False) -> bool:
    """Print every finding; False when something is broken. With `llm` the model is asked, which may cost a little."""
    with console.status("Looking…"):
        findings = [*_quick(settings)]
        if not any(finding.mark is Mark.BROKEN for finding in findings):
            findings += [finding async for finding in _running(settings)]
        if llm:
            findings += [finding async for finding in check_model(settings)]
    show_findings(findings, console)
    return all(finding.mark is not Mark.BROKEN for finding in findings)


def _quick(settings: Settings) -> Iterator[Finding]:
    yield Finding(Mark.OK, "Python", f"{sys.version.split()[0]} at {sys.executable}")
    yield from _content(settings)
    yield _data_folder(settings.data_dir)
    yield _database(settings)
    try:
        check_exposure(settings)
        keys = f"{len(settings.api_keys)} API keys" if settings.api_keys else "no API key, so this machine only"
        yield Finding(Mark.OK, "exposure", f"would listen on {settings.host}, port {settings.port}; {keys}")
    except Invalid as error:
        yield Finding(Mark.BROKEN, "exposure", str(error))


def _content(settings: Settings) -> Iterator[Finding]:
    notes, questions, faults = parse(*roots(settings.content_dir))
    try:
        load_prompts(default_root() / "prompts")
    except ContentError as error:
        faults += error.problems
    if faults:
        yield Finding(Mark.BROKEN, "content", f"{len(faults)} faults, the first: {faults[0]} (viva lint lists them)")
    else:
        asked = sum(len(of_topic) for of_topic in questions.values())
        yield Finding(Mark.OK, "content", f"{len(notes)} topics with {asked} questions, no fault")


def _data_folder(folder: Path) -> Finding:
    there = folder
    while not there.exists():
        there = there.parent
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return Finding(Mark.BROKEN, "data folder", f"{folder} cannot be written; set VIVA_DATA_DIR to a folder that can")
    free = shutil.disk_usage(there).free
    room = f"{free / 2**30:.1f} GiB free"
    if free < ROOM:
        return Finding(Mark.ATTENTION, "data folder", f"{folder.absolute()}: only {room}; make room before answers are refused")
    new = "" if folder.exists() else " (not there yet: the first start makes it)"
    return Finding(Mark.OK, "data folder", f"{folder.absolute()}{new}, {room}")


def _database(settings: Settings) -> Finding:
    try:
        url = read_url(settings.database)
    except VivaError as error:
        return Finding(Mark.BROKEN, "database", str(error))
    if url.get_backend_name() != "sqlite":
        return Finding(Mark.OK, "database", url.render_as_string(hide_password=True))
    path = Path(url.database or "")
    if not path.exists():
        return Finding(Mark.OK, "database", "none yet; the first start makes it")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except sqlite3.Error as error:
        return Finding(Mark.BROKEN, "database", f"{path} cannot be read: {error}")
    revision = rows[0][0] if rows else "none"
    if revision != HEAD:
        return Finding(Mark.ATTENTION, "database", f"at revision {revision}; this Viva's is {HEAD}, and a start brings it there")
    return Finding(Mark.OK, "database", f"SQLite, at revision {revision}")


async def _running(settings: Settings) -> AsyncIterator[Finding]:
    """What only a start can tell. A folder that is not there is not made for it."""
    name = MiniLM(settings.embedding_model).name
    if not settings.data_dir.exists():
        yield Finding(Mark.OK, "embedding model", name)
        yield Finding(Mark.ATTENTION, "index", "none yet; the first start builds it (or: viva index)")
        yield Finding(Mark.OK, "engine", settings.default_engine)
        return
    try:
        async with build(settings) as viva:
            failed = await until_ready(viva)
            for part in viva.readiness():
                mark, text = (Mark.BROKEN, failed[part]) if part in failed else (Mark.OK, "ready")
                yield Finding(mark, part, f"{name}: {text}" if part.startswith("embedding") else text)
            judged = await viva.coach.score(QUESTION, ANSWER, "offline")
            default = settings.default_engine
            asks = "; viva doctor --llm asks the model" if default == "llm" else ""
            yield Finding(Mark.OK, "engine", f"{judged.judged[-1].engine} judges; interviews begin with {default}{asks}")
    except Unavailable as error:
        yield Finding(Mark.ATTENTION, "start", str(error))
    except VivaError as error:
        yield Finding(Mark.BROKEN, "start", str(error))
