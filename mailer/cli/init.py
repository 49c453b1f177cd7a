"""`mailer init`: the example material → a workspace of one's own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import click

from mailer.cli import output
from mailer.commands import quoted
from mailer.errors import UsageError

#: What a workspace is made of; `config.example.yaml` becomes `config.yaml`.
_CONFIG, _FOLDERS = "config.example.yaml", ("contacts", "templates")


@click.command(short_help="Make a workspace from the examples.")
@click.argument("folder", default=".", type=click.Path(file_okay=False, path_type=Path))
def init(folder: Path) -> None:
    """Make a workspace in FOLDER (here, when none is given): a config.yaml, example sheets and templates.

    Nothing that is already there is overwritten, and nothing real is sent: its accounts write into an outbox.
    """
    if (folder / "config.yaml").exists():
        raise UsageError(
            f"{folder.absolute()} already has a config.yaml; nothing was changed.",
            cure="`mailer init FOLDER` makes a workspace elsewhere.",
        )
    kept = copy_examples(folder)
    output.line(f"Made a workspace in {folder.absolute()}:")
    output.line("  config.yaml   the firm, its accounts, its campaigns: explained line by line")
    output.line("  contacts/     two example sheets, to be replaced by yours")
    output.line("  templates/    letters worth sending, to be made yours")
    for path in kept:
        output.tell(f"Kept your own {path.relative_to(folder)}.")
    there = "" if folder == Path() else f"cd {quoted(str(folder))}, then "
    output.line(f"→ Next: {there}mailer contacts check clients")


def copy_examples(folder: Path) -> list[Path]:
    """Copy the example material into a folder; gives back the files that were there before and were kept."""
    kept = []
    for source, name in _material(_origin()):
        path = folder / name
        if path.exists():
            kept.append(path)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, path)
    return kept


def _origin() -> Path:
    """Find the material: within the installed package, or beside the package in a checkout."""
    package = Path(str(files("mailer")))
    return package / "example" if (package / "example").is_dir() else package.parent


def _material(origin: Path) -> Iterator[tuple[Path, Path]]:
    """List what to copy and where to, the config last: a folder with a config.yaml is complete."""
    for folder in _FOLDERS:
        for path in sorted((origin / folder).rglob("*")):
            if path.is_file() and not path.name.startswith(".") and path.suffix not in (".py", ".pyc"):
                yield path, path.relative_to(origin)
    yield origin / _CONFIG, Path("config.yaml")
