"""The debrief for people: one self-contained HTML page, or Markdown. Both say what the JSON says."""

import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from starlette.responses import Response

from app.http import debrief_words
from app.http.debrief_shapes import Debrief, Highlight

TEMPLATES = Path(__file__).parent / "templates"

WORDS = {
    "met": "Met",
    "partial": "Partly met",
    "wrong": "Contradicted",
    "absent": "Not said",
    "unscored": "Could not tell",
    "definition": "Definition",
    "assumption": "Assumption",
    "pitfall": "Pitfall",
    "trade_off": "Trade-off",
    "clarification": "Clarification",
    "impact": "Impact",
    "none": "unprompted",
    "probe": "after a follow-up",
    "hint": "after a hint",
    "junior": "Junior",
    "mid": "Mid-level",
    "senior": "Senior",
    "practice": "Practice",
    "mock": "Mock",
    "done": "Every question was asked.",
    "time": "Time ran out.",
    "candidate": "You ended it.",
    "recap": "A recap is enough",
    "deeper": "Study it",
    "instruction_to_grader": "Addressed to the grader",
    "keyword_list": "A list of keywords",
    "other_script": "Not in the interview's language",
    "hidden_text": "Characters that cannot be seen or pass for others",
    "off_question": "No part of the story",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line that the same highlights cover; `ending` are those whose words end with it."""

    text: str
    marks: tuple[Highlight, ...]
    ending: tuple[Highlight, ...]


def pieces(text: str, highlights: Sequence[Highlight]) -> list[Piece]:
    """Cut a line wherever a highlight begins or ends, so that those that overlap can be shown."""
    cuts = sorted({0, len(text), *(h.start for h in highlights), *(h.end for h in highlights)})
    return [
        Piece(
            text=text[start:end],
            marks=tuple(h for h in highlights if h.start <= start and end <= h.end),
            ending=tuple(h for h in highlights if h.end == end),
        )
        for start, end in pairwise(cuts)
    ]


class DebriefPages:
    """Renders debriefs. The templates are read when the first one is asked for: they cost more than a start should."""

    def html(self, debrief: Debrief) -> Response:
        """A page that needs nothing but itself; its own policy lets it load nothing else."""
        style = (TEMPLATES / "debrief.css").read_text(encoding="utf-8")
        page = self._html.render(debrief=debrief, style=style)
        digest = b64encode(sha256(style.encode()).digest()).decode()
        policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        return Response(
            page, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": policy, "Vary": "Accept"}
        )

    def markdown(self, debrief: Debrief) -> Response:
        """The same as text to keep; what people wrote is escaped, so that it stays words."""
        text = re.sub(r"\n{3,}", "\n\n", self._markdown.render(debrief=debrief))
        return Response(text, media_type="text/markdown; charset=utf-8", headers={"Vary": "Accept"})

    @cached_property
    def _html(self) -> Template:
        environment = _environment(autoescape=True)
        environment.filters["style"] = Markup  # our own file, not anybody's words
        return environment.get_template("debrief.html.j2")

    @cached_property
    def _markdown(self) -> Template:
        environment = _environment(finalize=escaped)
        environment.filters["quoted"] = quoted
        return environment.get_template("debrief.md.j2")


class _Written(str):
    """Markdown already, not to be escaped again."""


def escaped(value: object) -> object:
    """Anything that a template prints: what people wrote becomes words on one line, Markdown of ours stays."""
    return value if not isinstance(value, str) or isinstance(value, _Written) else escaped_line(value)


def escaped_line(text: str) -> str:
    """Text on one line, so that no person's words are read as Markdown or HTML."""
    text = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    text = re.sub(r"([\\`*_{}\[\]#|~])", r"\\\1", text)
    text = re.sub(r"^([-+=>])", r"\\\1", text)
    return re.sub(r"^(\d+)([.)])(?=\s|$)", r"\1\\\2", text)


def quoted(text: str) -> _Written:
    """A block quote that keeps its lines."""
    return _Written("\n".join(f"> {escaped(line)}  " if line.strip() else ">" for line in text.splitlines()))


def _environment(*, autoescape: bool = False, finalize: Callable[[object], object] | None = None) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=autoescape,
        finalize=finalize,
    )
    environment.globals["pieces"] = pieces
    environment.globals["judged_by"] = debrief_words.judged_by
    environment.globals["judged_elsewhere"] = debrief_words.judged_elsewhere
    environment.globals["seen"] = debrief_words.seen
    environment.filters["took"] = debrief_words.took
    environment.filters["words"] = lambda key: WORDS.get(key, str(key))
    environment.filters["named"] = lambda slug: slug.replace("-", " ")
    environment.filters["points"] = lambda value: "\N{EN DASH}" if value is None else f"{value:.1f}"
    environment.filters["percent"] = lambda share: f"{share:.0%}"
    environment.filters["moment"] = lambda at: at.strftime("%Y-%m-%d %H:%M UTC")
    return environment
