"""docs/ ← the code: config keys, their JSON Schema, commands, exit codes, statuses; and the lists of pages.

`python scripts/docs.py` writes the files; with `--check` it only says which ones are out of date.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from mailer import errors, model
from mailer.cli import cli
from mailer.config.schema import json_schema

FOLDER = Path(__file__).parents[1] / "docs"
NOTE = "<!-- Written by `make docs`; edit what it is written from. -->\n\n"
Schema = Mapping[str, Any]
CONFIG_INTRODUCTION = """\
# config.yaml

Mailer reads the `config.yaml` of the folder you work in, or of the nearest one above; `--config FILE` names another.
A key that is not listed here is a mistake, and is told with its line and the nearest right one.
A key with nothing behind it counts as not given.
[config.schema.json](config.schema.json) teaches the same to your editor.
"""


def config_reference(schema: Schema) -> str:
    """Every key of config.yaml: a chapter for each group of keys, in the order the file has them."""
    chapters = dict(_chapters(schema))
    titles = {name: title for title, name in reversed(chapters.items())}
    body = "\n".join(_chapter(title, _group(schema, name), titles) for title, name in chapters.items())
    return f"{NOTE}{CONFIG_INTRODUCTION}\n{body}"


def _chapters(schema: Schema, name: str = "", path: str = "") -> Iterator[tuple[str, str]]:
    """Each group of keys: its title (the way to it) and its definition ("" for the whole file)."""
    yield path or "The whole file", name
    for key, said in _group(schema, name)["properties"].items():
        inner = _references(said)
        for member in inner:
            named = ".NAME" if "additionalProperties" in said else ""
            by = f" with {next(iter(_group(schema, member)['properties']))}" if len(inner) > 1 else ""
            yield from _chapters(schema, member, f"{path}.{key}{named}{by}".removeprefix("."))


def _group(schema: Schema, name: str) -> Schema:
    return schema["$defs"][name] if name else schema


def _references(said: Any) -> list[str]:
    """The groups of keys that may stand behind a key."""
    if isinstance(said, list):
        return [name for member in said for name in _references(member)]
    if not isinstance(said, dict):
        return []
    if "$ref" in said:
        return [said["$ref"].rpartition("/")[2]]
    return [name for key in ("anyOf", "oneOf", "items", "additionalProperties") for name in _references(said.get(key))]


def _chapter(title: str, group: Schema, titles: Mapping[str, str]) -> str:
    needed = set(group.get("required", ()))
    keys = sorted(group["properties"].items(), key=lambda item: item[0] not in needed)
    rows = "".join(_row(key, said, titles, needed=key in needed) for key, said in keys)
    return f"## {title}\n\n{group['description']}\n\n| Key | Meaning | Value | Default |\n|---|---|---|---|\n{rows}"


def _row(key: str, said: Schema, titles: Mapping[str, str], *, needed: bool) -> str:
    default = "**needed**" if needed else _code(said.get("default"))
    cells = (f"`{key}`", said["description"], _kind(said, titles), default)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"


def _code(value: object) -> str:
    return "" if value in (None, "", [], {}) else f"`{value if isinstance(value, str) else json.dumps(value)}`"


def _kind(said: Schema, titles: Mapping[str, str]) -> str:
    """Say in a word or two what may stand behind a key."""
    match said:
        case {"$ref": reference}:
            title = titles[reference.rpartition("/")[2]]
            kinds = [f"[{title.removeprefix('campaigns.NAME.')}](#{_anchor(title)})"]
        case {"enum": values}:
            kinds = [f"`{value}`" for value in values]
        case {"const": value}:
            kinds = [f"`{value}`" if isinstance(value, str) else f"`{json.dumps(value)}`"]
        case {"anyOf": members} | {"oneOf": members}:
            kinds = [_kind(member, titles) for member in members if member.get("type") != "null"]
        case {"type": "array", "items": items}:
            kinds = [f"list of {_kind(items, titles)}"]
        case {"type": "object", "additionalProperties": inner}:
            kinds = [f"name → {_kind(inner, titles)}"]
        case _:
            kinds = [_plain_kind(said)]
    return " or ".join(dict.fromkeys(kinds))


def _plain_kind(said: Schema) -> str:
    words = {"string": "text", "integer": "number", "boolean": "true or false"}
    types = said["type"] if isinstance(said["type"], list) else [said["type"]]
    bounds = "".join(f", {word} {said[key]}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in said)
    return " or ".join(words[kind] for kind in types) + bounds


def _anchor(title: str) -> str:
    """The way GitHub names a heading in a link."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def command_reference() -> str:
    """Every command's help, as it prints it."""
    root = cli.make_context("mailer", [], resilient_parsing=True, terminal_width=96)
    return "\n".join([f"{NOTE}# The commands\n", *(_help(context) for context in _contexts(root))])


