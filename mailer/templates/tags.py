"""Jinja tags taken out of a source and put back, so that Markdown, CSS and HTML tools never see them.

Each tag becomes a word of letters and digits (`zqj7qz`), which survives in text, URLs and attributes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from jinja2 import Environment

#: Default delimiters and untouched whitespace: only for cutting a source into tags.
_LEXER = Environment()  # noqa: S701  # it never renders
_WORD = re.compile(r"(?:<!--|&lt;!--)?zqj(\d+)qz(?:--&gt;|-->)?")
_NUMBER = re.compile(r"zqj(\d+)qz")
#: One or more tags that fill a line.
_ALONE = re.compile(r"^[ \t]*((?:zqj\d+qz[ \t]*)+)$", re.MULTILINE)
#: Where a comment would not be one: comments, titles, styles, and inside an HTML tag.
_CLOSED = re.compile(
    r"(<!--.*?-->|<(title|style)\b.*?</\2\s*>|<[a-zA-Z/][^<>]*>)|zqj(\d+)qz", re.DOTALL | re.IGNORECASE
)


@dataclass(slots=True)
class Tags:
    """The tags hidden so far, in order."""

    #: The source of each, such as `{{ name }}`.
    sources: list[str] = field(default_factory=list)
    #: True for `{% … %}`.
    blocks: list[bool] = field(default_factory=list)

    def add(self, source: str, *, block: bool = False) -> str:
        """Hide one tag; returns its word."""
        self.sources.append(source)
        self.blocks.append(block)
        return f"zqj{len(self.sources) - 1}qz"

    def hide(self, source: str) -> str:
        """`source` with a word for every tag; comments are dropped. Raises TemplateSyntaxError."""
        pieces: list[str] = []
        tag: list[str] | None = None
        for _, kind, text in _LEXER.lex(source):
            if kind in ("variable_begin", "block_begin", "comment_begin"):
                tag = [text]
            elif tag is None:
                pieces.append(self.add(text.strip(), block=True) if kind.startswith("raw_") else text)
            else:
                tag.append(text)
                if kind in ("variable_end", "block_end", "comment_end"):
                    pieces.append(self._closed(kind, "".join(tag)))
                    tag = None
        return "".join(pieces)

    def _closed(self, kind: str, source: str) -> str:
        if kind == "comment_end":
            return ""
        space = source[len(source.rstrip()) :]
        return self.add(source.rstrip(), block=kind == "block_end") + space

    def show(self, hidden: str) -> str:
        """`hidden` with every tag back in its place."""
        return _WORD.sub(lambda found: self.sources[int(found[1])], hidden)

    def lines_to_comments(self, hidden: str) -> str:
        """Block tags that stand alone on their lines become HTML comments, which Markdown leaves alone."""
        return _ALONE.sub(self._commented, hidden)

    def without_own_lines(self, hidden: str) -> str:
        """Block tags that stand alone on their lines leave no line behind."""
        return re.sub(_ALONE.pattern + r"\n?", self._joined, hidden, flags=re.MULTILINE)

    def _joined(self, line: re.Match[str]) -> str:
        words = _NUMBER.findall(line[1])
        return "".join(line[1].split()) if all(self.blocks[int(number)] for number in words) else line[0]

    def _commented(self, line: re.Match[str]) -> str:
        words = [int(number) for number in _NUMBER.findall(line[1])]
        if not all(self.blocks[number] for number in words):
            return line[0]
        return "".join(f"<!--zqj{number}qz-->" for number in words)

    def blocks_to_comments(self, hidden: str) -> str:
        """Block tags between HTML elements become comments, which may stand anywhere, in tables too."""

        def commented(found: re.Match[str]) -> str:
            if found[1] or not self.blocks[int(found[3])]:
                return found[0]
            return f"<!--{found[0]}-->"

        return _CLOSED.sub(commented, hidden)

    def find(self, is_wanted: Callable[[str], bool]) -> list[str]:
        """The words of the tags whose source is wanted."""
        return [f"zqj{number}qz" for number, source in enumerate(self.sources) if is_wanted(source)]


def literal(text: str) -> str:
    """Text as template source that renders to itself."""
    return text.replace("{", "{{ '{' }}")
