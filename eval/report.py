"""The report: one HTML file that a person can read in a minute, with pictures, the goals, and the worst mistakes in full."""

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from eval.figures import Figure
from eval.harness import Results, bound, regressed

HERE = Path(__file__).parent


def write(path: Path, results: Results, baseline: Mapping[str, Figure]) -> None:
    """Render the results, beside what they were."""
    environment = Environment(loader=FileSystemLoader(HERE), autoescape=select_autoescape(default=True), trim_blocks=True)
    environment.filters["number"] = _number
    figures = results.figures()
    page = environment.get_template("report.html.j2").render(
        results=results,
        suites=[
            {
                "name": name,
                "tells": import_module(f"eval.suites.{name}").TELLS,
                "figures": [(title, each, baseline.get(f"{name}: {title}")) for title, each in measured.figures.items()],
                "pictures": {title: Markup(svg) for title, svg in measured.pictures.items()},
                "mistakes": measured.mistakes,
                "notes": measured.notes,
            }
            for name, measured in results.suites.items()
        ],
        goals=[(name, each) for name, each in figures.items() if each.goal is not None],
        worse=[(name, each, baseline[name]) for name, each in figures.items() if regressed(each, baseline.get(name))],
        compared=bool(baseline),
        bound=bound,
        when=datetime.now(UTC).strftime("%d %B %Y, %H:%M UTC"),
    )
    path.write_text(page, encoding="utf-8")


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3f}"
