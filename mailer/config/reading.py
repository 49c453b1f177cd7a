"""The file config.yaml → `Config`, or every mistake in it at once, each with its line and key."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mailer.config.marked import Document, Mistake, parse
from mailer.config.models import Config
from mailer.config.references import findings
from mailer.config.sentences import mistakes_of
from mailer.errors import ConfigError

NAME = "config.yaml"
_EXAMPLE = "The config.yaml that `mailer init FOLDER` makes"
#: The keys of `Config` that hold named entries.
_SECTIONS = ("accounts", "contacts", "campaigns")


def find(start: Path) -> Path:
    """Look for config.yaml in this folder and those above; raises ConfigError where there is none."""
    for folder in (start, *start.parents):
        if (folder / NAME).is_file():
            return folder / NAME
    raise ConfigError(
        f"There is no {NAME} in {start} or above it.",
        cure="`mailer init` makes a workspace here; --config FILE names one elsewhere.",
    )


def read(path: Path) -> Config:
    """Read and check the file; raises ConfigError with all its mistakes, in the order of their lines."""
    return checked(path, _text(path))


def checked(path: Path, text: str) -> Config:
    """What this text would mean as the file; raises ConfigError as `read` does."""
    config, mistakes = examined(text)
    if config is None and not mistakes:
        raise ConfigError(f"{path.name} is empty.", cure=f"{_EXAMPLE} is a whole one.")
    if mistakes or config is None:
        raise ConfigError(_listed(path, mistakes), cure=f"{_EXAMPLE} explains every key.")
    return config


def examined(text: str) -> tuple[Config | None, list[Mistake]]:
    """What this text would mean, and every mistake in it; an empty one means nothing and has none."""
    document = parse(text)
    config = _validated(document) if document.value is not None else None
    return config, document.mistakes


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(
            f"{path.name}:{line}: this is not UTF-8 text.", cure="Save it as UTF-8 in your editor."
        ) from error
    except OSError as error:
        cure = "--config names the file, or leave it out where you are in its folder."
        raise ConfigError(f"{path} cannot be read: {error.strerror}.", cure=cure) from error


def _validated(document: Document) -> Config | None:
    """Give the config, or None; what is wrong with it is added to the document's mistakes."""
    if not isinstance(document.value, dict):
        document.mistakes.append(Mistake(1, (), "must be a group of `key: value` lines"))
        return None
    config, names = None, _names(document.value)
    try:
        sound = config = Config.model_validate(document.value)
    except ValidationError as error:
        document.mistakes.extend(mistakes_of(error, document))
        sound = Config.model_validate(_without_mistakes(document.value, error))
    document.mistakes.extend(Mistake(document.line(path), path, what) for path, what in findings(sound, names))
    return config


def _names(value: dict[str, Any]) -> dict[str, Collection[str]]:
    return {section: list(value[section]) if isinstance(value.get(section), dict) else [] for section in _SECTIONS}


def _without_mistakes(value: dict[str, Any], error: ValidationError) -> dict[str, Any]:
    """Keep what can still be checked for cross references: the entries that are right in themselves."""
    wrong = {(str(part), str(entry)) for part, entry in ((*e["loc"], "")[:2] for e in error.errors())}
    kept: dict[str, Any] = {"firm": {"name": "-"}}
    for section in _SECTIONS:
        entries = value.get(section)
        if isinstance(entries, dict):
            kept[section] = {name: e for name, e in entries.items() if (section, name) not in wrong}
    return kept


def _listed(path: Path, mistakes: list[Mistake]) -> str:
    lines = [_line(path, mistake) for mistake in sorted(mistakes, key=lambda mistake: mistake.line)]
    return lines[0] if len(lines) == 1 else f"{path.name} has {len(lines)} mistakes:\n" + "\n".join(lines)


def _line(path: Path, mistake: Mistake) -> str:
    key = ".".join(str(part) for part in mistake.path)
    return f"{path.name}:{mistake.line}: {f'{key}: ' if key else ''}{mistake.what}"
