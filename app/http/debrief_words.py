"""How a debrief tells, in plain words, which engine judged what and what a model took. The page says the same in JavaScript."""

from collections.abc import Mapping
from itertools import groupby

from app.core.verdict import invisible
from app.http.shapes import Usage


def judged_by(engine: str, answers: Mapping[str, int]) -> str:
    """Which engine judged, out of the answers that each judged; `engine` is the one that was asked for."""
    if not answers:
        return "No answer was judged"
    if len(answers) == 1:
        [other] = answers
        return f"Judged by the {engine} engine" if other == engine else f"Judged by the {other} engine in place of {engine}"
    first, *rest = sorted(answers.items(), key=lambda item: item[0] != engine)
    told = [f"{_count(first[1], 'answer')} judged by the {first[0]} engine"]
    return ", ".join(told + [f"{count} by the {name} engine" for name, count in rest])


def judged_elsewhere(judge: str, engine: str) -> str:
    """The label of a verdict that another engine than the interview's gave; nothing where it is the same."""
    if judge in ("", engine):
        return ""
    return "judged offline" if judge == "offline" else f"judged by {judge}"


def took(usage: Usage) -> str:
    """What was asked of models."""
    parts = [_count(usage.calls, "call") + (f" ({usage.failed} failed)" if usage.failed else "")]
    if usage.prompt_tokens or usage.completion_tokens:
        cached = f"{usage.cached_tokens / usage.prompt_tokens:.0%} cached" if usage.prompt_tokens else "none cached"
        parts.append(f"{_count(usage.prompt_tokens, 'prompt token')} ({cached})")
        parts.append(_count(usage.completion_tokens, "completion token"))
    else:
        parts.append("no tokens counted")
    parts += [f"{usage.seconds:.1f} seconds", _dollars(usage.cost)]
    return ", ".join(parts)


def seen(kind: str, quote: str) -> str:
    """What was flagged, so that it can be read: in hidden text, what shows nothing is counted."""
    if kind != "hidden_text":
        return quote
    runs = ((hidden, "".join(chars)) for hidden, chars in groupby(quote, invisible))
    return "".join(f"[{_count(len(run), 'hidden character')}]" if hidden else run for hidden, run in runs)


def _count(count: int, one: str) -> str:
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"


def _dollars(cost: float | None) -> str:
    if cost is None:
        return "no price set"
    if 0 < cost < 0.0001:
        return "less than 0.0001 US dollars"
    return f"{cost:.2f} US dollars" if cost >= 1 or not cost else f"{cost:.4f} US dollars"
