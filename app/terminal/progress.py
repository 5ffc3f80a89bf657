"""A progress bar for the work of the index."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn


@contextmanager
def index_bar(console: Console) -> Iterator[Callable[[int, int], None]]:
    """Yields an `on_progress(done, total)`. The bar comes with the first call and goes when all is done."""
    progress: Progress | None = None

    def show(done: int, total: int) -> None:
        nonlocal progress
        if progress is None:
            columns = (TextColumn("Indexing the notes"), BarColumn(), MofNCompleteColumn())
            progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
            progress.add_task("", total=total)
            progress.start()
        progress.update(progress.task_ids[0], completed=done)
        if done >= total:
            progress.stop()

    try:
        yield show
    finally:
        if progress:
            progress.stop()
