"""Every error that Viva raises on purpose. Only `app.http` knows status codes.

VivaError
├── NotFound            no such interview, topic, question or criterion
├── Invalid             the request cannot be carried out as it stands
│   └── ContentError    a prompt, rubric or note is broken: file, line, field
├── Conflict            right request, wrong moment
│   ├── TurnOutOfOrder  names the turn that is expected
│   ├── AlreadyFinished the interview takes no more answers
│   ├── NotFinished     the debrief waits for the end
│   └── NoHintLeft      every open criterion has had its hint
└── Unavailable         not the caller's fault; worth trying again
    ├── StorageFull     the disk is full; nothing was accepted
    ├── StorageBusy     another writer was first; nothing was accepted
    ├── EngineMissing   the engine asked for is not configured
    └── EngineFailed    the engine could not do what it was asked, and will not by being asked again
"""

from app.core.usage import Call


class VivaError(Exception):
    """Base of the tree. The message is written for a person and says what to do."""


class NotFound(VivaError):
    """No such interview, topic, question or criterion."""


class Invalid(VivaError):
    """The request cannot be carried out as it stands; `field` names the part that is wrong."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class ContentError(Invalid):
    """A content file is broken. `problems` holds one line for each fault: file, line, field, what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Conflict(VivaError):
    """Right request, wrong moment."""


class TurnOutOfOrder(Conflict):
    """The answer carries a turn other than the next one. `expected` is the turn to send."""

    def __init__(self, got: int, expected: int) -> None:
        super().__init__(f"This is turn {got}, but turn {expected} is expected. Send the answer again with turn {expected}.")
        self.expected = expected


class AlreadyFinished(Conflict):
    """The interview takes no more answers."""


class NotFinished(Conflict):
    """The debrief is shown when the interview has ended."""


class NoHintLeft(Conflict):
    """Every criterion still open has had its hint."""


class Unavailable(VivaError):
    """Not the caller's fault; worth trying again."""


class StorageFull(Unavailable):
    """The disk is full; nothing was accepted."""


class StorageBusy(Unavailable):
    """Another writer was first; nothing was accepted."""


class EngineMissing(Unavailable):
    """The engine asked for is not configured."""

    #: The part of a request that asked for it.
    field = "engine"


class EngineFailed(Unavailable):
    """The engine could not do what it was asked, after whatever second try it is worth; another may.

    `calls` are the requests that were made for it.
    """

    def __init__(self, message: str, calls: tuple[Call, ...] = ()) -> None:
        super().__init__(message)
        self.calls = calls
