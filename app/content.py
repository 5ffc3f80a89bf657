"""Finds, parses and validates prompts, rubrics and notes.

`load(root)` reads a content folder whole and returns a Catalog, or raises ContentError with one line for each
fault: file, line, field, what to do. The same faults are what `viva lint` lists.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from app.core.errors import ContentError, NotFound
from app.core.rubric import SECTIONS, Criterion, Fact, Kind, Level, Loop, Note, Passage, Question

M = TypeVar("M", bound=BaseModel)
#: The C parser reads the rubrics a hundred times faster; both build plain values only.
_PLAIN_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class YamlLoader(_PLAIN_LOADER):  # type: ignore[misc,valid-type]  # chosen when this module is read
    """Plain values only, and no key twice: YAML alone would silently keep the last one and lose what an author wrote."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A dict; raises ConstructorError, with the place, for a key that stands there twice."""
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                problem = f"the key {key.value!r} stands there twice; keep one"
                raise yaml.constructor.ConstructorError(problem=problem, problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)  # type: ignore[no-any-return]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FrontMatter(_Strict):
    """The head of a note file."""

    topic: Slug
    title: Text
    loop: Loop
    aliases: tuple[Text, ...]
    prerequisites: tuple[Slug, ...] = ()
    next: tuple[Slug, ...] = ()
    recap_minutes: int = Field(ge=1, le=60)
    deep_minutes: int = Field(ge=1, le=240)


class FactFile(_Strict):
    """A line of the constraints card."""

    asks_about: Text
    says: Text


class QuestionFile(_Strict):
    """An opening question as a rubric file states it."""

    id: Slug
    level: Level
    ask: Text
    model_answer: Text


class CriterionFile(_Strict):
    """A criterion as a rubric file states it."""

    id: Slug
    kind: Kind
    weight: int = Field(ge=1, le=3)
    questions: tuple[Slug, ...] | None = None
    statement: Text
    probe: Text
    hint: Text
    met: tuple[Text, ...] = Field(min_length=2)
    partial: tuple[Text, ...] = Field(min_length=1)
    wrong: tuple[Text, ...] = Field(min_length=1)
    note: Text


