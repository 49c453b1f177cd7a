"""The bar on stderr while mails leave: how many, how fast, how long still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from mailer.cli.output import console


class _Rate(ProgressColumn):
    """Mails a second, once there is something to divide."""

    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:.1f}/s")


@contextmanager
def sending_bar(count: int) -> Iterator[Callable[[], None]]:
    """Show a bar on stderr from the first mail on; gives what advances it by one.

    It is drawn by a thread, and before the first mail a pass may need to be a process of one (see `mailer.crew`).
    """
    columns = (TextColumn("Sending"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    progress = Progress(*columns, console=console(stderr=True), transient=True)
    task = progress.add_task("Sending", total=count)

    def advance() -> None:
        progress.start()
        progress.advance(task)

    try:
        yield advance
    finally:
        progress.stop()
