"""`viva`: the commands. Each imports what it needs when it runs, so that `viva --help` answers at once."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from app.core.errors import ContentError, Invalid, VivaError
from app.core.events import Style
from app.core.rubric import Level, Loop

if TYPE_CHECKING:
    from rich.console import Console

    from app.config import Settings


#: What `viva eval` measures: modules of `eval/suites/`.
SUITES = ("judge", "content", "retrieval", "star", "probes", "robustness", "injection", "stability", "latency")
SUITES_HELP = f"What to measure; left out: everything. Suites: {', '.join(SUITES)}."


class _PlainErrors(TyperGroup):
    """Says what Viva raises on purpose in plain sentences on stderr, one a line, with exit code 2."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except VivaError as error:
            for problem in error.problems if isinstance(error, ContentError) else [str(error)]:
                typer.echo(problem, err=True)
            raise typer.Exit(2) from error
        except KeyboardInterrupt:
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=_PlainErrors,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # its imports would make up two thirds of the time that --help takes
    help="Viva, an interview coach that shows its evidence.",
)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; any but loopback needs VIVA_API_KEYS.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = None,
) -> None:
    """Start the web page and the HTTP API."""
    import asyncio

    settings = _settings(host=host, port=port)
    from app.terminal.serving import loop_factory
    from app.terminal.serving import serve as run

    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(run(settings, _console()))


@app.command()
def chat(
    topic: Annotated[list[str] | None, typer.Option(help="Topic to talk about; may be given several times.")] = None,
    loop: Annotated[Loop | None, typer.Option(help="Any topic of this loop.")] = None,
    level: Annotated[Level, typer.Option(help="How senior the questions are.")] = Level.MID,
    style: Annotated[
        Style, typer.Option(help="practice shows verdicts as they come; mock is timed and shows none.")
    ] = Style.PRACTICE,
    questions: Annotated[int, typer.Option(min=1, max=10, help="Opening questions.")] = 1,
    minutes: Annotated[int | None, typer.Option(min=1, max=180, help="Time limit; mock: 8 minutes a question.")] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed asks the same questions.")] = None,
    resume: Annotated[str | None, typer.Option(metavar="ID", help="Go on with an interview that was left.")] = None,
) -> None:
    """Take an interview in the terminal. Reads answers from a pipe too: an empty line ends each."""
    import asyncio

    if topic and loop:
        raise Invalid("Name a topic or a loop, not both.")
    from app.core.exchange import Request
    from app.terminal.chat import run_chat
    from app.terminal.keyboard import Keyboard
    from app.wiring import SystemClock, build

    settings, keyboard = _settings(), Keyboard()
    console = _console(plain=not keyboard.interactive)
    request = Request(
        topics=tuple(topic or ()), loop=loop, level=level, style=style, questions=questions, minutes=minutes, seed=seed
    )

    async def run() -> int:
        async with build(settings) as viva:
            return await run_chat(viva.coach, request, keyboard=keyboard, console=console, clock=SystemClock(), resume=resume)

    raise typer.Exit(asyncio.run(run()))


@app.command()
def mock_loop(
    level: Annotated[Level, typer.Option(help="How senior the questions are.")] = Level.MID,
    seed: Annotated[int | None, typer.Option(help="The same seed asks the same questions.")] = None,
    resume: Annotated[str | None, typer.Option(metavar="ID", help="Go on with a loop that was left.")] = None,
) -> None:
    """Take a full set of mock interviews: coding, concepts, system design, behavioral."""
    import asyncio

    from app.terminal.keyboard import Keyboard
    from app.terminal.mock_loop import run_mock_loop
    from app.wiring import SystemClock, build

    settings, keyboard = _settings(), Keyboard()
    console = _console(plain=not keyboard.interactive)

    async def run() -> int:
        async with build(settings) as viva:
            return await run_mock_loop(viva, level, seed, keyboard=keyboard, console=console, clock=SystemClock(), resume=resume)

    raise typer.Exit(asyncio.run(run()))


@app.command()
def star(
    question: Annotated[str | None, typer.Option(help="A common question, by its id; left out: choose from a list.")] = None,
    prompt: Annotated[str | None, typer.Option(help="A question of your own.")] = None,
    resume: Annotated[str | None, typer.Option(metavar="ID", help="Go on with a story that was left, or read it again.")] = None,
    bank: Annotated[
        bool, typer.Option("--bank", help="Show the stories kept so far and the questions that none answers.")
    ] = False,
    export: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the bank: FILE.md or FILE.json.")] = None,
) -> None:
    """Tell a story for a behavioral interview: it is asked about, marked up, compared when told again, and kept."""
    import asyncio

    from app.terminal.keyboard import Keyboard
    from app.terminal.star import export as write
    from app.terminal.star import run_star, show_bank
    from app.wiring import build

    settings, keyboard = _settings(), Keyboard()
    console = _console(plain=not keyboard.interactive)

    async def run() -> int:
        async with build(settings) as viva:
            if export:
                write(await viva.stories.bank(), viva.stories, export)
                console.print(f"Written to {export}.")
                return 0
            if bank:
                show_bank(await viva.stories.bank(), viva.stories, console)
                return 0
            return await run_star(viva.stories, question, prompt, keyboard=keyboard, console=console, resume=resume)

    raise typer.Exit(asyncio.run(run()))


