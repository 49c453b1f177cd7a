"""HTML (its Jinja tags hidden) → the text part of a mail that has no text of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailer.templates.markdown import linked

_PARAGRAPHS = frozenset("p div h1 h2 h3 h4 h5 h6 ul ol table blockquote pre hr section article".split())
_SPACES = re.compile(r"\s+")


def to_text(source: str) -> str:
    """The words of body HTML: paragraphs parted by blank lines, lists dashed, links as `words (address)`."""
    body = LexborHTMLParser(source).body
    text = _words(body) if body is not None else ""
    lines = [re.sub(r"[ \t]+", " ", line).strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _words(node: LexborNode) -> str:
    return "".join(_word(child) for child in node.iter(include_text=True))


def _word(node: LexborNode) -> str:
    tag = node.tag or ""
    if tag in _SPECIAL:
        return _SPECIAL[tag](node)
    return f"\n\n{_words(node)}\n\n" if tag in _PARAGRAPHS else _words(node)


def _comment(node: LexborNode) -> str:
    source = node.html or ""
    return source if source.startswith("<!--zqj") else ""


#: Elements that are more than their words.
_SPECIAL: Mapping[str, Callable[[LexborNode], str]] = {
    "-text": lambda node: _SPACES.sub(" ", node.text_content or ""),
    "-comment": _comment,
    "a": lambda node: linked(_words(node), node.attributes.get("href") or ""),
    "br": lambda _: "\n",
    "img": lambda _: "",
    "li": lambda node: f"- {_words(node).strip()}\n",
    "style": lambda _: "",
    "td": lambda node: f" {_words(node)}",
    "title": lambda _: "",
    "tr": lambda node: f"{_words(node).strip()}\n",
}
