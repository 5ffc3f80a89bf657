"""Reads one file that an author wrote, and says of every fault where it stands: file, line, field."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)
#: The C parser reads the rubrics a hundred times faster; both build plain values only.
_PLAIN_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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


def read(path: Path, root: Path, faults: list[str]) -> str | None:
    """The file's text, or None and a fault more."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        faults.append(f"{where(path, root)}:{line}: text: cannot be read as UTF-8: {error.reason}; save the file as UTF-8")
    except OSError as error:
        faults.append(f"{where(path, root)}:1: file: cannot be read: {error.strerror}")
    return None


def validated(model: type[M], text: str, path: Path, root: Path, faults: list[str], first_line: int = 1) -> M | None:
    """YAML text as the model has it, or None and the faults. `first_line` is where in the file the text begins."""
    try:
        return model.model_validate(yaml.load(text, Loader=YamlLoader))
    except ValidationError as error:
        for fault in error.errors():
            line = line_of(text, fault["loc"]) + first_line - 1
            faults.append(f"{where(path, root)}:{line}: {_dotted(fault['loc'])}: {fault['msg']}")
    except (yaml.YAMLError, ValueError) as error:
        # ValueError: a plain date that no calendar has.
        mark = getattr(error, "problem_mark", None)
        line = (mark.line if mark else 0) + first_line
        faults.append(f"{where(path, root)}:{line}: not valid YAML: {getattr(error, 'problem', None) or error}")
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


def at(path: Path, root: Path, field: str) -> str:
    """Where a file's top-level field stands: file, line, field."""
    lines = path.read_text(encoding="utf-8").splitlines()
    line = next((number for number, text in enumerate(lines, 1) if text.startswith(f"{field}:")), 1)
    return f"{where(path, root)}:{line}: {field}"


def where(path: Path, root: Path) -> str:
    """The file's name as findings give it."""
    return path.relative_to(root).as_posix()
