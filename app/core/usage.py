"""What a model was asked for and what that took: one record a request, and their sum."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum

#: The outcome of a request that did what it was for; any other is the name of what went wrong.
OK = "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to a model.

    `purpose` is `judge` or the move that was worded; `seconds` run from sending it to its end. Token counts are the
    server's, 0 where it gives none; `cached_tokens` are those of the prompt that it had in its cache. `cost` is in US
    dollars, None where no price is set for the model.
    """

    purpose: str
    model: str
    outcome: str
    seconds: float
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Calls summed up. `failed` of them came to nothing; `cost` is None as soon as one of the others has no price."""

    calls: int
    failed: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    seconds: float
    cost: float | None


def total(calls: Iterable[Call]) -> Usage | None:
    """The sum of some calls; None where there were none."""
    made = list(calls)
    if not made:
        return None
    costs = [call.cost for call in made if call.outcome == OK or call.cost is not None]
    return Usage(
        calls=len(made),
        failed=sum(call.outcome != OK for call in made),
        prompt_tokens=sum(call.prompt_tokens for call in made),
        cached_tokens=sum(call.cached_tokens for call in made),
        completion_tokens=sum(call.completion_tokens for call in made),
        seconds=round(fsum(call.seconds for call in made), 3),
        cost=None if any(cost is None for cost in costs) else round(fsum(cost for cost in costs if cost is not None), 8),
    )
