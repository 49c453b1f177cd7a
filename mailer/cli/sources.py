"""What a SOURCE on the command line is: a name from config.yaml, or a file, read with the options beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailer.cli.output import tell
from mailer.cli.settings import Settings
from mailer.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from datetime import date

    from mailer.config import Config, ContactSource, Firm
    from mailer.contacts import Reading

#: Options that tell of a source what config.yaml would; the command gets those given as keyword arguments.
sheet_option = click.option("--sheet", default="", metavar="NAME", help="The sheet, by name or number.")
rows_option = click.option(
    "--rows", type=click.Choice(["visible", "all"]), default=None, help="`all`: hidden and filtered rows too."
)
key_option = click.option("--key", default="", metavar="COLUMN", help="The column that names a person for good.")


def open_source(settings: Settings, name: str, options: dict[str, str | None]) -> tuple[Reading, date]:
    """Read a source of config.yaml, or a file; options on the command line count more than the config."""
    from mailer.contacts import read
    from mailer.workspace import Clock

    source, folder, firm = _source(settings, name)
    source = source.model_copy(update={option: value for option, value in options.items() if value})
    today = firm.local(Clock().now()).date()
    return read(name, source, folder, firm=firm, today=today), today


def _source(settings: Settings, name: str) -> tuple[ContactSource, Path, Firm]:
    from mailer.config import ContactSource

    config, folder = config_of(settings)
    if config and name in config.contacts:
        return config.contacts[name], folder, config.firm
    if Path(name).exists():
        return ContactSource.model_validate({"file": name}), Path.cwd(), firm_of(settings)
    if config is None:
        settings.find_config()
    known = ", ".join(config.contacts) if config else ""
    cure = f"There are: {known}." if known else "Name a file."
    raise UsageError(f"“{name}” is neither a contact source of config.yaml nor a file.", cure=cure)


def firm_of(settings: Settings) -> Firm:
    """Give the firm of config.yaml, where there is one: its language decides how cells are shown."""
    from mailer.config import Firm

    config, _ = config_of(settings)
    return config.firm if config else Firm.model_validate({"name": ""})


def firm_if_told(settings: Settings) -> Firm:
    """Give the firm, a plain one where the config.yaml around is wrong: that is told, and looking needs no more."""
    from mailer.config import Firm

    try:
        return firm_of(settings)
    except ConfigError as error:
        if settings.config:
            raise
        tell(f"{str(error).splitlines()[0].rstrip(':.')}; the file is shown without what config.yaml says.")
        return Firm.model_validate({"name": ""})


def config_of(settings: Settings) -> tuple[Config | None, Path]:
    """Give config.yaml and its folder; None where there is none, unless one was named."""
    from mailer.config import read

    try:
        path = settings.find_config()
    except ConfigError:
        return None, Path.cwd()
    return read(path), path.parent
