"""What README.md promises: each setting with its default, and commands that there are."""

import re
from pathlib import Path

from app.config import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `((?:VIVA|OPENAI)_[A-Z_]+)` \| (.+?) \| (.+) \|$", re.MULTILINE)


def test_every_setting_stands_in_the_table_with_its_default() -> None:
    """No setting is missing, none is made up, in the order of the class."""
    rows = {name: default for name, default, _ in ROW.findall(README)}
    defaults = {field.validation_alias or f"VIVA_{name.upper()}": field.default for name, field in Settings.model_fields.items()}
    shown = {name: "none" if default in (None, ()) else f"`{default}`" for name, default in defaults.items()}
    assert list(rows.items()) == list(shown.items())


def test_what_it_tells_people_to_make_can_be_made() -> None:
    """Every `make` command, in a sentence or a block, is a target of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    told = set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE))
    assert {"run", "test"} <= told <= targets