def _contexts(context: click.Context) -> Iterator[click.Context]:
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            child = context.command.get_command(context, name)
            assert child is not None
            inner = child.make_context(name, [], parent=context, resilient_parsing=True, terminal_width=96)
            yield from _contexts(inner)


def _help(context: click.Context) -> str:
    return f"## {context.command_path}\n\n```text\n{context.get_help().rstrip()}\n```\n"


def exit_reference() -> str:
    """Exit codes: what a script may rely on."""
    classes = [
        value for _, value in inspect.getmembers(errors, inspect.isclass) if issubclass(value, errors.MailerError)
    ]
    rows = [(value.exit_code, (value.__doc__ or "").strip()) for value in classes if value is not errors.MailerError]
    rows += [
        (0, "Done."),
        (1, "Done, but some mails failed or are unconfirmed, or problems were found: look."),
        (70, "A defect in mailer; `mailer --verbose …` shows where."),
        (74, "A file or a disk does not let us read or write."),
        (75, "Some mails are deferred or wait for their hour; run again."),
        (130, "Stopped with Ctrl-C; the mail in hand was finished."),
        (141, "Whoever read the output went away (`mailer … | head`)."),
    ]
    body = "".join(f"| {code} | {words} |\n" for code, words in sorted(rows))
    return f"{NOTE}# Exit codes\n\n| Code | Meaning |\n|---|---|\n{body}"


def status_reference() -> str:
    """Where a delivery can stand, and where it can go from there."""
    comments = dict(re.findall(r"    ([A-Z]+) = \"[a-z]+\"  #: (.*)", inspect.getsource(model.Status)))
    moves = {status: ", ".join(f"`{to}`" for to in sorted(model.MOVES[status])) or "–" for status in model.Status}
    rows = "".join(f"| `{status}` | {comments[status.name]} | {moves[status]} |\n" for status in model.Status)
    return (
        f"{NOTE}# Statuses\n\n{inspect.getdoc(model.Status)}\n\n| Status | Means | May become |\n|---|---|---|\n{rows}"
    )


def page_list(folder: str, title: str, about: str) -> str:
    """List the pages of a folder by their headings."""
    paths = sorted(path for path in (FOLDER / folder).glob("*.md") if path.name != "README.md")
    lines = [f"* [{_heading(path)}]({path.name})" for path in paths]
    return f"{NOTE}# {title}\n\n{about}\n\n" + "\n".join(lines) + "\n"


def _heading(path: Path) -> str:
    return path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


def pages() -> dict[str, str]:
    """Every generated file: name → text."""
    schema = json_schema()
    return {
        "reference/config.md": config_reference(schema),
        "reference/config.schema.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n",
        "reference/commands.md": command_reference(),
        "reference/exit-codes.md": exit_reference(),
        "reference/statuses.md": status_reference(),
        "how-to/README.md": page_list("how-to", "How-to", "One page for one task."),
        "explanation/README.md": page_list("explanation", "Explanation", "Why things are as they are."),
        "decisions/README.md": page_list("decisions", "Decisions", "What was chosen, and instead of what."),
    }


def main() -> int:
    """Write the files, or check them."""
    stale = [name for name, text in pages().items() if not _is_current(FOLDER / name, text)]
    for name in stale:
        if "--check" in sys.argv:
            print(f"docs/{name} is out of date; `make docs` writes it anew.")
        else:
            (FOLDER / name).write_text(pages()[name], encoding="utf-8")
    return 1 if stale and "--check" in sys.argv else 0


def _is_current(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
