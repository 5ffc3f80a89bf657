"""Who may call: bearer keys on /v1, and no open door beyond this machine without one."""

from hashlib import sha256
from hmac import compare_digest
from ipaddress import ip_address

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from app.config import Settings
from app.core.errors import Invalid
from app.http.problems import respond


def check_exposure(settings: Settings) -> None:
    """Raise Invalid for a server that other machines could reach and that asks nobody for a key."""
    if settings.api_keys or _loopback(settings.host):
        return
    raise Invalid(
        f"Anybody who reaches {settings.host or 'this address'} could read and delete every interview. Set VIVA_API_KEYS to one "
        "or more keys, separated by commas, or listen on 127.0.0.1.",
        field="host",
    )


class BearerAuth:
    """Lets a call to /v1 through only with one of the keys; before its body is read. No keys: everyone may call."""

    def __init__(self, app: ASGIApp, keys: tuple[str, ...]) -> None:
        self.app = app
        self._digests = [sha256(key.encode()).digest() for key in keys]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._digests and scope["type"] == "http" and scope["path"].startswith("/v1") and not self._known(scope):
            refusal = HTTPException(
                401, "This server asks for a key: send Authorization: Bearer KEY.", {"WWW-Authenticate": "Bearer"}
            )
            await respond(refusal, scope["path"])(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _known(self, scope: Scope) -> bool:
        value = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        scheme, _, key = value.partition(b" ")
        given = sha256(key.strip()).digest()
        # Every key is compared, so that the time taken says nothing of which one was near.
        matches = [compare_digest(given, digest) for digest in self._digests]
        return scheme.lower() == b"bearer" and any(matches)


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
