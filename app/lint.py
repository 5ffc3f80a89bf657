"""The content linter: every fault of `app.content.parse`, and what makes content that parses a poor interview.

`lint(root)` returns one line for each finding: file:line: field: what is wrong and what to do. The thresholds were
set on the shipped rubrics, where the worst probe holds 23% of its statement's words, the worst hint 18%, the
nearest `met` 56%, and the two utterances most alike share 45% of theirs.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import combinations
from pathlib import Path

import Stemmer  # type: ignore[import-not-found]  # a C extension without stubs
import yaml
from pydantic import ValidationError

from app.content import CriterionFile, QuestionFile, RubricFile, default_root, parse, rubric_files
from app.core.errors import ContentError
from app.core.rubric import Kind, Note
from app.files import YamlLoader, line_of
from app.prompts import load_prompts

#: A probe or hint gives the statement away from this share of its content words on, and from this many of them.
PROBE_SHARE = 0.35
HINT_SHARE = 0.5
GIVEN_WORDS = 2
#: A `met` with this share of the statement's content words earns the criterion by repeating it.
COPIED_SHARE = 0.6
#: Two utterances of one list with this share of their content words in common are the same one twice.
ALIKE_SHARE = 0.6
CRITERIA = range(5, 9)
FACTS = 10
QUIZ_ITEMS = 2
QUERIES = 6
KINDS = (Kind.ASSUMPTION, Kind.PITFALL, Kind.TRADE_OFF)
UTTERANCES = {"met": 4, "partial": 2, "wrong": 3}
#: Words a minute of an attentive reader of technical prose.
PACE = 220
#: How many times the reading time a note's minutes may be: from, to.
RECAP_TIMES = (0.5, 2.0)
DEEP_TIMES = (2.0, 10.0)

#: Words that carry no claim. Negations and directions are not among them: they part a `wrong` from a `met`.
_NEUTRAL = (
    "a an the of to in on for and or is are be was were it its that this these those with by as at from so if do does what how "
    "why when which would you your i we they can could should have has had will there their one each while who whose um uh well "
    "just like then than into about"
)
_DIRECTION = "not no never more less up down over under out but only same other any"


def lint(root: Path) -> list[str]:
    """Everything wrong with a content folder, by file and line; empty when it is sound.

    A folder without `prompts/` adds to the content that ships with Viva, and may name its topics.
    """
    complete = (root / "prompts").is_dir()
    notes, _, findings = parse(root) if complete else parse(default_root(), root)
    if complete:
        findings += _prompts(root / "prompts")
    for path in rubric_files(root):
        findings += _rubric(path, path.relative_to(root).as_posix())
    for path in sorted((root / "knowledge").glob("*/*.md")):
        note = notes.get(path.stem)
        if note:
            findings += _note(note, path, path.relative_to(root).as_posix())
    return sorted(findings, key=_place)


def _prompts(folder: Path) -> list[str]:
    try:
        load_prompts(folder)
    except ContentError as error:
        return error.problems
    return []


def _rubric(path: Path, where: str) -> Iterator[str]:
    try:
        text = path.read_text(encoding="utf-8")
        rubric = RubricFile.model_validate(yaml.load(text, Loader=YamlLoader))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError):
        return  # parse() has said so
    if rubric.case and len(rubric.constraints) < FACTS:
        line = line_of(text, ("constraints",))
        count = len(rubric.constraints)
        yield f"{where}:{line}: constraints: a case has {count}; write at least {FACTS} facts that one must ask for"
    for index, question in enumerate(rubric.questions):
        line = line_of(text, ("questions", index))
        for problem in _question(question, rubric):
            yield f"{where}:{line}: questions[{index}]: {question.id} {problem}"
    for index, criterion in enumerate(rubric.criteria):
        for field, problem in _criterion(criterion, rubric):
            line = line_of(text, ("criteria", index, *field))
            name = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in field)
            yield f"{where}:{line}: criteria[{index}]{name}: {problem}"


def _question(question: QuestionFile, rubric: RubricFile) -> Iterator[str]:
    criteria = [c for c in rubric.criteria if c.questions is None or question.id in c.questions]
    if len(criteria) not in CRITERIA:
        yield f"has {len(criteria)} criteria; give it {CRITERIA[0]} to {CRITERIA[-1]}"
    for kind in KINDS:
        if kind not in {c.kind for c in criteria}:
            yield f"has no criterion of kind {kind}; add one, or let an existing one name this question"


Fault = tuple[tuple[str | int, ...], str]


def _criterion(criterion: CriterionFile, rubric: RubricFile) -> Iterator[Fault]:
    asked = [q for q in rubric.questions if criterion.questions is None or q.id in criterion.questions]
    if not asked:
        yield ("questions",), "no question uses this criterion; name one, or delete the criterion"
    for field, least in UTTERANCES.items():
        count = len(getattr(criterion, field))
        if count < least:
            yield (field,), f"has {count}; write at least {least}"
    yield from _given_away(criterion, asked)
    yield from _copied(criterion)
    yield from _alike(criterion)


def _given_away(criterion: CriterionFile, asked: Iterable[QuestionFile]) -> Iterator[Fault]:
    """A probe or hint that says what it should ask for. What the question itself has said is no secret."""
    said = set().union(*(_words(question.ask) for question in asked))
    secret = _words(criterion.statement) - said
    for field, limit in (("probe", PROBE_SHARE), ("hint", HINT_SHARE)):
        given = secret & _words(getattr(criterion, field))
        if len(given) >= GIVEN_WORDS and len(given) >= limit * len(secret):
            yield (field,), f"gives the statement away ({', '.join(sorted(given))}); ask for it in other words"


def _copied(criterion: CriterionFile) -> Iterator[Fault]:
    statement = _words(criterion.statement)
    for index, utterance in enumerate(criterion.met):
        shared = statement & _words(utterance)
        if statement and len(shared) >= COPIED_SHARE * len(statement):
            yield ("met", index), f"repeats {len(shared)} of the statement's {len(statement)} words; say it as a candidate would"


def _alike(criterion: CriterionFile) -> Iterator[Fault]:
    """Utterances that say the same twice: within a list by their words, between lists only word for word.

    A good `wrong` differs from a `met` by a direction or a negation, so alone the order of all that matters tells.
    """
    utterances = [(field, index, text) for field in UTTERANCES for index, text in enumerate(getattr(criterion, field))]
    for (field, index, text), (other, at, again) in combinations(utterances, 2):
        if _claim(text) == _claim(again):
            verdict = "" if field == other else ", with another verdict,"
            yield (other, at), f"is the same utterance{verdict} as {field}[{index}]; change or delete one"
        elif field == other:
            one, two = _words(text), _words(again)
            if one | two and len(one & two) >= ALIKE_SHARE * len(one | two):
                yield (other, at), f"is nearly {field}[{index}]; write one that says it differently"


def _note(note: Note, path: Path, where: str) -> Iterator[str]:
    lines = path.read_text(encoding="utf-8").splitlines()

    def line_of_first(start: str) -> int:
        return next((number for number, line in enumerate(lines, 1) if line.startswith(start)), 1)

    if len(note.quiz) < QUIZ_ITEMS:
        line = line_of_first("## Sense-check")
        yield f"{where}:{line}: Sense-check: write two questions as '**Q1.** …' and their answers as '**A1.** …'"
    if len(note.queries) < QUERIES:
        line, count = line_of_first("queries:"), len(note.queries)
        yield f"{where}:{line}: queries: has {count}; write at least {QUERIES} ways to ask for it, symptoms among them"
    reading = sum(len(text.split()) for text in note.sections.values()) / PACE
    for field, (least, most) in (("recap_minutes", RECAP_TIMES), ("deep_minutes", DEEP_TIMES)):
        stated = getattr(note, field)
        if not least * reading <= stated <= most * reading:
            line = line_of_first(f"{field}:")
            span = f"{max(1, round(least * reading))} to {max(1, round(most * reading))}"
            yield f"{where}:{line}: {field}: says {stated}, but the note takes {reading:.0f} minutes to read; {span} would fit"


def _claim(text: str) -> tuple[str, ...]:
    """The stems that carry the claim, in order: equal for two wordings that differ in nothing that matters."""
    words = re.findall(r"[^\W_]+", re.sub(r"n't\b", " not", text.lower()).replace("'", ""))
    return tuple(_stemmer().stemWords([word for word in words if word not in _set(_NEUTRAL)]))


@cache
def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


def _words(text: str) -> set[str]:
    """The stems of the content words."""
    return set(_claim(text)) - _set(_DIRECTION)


def _place(finding: str) -> tuple[str, int]:
    file, _, rest = finding.partition(":")
    line = re.match(r"\d+", rest)
    return file, int(line[0]) if line else 0
