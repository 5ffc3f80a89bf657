"""The wording that lives in `prompts/`: one file a prompt, its variables declared, every mistake an error.

A file begins with front matter that lists its variables; below it stand one or more variants, parted by a
line of three asterisks. A variable that is used and not declared, or declared and not used, fails when the
file is read; one that is missing or unknown fails when it is rendered.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from jinja2 import StrictUndefined, Template, TemplateError, meta
from jinja2.sandbox import SandboxedEnvironment

from app.core.errors import ContentError, Invalid


@dataclass(frozen=True)
class Prompt:
    """One prompt: its declared variables and its variants."""

    name: str
    variables: frozenset[str]
    variants: tuple[str, ...]


class Prompts:
    """All prompts of a folder, checked when read."""

    def __init__(self, prompts: Mapping[str, Prompt]) -> None:
        self._prompts = prompts
        self._environment = _environment()
        self._compiled: dict[str, Template] = {}  # most are never rendered in a process, and compiling takes milliseconds

    def __iter__(self) -> Iterator[Prompt]:
        return iter(self._prompts.values())

    def render(self, name: str, variant: int = 0, /, **values: object) -> str:
        """The text of a prompt; `variant` counts round. Raises Invalid naming a missing or unknown variable."""
        prompt = self._prompts[name]
        wrong = prompt.variables ^ values.keys()
        if wrong:
            raise Invalid(f"prompt {name}: variables {', '.join(sorted(wrong))} are missing or not declared")
        source = prompt.variants[variant % len(prompt.variants)]
        if source not in self._compiled:
            self._compiled[source] = self._environment.from_string(source)
        return self._compiled[source].render(values)

    @property
    def hash(self) -> str:
        """A short SHA-256 over every prompt."""
        digest = hashlib.sha256()
        for prompt in sorted(self._prompts.values(), key=lambda p: p.name):
            digest.update("\0".join((prompt.name, *sorted(prompt.variables), *prompt.variants)).encode())
        return digest.hexdigest()[:12]


def load_prompts(folder: Path) -> Prompts:
    """Read every prompt under a folder, named by its path without the suffix. Raises ContentError."""
    faults: list[str] = []
    prompts: dict[str, Prompt] = {}
    for path in sorted(folder.rglob("*.md")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        try:
            prompts[name] = _parse(name, path.read_text(encoding="utf-8"))
        except (ValueError, OSError, yaml.YAMLError, TemplateError) as error:
            faults.append(f"prompts/{name}.md: {error}")
    if not prompts and not faults:
        faults.append(f"{folder}: no prompts found")
    if faults:
        raise ContentError(faults)
    return Prompts(prompts)


def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False, trim_blocks=True, lstrip_blocks=True
    )


def _parse(name: str, text: str) -> Prompt:
    head = re.match(r"---\n(.*?\n)---\n", text, re.DOTALL)
    if not head:
        raise ValueError("front matter: the file must begin with a block between two --- lines")
    front = yaml.safe_load(head[1])
    declared = front.get("variables") if isinstance(front, dict) else None
    if not isinstance(declared, list) or set(front) != {"variables"}:
        raise ValueError("front matter: 'variables' must be a list, and nothing else stands there")
    variants = tuple(part.strip() for part in re.split(r"^\*\*\*$", text[head.end() :], flags=re.MULTILINE))
    for variant in variants:
        used = meta.find_undeclared_variables(_environment().parse(variant))
        if used != set(declared):
            wrong = ", ".join(sorted(used ^ set(declared)))
            raise ValueError(f"variables: {wrong}: declare exactly those that every variant uses")
    return Prompt(name=name, variables=frozenset(declared), variants=variants)
