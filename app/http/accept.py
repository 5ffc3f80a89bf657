"""Content negotiation: which of the offered media types a caller would rather have."""

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request

JSON = "application/json"
SSE = "text/event-stream"
HTML = "text/html"
MARKDOWN = "text/markdown"


def negotiate(request: Request, offers: Sequence[str]) -> str:
    """The offer that the Accept header prefers, the first one among equals. Raises HTTPException 406 when it takes none."""
    header = ",".join(request.headers.getlist("accept")).strip()
    if not header:
        return offers[0]
    ranges = [_media_range(part) for part in header.split(",") if part.strip()]
    best = max(offers, key=lambda offer: _quality(offer, ranges))
    if _quality(best, ranges) <= 0:
        raise HTTPException(406, f"This comes as {' or '.join(offers)}; name one of them in Accept, or leave Accept out.")
    return best


def _media_range(part: str) -> tuple[str, float]:
    media, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return media, float(value)
            except ValueError:
                return media, 1.0
    return media, 1.0


def _quality(offer: str, ranges: Sequence[tuple[str, float]]) -> float:
    """The quality that the most specific range that covers the offer gives it; 0 when none does."""
    for covering in (offer, offer.partition("/")[0] + "/*", "*/*"):
        qualities = [quality for media, quality in ranges if media == covering]
        if qualities:
            return max(qualities)
    return 0.0
