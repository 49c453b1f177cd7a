"""What the options before the command say, for the command to use: `@click.pass_obj`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Settings(NamedTuple):
    """The options of `mailer` itself."""

    #: As given by --config; "" to look for it.
    config: str = ""
    verbose: bool = False

    def find_config(self) -> Path:
        """Find the config.yaml to use; raises ConfigError where there is none."""
        from pathlib import Path

        from mailer.config import find

        return Path(self.config).absolute() if self.config else find(Path.cwd())
