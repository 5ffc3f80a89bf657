"""Content files: what ships is sound, and what is broken is named by file, line and field."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.content import Catalog, load, parse
from app.core.errors import ContentError, NotFound
from app.core.rubric import SECTIONS, Kind, Level, Loop, Stage

NOTE = "knowledge/modeling/trees.md"
RUBRIC = "rubrics/modeling/trees.yaml"

NOTE_TEXT = """---
topic: trees
title: Trees
loop: modeling
aliases: [cart]
prerequisites: []
next: []
recap_minutes: 5
deep_minutes: 30
---
""" + "\n".join(f"## {heading}\n\nAbout {heading.lower()}.\n" for heading in SECTIONS)

RUBRIC_TEXT = """topic: trees
constraints:
  - {asks_about: "rows", says: "There are 40,000."}
questions:
  - id: depth
    level: mid
    ask: "How deep?"
    model_answer: "Not very."
  - id: width
    level: senior
    ask: "How wide?"
    model_answer: "Quite."
criteria:
  - id: deep-overfits
    kind: pitfall
    weight: 3
    questions: [depth]
    statement: "A deep tree overfits."
    probe: "What goes wrong?"
    hint: "Think of the leaves."
    met: ["it memorises", "each leaf holds one row"]
    partial: ["it is complex"]
    wrong: ["it underfits"]
    note: "Pitfalls to volunteer"
  - id: shared
    kind: trade_off
    weight: 1
    statement: "Depth trades bias for variance."
    probe: "What do you pay?"
    hint: "Two errors."
    met: ["less bias, more variance", "it fits better and wobbles more"]
    partial: ["there is a balance"]
    wrong: ["both fall"]
    note: "Trade-offs"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A sound content folder of one topic."""
    return folder(tmp_path)


def folder(root: Path, topic: str = "trees") -> Path:
    for name, text in ((NOTE, NOTE_TEXT), (RUBRIC, RUBRIC_TEXT)):
        path = root / name.replace("trees", topic)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("topic: trees", f"topic: {topic}"), encoding="utf-8")
    return root


def test_the_shipped_content_loads(catalog: Catalog) -> None:
    """Every topic has a note of nine sections and questions that carry their criteria."""
    assert len(catalog.notes) >= 10
    assert catalog.notes.keys() == catalog.questions.keys()
    for topic, note in catalog.notes.items():
        assert tuple(note.sections) == SECTIONS
        for question in catalog.questions[topic]:
            assert {Kind.ASSUMPTION, Kind.PITFALL, Kind.TRADE_OFF} <= {criterion.kind for criterion in question.criteria}
            assert 5 <= len(question.criteria) <= 8
    assert len(catalog.passages) == 9 * len(catalog.notes)


def test_a_sound_folder_is_read_whole(root: Path) -> None:
    """Notes and rubrics become values; a criterion goes to the questions that it names, or to all."""
    catalog = load(root)
    note, questions = catalog.note("trees"), catalog.questions["trees"]
    assert (note.title, note.loop, note.aliases, note.deep_minutes) == ("Trees", Loop.MODELING, ("cart",), 30)
    assert note.sections["Trade-offs"] == "About trade-offs."
    assert [(question.id, question.level) for question in questions] == [("depth", Level.MID), ("width", Level.SENIOR)]
    assert [[criterion.id for criterion in question.criteria] for question in questions] == [
        ["deep-overfits", "shared"],
        ["shared"],
    ]
    assert questions[1].constraints[0].says == "There are 40,000."
    assert catalog.in_loop(Loop.MODELING) == ("trees",)
    assert catalog.in_loop(Loop.CODING) == ()


def test_an_unknown_topic_names_those_there_are(root: Path) -> None:
    """Whoever mistypes one can pick another."""
    with pytest.raises(NotFound, match=r"no topic 'tree'\. Topics: trees"):
        load(root).note("tree")


def test_hashes_tell_versions_apart(root: Path) -> None:
    """One word changed in a rubric changes the rubrics' hash and nothing else."""
    before = load(root).hashes
    (root / RUBRIC).write_text(RUBRIC_TEXT.replace("How deep?", "How deep now?"))
    after = load(root).hashes
    assert (before["notes"] == after["notes"], before["rubrics"] == after["rubrics"]) == (True, False)


def swap(old: str, new: str) -> Callable[[str], str]:
    """An edit of a file's text that must find what it changes."""

    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return edit


