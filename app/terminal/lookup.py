"""`viva search`, `viva score` and `viva index`: one question to a running Viva, then its answer."""

import asyncio

from pydantic import ValidationError
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.config import Settings
from app.core.errors import Invalid, Unavailable
from app.core.verdict import FLAG_KINDS
from app.http import shapes, views
from app.http.debrief_words import seen, took
from app.http.schemas import GradeAnswer
from app.terminal.progress import index_bar
from app.terminal.show import notice, said, status_text
from app.wiring import Viva, build

#: Characters of a passage that a table shows.
EXCERPT = 320
#: The longest query, in characters; as over HTTP.
MAX_QUERY = 500


async def until_ready(viva: Viva) -> dict[str, str]:
    """Wait until nothing loads any more; what did not become ready, with the reason."""
    while "loading" in viva.readiness().values():  # noqa: ASYNC110  # readiness can be asked, not awaited
        await asyncio.sleep(0.05)
    return {part: state for part, state in viva.readiness().items() if state != "ready"}


async def search(settings: Settings, query: str, k: int, console: Console) -> None:
    """Print the passages nearest to a query."""
    if not 1 <= len(query.strip()) <= MAX_QUERY:
        raise Invalid(f"Search for 1 to {MAX_QUERY} characters.", field="query")
    async with build(settings) as viva:
        with console.status("Loading the index…"):
            failed = await until_ready(viva)
        passages = await viva.coach.search(query, k)
        for reason in failed.values():
            console.print(said(f"Searched by words alone: {reason}", style="yellow"))
        if not passages:
            console.print("Nothing found. Try other words.")
            return
        table = Table("", "note", "passage", box=box.ROUNDED, show_lines=True)
        table.columns[1].max_width = 32
        for number, passage in enumerate(passages, 1):
            title = viva.coach.catalog.note(passage.topic).title
            table.add_row(str(number), said(f"{title}: {passage.section}"), said(_excerpt(passage.text)))
        console.print(table)


def _excerpt(markdown: str) -> str:
    text = " ".join(markdown.replace("**", "").split())
    return text if len(text) <= EXCERPT else text[: text.rfind(" ", 0, EXCERPT)] + " …"


async def score(settings: Settings, text: str, console: Console, *, pretty: bool) -> None:
    """Judge the answer in `text`, JSON as POST /v1/score takes it, and print what that would return."""
    try:
        sent = GradeAnswer.model_validate_json(text)
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, fault['loc'])) or 'the JSON'}: {fault['msg']}" for fault in error.errors()]
        raise Invalid("\n".join(wrong)) from error
    question = sent.as_question()
    async with build(settings) as viva:
        result = views.score(await viva.coach.score(question, sent.answer, sent.engine))
    if not pretty:
        console.out(result.model_dump_json(indent=2), highlight=False)
        return
    console.print(_score_table(sent, result))
    overall = "not scored" if result.overall is None else f"{result.overall:.2f} of 5"
    console.print(f"Overall: {overall}; {result.scored:.0%} of the weight was scored, by the {result.engine} engine.")
    if result.notice:
        console.print(notice(result.notice))
    if result.usage:
        console.print(Text(f"What the model took: {took(result.usage)}.", style="dim"))
    for flag in result.flags:
        console.print(
            Text(f"Flagged, {FLAG_KINDS.get(flag.kind, flag.kind)}: ", style="yellow") + said(seen(flag.kind, flag.quote))
        )


async def index(settings: Settings, console: Console) -> None:
    """Bring the index up to date and say what that took. Raises Unavailable when it cannot be."""
    calls: list[tuple[int, int]] = []
    with index_bar(console) as bar:

        def follow(done: int, total: int) -> None:
            calls.append((done, total))
            bar(done, total)

        async with build(settings, follow) as viva:
            failed = await until_ready(viva)
            passages = len(viva.coach.catalog.passages)
    if failed:
        raise Unavailable("\n".join(f"{part}: {reason}" for part, reason in failed.items()))
    if calls:
        console.print(f"The index was built anew and holds {passages} passages.")
    else:
        console.print(f"The index was up to date: {passages} passages reused, none embedded.")


def _score_table(sent: GradeAnswer, result: shapes.Score) -> Table:
    statements = {criterion.id: criterion.statement for criterion in sent.criteria}
    table = Table("criterion", "status", "words", "sure", box=box.ROUNDED, show_lines=True)
    for verdict in result.verdicts:
        sure = "" if verdict.confidence is None else f"{verdict.confidence:.0%}"
        table.add_row(said(statements[verdict.criterion]), status_text(verdict.status), said(verdict.quote), sure)
    return table
