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
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.core.errors import ContentError, NotFound
from app.core.rubric import SECTIONS, Criterion, Fact, Kind, Level, Loop, Note, Passage, Question, QuizItem, Stage
from app.files import at, line_of, read, validated, where

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


#: A question of the Sense-check and its answer.
_QUIZ = re.compile(r"\*\*Q(\d+)\.\*\*(.+?)\*\*A\1\.\*\*(.+?)(?=\*\*Q\d+\.\*\*|\Z)", re.DOTALL)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FrontMatter(_Strict):
    """The head of a note file."""

    topic: Slug
    title: Text
    loop: Loop
    aliases: tuple[Text, ...]
    queries: tuple[Text, ...] = ()
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
    stage: Stage | None = None
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
    """A rubric file. With `case`, a title, it is one case of its topic, asked in stages."""

    topic: Slug
    case: Text | None = None
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


def roots(more: Path | None) -> list[Path]:
    """The content folders in use: what ships, and a folder that adds to it."""
    return [default_root(), *([more] if more else [])]


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
                faults.append(f"{at(path, root, 'topic')}: {note.topic} has a note already; rename one of them")
            elif note:
                notes[note.topic], homes[note.topic] = note, (path, root)
        for path in rubric_files(root):
            rubric = _parse_rubric(path, root, faults)
            if rubric and not rubric.case and rubric.topic in questions:
                faults.append(f"{at(path, root, 'topic')}: {rubric.topic} has a rubric already; rename one of them")
            elif rubric:
                case = path.stem if rubric.case else ""
                questions[rubric.topic] = (
                    *questions.get(rubric.topic, ()),
                    *(_join(rubric, question, case) for question in rubric.questions),
                )
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


def rubric_files(root: Path) -> list[Path]:
    """The rubrics of a content folder: `<loop>/<topic>.yaml`, and `<loop>/<topic>/<case>.yaml` for what runs in stages."""
    folder = root / "rubrics"
    return [*sorted(folder.glob("*/*.yaml")), *sorted(folder.glob("*/*/*.yaml"))]


def _join(rubric: RubricFile, question: QuestionFile, case: str) -> Question:
    criteria = tuple(
        Criterion(**criterion.model_dump(exclude={"questions"}))
        for criterion in rubric.criteria
        if criterion.questions is None or question.id in criterion.questions
    )
    return Question(
        topic=rubric.topic,
        id=question.id,
        case=case,
        case_title=rubric.case or "",
        stage=question.stage,
        level=question.level,
        ask=question.ask,
        model_answer=question.model_answer,
        criteria=criteria,
        constraints=tuple(Fact(**fact.model_dump()) for fact in rubric.constraints),
    )


def _parse_note(path: Path, root: Path, faults: list[str]) -> Note | None:
    text = read(path, root, faults)
    head = re.match(r"---\n(.*?\n)---\n", text or "", re.DOTALL)
    if text is None:
        return None
    if not head:
        faults.append(f"{where(path, root)}:1: front matter: the file must begin with a block between two --- lines")
        return None
    front = validated(FrontMatter, head[1], path, root, faults, first_line=2)
    parts = re.split(r"^## (.+?)\s*$", text[head.end() :], flags=re.MULTILINE)
    sections = {heading: body.strip() for heading, body in zip(parts[1::2], parts[2::2], strict=True)}
    wrong = [(heading, "is missing or empty; write it under its heading") for heading in SECTIONS if not sections.get(heading)]
    wrong += [(heading, "is not one of the nine; rename or merge it") for heading in sections if heading not in SECTIONS]
    wrong += [(heading, "stands there twice; merge them") for heading in sections if parts[1::2].count(heading) > 1]
    for heading, fault in wrong:
        start = re.search(rf"^## {re.escape(heading)}\s*$", text, re.MULTILINE)
        line = text.count("\n", 0, start.start()) + 1 if start else 1
        faults.append(f"{where(path, root)}:{line}: section: {heading!r} {fault}")
    if front is None or wrong:
        return None
    for field, expected, found in (("topic", path.stem, front.topic), ("loop", path.parent.name, front.loop.value)):
        if expected != found:
            faults.append(f"{at(path, root, field)}: says {found!r} but the file's place says {expected!r}")
    quiz = tuple(
        QuizItem(topic=front.topic, question=question.strip(), answer=answer.strip())
        for _, question, answer in _QUIZ.findall(sections["Sense-check"])
    )
    return Note(**front.model_dump(), sections={heading: sections[heading] for heading in SECTIONS}, quiz=quiz)


def _parse_rubric(path: Path, root: Path, faults: list[str]) -> RubricFile | None:
    text = read(path, root, faults)
    if text is None:
        return None
    rubric = validated(RubricFile, text, path, root, faults)
    if rubric is None:
        return None
    place = where(path, root)
    home = path.parent.name if rubric.case else path.stem
    if rubric.topic != home:
        faults.append(f"{place}:{line_of(text, ('topic',))}: topic: says {rubric.topic!r} but the file's place says {home!r}")
    stages = [question.stage for question in rubric.questions]
    if rubric.case and stages != list(Stage):
        faults.append(f"{place}:{line_of(text, ('questions',))}: questions: a case has one for each stage: {', '.join(Stage)}")
    if not rubric.case and any(stages):
        faults.append(
            f"{place}:{line_of(text, ('questions',))}: questions: stages belong to a case; give the file a title as `case`"
        )
    for field, ids in (("questions", [q.id for q in rubric.questions]), ("criteria", [c.id for c in rubric.criteria])):
        for index, id in enumerate(ids):
            if id in ids[:index]:
                faults.append(f"{place}:{line_of(text, (field, index, 'id'))}: {field}[{index}].id: {id!r} is used twice")
    known = {q.id for q in rubric.questions}
    for index, criterion in enumerate(rubric.criteria):
        wrong = [f".questions: there is no question {id!r} in this rubric" for id in set(criterion.questions or ()) - known]
        if criterion.note not in SECTIONS:
            wrong.append(f".note: {criterion.note!r} is not the heading of a section")
        # Finding a line reads the file again: only where there is a fault to place.
        faults += [f"{place}:{line_of(text, ('criteria', index))}: criteria[{index}]{fault}" for fault in wrong]
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
                    faults.append(f"{at(*homes[note.topic], field)}: there is no topic {slug!r}")
    return faults
