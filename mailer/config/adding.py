"""Ready campaigns into config.yaml: written behind those that stand there; every other line stays as it is."""

from __future__ import annotations

import io
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from mailer.config.audiences import is_internal
from mailer.config.models import Config
from mailer.config.reading import checked, examined, read
from mailer.config.sentences import nearest
from mailer.errors import ConfigError, UsageError

_SECTION = "campaigns"


@dataclass(frozen=True, slots=True)
class Recipe:
    """One or more campaigns that belong together."""

    name: str
    #: What it is, for lists and as a comment.
    said: str
    #: Campaign → its keys, with `inside`, `outside`, `owner` and `firm` still to be filled in.
    campaigns: Mapping[str, Mapping[str, Any]]


@cache
def recipes() -> Mapping[str, Recipe]:
    """All there are, by name."""
    text = files("mailer.config").joinpath("recipes.yaml").read_text(encoding="utf-8")
    known = YAML(typ="safe", pure=True).load(text)
    return {name: Recipe(name, one["said"], one["campaigns"]) for name, one in known.items()}


def add(path: Path, name: str) -> list[str]:
    """Write a recipe's campaigns into config.yaml; the names of those that are new.

    Campaigns that stand there already are left alone. Raises UsageError for an unknown recipe or a missing audience,
    ConfigError where the file cannot take them.
    """
    if name not in recipes():
        found = f"There is no ready campaign “{name}”{nearest(name, list(recipes()))}"
        raise UsageError(found, cure="`mailer campaigns add` lists them all.")
    config, recipe = read(path), recipes()[name]
    new = {each: keys for each, keys in recipe.campaigns.items() if each not in config.campaigns}
    if new:
        write(path, {each: fitted(config, each, keys) for each, keys in new.items()})
    return list(new)


def write(path: Path, campaigns: Mapping[str, CommentedMap]) -> None:
    """Write new campaigns behind those of config.yaml. Raises ConfigError where that would break it."""
    longer = _with(path, campaigns)
    checked(path, longer)
    _replace(path, longer)


def mistakes_in(path: Path, name: str, keys: CommentedMap) -> dict[str, str]:
    """What would be wrong with one new campaign, by its key ("when.on"); {} where it can be written. Writes nothing."""
    _, mistakes = examined(_with(path, {name: keys}))
    found: dict[str, str] = {}
    for mistake in mistakes:
        inside = mistake.path[2:] if mistake.path[:2] == (_SECTION, name) else ()
        found.setdefault(".".join(str(part) for part in inside), mistake.what)
    return found


def _with(path: Path, campaigns: Mapping[str, CommentedMap]) -> str:
    text = path.read_text(encoding="utf-8-sig")
    return inserted(text, [_block(name, keys) for name, keys in campaigns.items()])


def fitted(config: Config, name: str, keys: Mapping[str, Any]) -> CommentedMap:
    """A recipe's campaign with the sources and accounts of this firm."""
    filled = CommentedMap()
    for key, value in keys.items():
        match key:
            case "said":
                continue
            case "contacts":
                filled[key] = _sources(config, name, inside=value == "inside")
            case "from":
                filled[key] = _from(config, owner=value == "owner")
            case _:
                filled[key] = flow(value)
    filled["review"] = "each"
    if keys.get("said"):
        filled.yaml_set_start_comment(str(keys["said"]), indent=2)
    return filled


def _sources(config: Config, name: str, *, inside: bool) -> Any:
    found = [each for each, source in config.contacts.items() if is_internal(source.audience) is inside]
    if not found:
        whom = "our own people (`audience: staff`)" if inside else "clients"
        raise UsageError(f"{name} needs contacts that are {whom}; config.yaml has none.", cure="Add a source first.")
    return found[0] if len(found) == 1 else flow(found)


def _from(config: Config, *, owner: bool) -> Any:
    """The owner's account where accounts have owners; else the firm's: the first that belongs to nobody."""
    if not config.accounts:
        raise UsageError("config.yaml has no account to send from.", cure="Add one: mailer accounts login ADDRESS")
    nobodys = [name for name, account in config.accounts.items() if not account.owners]
    firms = next(iter(nobodys or config.accounts))
    return flow({"field": "owner", "otherwise": firms}) if owner and len(nobodys) < len(config.accounts) else firms


def flow(value: Any) -> Any:
    """A mapping or list that is written on one line."""
    if isinstance(value, Mapping):
        made = CommentedMap(value)
        made.fa.set_flow_style()
        return made
    if isinstance(value, list):
        from ruamel.yaml.comments import CommentedSeq

        listed = CommentedSeq(value)
        listed.fa.set_flow_style()
        return listed
    return value


def _block(name: str, keys: CommentedMap) -> str:
    stream = io.StringIO()
    yaml = YAML()
    yaml.width = 4096
    yaml.dump({name: keys}, stream)
    return stream.getvalue()


def inserted(text: str, blocks: Sequence[str]) -> str:
    """The text with these blocks at the end of its campaigns, indented as the others are."""
    root = YAML(typ="safe", pure=True).compose(text)
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    section = _section(root)
    if section is None:
        return "".join([*lines, f"\n{_SECTION}:\n", *(_indented(block, 2) for block in blocks)])
    key, value = section
    if isinstance(value, MappingNode) and value.value and not value.flow_style:
        indent, at = value.value[0][0].start_mark.column, _end_of(value, lines)
    elif isinstance(value, ScalarNode) and not value.value:
        indent, at = 2, key.start_mark.line + 1
    else:
        raise ConfigError(
            "config.yaml writes its campaigns on one line.", cure="Write each on lines of its own, indented."
        )
    return "".join([*lines[:at], *("\n" + _indented(block, indent) for block in blocks), *lines[at:]])


def _section(root: Node | None) -> tuple[Node, Node] | None:
    pairs = root.value if isinstance(root, MappingNode) else []
    return next((pair for pair in pairs if pair[0].value == _SECTION), None)


def _end_of(value: MappingNode, lines: Sequence[str]) -> int:
    """The line behind the last campaign, and behind comments that are indented as part of it."""
    last: Node = value
    while isinstance(last, MappingNode) and last.value and not last.flow_style:
        last = last.value[-1][1]
    at: int = last.end_mark.line + (1 if last.end_mark.column else 0)
    while at < len(lines) and lines[at].startswith(" ") and lines[at].lstrip().startswith("#"):
        at += 1
    return at


def _indented(block: str, indent: int) -> str:
    return "".join(" " * indent + line if line.strip() else line for line in block.splitlines(keepends=True))


def _replace(path: Path, text: str) -> None:
    """Write the file in one step: nobody ever reads half of it, and a link stays a link."""
    path = path.resolve()
    beside = path.with_name(path.name + ".new")
    beside.write_text(text, encoding="utf-8")
    shutil.copymode(path, beside)
    beside.replace(path)
