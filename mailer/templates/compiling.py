"""Jinja source → a compiled template that tells which conditions it took and pays for what it makes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import Template as Compiled
from jinja2 import TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.visitor import NodeTransformer

from mailer.errors import TemplateError
from mailer.templates.cleaning import clean_body
from mailer.templates.files import read_text
from mailer.templates.filters import FILTERS
from mailer.templates.sandbox import Run, Sandbox, Unknown, glue, printed

#: Jinja's own filters that make nothing bigger than what they are given.
KEPT_FILTERS = frozenset(
    "capitalize default d e escape groupby items last length count list lower map max min reject rejectattr "
    "reverse select selectattr sort string title trim truncate unique upper urlencode wordcount".split()
)
#: What the sandbox has no use for, and what a template's author can do instead.
_REFUSED: Mapping[type[nodes.Node], str] = {
    nodes.Include: "`include` is not available; put the words here or in the layout",
    nodes.Import: "`import` is not available; write the macro in this file",
    nodes.FromImport: "`import` is not available; write the macro in this file",
    nodes.Extends: "`extends` is not available; name a layout in the front matter",
    nodes.ScopedEvalContextModifier: "`autoescape` is decided by the file, not in it",
}
#: What has a body that may run many times.
_Body = TypeVar("_Body", nodes.For, nodes.Macro)
#: A turn of a loop costs at least this many characters of the budget: at most 100,000 turns.
_TURN = 10
_SPACE = re.compile(r"\s+")


@cache
def environment(*, html: bool) -> Sandbox:
    """The sandbox for HTML (escaping) or for text, subject and paths (never escaping)."""
    made = Sandbox(
        autoescape=html,
        undefined=Unknown,
        finalize=printed,
        cache_size=0,
    )
    made.globals = {"range": made.globals["range"]}
    made.filters = {name: call for name, call in made.filters.items() if name in KEPT_FILTERS}
    made.filters |= {"_glue": glue, **FILTERS}
    return made


@lru_cache(maxsize=256)
def compile_source(source: str, *, html: bool, place: str, line: int = 1) -> Compiled:
    """Compile `source`, which begins on `line` of `place`; raises TemplateError naming both.

    Kept: a schedule loads the same templates for round after round.
    """
    env = environment(html=html)
    try:
        tree = env.parse("\n" * (line - 1) + clean_body(source))
        refuse(tree)
        tree = _Instrument(conditions(source, env), notes=not html).visit(tree)
        code = env.compile(tree, filename=place)
    except TemplateSyntaxError as error:
        raise TemplateError(
            f"{place}, line {error.lineno}: {_plainly(error.message or '')}.",
            cure=_CURE.get(_kind(error), _CURE[""]),
        ) from error
    return Compiled.from_code(env, code, env.globals)


_UNCLOSED = re.compile(r"Unexpected end of template.*innermost block that needs to be closed is '(\w+)'")


def _plainly(message: str) -> str:
    """What Jinja says of a mistake, in the words of who writes letters."""
    unclosed = _UNCLOSED.search(message)
    if unclosed:
        return f"the file ends, and a {{% {unclosed[1]} … %}} is not closed"
    if "got '='" in message:
        return "one `=` compares nothing; write `==`"
    return message.rstrip(".")


_CURE = {
    "filter": "Use one of the filters that `mailer templates show` lists.",
    "": "Mend the tag; each {{ needs its }} and each {% if %} its {% endif %}.",
}


def _kind(error: TemplateSyntaxError) -> str:
    return "filter" if "No filter named" in str(error.message) else ""


def refuse(tree: nodes.Template) -> None:
    """Raise TemplateSyntaxError at the first thing the sandbox does not offer."""
    for kind, reason in _REFUSED.items():
        for node in tree.find_all(kind):
            raise TemplateSyntaxError(reason, node.lineno)
    for name in tree.find_all(nodes.Name):
        if name.name.startswith("_"):
            raise TemplateSyntaxError(f"“{name.name}” begins with an underscore", name.lineno)


def checked_text(path: Path, *, html: bool) -> str:
    """The text of a layout or a signature; raises TemplateError naming it, not the template that uses it."""
    text = read_text(path)
    compile_source(text, html=html, place=path.name)
    return text


def names_in(source: str) -> set[str]:
    """The names a source asks its context for."""
    return set(find_undeclared_variables(environment(html=False).parse(source)))


def conditions(source: str, env: Sandbox) -> Iterator[str]:
    """The text of each `if` and `elif` in source order, spaces joined."""
    words: list[str] | None = None
    for _, kind, value in env.lex(source):
        if kind == "block_begin":
            words = []
        elif kind == "block_end" and words is not None:
            text = _SPACE.sub(" ", "".join(words)).strip()
            keyword, _, condition = text.partition(" ")
            if keyword in ("if", "elif"):
                yield condition
            words = None
        elif words is not None:
            words.append(value)


class _Instrument(NodeTransformer):
    """Notes the branch at the head of each `if`, `elif` and `else`; charges loops, macros and `~`.

    The HTML takes the branches that the text takes, so only the text notes them.
    """

    def __init__(self, found: Iterator[str], *, notes: bool) -> None:
        self._conditions = found
        self._notes = notes

    def visit_If(self, node: nodes.If) -> Any:  # noqa: N802  # the visitor's naming
        if not self._notes:
            return self.generic_visit(node)
        tests = [self._head(node, [])]
        for each in node.elif_:
            tests.append(self._head(each, tests))
        node.else_ = [*_not(node, tests), *self._each(node.else_)]
        return node

    def _head(self, node: nodes.If, before: list[str]) -> str:
        """One `if` or `elif`: its body notes that it was taken, and those before it were not."""
        condition = next(self._conditions)
        node.test = self.visit(node.test)
        node.body = [*_not(node, before), _call(node, "_took", f"if {condition}"), *self._each(node.body)]
        return condition

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802
        return self._charged(node)

    def visit_Macro(self, node: nodes.Macro) -> nodes.Macro:  # noqa: N802
        return self._charged(node)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802
        parts = nodes.List(self._each(node.nodes))
        return nodes.Filter(parts, "_glue", [], [], None, None, lineno=node.lineno)

    def _charged(self, node: _Body) -> _Body:
        cost = sum(len(text.data) for text in node.find_all(nodes.TemplateData))
        self.generic_visit(node)
        node.body = [_call(node, "_spend", cost + _TURN), *node.body]
        return node

    def _each(self, children: list[Any]) -> list[Any]:
        return [self.visit(child) for child in children]


def _not(at: nodes.Node, conditions: list[str]) -> list[nodes.Node]:
    return [_call(at, "_took", f"not ({each})" if " " in each else f"not {each}") for each in conditions]


def _call(at: nodes.Node, name: str, argument: object) -> nodes.Node:
    call = nodes.Call(nodes.Name(name, "load"), [nodes.Const(argument)], [], None, None)
    return nodes.ExprStmt(call).set_lineno(at.lineno)


def bound(variables: Mapping[str, object], on: Run) -> dict[str, Any]:
    """All that a part may name: `variables`, and what this run gives."""
    given = environment(html=on.html).globals
    return {**given, **variables, "_run": on, "_took": on.branches.append, "_spend": on.spend}


def run(compiled: Compiled, names: dict[str, Any]) -> str:
    """Render with `names` (see `bound`); raises what the template's values raise, and LimitError.

    All parts share the one mapping: a template sets its own names beside it, never in it.
    """
    context = compiled.new_context(names, shared=True)
    return "".join(compiled.root_render_func(context))
