"""Puts what a candidate said into a prompt as data.

The marks around a text carry a digest of it, and no text can contain its own digest: nothing that is typed can close
the fence early. The same text has the same fence, so that earlier answers stay byte for byte what they were and a
provider's prompt cache keeps them.
"""

import hashlib
import re

from app.core.verdict import invisible

#: Begins of chat-template tokens and tags. Some servers read them as their own wherever they stand.
_CONTROL = re.compile(r"<(?=[|/!a-zA-Z])|\[(?=/?[A-Z]{3,})|(?<=\|)(?=>)|⟦")
#: Shows nothing, and is folded away where a quote is looked for.
_JOINER = "\u2060"


def fenced(text: str, title: str) -> str:
    """The text between two marks that it cannot contain, on lines of their own; `title` says whose words they are."""
    shown = defused(text)
    mark = hashlib.sha256(shown.encode()).hexdigest()[:16]
    return f"⟦{title} {mark}⟧\n{shown}\n⟦end {mark}⟧"


def defused(text: str) -> str:
    """The text as a reader would see it: nothing invisible in it, and no token that a server would obey."""
    seen = "".join(char for char in text.replace("\r\n", "\n") if not invisible(char))
    return _CONTROL.sub(lambda found: found[0] + _JOINER, seen)
