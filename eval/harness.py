"""The evaluation: `viva eval [suite…]` runs suites over the production path and says how right Viva is, and what changed.

What comes out: a table in the terminal, `metrics.json` and `report.html` in a folder. `--against` compares with a baseline
(the committed one if none is named); `--gate` makes the exit code 1 where a figure lies beyond the baseline's interval on the
bad side.
"""

import asyncio
import hashlib
import json
import platform
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import Progress, track
from rich.table import Table

from app.cli import SUITES
from app.config import Settings
from app.core.errors import Invalid, Unavailable
from app.core.interview import Interview
from app.core.rubric import Question
from app.core.verdict import Status
from app.engines.offline import Thresholds
from app.examiner import RESERVE
from app.wiring import Viva, build
from eval.figures import Figure, as_json
from eval.recorded import Recorded

#: The table has long names in it.
WIDTH = 130
#: Suites that search the notes, or that the making of their index would disturb.
SEARCHING = frozenset({"retrieval", "probes", "latency"})
BASELINES = Path(__file__).parent / "baselines"
DATASETS = Path(__file__).parent / "datasets"
#: Where results go when no folder is named; git ignores it.
RESULTS = Path(__file__).parent / "results"
T = TypeVar("T")
Grade = tuple[dict[str, Status], float]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One verdict that is not its label. `harm` sorts them: how far off it is, times how sure the judge was."""

    question: str
    profile: str
    statement: str
    answer: str
    label: str
    found: str
    quote: str
    confidence: float
    harm: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What a suite found: its figures by name, pictures as SVG by title, lines for who works on it, and its mistakes."""

    figures: Mapping[str, Figure]
    pictures: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    mistakes: Sequence[Mistake] = ()


@dataclass(frozen=True, slots=True)
class Bench:
    """What a suite works with: Viva as it is wired for users, and the engine that is measured."""

    viva: Viva
    engine: str
    cache: Path | None = None
    quiet: bool = False
    #: How many answers each engine graded: where a model fails, the reserve does.
    graded: Counter[str] = field(default_factory=Counter)

    async def score(self, question: Question, answer: str) -> Interview:
        """The answer graded, as `/v1/score` grades."""
        interview = await self.viva.coach.score(question, answer, self.engine)
        self.graded[interview.judged[-1].engine] += 1
        return interview

    async def grade(self, question: Question, answer: str) -> Grade:
        """The status of each criterion, and the overall; 0 where nothing was scored."""
        interview = await self.score(question, answer)
        return {id: s.verdict.status for id, s in interview.here.standings.items()}, interview.score().overall or 0.0

    def track(self, items: Iterable[T], says: str, total: int | None = None) -> Iterable[T]:
        """The items, with a progress bar."""
        return track(items, description=says, total=total, transient=True, disable=self.quiet)


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that one run found."""

    engine: str
    suites: Mapping[str, Measured]
    versions: Mapping[str, str]
    seconds: float

    def figures(self) -> dict[str, Figure]:
        """Every figure by `suite: name`."""
        return {f"{suite}: {name}": each for suite, measured in self.suites.items() for name, each in measured.figures.items()}

    def as_json(self) -> dict[str, Any]:
        """What `metrics.json` holds."""
        return {
            "engine": self.engine,
            "figures": {name: as_json(each) for name, each in self.figures().items()},
            "versions": dict(self.versions),
            "machine": f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
            "seconds": round(self.seconds),
        }


async def run(
    suites: Sequence[str], engine: str, cache: Path | None = None, quiet: bool = False, files: Sequence[Path] = ()
) -> Results:
    """Measure these suites with one engine, and sets of short answers. Raises EngineMissing where no such engine is set up."""
    started, found = time.monotonic(), {}
    # A model's prompts hold passages of the notes, and must not change while it is measured.
    async with bench_for(engine, cache, quiet, index=engine != RESERVE or bool({*suites} & SEARCHING)) as bench:
        for name in suites:
            found[name] = await import_module(f"eval.suites.{name}").measure(bench)
        if files:
            found["public"] = await import_module("eval.suites.public").measure_files(bench, files)
        versions = bench.viva.coach.versions(engine) | {"gold": hashed(DATASETS)}
        others = bench.graded.total() - bench.graded[engine]
    if others and not bench.graded[engine]:
        raise Unavailable(f"The engine {engine} graded nothing: every answer fell to {RESERVE}. `viva doctor --llm` says why.")
    if others:
        versions["attention"] = f"{others} of {bench.graded.total()} answers were graded by {RESERVE}, where {engine} failed"
    return Results(engine, found, versions, time.monotonic() - started)


@asynccontextmanager
async def bench_for(
    engine: str, cache: Path | None, quiet: bool = False, index: bool = True, thresholds: Thresholds | None = None
) -> AsyncIterator[Bench]:
    """Viva with this machine's settings, but for its data: an empty folder, gone afterwards. `index` waits for the notes'."""
    with tempfile.TemporaryDirectory() as folder:
        # What changes grades is as it ships, whatever the shell says: a baseline is about that.
        shipped = {name: Settings.model_fields[name].default for name in ("content_dir", "embedding_model", "follow_ups")}
        settings = Settings(data_dir=Path(folder), database_url=None, chroma_url=None, **shipped)
        transport = Recorded(cache, httpx2.AsyncHTTPTransport()) if cache else None
        with Progress(transient=True, disable=quiet) as progress:
            task = progress.add_task("indexing the notes", total=None)

            def indexed(done: int, total: int) -> None:
                progress.update(task, completed=done, total=total)

            async with build(settings, indexed, transport=transport, thresholds=thresholds) as viva:
                viva.coach.versions(engine)  # says at once when there is no such engine
                while index and "loading" in viva.readiness().values():  # noqa: ASYNC110  # as a caller of /readyz would
                    await asyncio.sleep(0.1)
                broken = [state for state in viva.readiness().values() if state not in ("loading", "ready")]
                if broken:
                    raise Unavailable(broken[0])
                progress.stop()
                yield Bench(viva, engine, cache, quiet)


def hashed(folder: Path) -> str:
    """Which version of these files it is."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def read_baseline(path: Path) -> dict[str, Figure]:
    """The figures of a `metrics.json`. Raises Invalid where there is none, or it is something else."""
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
        return {name: Figure(**each) for name, each in whole["figures"].items()}
    except OSError as error:
        raise Invalid(f"There is no baseline at {path}. Pass a metrics.json of an earlier run.", "against") from error
    except (ValueError, LookupError, TypeError) as error:
        raise Invalid(f"{path} is no metrics.json of an evaluation: {error}.", "against") from error


