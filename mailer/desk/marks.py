"""Findings beside the words they are about: what a problem quotes is found again in the email, and marked there.

A problem quotes exact words as “these”. A finding whose words stand in the subject or the text has a number, which
stands beside the marked words too. What is about a part of the email, such as its subject, leads to that part.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape, unescape

from mailer.model import Draft, Problem

_QUOTED = re.compile(r"“(.+?)”")
_WORD = re.compile(r"\w+")
#: What may lie between two words of a phrase, written as HTML or not: spaces, a comma, an apostrophe of any kind.
_BETWEEN = r"(?:&[#\w]{1,8};|[^\w<>&]){1,6}"
_TAG = re.compile(r"(<[^>]*>)")
#: A quotation of so many letters may have been cut within a word.
CUT = 40
#: A problem's kind → the part of the page it is about, by its id: for what is about no words, or about words missing.
_PLACES = {
    **dict.fromkeys(("no-personal-line", "left-out"), "personal_line"),
    **dict.fromkeys(("no-subject", "long-subject", "false-reply"), "subject"),
    **dict.fromkeys(("suppressed", "doubled"), "to"),
    **dict.fromkeys(("refused-file", "empty-file", "too-large", "large"), "files"),
}
#: Elements whose content is not shown as words.
_UNSEEN = ("<style", "<script", "<title", "<head")
#: In the frame no stylesheet of ours applies.
_IN_FRAME = "background:#ffe28a;color:#221f1b;border-radius:2px"


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem, and where its words stand."""

    problem: Problem
    #: From 1; 0 where it quotes nothing that stands in the email.
    number: int = 0
    #: What finds the words again; "" for none.
    pattern: str = ""
    is_in_subject: bool = False

    @property
    def place(self) -> str:
        """The id of the part of the page that it is about; "" for none."""
        return _PLACES.get(self.problem.kind, "")


def findings(draft: Draft, problems: Iterable[Problem]) -> list[Finding]:
    """The problems in their order, each with a number if its words are found."""
    found: list[Finding] = []
    number = 0
    for problem in problems:
        each = _found(draft, problem)
        if each.pattern:
            number += 1
            each = Finding(problem, number, each.pattern, each.is_in_subject)
        found.append(each)
    return found


def _found(draft: Draft, problem: Problem) -> Finding:
    for pattern in filter(None, map(_pattern, _QUOTED.findall(problem.what))):
        if re.search(pattern, draft.subject):
            return Finding(problem, pattern=pattern, is_in_subject=True)
        if re.search(pattern, draft.text):
            return Finding(problem, pattern=pattern)
    return Finding(problem)


def _pattern(quoted: str) -> str:
    """The words in their order, whatever marks stand between them; "" for no words at all."""
    words = _WORD.findall(quoted)
    rest = r"\w*" if len(quoted) >= CUT else ""
    return rf"(?<!\w){_BETWEEN.join(map(re.escape, words))}{rest}(?!\w)" if words else ""


class Marker:
    """Marks the words of one email's findings; the first of each can be linked to."""

    def __init__(self, found: Iterable[Finding]) -> None:
        self._by_number = {each.number: each for each in found if each.number}
        self._linked: set[int] = set()
        alternatives = [f"(?P<n{number}>{each.pattern})" for number, each in self._by_number.items()]
        self._pattern = re.compile("|".join(alternatives)) if alternatives else None

    def text(self, text: str) -> str:
        """Plain text as HTML, its words marked."""
        if self._pattern is None:
            return escape(text)
        parts: list[str] = []
        end = 0
        for match in self._pattern.finditer(text):
            number = int((match.lastgroup or "n0")[1:])
            parts += [escape(text[end : match.start()]), self._mark(number, escape(match[0]))]
            end = match.end()
        return "".join([*parts, escape(text[end:])])

    def _mark(self, number: int, words: str) -> str:
        link = "" if number in self._linked else f' id="words-{number}"'
        self._linked.add(number)
        return f'<mark{link} title="{escape(self._by_number[number].problem.what)}">{words}<sup>{number}</sup></mark>'

    def html(self, html: str) -> str:
        """An HTML body, its words marked where they stand between two tags; the styles come with the marks."""
        if self._pattern is None:
            return html
        unseen = ""
        parts = _TAG.split(html)
        for place, part in enumerate(parts):
            if place % 2:
                unseen = _still_unseen(part.lower(), unseen)
            elif not unseen and part.strip():
                parts[place] = self._pattern.sub(self._framed, part)
        return "".join(parts)

    def _framed(self, match: re.Match[str]) -> str:
        number = int((match.lastgroup or "n0")[1:])
        what = escape(unescape(self._by_number[number].problem.what))
        return f'<mark style="{_IN_FRAME}" title="{what}">{match[0]}<sup>{number}</sup></mark>'


def _still_unseen(tag: str, unseen: str) -> str:
    """The element whose content is not shown, after this tag."""
    if unseen:
        return "" if tag.startswith(f"</{unseen[1:]}") else unseen
    return next((name for name in _UNSEEN if tag.startswith(name)), "")
