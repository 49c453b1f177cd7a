"""Files → Template: the one for a name with its language variants, twin text, layout and signature."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mailer.commands import command
from mailer.config.models import Firm
from mailer.config.sentences import nearest
from mailer.errors import TemplateError
from mailer.templates.files import read_text
from mailer.templates.front_matter import part
from mailer.templates.pressing import Source
from mailer.templates.template import Template

#: Tried in this order.
ENDINGS = (".md", ".html", ".txt")
_FOLDER = "templates"
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)


def load(name: str, folder: Path, *, firm: Firm) -> Template:
    """The template `name` of the workspace `folder`; raises TemplateError naming file and line."""
    sources = {source.language: source for source in _sources(name, folder)}
    if "" not in sources and firm.language.lower() in sources:
        sources[""] = sources[firm.language.lower()]
    if "" not in sources:
        raise _unwritten(name, sources) if sources else _unknown(name, folder)
    _refuse_mixed_kinds(sources)
    template = Template(name, folder, firm, sources)
    template.check()
    return template


def names(folder: Path) -> list[str]:
    """The templates of a workspace, without their language variants."""
    found = {
        path.name.split(".")[0]
        for path in (folder / _FOLDER).glob("*")
        if path.suffix in ENDINGS and path.is_file() and not path.name.startswith((".", "_"))
    }
    return sorted(found)


@dataclass(frozen=True, slots=True)
class _Found:
    path: Path
    language: str


def _sources(name: str, folder: Path) -> list[Source]:
    if not re.fullmatch(r"[\w-]+", name):
        raise TemplateError(f"“{name}” is not a template's name.", cure="Use letters, digits and hyphens.")
    found = [one for path in sorted((folder / _FOLDER).glob(f"{name}.*")) if (one := _variant(path, name))]
    texts = {one.language for one in found if one.path.suffix == ".html"}
    return [_source(one) for one in found if not (one.path.suffix == ".txt" and one.language in texts)]


def _variant(path: Path, name: str) -> _Found | None:
    middle = path.name[len(name) : -len(path.suffix)].removeprefix(".")
    if path.suffix not in ENDINGS or not path.is_file() or (middle and not _LANGUAGE.fullmatch(middle)):
        return None
    return _Found(path, middle.lower())


def _source(found: _Found) -> Source:
    parted = part(read_text(found.path), found.path.name)
    if not parted.front.subject.strip():
        raise TemplateError(
            f"{found.path.name}, line 1: there is no subject.", cure='Add `subject: "…"` between --- lines.'
        )
    twin = found.path.with_suffix(".txt")
    own_text = read_text(twin) if found.path.suffix == ".html" and twin.is_file() else None
    return Source(found.path, found.language, parted, own_text)


def _refuse_mixed_kinds(sources: Mapping[str, Source]) -> None:
    """Nobody gets a marketing mail without a way out because a translation forgot to say what it is."""
    first = sources[""]
    for source in sources.values():
        kind, wanted = source.parted.front.kind, first.parted.front.kind
        if kind != wanted:
            line = source.parted.lines.get("kind", 1)
            raise TemplateError(
                f"{source.place}, line {line}: it is {kind}, and {first.place} is {wanted}.",
                cure=f"Write `kind: {wanted}` into both, or `kind: {kind}`.",
            )


def _unwritten(name: str, languages: Iterable[str]) -> TemplateError:
    return TemplateError(
        f"“{name}” is written in {', '.join(languages)} only: nobody else could be written to.",
        cure=f"Write templates/{name}.md, for all other languages.",
    )


def _unknown(name: str, folder: Path) -> TemplateError:
    return TemplateError(
        f"There is no template “{name}” in {folder / _FOLDER}{nearest(name, names(folder))}",
        cure=f"Correct the name, or begin it: {command('templates', 'new', name)}",
    )