NOTE_FAULTS = {
    "missing section": (swap("## Trade-offs\n", ""), 1, "section: 'Trade-offs' is missing or empty"),
    "empty section": (swap("About trade-offs.", ""), 27, "section: 'Trade-offs' is missing or empty"),
    "unknown section": (swap("## Sense-check", "## Quiz"), 43, "section: 'Quiz' is not one of the nine"),
    "section twice": (lambda text: text + "\n## Trade-offs\nMore.\n", 27, "section: 'Trade-offs' stands there twice"),
    "wrong topic": (swap("topic: trees", "topic: forests"), 2, "topic: says 'forests' but the file's place says 'trees'"),
    "wrong loop": (swap("loop: modeling", "loop: coding"), 4, "loop: says 'coding' but the file's place says 'modeling'"),
    "unknown loop": (swap("loop: modeling", "loop: cooking"), 4, "loop: Input should be"),
    "unknown key": (swap("aliases:", "alias: x\naliases:"), 5, "alias: Extra inputs are not permitted"),
    "missing key": (swap("title: Trees\n", ""), 2, "title: Field required"),
    "too long": (swap("recap_minutes: 5", "recap_minutes: 500"), 8, "recap_minutes: Input should be less than or equal to 60"),
    "bad slug": (swap("next: []", "next: [Random Forests]"), 7, "next[0]: String should match pattern"),
    "dangling next": (swap("next: []", "next: [forests]"), 7, "next: there is no topic 'forests'"),
    "dangling prerequisite": (swap("prerequisites: []", "prerequisites: [sums]"), 6, "prerequisites: there is no topic 'sums'"),
    "bad YAML": (swap("aliases: [cart]", "aliases: [cart"), 6, "not valid YAML: "),
    "no such date": (swap("title: Trees", "title: 2020-13-45"), 2, "not valid YAML: month must be in 1..12"),
    "no front matter": (swap("---\n", ""), 1, "front matter: the file must begin with"),
    "empty file": (lambda text: "", 1, "front matter: the file must begin with"),
}

RUBRIC_FAULTS = {
    "unknown key": (swap('hint: "Two', 'hunt: "Two'), 30, "criteria[1].hunt: Extra inputs are not permitted"),
    "missing key": (swap('    probe: "What do you pay?"\n', ""), 25, "criteria[1].probe: Field required"),
    "bad kind": (swap("kind: trade_off", "kind: tradeoff"), 26, "criteria[1].kind: Input should be"),
    "weight 4": (swap("weight: 3", "weight: 4"), 16, "criteria[0].weight: Input should be less than or equal to 3"),
    "weight 0": (swap("weight: 3", "weight: 0"), 16, "criteria[0].weight: Input should be greater than or equal to 1"),
    "bad level": (swap("level: senior", "level: staff"), 10, "questions[1].level: Input should be"),
    "one met": (swap(', "each leaf holds one row"', ""), 21, "criteria[0].met: Tuple should have at least 2 items"),
    "blank text": (swap('"How deep?"', '"  "'), 7, "questions[0].ask: String should have at least 1 character"),
    "duplicate criterion": (swap("id: shared", "id: deep-overfits"), 25, "criteria[1].id: 'deep-overfits' is used twice"),
    "duplicate question": (swap("id: width", "id: depth"), 9, "questions[1].id: 'depth' is used twice"),
    "unknown question": (swap("[depth]", "[depth, height]"), 14, "criteria[0].questions: there is no question 'height'"),
    "unknown section": (swap('note: "Trade', 'note: "Rade'), 25, "criteria[1].note: 'Rade-offs' is not the heading"),
    "wrong topic": (swap("topic: trees", "topic: forests"), 1, "topic: says 'forests' but the file's place says 'trees'"),
    "bad YAML": (swap("    weight: 1", "   weight: 1"), 27, "not valid YAML: "),
    "key twice": (
        swap("    weight: 1\n", "    weight: 1\n    weight: 2\n"),
        28,
        "not valid YAML: the key 'weight' stands there twice",
    ),
    "control character": (swap("How wide", "How\x00wide"), 1, "not valid YAML: "),
    "a list": (lambda text: "- a\n- b\n", 1, "file: Input should be a valid dictionary"),
    "empty file": (lambda text: "", 1, "file: Input should be a valid dictionary"),
}


@pytest.mark.parametrize(
    ("name", "spoil", "line", "said"),
    [
        pytest.param(name, *fault, id=f"{name[:6]}-{id}")
        for name, faults in ((NOTE, NOTE_FAULTS), (RUBRIC, RUBRIC_FAULTS))
        for id, fault in faults.items()
    ],
)
def test_each_fault_is_named_by_file_line_and_field(
    root: Path, name: str, spoil: Callable[[str], str], line: int, said: str
) -> None:
    """One line for each fault, so that an editor can jump to it."""
    path = root / name
    path.write_text(spoil(path.read_text()))
    with pytest.raises(ContentError) as error:
        load(root)
    assert any(problem.startswith(f"{name}:{line}: {said}") for problem in error.value.problems), error.value.problems


