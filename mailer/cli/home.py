"""The end of a pass: the status workbooks are written, and that is told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mailer.cli.output import tell

if TYPE_CHECKING:
    from mailer.workspace import Workspace


def tell_home(workspace: Workspace, campaigns: Iterable[str]) -> None:
    """Write the status workbooks of these campaigns, and tell where each is."""
    from mailer.workspace.statuses import bring_home

    for said in bring_home(workspace, campaigns):
        tell(said)
