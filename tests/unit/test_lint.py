"""The content linter: sound content passes, and every fault is found where it stands."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.content import default_root
from app.core.rubric import SECTIONS
from app.lint import lint

Rubric = dict[str, Any]
KINDS = ("definition", "assumption", "pitfall", "trade_off", "impact")
#: Five claims that share no word, so that nothing here is alike unless a test makes it so.
NOUNS = ("maple", "granite", "violin", "harbor", "lantern")


QUERIES = ["what weighs more", "winter weights", "it got heavy", "scales broke", "too heavy for me", "noon weight"]
QUIZ = "\n\n**Q1.** Why?\n\n**A1.** So.\n\n**Q2.** And how?\n\n**A2.** Thus.\n"


def criterion(index: int) -> Rubric:
    noun = NOUNS[index]
    return {
        "id": f"about-{noun}",
        "kind": KINDS[index],
        "weight": 2,
        "statement": f"The {noun} grows heavier whenever winter storms arrive before midnight and stay until noon.",
        "probe": f"What should I know of number {index}?",
        "hint": "Think of the cold season.",
        "met": [
            f"{noun} {words}"
            for words in ("gains weight", "puts pounds on", "became massive last December", "bulks up, I saw it")
        ],
        "partial": [f"{noun} changes somehow", f"something happens around {noun} time"],
        "wrong": [f"{noun} gets lighter", f"frost never affects {noun} mass", f"summers alone fatten {noun}"],
        "note": "Pitfalls to volunteer",
    }


@pytest.fixture
def rubric() -> Rubric:
    """A rubric with nothing wrong."""
    return {
        "topic": "weights",
        "questions": [{"id": "only", "level": "mid", "ask": "What do you expect of these things?", "model_answer": "They grow."}],
        "criteria": [criterion(index) for index in range(5)],
    }


@pytest.fixture
def findings(tmp_path: Path) -> Callable[..., list[str]]:
    """Lints a content folder of one topic, made of that rubric and a note."""

    def lint_it(rubric: Rubric, recap: int = 6, deep: int = 30, words: int = 150, asked: int = 6, quiz: str = QUIZ) -> list[str]:
        shutil.copytree(default_root() / "prompts", tmp_path / "prompts", dirs_exist_ok=True)
        for folder in ("knowledge", "rubrics"):
            (tmp_path / folder / "modeling").mkdir(parents=True, exist_ok=True)
        (tmp_path / "rubrics/modeling/weights.yaml").write_text(yaml.safe_dump(rubric, sort_keys=False, width=500))
        head = "topic: weights\ntitle: Weights\nloop: modeling\naliases: []\n"
        head += f"queries: {QUERIES[:asked]}\nrecap_minutes: {recap}\ndeep_minutes: {deep}\n"
        body = "\n\n".join(f"## {section}\n{'word ' * words}" for section in SECTIONS) + quiz
        (tmp_path / "knowledge/modeling/weights.md").write_text(f"---\n{head}---\n{body}\n")
        return lint(tmp_path)

    return lint_it


def test_a_sound_folder_has_no_finding(findings: Callable[..., list[str]], rubric: Rubric) -> None:
    assert findings(rubric) == []


def _set(field: str, value: object) -> Callable[[Rubric], None]:
    return lambda rubric: rubric["criteria"][1].__setitem__(field, value)


STATEMENT = criterion(1)["statement"]
FAULTS: dict[str, tuple[Callable[[Rubric], None], str]] = {
    "probe": (_set("probe", "Does granite grow heavier when storms arrive?"), "probe: gives the statement away (arriv, granit"),
    "hint": (_set("hint", "Granite is heavier after winter storms that stay until noon."), "hint: gives the statement away"),
    "copy": (_set("met", [STATEMENT, *criterion(1)["met"]]), "criteria[1].met[0]: repeats 12 of the statement's 12 words"),
    "too few met": (_set("met", criterion(1)["met"][:3]), "criteria[1].met: has 3; write at least 4"),
    "too few partial": (_set("partial", ["granite changes"]), "criteria[1].partial: has 1; write at least 2"),
    "too few wrong": (_set("wrong", criterion(1)["wrong"][:2]), "criteria[1].wrong: has 2; write at least 3"),
    "twice": (
        _set("partial", ["Granite changes!", "granite CHANGES", "it shifts"]),
        "partial[1]: is the same utterance as partial[0]",
    ),
    "nearly": (
        _set("wrong", [*criterion(1)["wrong"], "frost never affects the mass of granite, honestly"]),
        "wrong[3]: is nearly wrong[1]",
    ),
    "both verdicts": (
        _set("wrong", [*criterion(1)["wrong"], "granite puts pounds on"]),
        "wrong[3]: is the same utterance, with another verdict, as met[1]",
    ),
    "unused": (_set("questions", []), "criteria[1].questions: no question uses this criterion"),
    "kind": (_set("kind", "definition"), "questions[0]: only has no criterion of kind assumption"),
    "too few criteria": (lambda rubric: rubric["criteria"].pop(), "questions[0]: only has 4 criteria; give it 5 to 8"),
    "parse": (_set("weight", 4), "criteria[1].weight: Input should be less than or equal to 3"),
}


@pytest.mark.parametrize(("spoil", "said"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_found(
    findings: Callable[..., list[str]], rubric: Rubric, spoil: Callable[[Rubric], None], said: str
) -> None:
    """Every rule speaks, and names the file, the line and the field."""
    spoil(rubric)
    found = findings(rubric)
    assert any(said in finding for finding in found), found
    assert all(finding.startswith(("rubrics/modeling/weights.yaml:", "knowledge: ")) for finding in found)


def test_what_a_note_owes_is_asked_for(findings: Callable[..., list[str]], rubric: Rubric) -> None:
    """Ways to ask for it, and two questions with their answers."""
    assert findings(rubric, asked=2) == [
        "knowledge/modeling/weights.md:6: queries: has 2; write at least 6 ways to ask for it, symptoms among them"
    ]
    found = findings(rubric, quiz="\n\n**Q1.** Why?\n\n**A1.** So.\n\n**Q2.** And how?\n")
    assert [finding.split(": ", 1)[1] for finding in found] == [
        "Sense-check: write two questions as '**Q1.** …' and their answers as '**A1.** …'"
    ]


def test_a_case_owes_ten_facts(findings: Callable[..., list[str]], rubric: Rubric, tmp_path: Path) -> None:
    """That a candidate must ask for."""
    rubric["questions"][0]["ask"] = "What now?"
    assert findings(rubric) == []
    case = {**rubric, "case": "A heavy case", "constraints": [{"asks_about": f"a{n}", "says": f"b{n}"} for n in range(9)]}
    path = tmp_path / "rubrics/modeling/weights/heavy.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(case, sort_keys=False, width=500))
    assert any("constraints: a case has 9; write at least 10 facts" in finding for finding in lint(tmp_path))


def test_a_finding_names_the_line(findings: Callable[..., list[str]], rubric: Rubric, tmp_path: Path) -> None:
    """The line is that of the field, or of the item of a list."""
    rubric["criteria"][2]["probe"] = "Is the violin heavier when winter storms arrive before midnight?"
    [finding] = findings(rubric)
    lines = (tmp_path / "rubrics/modeling/weights.yaml").read_text().splitlines()
    assert "Is the violin heavier" in lines[int(finding.split(":")[1]) - 1]


def test_opposites_in_the_same_words_are_not_duplicates(findings: Callable[..., list[str]], rubric: Rubric) -> None:
    """A `wrong` that negates a `met`, or turns it round, is what a rubric needs."""
    for index, opposite in enumerate(("The pine is heavier than the oak", "The oak is not heavier than the pine")):
        rubric["criteria"][index]["met"].append("The oak is heavier than the pine")
        rubric["criteria"][index]["wrong"].append(opposite)
    assert findings(rubric) == []


@pytest.mark.parametrize(
    ("recap", "deep", "field"), [(1, 30, "recap_minutes"), (20, 30, "recap_minutes"), (6, 7, "deep_minutes")]
)
def test_minutes_that_do_not_fit_the_note(
    findings: Callable[..., list[str]], rubric: Rubric, recap: int, deep: int, field: str
) -> None:
    """1,350 words take six minutes; what is stated has to be in reach of that."""
    [finding] = findings(rubric, recap=recap, deep=deep)
    line = {"recap_minutes": 7, "deep_minutes": 8}[field]
    assert finding.startswith(f"knowledge/modeling/weights.md:{line}: {field}: says")
    assert "takes 6 minutes to read" in finding


def test_a_broken_prompt_is_found(findings: Callable[..., list[str]], rubric: Rubric, tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts/extra.md").write_text("---\nvariables: [never]\n---\nHello.\n")
    assert findings(rubric) == ["prompts/extra.md: variables: never: declare exactly those that every variant uses"]


def test_a_folder_that_adds_may_name_shipped_topics(findings: Callable[..., list[str]], rubric: Rubric, tmp_path: Path) -> None:
    """Without prompts of its own, a folder is an addition: its notes may point at the notes that ship."""
    findings(rubric)
    shutil.rmtree(tmp_path / "prompts")
    note = tmp_path / "knowledge/modeling/weights.md"
    note.write_text(note.read_text().replace("aliases: []", "aliases: []\nnext: [bias-variance]"))
    assert lint(tmp_path) == []
    note.write_text(note.read_text().replace("bias-variance", "no-such-topic"))
    assert lint(tmp_path) == ["knowledge/modeling/weights.md:6: next: there is no topic 'no-such-topic'"]
