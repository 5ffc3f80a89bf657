"""What can go wrong with a model, by name: the one table from the SDK's exceptions to plain words.

`docs/llm.md` says for each of them what a candidate sees, what is stored and what is counted.
"""

from enum import StrEnum
from typing import Any

#: The longest wait that a server may ask for with Retry-After, in seconds; a candidate would not sit through more.
PATIENCE = 10.0


class Kind(StrEnum):
    """The name that a fault is counted under."""

    KEY_REFUSED = "key_refused"
    NO_MODEL = "no_model"
    BAD_REQUEST = "bad_request"
    TOO_MANY = "too_many_requests"
    OUT_OF_QUOTA = "out_of_quota"
    SERVER_ERROR = "server_error"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    STALLED = "stalled"
    CUT_OFF = "cut_off"
    NOT_AN_ANSWER = "not_an_answer"
    NO_CHOICES = "no_choices"
    EMPTY = "empty"
    REFUSED = "refused"
    FILTERED = "filtered"
    TOO_LONG = "too_long"
    TRUNCATED = "truncated"
    BAD_JSON = "bad_json"
    BAD_SHAPE = "bad_shape"
    GAVE_AWAY = "gave_away"
    OFF_SCRIPT = "off_script"
    RESTING = "resting"


#: What a person is told: the middle of a sentence that begins "The model …".
SAID = {
    Kind.KEY_REFUSED: "refused the API key (check OPENAI_API_KEY)",
    Kind.NO_MODEL: "is not known to the server (check VIVA_JUDGE_MODEL and VIVA_SPEAKER_MODEL)",
    Kind.BAD_REQUEST: "does not take this kind of request",
    Kind.TOO_MANY: "is asked for more than its server allows",
    Kind.OUT_OF_QUOTA: "has used up the account's quota",
    Kind.SERVER_ERROR: "had an error on its server",
    Kind.UNREACHABLE: "could not be reached (check OPENAI_BASE_URL)",
    Kind.TIMED_OUT: "did not answer in time",
    Kind.STALLED: "stopped in the middle of its answer",
    Kind.CUT_OFF: "was cut off in the middle of its answer",
    Kind.NOT_AN_ANSWER: "sent something that is no answer",
    Kind.NO_CHOICES: "sent an answer with nothing in it",
    Kind.EMPTY: "said nothing",
    Kind.REFUSED: "refused to answer",
    Kind.FILTERED: "was stopped by its provider's content filter",
    Kind.TOO_LONG: "sent far more than it was asked for",
    Kind.TRUNCATED: "ran out of room before it had finished",
    Kind.BAD_JSON: "sent verdicts that are not JSON",
    Kind.BAD_SHAPE: "sent verdicts of the wrong shape",
    Kind.GAVE_AWAY: "would have given an answer away",
    Kind.OFF_SCRIPT: "did not keep to the facts it was given",
    Kind.RESTING: "has failed several times in a row and is left alone for a moment",
}

#: Worth the same request again, after a moment.
AGAIN = frozenset({Kind.TOO_MANY, Kind.SERVER_ERROR, Kind.UNREACHABLE, Kind.CUT_OFF, Kind.NO_CHOICES, Kind.EMPTY})
#: The server is at fault, not this one answer: enough of these in a row, and it is left alone.
OUTAGE = frozenset(
    {
        Kind.KEY_REFUSED, Kind.NO_MODEL, Kind.TOO_MANY, Kind.OUT_OF_QUOTA, Kind.SERVER_ERROR, Kind.UNREACHABLE,
        Kind.TIMED_OUT, Kind.STALLED, Kind.NOT_AN_ANSWER,
    }
)  # fmt: skip
#: The model answered, so its server took the request as it was.
ANSWERED = frozenset({Kind.EMPTY, Kind.REFUSED, Kind.FILTERED, Kind.TOO_LONG, Kind.TRUNCATED})
#: The model answered, but what it said cannot be used: worth one more try, and then its verdicts are `unscored`.
UNUSABLE = frozenset({Kind.BAD_JSON, Kind.BAD_SHAPE, Kind.TRUNCATED})


class Fault(Exception):
    """A request that came to nothing. `wait` is how long the server asked to be left alone, in seconds."""

    def __init__(self, kind: Kind, detail: str = "", wait: float | None = None) -> None:
        super().__init__(f"The model {SAID[kind]}.")
        self.kind = kind
        self.detail = detail
        self.wait = wait

    @property
    def again(self) -> bool | float:
        """Whether to try once more, or after how many seconds."""
        if self.kind not in AGAIN:
            return False
        if self.wait is None:
            return True
        return self.wait if self.wait <= PATIENCE else False


class TooLong(Exception):
    """More came over the wire than any answer needs."""


def fault_of(error: Exception) -> Fault:
    """The fault that an exception of the SDK, of the connection under it or of reading its answer stands for."""
    import openai

    if isinstance(error, Fault):
        return error
    if _caused_by(error, TooLong):
        return Fault(Kind.TOO_LONG)
    match error:
        case openai.APITimeoutError() | TimeoutError():
            return Fault(Kind.TIMED_OUT, str(error))
        case openai.APIStatusError():
            return _of_status(error)
        case openai.APIConnectionError():
            return Fault(Kind.UNREACHABLE, str(error.__cause__ or error))
        case openai.APIError():  # an error object in the place of an answer
            return Fault(Kind.NOT_AN_ANSWER, str(error))
        case _:
            return Fault(Kind.NOT_AN_ANSWER, f"{type(error).__name__}: {error}")


def _of_status(error: Any) -> Fault:
    said = str(error)
    match error.status_code:
        case 401 | 403:
            return Fault(Kind.KEY_REFUSED, said)
        case 404:
            return Fault(Kind.NO_MODEL, said)
        case 429:
            if error.code == "insufficient_quota":
                return Fault(Kind.OUT_OF_QUOTA, said)
            return Fault(Kind.TOO_MANY, said, wait=_retry_after(error))
        case status if status in (408, 409) or status >= 500:
            return Fault(Kind.SERVER_ERROR, said, wait=_retry_after(error))
        case _:
            return Fault(Kind.BAD_REQUEST, said)


def _retry_after(error: Any) -> float | None:
    """Seconds, when the server gives them as a number; a date is not worth a parser here."""
    try:
        return max(0.0, float(error.response.headers["retry-after"]))
    except (KeyError, ValueError):
        return None


def _caused_by(error: BaseException | None, kind: type[BaseException]) -> bool:
    while error is not None:
        if isinstance(error, kind):
            return True
        error = error.__cause__ or error.__context__
    return False
