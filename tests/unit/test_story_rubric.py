"""What a story is read for, as its file says; a broken file is named with the line."""

from pathlib import Path

import pytest

from app.content import default_root
from app.core.errors import ContentError
from app.core.star import Dimension
from app.story_rubric import FILE, load_story_rubric


def test_the_rubric_that_ships_is_whole() -> None:
    """Every dimension, in order; probes that ask, and one line of advice for each score."""
    rubric = load_story_rubric(default_root())
    assert list(rubric) == list(Dimension)
    for guide in rubric.values():
        assert all(probe.endswith(("?", ".")) and "?" in probe for probe in guide.probes)
        assert len({*guide.advice}) == 3


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("  - id: task\n", "  - id: duty\n", "rubrics/star.yaml:16: dimensions[1].id: "),
        ("    weight: 2\n", "    weight: 9\n", "dimensions[2].weight: "),
        ("  - id: situation\n    title: Situation\n", "  - id: task\n    title: Situation\n", "must be these, in this order"),
        ("dimensions:\n", "dimension:\n", "rubrics/star.yaml:"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, old: str, new: str, fault: str) -> None:
    """The file, the line, the field."""
    text = (default_root() / FILE).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "rubrics").mkdir()
    (tmp_path / FILE).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ContentError) as raised:
        load_story_rubric(tmp_path)
    assert fault in str(raised.value)
