"""Answers of a model kept on disk by the hash of what was asked, so that a run can be repeated offline, and shared.

It stands where the SDK's connections do: streams, refusals and errors are kept as they came. The same request asked again
within a run is another one (several judgements of one answer are meant to differ), and gets the next answer.
"""

import base64
import hashlib
import json
from collections import Counter
from pathlib import Path

import httpx2

#: What a server says of a request. A wrong key, a limit reached or a bad moment says nothing of it, and is asked again.
ANSWERS = frozenset({200, 400, 422})


class Recorded(httpx2.AsyncBaseTransport):
    """A transport that answers from `folder` what was asked before, and asks `inner` for the rest, if there is one.

    Without `inner` what was never asked fails as an unreachable server does.
    """

    def __init__(self, folder: Path, inner: httpx2.AsyncBaseTransport | None = None) -> None:
        self._folder = folder
        self._inner = inner
        self._asked: Counter[str] = Counter()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The kept response, or a new one. Keys are no part of what is hashed or kept."""
        body = await request.aread()
        asked = hashlib.sha256(f"{request.method} {request.url.path}\n".encode() + body).hexdigest()
        self._asked[asked] += 1
        path = self._folder / f"{asked[:32]}-{self._asked[asked]}.json"
        if path.is_file():
            kept = json.loads(path.read_text(encoding="utf-8"))
            return httpx2.Response(
                kept["status"], headers=kept["headers"], content=base64.b64decode(kept["body"]), request=request
            )
        if self._inner is None:
            self._asked[asked] -= 1
            raise httpx2.ConnectError(f"{path.name} was never asked, and nobody is there to ask", request=request)
        try:
            response = await self._inner.handle_async_request(request)
            content = await response.aread()
        except BaseException:
            self._asked[asked] -= 1
            raise
        headers = {"content-type": response.headers.get("content-type", "application/json")}
        if response.status_code not in ANSWERS:
            self._asked[asked] -= 1
        else:
            kept = {"status": response.status_code, "headers": headers, "body": base64.b64encode(content).decode()}
            self._folder.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(kept), encoding="utf-8")
        return httpx2.Response(response.status_code, headers=headers, content=content, request=request)

    async def aclose(self) -> None:
        """Close the connections underneath."""
        if self._inner:
            await self._inner.aclose()
