"""`mailer completion`, and what the shell may complete: the names that config.yaml gives to things."""

from __future__ import annotations

import os
from pathlib import PurePath

import click
from click.shell_completion import CompletionItem, get_completion_class

from mailer.cli.settings import Settings
from mailer.errors import MailerError, UsageError

_SHELLS = ("bash", "zsh", "fish")


class Name(click.ParamType[str]):
    """A name from a section of config.yaml: text to the command, completed by the shell."""

    def __init__(self, name: str, section: str) -> None:
        #: What usage lines call it.
        self.name = name
        self._section = section

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """List the names that begin so; none where there is no right config.yaml."""
        from mailer.config import read

        settings = Settings(str(ctx.find_root().params.get("config") or ""))
        try:
            names = getattr(read(settings.find_config()), self._section)
        except MailerError:
            return []
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


ACCOUNT, CAMPAIGN, SOURCE = Name("account", "accounts"), Name("campaign", "campaigns"), Name("source", "contacts")


@click.command(short_help="Let the shell complete commands and names.")
@click.argument("shell", type=click.Choice(_SHELLS), required=False)
@click.pass_context
def completion(ctx: click.Context, shell: str | None) -> None:
    """Print the lines that teach SHELL (yours, when none is given) to complete `mailer` with the Tab key.

    For bash: mailer completion bash >> ~/.bashrc, then open a new terminal.
    """
    shell = shell or PurePath(os.environ.get("SHELL", "")).name
    found = get_completion_class(shell) if shell in _SHELLS else None
    if not found:
        raise UsageError("Your shell is not known here.", cure=f"Name it: mailer completion {'|'.join(_SHELLS)}.")
    root = ctx.find_root()
    click.echo(found(root.command, {}, "mailer", "_MAILER_COMPLETE").source())
