"""What `viva doctor` has to say of a part, and how it prints that."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.terminal.show import said


class Mark(StrEnum):
    """How a part is."""

    OK = "ok"
    ATTENTION = "attention"
    BROKEN = "broken"


STYLES = {Mark.OK: "green", Mark.ATTENTION: "yellow", Mark.BROKEN: "red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: how it is, and what to do where it is not well."""

    mark: Mark
    part: str
    text: str


def show_findings(findings: Iterable[Finding], console: Console) -> None:
    """Print them as a table."""
    table = Table.grid(padding=(0, 2))
    for finding in findings:
        table.add_row(Text(finding.mark, style=STYLES[finding.mark]), finding.part, said(finding.text))
    console.print(table)
