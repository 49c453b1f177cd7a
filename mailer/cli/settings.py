"""What the options before the command say, for the command to use: `@click.pass_obj`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mailer.commands import command

if TYPE_CHECKING:
    from pathlib import Path

    from mailer.workspace import Workspace


class Settings(NamedTuple):
    """The options of `mailer` itself."""

    #: As given by --config: a file, or a folder to look from; "" for the working folder.
    config: str = ""
    verbose: bool = False
    #: Send into the outbox, and use the ledger of rehearsals.
    rehearse: bool = False
    #: Numbers name real mails, even where rehearsed ones that wait have the same.
    real: bool = False

    def command(self, *words: object) -> str:
        """Say what to type for a next step; the next step is of the same mails."""
        mine = ["--rehearse"] if self.rehearse else ["--real"] if self.real else []
        return command(*mine, *words)

    def find_config(self) -> Path:
        """Find the config.yaml to use; raises ConfigError where there is none."""
        from pathlib import Path

        from mailer.config import find

        named = Path(self.config).absolute()
        return find(named) if named.is_dir() else named

    def workspace(self) -> Workspace:
        """Open the workspace; use it in a `with` block. Raises ConfigError."""
        from mailer.workspace import Workspace

        return Workspace(self.find_config(), rehearse=self.rehearse)

    def spare_own(self, workspace: Workspace, *files: Path | None) -> None:
        """Raise UsageError for a file to be written that is one of the firm's own: config, sheet, template, ledger."""
        from mailer.errors import UsageError
        from mailer.workspace.opening import LEDGER, REHEARSAL

        sheets = (source.file for source in workspace.config.contacts.values())
        own = [self.find_config(), *(workspace.folder / name for name in (LEDGER, REHEARSAL, *sheets))]
        own += (workspace.folder / "templates").rglob("*.*")
        for file in files:
            if file and file.exists() and any(each.exists() and file.samefile(each) for each in own):
                raise UsageError(f"{file} is one of your own files; nothing was written.", cure="Choose another name.")
