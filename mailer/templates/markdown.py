"""Markdown (its Jinja tags hidden) → HTML, and → the plain text a person would have typed."""

from __future__ import annotations

import re
import textwrap
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

#: A loop around a list makes one list, not one list per turn.
_LOOPED_LIST = re.compile(
    r"(<!--(zqj\d+qz)-->)\s*<(ul|ol)>\s*((?:(?!</?(?:ul|ol)>).)*?)</\3>\s*(<!--zqj\d+qz-->)", re.DOTALL
)
_LOOPED_TEXT = re.compile(r"(<!--zqj\d+qz-->- .*?\n)\n(<!--zqj\d+qz-->)", re.DOTALL)
_BLANK_LINES = re.compile(r"\n{3,}")
_TAG = re.compile(r"<[^>]+>")
_COMMENT_LINE = re.compile(r"(?:<!--zqj\d+qz-->)+")


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def to_html(source: str) -> str:
    """The HTML of Markdown source."""
    return _LOOPED_LIST.sub(r"<\3>\1\4\5</\3>", str(_markdown().render(source)))


def to_text(source: str) -> str:
    """The same words without marks: links as `words (address)`, lists with dashes, emphasis dropped."""
    tree = SyntaxTreeNode(_markdown().parse(source))
    return _BLANK_LINES.sub("\n\n", _LOOPED_TEXT.sub(r"\1\2\n", _blocks(tree))).strip() + "\n"


def _blocks(node: SyntaxTreeNode) -> str:
    return "".join(_block(child) for child in node.children)


def _block(node: SyntaxTreeNode) -> str:  # noqa: PLR0911  # one line per kind of block
    kind = node.type
    if kind in ("paragraph", "heading"):
        return _inline(node.children[0]) + "\n\n"
    if kind in ("bullet_list", "ordered_list"):
        return _list(node) + "\n"
    if kind == "blockquote":
        return textwrap.indent(_blocks(node).strip(), "> ", lambda _: True) + "\n\n"
    if kind == "hr":
        return "* * *\n\n"
    if kind == "html_block":
        return _html(node.content)
    if kind == "table":
        return _table(node) + "\n"
    return node.content + "\n"


def _list(node: SyntaxTreeNode) -> str:
    first = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else 0
    lines = []
    for number, item in enumerate(node.children, first):
        mark = f"{number}. " if node.type == "ordered_list" else "- "
        body = _blocks(item).strip().replace("\n\n", "\n")
        lines.append(mark + textwrap.indent(body, " " * len(mark)).lstrip())
    return "\n".join(lines) + "\n"


def _table(node: SyntaxTreeNode) -> str:
    rows = [row for part in node.children for row in part.children]
    return "".join(" | ".join(_inline(cell.children[0]) for cell in row.children) + "\n" for row in rows)


def _html(content: str) -> str:
    """Tags alone on their line stay; of other HTML only the words do."""
    if _COMMENT_LINE.fullmatch(content.strip()):
        return content.strip()
    words = _TAG.sub("", content).strip()
    return words + "\n\n" if words else ""


def _inline(node: SyntaxTreeNode) -> str:
    return "".join(_word(child) for child in node.children)


def _word(node: SyntaxTreeNode) -> str:
    kind = node.type
    if kind in ("text", "code_inline"):
        return node.content
    if kind in ("softbreak", "hardbreak"):
        return "\n"
    if kind == "html_inline":
        return node.content if node.content.startswith("<!--zqj") else _break(node.content)
    if kind == "image":
        return ""
    if kind == "link":
        return linked(_inline(node), str(node.attrs["href"]))
    return _inline(node)


def _break(tag: str) -> str:
    return "\n" if tag.lower().startswith("<br") else ""


def linked(words: str, address: str) -> str:
    """A link in plain text: `words (address)`, or the address alone where it says the same."""
    bare = address.removeprefix("mailto:").removeprefix("tel:")
    if not words.strip() or words.strip() in (address, bare):
        return bare
    return f"{words} ({bare})"