class RubricFile(_Strict):
    """A rubric file."""

    topic: Slug
    constraints: tuple[FactFile, ...] = ()
    questions: tuple[QuestionFile, ...] = Field(min_length=1)
    criteria: tuple[CriterionFile, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Catalog:
    """All content, checked. `questions` maps a topic to its questions; `hashes` says which version this is."""

    notes: Mapping[str, Note]
    questions: Mapping[str, tuple[Question, ...]]
    hashes: Mapping[str, str]

    def note(self, topic: str) -> Note:
        """The note of a topic; NotFound names the nearest ones there are."""
        if topic not in self.notes:
            raise NotFound(f"There is no topic {topic!r}. Topics: {', '.join(sorted(self.notes))}.")
        return self.notes[topic]

    def in_loop(self, loop: Loop) -> tuple[str, ...]:
        return tuple(topic for topic, note in self.notes.items() if note.loop == loop)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Every section of every note, in a fixed order."""
        return tuple(
            Passage(topic=note.topic, section=heading, text=text)
            for note in self.notes.values()
            for heading, text in note.sections.items()
        )


def default_root() -> Path:
    """The content that ships with Viva: inside the wheel, or beside `app/` in a checkout."""
    packaged = Path(__file__).parent / "_content"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent


def load(*roots: Path) -> Catalog:
    """Read and check content folders. Raises ContentError naming every fault."""
    notes, questions, faults = parse(*roots)
    if faults:
        raise ContentError(faults)
    return Catalog(
        notes=notes,
        questions=questions,
        hashes={
            part: tree_hash(*(root / folder for root in roots))
            for part, folder in (("notes", "knowledge"), ("rubrics", "rubrics"))
        },
    )


def parse(*roots: Path) -> tuple[dict[str, Note], dict[str, tuple[Question, ...]], list[str]]:
    """Read every note and rubric under the roots; return them with the faults found on the way."""
    faults: list[str] = []
    notes: dict[str, Note] = {}
    questions: dict[str, tuple[Question, ...]] = {}
    homes: dict[str, tuple[Path, Path]] = {}  # a topic's note file and its root
    for root in roots:
        before = len(faults) + len(notes)
        for path in sorted((root / "knowledge").glob("*/*.md")):
            note = _parse_note(path, root, faults)
            if note and note.topic in notes:
                faults.append(f"{_at(path, root, 'topic')}: {note.topic} has a note already; rename one of them")
            elif note:
                notes[note.topic], homes[note.topic] = note, (path, root)
        for path in sorted((root / "rubrics").glob("*/*.yaml")):
            rubric = _parse_rubric(path, root, faults)
            if rubric and rubric.topic in questions:
                faults.append(f"{_at(path, root, 'topic')}: {rubric.topic} has a rubric already; rename one of them")
            elif rubric:
                questions[rubric.topic] = tuple(_join(rubric, question) for question in rubric.questions)
        if len(faults) + len(notes) == before:
            faults.append(f"{root}: no notes found under knowledge/<loop>/<topic>.md; is this the content folder?")
    if not faults:
        faults.extend(_dangling(notes, questions, homes))
    return notes, questions, faults


def tree_hash(*folders: Path) -> str:
    """A short SHA-256 over the names and bytes of the content files of some folders."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.suffix in {".md", ".yaml"}):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _join(rubric: RubricFile, question: QuestionFile) -> Question:
    criteria = tuple(
        Criterion(**criterion.model_dump(exclude={"questions"}))
        for criterion in rubric.criteria
        if criterion.questions is None or question.id in criterion.questions
    )
    return Question(
        topic=rubric.topic,
        id=question.id,
        level=question.level,
        ask=question.ask,
        model_answer=question.model_answer,
        criteria=criteria,
        constraints=tuple(Fact(**fact.model_dump()) for fact in rubric.constraints),
    )


def _parse_note(path: Path, root: Path, faults: list[str]) -> Note | None:
    text = _read(path, root, faults)
    head = re.match(r"---\n(.*?\n)---\n", text or "", re.DOTALL)
    if text is None:
        return None
    if not head:
        faults.append(f"{_where(path, root)}:1: front matter: the file must begin with a block between two --- lines")
        return None
    front = _validate(FrontMatter, head[1], path, root, faults, first_line=2)
    parts = re.split(r"^## (.+?)\s*$", text[head.end() :], flags=re.MULTILINE)
    sections = {heading: body.strip() for heading, body in zip(parts[1::2], parts[2::2], strict=True)}
    wrong = [(heading, "is missing or empty; write it under its heading") for heading in SECTIONS if not sections.get(heading)]
    wrong += [(heading, "is not one of the nine; rename or merge it") for heading in sections if heading not in SECTIONS]
    wrong += [(heading, "stands there twice; merge them") for heading in sections if parts[1::2].count(heading) > 1]
    for heading, fault in wrong:
        start = re.search(rf"^## {re.escape(heading)}\s*$", text, re.MULTILINE)
        line = text.count("\n", 0, start.start()) + 1 if start else 1
        faults.append(f"{_where(path, root)}:{line}: section: {heading!r} {fault}")
    if front is None or wrong:
        return None
    for field, expected, found in (("topic", path.stem, front.topic), ("loop", path.parent.name, front.loop.value)):
        if expected != found:
            faults.append(f"{_at(path, root, field)}: says {found!r} but the file's place says {expected!r}")
    return Note(**front.model_dump(), sections={heading: sections[heading] for heading in SECTIONS})


def _parse_rubric(path: Path, root: Path, faults: list[str]) -> RubricFile | None:
    text = _read(path, root, faults)
    if text is None:
        return None
    rubric = _validate(RubricFile, text, path, root, faults)
    if rubric is None:
        return None
    where = _where(path, root)
    if rubric.topic != path.stem:
        faults.append(f"{where}:{line_of(text, ('topic',))}: topic: says {rubric.topic!r} but the file is {path.name}")
    for field, ids in (("questions", [q.id for q in rubric.questions]), ("criteria", [c.id for c in rubric.criteria])):
        for index, id in enumerate(ids):
            if id in ids[:index]:
                faults.append(f"{where}:{line_of(text, (field, index, 'id'))}: {field}[{index}].id: {id!r} is used twice")
    known = {q.id for q in rubric.questions}
    for index, criterion in enumerate(rubric.criteria):
        wrong = [f".questions: there is no question {id!r} in this rubric" for id in set(criterion.questions or ()) - known]
        if criterion.note not in SECTIONS:
            wrong.append(f".note: {criterion.note!r} is not the heading of a section")
        # Finding a line reads the file again: only where there is a fault to place.
        faults += [f"{where}:{line_of(text, ('criteria', index))}: criteria[{index}]{fault}" for fault in wrong]
    return rubric


def _dangling(
    notes: Mapping[str, Note], questions: Mapping[str, Iterable[Question]], homes: Mapping[str, tuple[Path, Path]]
) -> list[str]:
    faults = [f"rubrics: {topic} has a rubric but no note" for topic in sorted(questions.keys() - notes.keys())]
    faults += [f"knowledge: {topic} has a note but no rubric" for topic in sorted(notes.keys() - questions.keys())]
    for note in notes.values():
        for field, slugs in (("prerequisites", note.prerequisites), ("next", note.next)):
            for slug in slugs:
                if slug not in notes:
                    faults.append(f"{_at(*homes[note.topic], field)}: there is no topic {slug!r}")
    return faults


def _read(path: Path, root: Path, faults: list[str]) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        faults.append(f"{_where(path, root)}:{line}: text: cannot be read as UTF-8: {error.reason}; save the file as UTF-8")
    except OSError as error:
        faults.append(f"{_where(path, root)}:1: file: cannot be read: {error.strerror}")
    return None


def _validate(model: type[M], text: str, path: Path, root: Path, faults: list[str], first_line: int = 1) -> M | None:
    try:
        return model.model_validate(yaml.load(text, Loader=YamlLoader))
    except ValidationError as error:
        for fault in error.errors():
            line = line_of(text, fault["loc"]) + first_line - 1
            faults.append(f"{_where(path, root)}:{line}: {_dotted(fault['loc'])}: {fault['msg']}")
    except (yaml.YAMLError, ValueError) as error:
        # ValueError: a plain date that no calendar has.
        mark = getattr(error, "problem_mark", None)
        line = (mark.line if mark else 0) + first_line
        faults.append(f"{_where(path, root)}:{line}: not valid YAML: {getattr(error, 'problem', None) or error}")
    return None


def line_of(text: str, loc: Iterable[int | str]) -> int:
    """The line (from 1) of the deepest part of `loc` that the YAML text has."""
    node: Any = yaml.compose(text, Loader=YamlLoader)
    line = 1
    for step in loc:
        if isinstance(node, yaml.MappingNode):
            match = next(((key, value) for key, value in node.value if key.value == step), None)
            if match is None:
                return line
            line, node = match[0].start_mark.line + 1, match[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            return line
    return line


def _dotted(loc: Iterable[int | str]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc).lstrip(".") or "file"


def _at(path: Path, root: Path, field: str) -> str:
    """Where a file's top-level field stands: file, line, field."""
    lines = path.read_text(encoding="utf-8").splitlines()
    line = next((number for number, text in enumerate(lines, 1) if text.startswith(f"{field}:")), 1)
    return f"{_where(path, root)}:{line}: {field}"


def _where(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()
