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
    """Show a bar on stderr; gives what advances it by one."""
    columns = (TextColumn("Sending"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as progress:
        task = progress.add_task("Sending", total=count)
        yield lambda: progress.advance(task)
