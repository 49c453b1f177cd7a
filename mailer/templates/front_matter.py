"""The YAML between two `---` lines at the head of a template → FrontMatter; errors name file, line and key."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from io import StringIO
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from mailer.config.kinds import Names
from mailer.errors import TemplateError

_FENCED = re.compile(r"\A---[ \t]*\n(.*?\n|)---[ \t]*(?:\n|\Z)", re.DOTALL)


class FrontMatter(BaseModel):
    """What a template says about itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subject: str = Field("", description="The subject line; may use fields.")
    description: str = Field("", description="One line for `mailer templates list`.")
    preheader: str = Field("", description="The grey line mail programs show beside the subject.")
    attachments: Names = Field((), description="Files to attach, from the workspace; may use fields.")
    cc: Names = Field((), description="Who gets a visible copy; may use fields.")
    bcc: Names = Field((), description="Who gets a hidden copy; may use fields.")
    reply_to: Names = Field((), description="Where answers go, if not to the sender.")
    layout: str = Field("letter", description="The frame: a file in templates/layouts, or `none`.")
    signature: Literal["account", "none"] = Field("account", description="Whether the account's closes it.")
    kind: Literal["personal", "marketing"] = Field("personal", description="`marketing` needs a way out.")


@dataclass(frozen=True, slots=True)
class Parted:
    """A template file in its two parts."""

    front: FrontMatter
    body: str
    #: The line of the file the body begins on, from 1.
    body_line: int
    #: The line each key stands on.
    lines: dict[str, int]


def part(text: str, place: str) -> Parted:
    """Cut a template file into front matter and body; raises TemplateError."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    fenced = _FENCED.match(text)
    if not fenced:
        if text.startswith("---"):
            raise TemplateError(f"{place}, line 1: the front matter is never closed.", cure="Add a line `---`.")
        return Parted(FrontMatter.model_validate({}), text, 1, {})
    values, lines = _read(fenced[1], place)
    body = text[fenced.end() :]
    return Parted(_validated(values, lines, place), body, fenced[0].count("\n") + 1, lines)


def _read(source: str, place: str) -> tuple[dict[str, Any], dict[str, int]]:
    try:
        loaded = YAML(typ="rt").load(StringIO(source))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise TemplateError(f"{place}, line {line}: {_plainly(error)}.", cure=_QUOTE) from error
    except (YAMLError, ValueError) as error:
        raise TemplateError(f"{place}: the front matter is not YAML.", cure=_QUOTE) from error
    if loaded is None:
        return {}, {}
    if not isinstance(loaded, CommentedMap):
        raise TemplateError(f"{place}, line 2: the front matter is not `key: value` lines.", cure=_QUOTE)
    lines = {str(key): loaded.lc.key(key)[0] + 2 for key in loaded}
    return dict(loaded), lines


_QUOTE = "Write `key: value` lines, and put a value that holds {{ }}, a colon or a # in quotes."


def _plainly(error: MarkedYAMLError) -> str:
    return f"the front matter cannot be read ({error.problem or error.context or 'not YAML'})"


def _validated(values: dict[str, Any], lines: dict[str, int], place: str) -> FrontMatter:
    try:
        return FrontMatter.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0])
        raise TemplateError(f"{place}, line {lines.get(key, 1)}: {_sentence(key, first)}", cure=_QUOTE) from error


def _sentence(key: str, found: Any) -> str:
    if found["type"] in {"string_type", "tuple_type"}:
        return f"{key}: must be text{' or a list of texts' if found['type'] == 'tuple_type' else ''}."
    if found["type"] != "extra_forbidden":
        return f"{key}: {found['msg']}."
    near = difflib.get_close_matches(key, FrontMatter.model_fields, 1)
    hint = f"; did you mean `{near[0]}`?" if near else "; there are " + ", ".join(FrontMatter.model_fields) + "."
    return f"there is no key `{key}`{hint}"