def regressions(found: Mapping[str, Figure], baseline: Mapping[str, Figure]) -> list[str]:
    """A line for each figure that lies beyond the baseline's interval on the bad side."""
    suites = {name.split(": ")[0] for name in found}
    gone = [f"{name}: not measured any more" for name in baseline if name not in found and name.split(": ")[0] in suites]
    return gone + [
        f"{name}: {each.value:.3f}, {interval(baseline[name])} before"
        for name, each in found.items()
        if regressed(each, baseline.get(name))
    ]


def regressed(each: Figure, before: Figure | None) -> bool:
    """Whether there is a baseline for the figure, and it lies beyond its interval on the bad side."""
    return before is not None and each.worse_than(before)


def interval(each: Figure) -> str:
    """The figure as people read it."""
    return f"{each.value:.3f}" + (f" ({each.low:.3f} to {each.high:.3f})" if each.low is not None else "")


def bound(each: Figure) -> str:
    """The goal as people read it."""
    return f"{'≥' if each.better == 'higher' else '≤'} {each.goal:g}"


def tell(results: Results, baseline: Mapping[str, Figure], console: Console) -> None:
    """Print every figure, with its interval, its goal and what it was."""
    for suite, measured in results.suites.items():
        table = Table("", "value", "95%", "goal", "before", title=suite, title_justify="left", box=SIMPLE_HEAD)
        for name, each in measured.figures.items():
            goal = (
                ""
                if each.goal is None
                else f"{'≥' if each.better == 'higher' else '≤'} {each.goal:g} {'✓' if each.reached else '✗'}"
            )
            before = baseline.get(f"{suite}: {name}")
            change = "" if before is None else f"{before.value:.3f}" + (" worse" if regressed(each, before) else "")
            within = "" if each.low is None else f"{each.low:.3f} to {each.high:.3f}"
            table.add_row(name, f"{each.value:.3f}", within, goal, change)
        console.print(table)
        console.print(*measured.notes, sep="\n", end="\n" if measured.notes else "", highlight=False, markup=False)


def main(
    suites: Sequence[str],
    files: Sequence[Path],
    engine: str,
    against: Path | None,
    gate: bool,
    out: Path | None,
    cache: Path | None,
) -> bool:
    """Run, tell, write `metrics.json` and `report.html` into `out`; False where the gate is asked for and does not open."""
    from eval.report import write  # matplotlib and jinja2 are not needed to read a baseline

    out = out or RESULTS
    console = Console(width=max(WIDTH, Console().width))
    path = against or BASELINES / f"{engine}.json"
    baseline = read_baseline(path) if against or gate or path.is_file() else {}
    results = asyncio.run(run(suites or (() if files else SUITES), engine, cache, files=files))
    worse = regressions(results.figures(), baseline)
    tell(results, baseline, console)
    out.mkdir(parents=True, exist_ok=True)
    (out / "metrics.json").write_text(json.dumps(results.as_json(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    write(out / "report.html", results, baseline)
    console.print(
        f"{results.seconds / 60:.1f} minutes. Figures: {out / 'metrics.json'}; to read and to look at: {out / 'report.html'}"
    )
    if baseline:
        says = f"{len(worse)} worse than {path.name}, beyond its interval:" if worse else f"Nothing is worse than {path.name}."
        console.print(says, *worse, sep="\n  ", style="bold red" if worse else "")
    return not (gate and worse)
