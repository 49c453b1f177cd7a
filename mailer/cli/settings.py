"""What the options before the command say, for the command to use: `@click.pass_obj`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from mailer.workspace import Workspace


class Settings(NamedTuple):
    """The options of `mailer` itself."""

    #: As given by --config; "" to look for it.
    config: str = ""
    verbose: bool = False
    #: Send into the outbox, and use the ledger of rehearsals.
    rehearse: bool = False

    def find_config(self) -> Path:
        """Find the config.yaml to use; raises ConfigError where there is none."""
        from pathlib import Path

        from mailer.config import find

        return Path(self.config).absolute() if self.config else find(Path.cwd())

    def workspace(self) -> Workspace:
        """Open the workspace; use it in a `with` block. Raises ConfigError."""
        from mailer.workspace import Workspace

        return Workspace(self.find_config(), rehearse=self.rehearse)