@pytest.mark.parametrize("name", [NOTE, RUBRIC])
def test_a_file_that_is_not_utf_8_is_named(root: Path, name: str) -> None:
    """With the line of the first byte that is not."""
    path = root / name
    path.write_bytes(path.read_bytes().replace(b"deep", b"d\xe9\xe9p").replace(b"topic: trees\n", b"topic: trees\n# \xff\n"))
    _, _, faults = parse(root)
    line = 3 if name == NOTE else 2
    assert faults == [f"{name}:{line}: text: cannot be read as UTF-8: invalid start byte; save the file as UTF-8"]


def test_every_fault_is_told_at_once(root: Path) -> None:
    """An author mends them in one go."""
    for name, faults in ((NOTE, NOTE_FAULTS), (RUBRIC, RUBRIC_FAULTS)):
        text = (root / name).read_text()
        for id in ("unknown key", "missing key"):
            text = faults[id][0](text)
        (root / name).write_text(text)
    with pytest.raises(ContentError) as error:
        load(root)
    assert len(error.value.problems) == 5  # the hint that became a hunt is missing as well
    assert str(error.value) == "\n".join(error.value.problems)


@pytest.mark.parametrize(
    ("missing", "said"), [(NOTE, "trees has a rubric but no note"), (RUBRIC, "trees has a note but no rubric")]
)
def test_a_topic_needs_both_its_files(root: Path, missing: str, said: str) -> None:
    """A note that nothing asks about, and questions that nothing teaches."""
    folder(root, "forests")
    (root / missing).unlink()
    _, _, faults = parse(root)
    assert [fault.split(": ", 1)[1] for fault in faults] == [said]


def test_a_folder_without_content_is_named(tmp_path: Path) -> None:
    """A mistyped path is not an empty catalog."""
    with pytest.raises(ContentError, match="is this the content folder"):
        load(tmp_path / "nowhere")


def test_windows_line_ends_are_read(root: Path) -> None:
    """Content is written on any machine."""
    for name in (NOTE, RUBRIC):
        path = root / name
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(root).note("trees").sections["Trade-offs"] == "About trade-offs."


def test_a_pack_is_added_to_what_ships(root: Path, tmp_path: Path) -> None:
    """A second folder brings more topics, and may point at those of the first."""
    pack = folder(tmp_path / "pack", "forests")
    note = pack / NOTE.replace("trees", "forests")
    note.write_text(note.read_text().replace("prerequisites: []", "prerequisites: [trees]"))
    catalog = load(root, pack)
    assert set(catalog.notes) == set(catalog.questions) == {"trees", "forests"}
    assert catalog.hashes != load(root).hashes


def test_a_pack_may_not_take_a_topic_twice(root: Path, tmp_path: Path) -> None:
    """Both of its files are named, with the line of the topic."""
    with pytest.raises(ContentError) as error:
        load(root, folder(tmp_path / "pack"))
    assert error.value.problems == [
        f"{NOTE}:2: topic: trees has a note already; rename one of them",
        f"{RUBRIC}:1: topic: trees has a rubric already; rename one of them",
    ]


CASE = "rubrics/modeling/trees/oak.yaml"


def staged(text: str = RUBRIC_TEXT) -> str:
    """The rubric as a case of two stages too few."""
    return text.replace("topic: trees\n", 'topic: trees\ncase: "An oak"\n').replace("level:", "stage: data\n    level:", 1)


def test_a_case_is_read_with_its_stages(root: Path) -> None:
    """Its questions stand beside the topic's own, with their own card and criteria."""
    questions = "".join(
        f'  - {{id: oak-{stage}, stage: {stage}, level: mid, ask: "And {stage}?", model_answer: "So."}}\n' for stage in Stage
    )
    head, rest = RUBRIC_TEXT.split("questions:\n", 1)
    criteria = rest[rest.index("criteria:") :].replace("[depth]", "[oak-data]")
    path = root / CASE
    path.parent.mkdir()
    path.write_text(
        head.replace("trees\n", 'trees\ncase: "An oak"\n', 1) + "questions:\n" + questions + criteria, encoding="utf-8"
    )
    asked = load(root).questions["trees"]
    assert [(q.id, q.case, q.case_title, q.stage) for q in asked] == [
        ("depth", "", "", None),
        ("width", "", "", None),
        *((f"oak-{stage}", "oak", "An oak", stage) for stage in Stage),
    ]
    assert {c.id for c in asked[3].criteria} == {"deep-overfits", "shared"}


def test_a_case_without_all_its_stages_is_named(root: Path) -> None:
    """Each stage once, in order; and stages belong to cases alone."""
    path = root / CASE
    path.parent.mkdir()
    path.write_text(staged(), encoding="utf-8")
    assert [fault for fault in parse(root)[2] if CASE in fault] == [
        f"{CASE}:5: questions: a case has one for each stage: requirements, data, model, serving"
    ]
    path.unlink()
    (root / RUBRIC).write_text(RUBRIC_TEXT.replace("level:", "stage: data\n    level:", 1), encoding="utf-8")
    assert any("stages belong to a case" in fault for fault in parse(root)[2])
