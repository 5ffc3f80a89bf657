"""Each thing that can go wrong with a model: how the server does it, and what comes of it. `docs/llm.md` tells the same."""

from collections.abc import Callable
from dataclasses import dataclass

from eval.scripted_model import QUESTION, Asked, Drops, Reply, Says, Script, Sends, plain, verdicts

#: The opening words of the authored probe that the reserve falls back on.
AUTHORED = "How do you interpret the distance"
MEGABYTES = "x" * 10_000_000


@dataclass(frozen=True)
class Case:
    """One fault of one turn. `counted` are its requests' outcomes, `judged` and `worded` the engines that did it in the end.

    `statuses` are those that come of the open criteria, `said` is in the interviewer's words, `notice` in what people are told.
    """

    name: str
    script: Script
    counted: tuple[str, ...]
    judged: str = "llm"
    worded: str = "llm"
    statuses: frozenset[str] = frozenset({"met", "absent"})
    said: str = QUESTION
    notice: str = ""


def judging(*replies: Reply | Callable[[Asked], Reply]) -> Script:
    """Requests to judge get these replies, the last of them again and again; words are spoken as ever."""
    given = 0

    def script(asked: Asked) -> Reply:
        nonlocal given
        if not asked.judging:
            return plain(asked)
        reply = replies[min(given, len(replies) - 1)]
        given += 1
        return reply(asked) if callable(reply) else reply

    return script


def speaking(*replies: Reply) -> Script:
    """The same for requests to speak."""
    given = 0

    def script(asked: Asked) -> Reply:
        nonlocal given
        if asked.judging:
            return plain(asked)
        given += 1
        return replies[min(given, len(replies)) - 1]

    return script


def problem(status: int, message: str = "no", code: str | None = None, **headers: str) -> Sends:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Sends(status=status, body={"error": {"message": message, "type": "x", "code": code}}, headers=names)


def lost(kind: str, times: int = 1) -> dict[str, object]:
    """The reserve judges and speaks, because the model never gave a verdict."""
    counted = (f"judge: {kind}",) * times
    return {"counted": counted, "judged": "offline", "worded": "offline", "statuses": frozenset({"absent"}), "said": AUTHORED}


def dumb(kind: str, times: int = 1, said: str = AUTHORED) -> dict[str, object]:
    """The model judges; the reserve finds the words."""
    return {"counted": ("judge: ok", *(f"probe: {kind}",) * times), "worded": "offline", "said": said}


UNREADABLE = {"statuses": frozenset({"unscored"}), "notice": "left unscored"}
HALF = "I hear you. What would you"
STARTED = "I hear you. "
GIVEN_AWAY = "A low training error with a much higher error in validation: does that not indicate high variance, so overfitting?"

