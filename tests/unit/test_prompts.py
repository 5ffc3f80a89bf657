"""The prompts as they are rendered, every variant of every one; and every mistake an error."""

from collections.abc import Callable
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app.core.errors import ContentError, Invalid
from app.prompts import Prompts, load_prompts


def rendered(prompts: Prompts) -> dict[str, list[str]]:
    """The variants of each authored wording, each variable standing as its name in brackets."""
    return {
        prompt.name: [
            prompts.render(prompt.name, variant, **{name: f"[{name}]" for name in prompt.variables})
            for variant in range(len(prompt.variants))
        ]
        for prompt in prompts
        if prompt.name.startswith("offline/")
    }


def test_every_wording_renders_as_it_was_written(prompts: Prompts) -> None:
    """A prompt that is changed, added or taken away shows here: `pytest --inline-snapshot=fix`, and read the difference."""
    assert rendered(prompts) == snapshot(
        {
            "offline/advance": [
                "Thank you, let's leave that one there. Next question. [ask]",
                "Good, I have what I need on that. Here is the next one. [ask]",
            ],
            "offline/challenge": [
                "You said “[quote]”. I'm not convinced that holds. Think it through once more: [probe]",
                "Let me stop at “[quote]”. Suppose I claimed the opposite; which of us would be right, and why? [probe]",
            ],
            "offline/clarify-unknown": [
                "I have no figure for that. Say what you would assume, and go on from there.",
                "Nobody could tell you that today. State your assumption and carry on.",
            ],
            "offline/clarify": [
                "Good question. [says] How does that shape your answer?",
                "Fair to ask. [says] Go on from there.",
            ],
            "offline/close-candidate": ["All right, we'll stop here. Your debrief is ready."],
            "offline/close-done": ["That was my last question. Thank you for your time; your debrief is ready."],
            "offline/close-time": ["We are out of time, so let's stop here. Your last answer counts, and your debrief is ready."],
            "offline/hint": [
                "Here is something to start from. [hint] What does that tell you?",
                "Let me give you part of it. [hint] Where would you take it from there?",
            ],
            "offline/open": [
                "Let's get started. [ask]",
                "Good to meet you. Here is what I'd like to talk about. [ask]",
                "Take your time with this one. [ask]",
            ],
            "offline/probe": [
                "All right. [probe]",
                "Let's stay with this for a moment. [probe]",
                "I'd like to go one step further. [probe]",
                "Thanks. Something I'd still want to hear: [probe]",
            ],
            "offline/redirect": ["That takes us somewhere else. Let's come back to the question: [ask]"],
        }
    )


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Writes the one prompt `say/hello` and returns the folder."""

    def write(text: str) -> Path:
        path = tmp_path / "say/hello.md"
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
        return tmp_path

    return write


SOUND = "---\nvariables: [who]\n---\nHello {{ who }}.\n***\nHi {{ who }}!\n"


def test_variants_are_taken_in_turn(write: Callable[[str], Path]) -> None:
    """The count goes round."""
    prompts = load_prompts(write(SOUND))
    assert [prompts.render("say/hello", variant, who="you") for variant in range(3)] == ["Hello you.", "Hi you!", "Hello you."]


@pytest.mark.parametrize(
    ("values", "named"), [({}, "who"), ({"who": "you", "when": "now"}, "when"), ({"whom": "you"}, "who, whom")]
)
def test_a_missing_or_unknown_variable_fails_when_rendered(
    write: Callable[[str], Path], values: dict[str, str], named: str
) -> None:
    """The error names the prompt and every variable that is wrong."""
    with pytest.raises(Invalid, match=rf"say/hello: variables {named} are missing or not declared"):
        load_prompts(write(SOUND)).render("say/hello", **values)


def test_values_are_text_and_nothing_else(write: Callable[[str], Path]) -> None:
    """Markup and braces in a value come out as they went in."""
    assert load_prompts(write(SOUND)).render("say/hello", who="<b>{{ 1 }}</b> & {% x %}") == "Hello <b>{{ 1 }}</b> & {% x %}."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("---\nvariables: []\n---\nHello {{ who }}.", "variables: who: declare exactly those"),
        ("---\nvariables: [who]\n---\nHello.", "variables: who: declare exactly those"),
        (SOUND.replace("Hi {{ who }}!", "Hi!"), "variables: who: declare exactly those"),
        (SOUND.replace("Hi {{ who }}!", "Hi {{ whom }}!"), "variables: who, whom: declare exactly those"),
        ("Hello.", "front matter: the file must begin with"),
        ("---\nvariables: who\n---\nHello {{ who }}.", "'variables' must be a list"),
        ("---\nvariables: []\nname: x\n---\nHello.", "'variables' must be a list, and nothing else"),
        ("---\n- variables\n---\nHello.", "'variables' must be a list"),
        ("---\nvariables: [\n---\nHello.", "say/hello.md"),
        ("---\nvariables: [who]\n---\nHello {{ who }.", "say/hello.md"),
    ],
)
def test_a_broken_prompt_fails_when_it_is_read(write: Callable[[str], Path], text: str, said: str) -> None:
    """Undeclared, unused, in one variant only, or no prompt at all: the file is named."""
    with pytest.raises(ContentError) as error:
        load_prompts(write(text))
    [problem] = error.value.problems
    assert problem.startswith("prompts/say/hello.md: ")
    assert said in problem


def test_a_file_that_is_not_utf_8_is_named(write: Callable[[str], Path]) -> None:
    """As every other fault is."""
    folder = write(SOUND)
    (folder / "say/hello.md").write_bytes(b"---\nvariables: []\n---\n\xff")
    with pytest.raises(ContentError, match=r"prompts/say/hello\.md"):
        load_prompts(folder)


def test_a_folder_without_prompts_is_an_error(tmp_path: Path) -> None:
    """A mistyped path is not an engine that cannot speak."""
    with pytest.raises(ContentError, match="no prompts found"):
        load_prompts(tmp_path)


def test_the_hash_changes_with_any_word(write: Callable[[str], Path]) -> None:
    """The same files have the same hash, another wording another."""
    folder = write(SOUND)
    before = load_prompts(folder).hash
    assert load_prompts(folder).hash == before
    (folder / "say/hello.md").write_text(SOUND.replace("Hi", "Hey"))
    assert load_prompts(folder).hash != before
