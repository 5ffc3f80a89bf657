"""A model server that says what it is told: chat completions over a real loopback socket, faults included.

For tests (`ScriptedModel` in an event loop, `running` in a thread of its own) and for benchmarks, where it runs as a
process with a fixed latency: `python -m eval.scripted_model --latency 0.3`. It thinks nothing: unless a script
says otherwise it credits the first open criterion with the first words of the newest answer, and asks one question.
"""

import argparse
import asyncio
import json
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

QUESTION = "I hear you. What would you look at next, and what would it tell you?"
_STATUS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 429: "Too Many Requests"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its path and JSON body; `count` numbers the requests to that path from 1."""

    path: str
    body: dict[str, Any]
    count: int
    key: str = ""  # the bearer token that came with it
    shared: int = 0  # characters at its beginning that an earlier prompt began with too

    @property
    def prompt(self) -> str:
        return "\0".join(str(message["content"]) for message in self.body.get("messages", []))

    @property
    def system(self) -> str:
        return str(self.body["messages"][0]["content"])

    @property
    def user(self) -> str:
        return str(self.body["messages"][-1]["content"])

    @property
    def judging(self) -> bool:
        """Whether verdicts are asked for, and not words."""
        return "You grade one answer" in self.system

    @property
    def open_criteria(self) -> list[str]:
        return re.findall(r"^- ([\w-]+)$", self.user.split("Open criteria")[-1].split("newest answer")[0], re.MULTILINE)

    @property
    def answers(self) -> list[str]:
        """What stands between the candidate's fences."""
        return [said for _, said in re.findall(r"⟦candidate[^⟧]* (\w+)⟧\n(.*?)\n⟦end \1⟧", self.user, re.DOTALL)]

    @property
    def rung(self) -> str:
        """How the answer is to be held to its shape."""
        return str(self.body.get("response_format", {}).get("type", "prompt"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """An answer. Streamed, `text` goes out word by word, with `pause` seconds between; `first` is waited for anything.

    `ends` tells how a stream ends: `done`, `early` (cleanly, with no reason), `cut` (the connection drops) or `stall`.
    """

    text: str = ""
    finish: str = "stop"
    refusal: str | None = None
    first: float = 0.0
    pause: float = 0.0
    ends: str = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sends:
    """A response as it stands: a status, headers, and a body, which is JSON unless it is text."""

    status: int = 200
    body: Any = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drops:
    """Hangs up without a word, after so many seconds."""

    after: float = 0.0


Reply = Says | Sends | Drops
Script = Callable[[Asked], Reply]


def verdicts(asked: Asked, *given: tuple[str, str, str], **more: Any) -> Says:
    """A judgement: (criterion, status, quote) for some, `absent` for every other open criterion."""
    told = {criterion: (status, quote) for criterion, status, quote in given}
    ids = [*asked.open_criteria, *(criterion for criterion in told if criterion not in asked.open_criteria)]
    sent = [dict(zip(("criterion", "status", "quote"), (id, *told.get(id, ("absent", ""))), strict=True)) for id in ids]
    return Says(text=json.dumps({"verdicts": sent, "intent": "answer", "asks_about": "none", "to_grader": [], **more}))


def plain(asked: Asked) -> Reply:
    """What it says when nobody has told it anything."""
    if not asked.judging:
        # Other words each time, as a model would find them.
        return Says(text=f"You say “{' '.join(asked.answers[-1].split()[-4:])}”. {QUESTION}" if asked.answers else QUESTION)
    quote = " ".join(asked.answers[-1].split()[:8])
    return verdicts(asked, *[(id, "met", quote) for id in asked.open_criteria[:1]])


class ScriptedModel:
    """The server. `script` may be changed at any time; `asked` holds every request so far."""

    def __init__(self, script: Script = plain, models: Sequence[str] = ("scripted",)) -> None:
        self.script = script
        self.models = models
        self.asked: list[Asked] = []
        self.url = ""
        self._seen: dict[str, list[str]] = {}

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator["ScriptedModel"]:
        """Listen on a port of the loopback interface while the block runs."""
        server = await asyncio.start_server(self._connection, "127.0.0.1", port)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        try:
            yield self
        finally:
            server.close()
            server.close_clients() if hasattr(server, "close_clients") else None

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = re.search(r"^content-length: *(\d+)", head, re.IGNORECASE | re.MULTILINE)
                body = await reader.readexactly(int(length[1]) if length else 0)
                path = head.split(" ", 2)[1]
                key = re.search(r"^authorization: *bearer +(\S+)", head, re.IGNORECASE | re.MULTILINE)
                await self._answer(path, json.loads(body or "{}"), key[1] if key else "", writer)
                if writer.is_closing():
                    return
        writer.close()

    async def _answer(self, path: str, body: dict[str, Any], key: str, writer: asyncio.StreamWriter) -> None:
        if path.endswith("/models"):
            listed = [{"id": name, "object": "model", "created": 0, "owned_by": "nobody"} for name in self.models]
            return await _whole(writer, Sends(body={"object": "list", "data": listed}))
        if path.endswith("/asked"):
            listed = [{"judging": a.judging, "prompt": len(a.prompt) // 4, "shared": a.shared // 4} for a in self.asked]
            return await _whole(writer, Sends(body=listed))
        asked = Asked(path, body, 1 + len(self.asked), key)
        asked = replace(asked, shared=self._shared(asked))
        self.asked.append(asked)
        match reply := self.script(asked):
            case Sends():
                await _whole(writer, reply)
                if "content-length" in reply.headers:  # it promised more than it sends
                    writer.close()
            case Drops():
                await asyncio.sleep(reply.after)
                writer.transport.abort()
            case Says() if body.get("stream"):
                await _streamed(writer, asked, reply)
            case Says():
                await asyncio.sleep(reply.first)
                message = {"role": "assistant", "content": reply.text or None, "refusal": reply.refusal}
                choice = {"index": 0, "message": message, "finish_reason": reply.finish, "logprobs": None}
                await _whole(writer, Sends(body={**_frame(asked, ""), "choices": [choice], "usage": _usage(asked, reply)}))

    def _shared(self, asked: Asked) -> int:
        """What a prompt cache would find: the longest beginning that an earlier prompt with this first message has."""
        earlier = self._seen.setdefault(asked.prompt.split("\0")[0], [])
        shared = max((_alike(asked.prompt, each) for each in earlier[-50:]), default=0)
        earlier.append(asked.prompt)
        return shared


def _alike(one: str, other: str) -> int:
    """How many characters two texts share from their beginning."""
    same = 0
    while one[same : same + 64] == other[same : same + 64] and same < len(one):
        same += 64
    return min(len(one), same)


async def _whole(writer: asyncio.StreamWriter, reply: Sends) -> None:
    text = isinstance(reply.body, str)
    data = reply.body.encode() if text else json.dumps(reply.body).encode()
    headers = {"content-type": "text/html" if text else "application/json", "content-length": str(len(data)), **reply.headers}
    lines = [f"HTTP/1.1 {reply.status} {_STATUS.get(reply.status, 'Error')}", *(f"{k}: {v}" for k, v in headers.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode() + data)
    await writer.drain()


async def _streamed(writer: asyncio.StreamWriter, asked: Asked, reply: Says) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    await writer.drain()
    await asyncio.sleep(reply.first)
    for piece in re.findall(r"\s*\S+|\s+$", reply.text):
        await _event(writer, {**_frame(asked, ".chunk"), "choices": [_delta({"content": piece})]})
        if reply.pause:
            await asyncio.sleep(reply.pause)
    if reply.refusal:
        await _event(writer, {**_frame(asked, ".chunk"), "choices": [_delta({"refusal": reply.refusal})]})
    if reply.ends == "cut":
        return writer.transport.abort()
    if reply.ends == "stall":
        await asyncio.sleep(3600)
    if reply.ends == "done":
        await _event(writer, {**_frame(asked, ".chunk"), "choices": [_delta({}, reply.finish)]})
        await _event(writer, {**_frame(asked, ".chunk"), "choices": [], "usage": _usage(asked, reply)})
        await _event(writer, "[DONE]")
    writer.write(b"0\r\n\r\n")
    await writer.drain()


async def _event(writer: asyncio.StreamWriter, data: Any) -> None:
    line = f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode()
    writer.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
    await writer.drain()


def _frame(asked: Asked, suffix: str) -> dict[str, Any]:
    model = asked.body.get("model", "")
    return {"id": f"chat-{asked.count}", "object": f"chat.completion{suffix}", "created": 0, "model": model}


def _delta(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}


def _usage(asked: Asked, reply: Says) -> dict[str, Any]:
    """Token counts, at four characters a token."""
    prompt, cached = len(asked.prompt) // 4, asked.shared // 4
    completion = len(reply.text) // 4
    details = {"cached_tokens": cached}
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": details,
    }


@contextmanager
def running(model: ScriptedModel) -> Iterator[ScriptedModel]:
    """The server in a thread of its own, for callers without an event loop."""
    started, loop = threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        async with model.serving():
            started.set()
            await stop.wait()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    started.wait(10)
    try:
        yield model
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


def main() -> None:
    """Serve until killed; the first line printed is the base URL."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before an answer, or its first word")
    options = parser.parse_args()

    def script(asked: Asked) -> Reply:
        reply = plain(asked)
        return Says(text=reply.text, first=options.latency) if isinstance(reply, Says) else reply

    async def serve() -> None:
        async with ScriptedModel(script).serving(options.port) as model:
            print(model.url, flush=True)
            await asyncio.Event().wait()

    with suppress(KeyboardInterrupt):
        asyncio.run(serve())


if __name__ == "__main__":
    main()