CASES = (
    Case("401", judging(problem(401)), **lost("key_refused"), notice="OPENAI_API_KEY"),
    Case("404, no such model", judging(problem(404)), **lost("no_model"), notice="VIVA_JUDGE_MODEL"),
    Case(
        "429 with Retry-After, then well",
        judging(problem(429, retry_after="0.01"), plain),
        ("judge: too_many_requests", "judge: ok", "probe: ok"),
    ),
    Case("429 with a long Retry-After", judging(problem(429, retry_after="600")), **lost("too_many_requests"), notice="allows"),
    Case("429 without Retry-After", judging(problem(429)), **lost("too_many_requests", 3), notice="more than its server allows"),
    Case("429, quota used up", judging(problem(429, code="insufficient_quota")), **lost("out_of_quota"), notice="quota"),
    Case("500", judging(problem(500)), **lost("server_error", 3), notice="error on its server"),
    Case("503, then well", judging(problem(503), plain), ("judge: server_error", "judge: ok", "probe: ok")),
    Case("refused connection", judging(Drops()), **lost("unreachable", 3), notice="OPENAI_BASE_URL"),
    Case("time-out before the first byte", judging(Says(text="{}", first=60)), **lost("timed_out"), notice="in time"),
    Case("time-out before the first word", speaking(Says(text=QUESTION, first=60)), **dumb("timed_out"), notice="in time"),
    Case(
        "stall in the middle of a stream",
        speaking(Says(text=HALF, ends="stall")),
        **dumb("stalled", said=STARTED),
        notice="stopped in the middle",
    ),
    Case(
        "connection cut in the middle of a stream",
        speaking(Says(text=HALF, ends="cut")),
        **dumb("cut_off", said=STARTED),
        notice="cut off",
    ),
    Case(
        "stream that ends early, without a finish reason",
        speaking(Says(text=HALF, ends="early")),
        **dumb("cut_off", said=STARTED),
        notice="cut off",
    ),
    Case("invalid JSON twice", judging(Says(text="Sure! I think")), ("judge: bad_json",) * 2 + ("probe: ok",), **UNREADABLE),
    Case("invalid JSON, then well", judging(Says(text='{"verdicts": ['), plain), ("judge: bad_json", "judge: ok", "probe: ok")),
    Case(
        "JSON of the wrong shape",
        judging(Says(text='{"verdicts": {"gap": "met"}}')),
        ("judge: bad_shape",) * 2 + ("probe: ok",),
        **UNREADABLE,
    ),
    Case(
        "unknown criterion id",
        judging(lambda asked: verdicts(asked, ("made-up", "met", "The gap"))),
        ("judge: unknown_criterion", "probe: ok"),
        statuses=frozenset({"absent"}),
    ),
    Case(
        "criterion left out",
        judging(Says(text='{"verdicts": [{"criterion": "variance-is-sensitivity", "quote": "", "status": "absent"}]}')),
        ("judge: criterion_left_out",) * 2 + ("probe: ok",),
        statuses=frozenset({"absent", "unscored"}),
    ),
    Case(
        "quote that is not in the answer",
        judging(lambda asked: verdicts(asked, (asked.open_criteria[0], "met", "a different sample would change it"))),
        ("judge: quote_not_found", "probe: ok"),
        statuses=frozenset({"unscored", "absent"}),
    ),
    Case("refusal", judging(Says(refusal="I can't help with that.")), **lost("refused"), notice="refused to answer"),
    Case("refusal to speak", speaking(Says(refusal="I can't help with that.")), **dumb("refused"), notice="refused to answer"),
    Case(
        "truncated answer",
        judging(Says(text='{"verdicts": [{"crit', finish="length")),
        ("judge: truncated",) * 2 + ("probe: ok",),
        **UNREADABLE,
    ),
    Case("truncated words", speaking(Says(text=HALF, finish="length")), **dumb("truncated", said=STARTED), notice="out of room"),
    Case("content filter", judging(Says(text="", finish="content_filter")), **lost("filtered"), notice="content filter"),
    Case("content filter on words", speaking(Says(finish="content_filter")), **dumb("filtered"), notice="content filter"),
    Case("empty choice list", judging(Sends(body={"id": "1", "choices": []})), **lost("no_choices", 3), notice="nothing in it"),
    Case("nothing said", speaking(Says(text="")), **dumb("empty", 3), notice="said nothing"),
    Case("error object with status 200", judging(Sends(body={"error": {}})), **lost("not_an_answer"), notice="is no"),
    Case("HTML with status 200", judging(Sends(body="<html>Sign in</html>")), **lost("not_an_answer"), notice="no answer"),
    Case("10 MB answer", judging(Says(text=MEGABYTES)), **lost("too_long"), notice="far more"),
    Case("10 MB of words", speaking(Says(text=MEGABYTES)), **dumb("too_long"), notice="far more"),
    Case(
        "words that give the answer away",
        speaking(Says(text=GIVEN_AWAY)),
        **dumb("gave_away"),
        notice="given an answer away",
    ),
)