@app.command()
def quiz(
    topic: Annotated[str | None, typer.Option(help="Questions of this topic alone.")] = None,
    loop: Annotated[Loop | None, typer.Option(help="Questions of this loop alone.")] = None,
    questions: Annotated[int, typer.Option(min=1, max=50, help="How many.")] = 5,
    seed: Annotated[int | None, typer.Option(help="The same seed asks the same questions.")] = None,
) -> None:
    """Check yourself with short questions out of the notes."""
    import asyncio

    if topic and loop:
        raise Invalid("Name a topic or a loop, not both.")
    from app import content
    from app.terminal.keyboard import Keyboard
    from app.terminal.quiz import run_quiz

    keyboard = Keyboard()
    catalog = content.load(*content.roots(_settings().content_dir))
    console = _console(plain=not keyboard.interactive)
    raise typer.Exit(asyncio.run(run_quiz(catalog, topic, loop, questions, seed, keyboard=keyboard, console=console)))


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for in the notes.")],
    k: Annotated[int, typer.Option("-k", min=1, max=50, help="Passages to show, at most.")] = 5,
) -> None:
    """Find passages of the notes, best first."""
    import asyncio

    from app.terminal.lookup import search as run

    asyncio.run(run(_settings(), query, k, _console()))


@app.command()
def score(
    file: Annotated[str, typer.Option(help="JSON as POST /v1/score takes it; - reads standard input.")],
    pretty: Annotated[bool, typer.Option("--pretty", help="A table in place of JSON.")] = False,
) -> None:
    """Judge one answer by any rubric; nothing is kept."""
    import asyncio

    from app.terminal.lookup import score as run

    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{file} cannot be read: {error}") from error
    asyncio.run(run(_settings(), text, _console(), pretty=pretty))


@app.command()
def index() -> None:
    """Bring the index of the notes up to date."""
    import asyncio

    from app.terminal.lookup import index as run

    asyncio.run(run(_settings(), _console()))


@app.command()
def lint(
    path: Annotated[
        Path | None,
        typer.Argument(exists=True, file_okay=False, help="Folder with knowledge/ and rubrics/; left out: all content in use."),
    ] = None,
) -> None:
    """Check notes, rubrics and prompts; exit code 1 when anything was found."""
    from app.content import roots
    from app.lint import lint as findings_of

    findings = [finding for root in ([path] if path else roots(_settings().content_dir)) for finding in findings_of(root)]
    for finding in findings:
        typer.echo(finding)
    typer.echo(f"{len(findings)} found." if findings else "The content is sound.", err=bool(findings))
    raise typer.Exit(1 if findings else 0)


@app.command("eval")
def evaluate(
    what: Annotated[list[str] | None, typer.Argument(metavar="[SUITE]… | public FILE…", help=SUITES_HELP)] = None,
    engine: Annotated[str, typer.Option(help="Whose grades: offline or llm.")] = "offline",
    against: Annotated[Path | None, typer.Option(help="Compare with this metrics.json, not with the committed one.")] = None,
    gate: Annotated[bool, typer.Option("--gate", help="Exit with 1 where a figure got worse beyond its interval.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for metrics.json and report.html, not eval/results.")] = None,
    cache: Annotated[Path | None, typer.Option(help="Folder for a model's answers: what is in it is not asked again.")] = None,
) -> None:
    """Measure how right Viva is, on this machine, offline; or how well it grades short answers that others labelled."""
    from importlib import import_module
    from importlib.util import find_spec

    if find_spec("eval") is None:
        raise Invalid("The evaluation comes with the repository, not with the package. Run this in a checkout of it.")
    suites, files = what or [], []
    if suites[:1] == ["public"]:
        suites, files = [], [Path(each) for each in suites[1:]]
        if not files:
            raise Invalid("Name a file of short answers: viva eval public FILE")
    unknown = [name for name in suites if name not in SUITES]
    if unknown:
        raise Invalid(f"There is no suite {unknown[0]!r}. Suites: {', '.join(SUITES)}; or, alone: public FILE")
    _settings()  # what is wrong with them is told in plain words here
    try:
        harness = import_module("eval.harness")
        import_module("eval.report")
    except ImportError as error:
        raise Invalid(f"The evaluation needs more packages ({error.name}): pip install -e '.[test]', or make test.") from error
    if not harness.main(suites, files, engine, against, gate, out, cache):
        raise typer.Exit(1)


@app.command()
def doctor(
    llm: Annotated[bool, typer.Option("--llm", help="Ask the model too: one real round trip, which may cost a little.")] = False,
) -> None:
    """Say what is set up and what is missing; exit code 1 when something is broken."""
    import asyncio

    from app.terminal.doctor import examine

    sound = asyncio.run(examine(_settings(), _console(), llm=llm))
    raise typer.Exit(0 if sound else 1)


def main() -> None:
    """The entry point."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        # Whatever the terminal's encoding cannot carry is replaced: no answer is worth a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app()


def _settings(**given: Any) -> "Settings":
    """The settings in force, with what the command line gives. Raises Invalid naming the variable that is wrong."""
    from pydantic import ValidationError

    from app.config import Settings

    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        wrong = [f"VIVA_{'.'.join(map(str, fault['loc'])).upper()}: {fault['msg']}." for fault in error.errors()]
        raise Invalid("\n".join(wrong)) from error


def _console(plain: bool = False) -> "Console":
    from rich.console import Console

    return Console(highlight=False, no_color=plain or None, force_terminal=False if plain else None)


if __name__ == "__main__":
    main()
