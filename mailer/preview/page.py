"""One self-contained HTML page with every draft: no scripts, no network, each mail in a sandboxed frame."""

from __future__ import annotations

import base64
import html
import os
import tempfile
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

from mailer.model import Problem
from mailer.preview.grouping import Odd, Shown, grouped, odd_ones

#: The frames inherit it: nothing is fetched, no script runs, pictures are those that came with the mail.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def write_page(drafts: Sequence[Shown], folder: Path, *, title: str) -> Path:
    """Write `index.html` into `folder` (made if need be), whole or not at all; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "index.html"
    handle, name = tempfile.mkstemp(dir=folder, prefix=".preview-")
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(page(drafts, title=title))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def page(drafts: Sequence[Shown], *, title: str) -> str:
    """The page's HTML: the odd ones first, then each group."""
    odd = odd_ones(drafts)
    first = {id(each.shown) for each in odd}
    sections = [_first(odd)] if odd else []
    for group in grouped(drafts):
        rest = [shown for shown in group.drafts if id(shown) not in first]
        sections.append(_group(group.branches, rest, len(group.drafts)))
    held = sum(shown.is_held for shown in drafts)
    count = f"{len(drafts)} {'draft' if len(drafts) == 1 else 'drafts'}" + (f", {held} held" if held else "")
    return _PAGE.format(policy=POLICY, title=_text(title), style=_style(), count=count, sections="\n".join(sections))


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{style}</style></head>
<body><input type="radio" name="width" id="desktop" checked><input type="radio" name="width" id="phone">
<input type="checkbox" id="dark">
<header><h1>{title}</h1><p>{count}</p>
<nav><label for="desktop">Desktop</label><label for="phone">Phone</label></nav>
<nav><label for="dark">Dark</label></nav></header>
<main>{sections}</main></body></html>
"""


@cache
def _style() -> str:
    return (files("mailer.preview") / "page.css").read_text(encoding="utf-8")


def _text(words: object) -> str:
    return html.escape(str(words))


def _first(odd: Iterable[Odd]) -> str:
    cards = "\n".join(_card(each.shown, each.reasons, is_open=not place) for place, each in enumerate(odd))
    return f"<section><h2>Look at these first</h2>{cards}</section>"


def _group(branches: Sequence[str], rest: Sequence[Shown], count: int) -> str:
    above = f" <small>{count - len(rest)} of them above</small>" if len(rest) < count else ""
    words = " · ".join(f"<code>{_text(branch)}</code>" for branch in branches) or "No conditions"
    noun = "draft" if count == 1 else "drafts"
    cards = "\n".join(_card(shown, ()) for shown in rest)
    return f"<section><h2>{words}</h2><p>{count} {noun}{above}</p>{cards}</section>"


def _card(shown: Shown, reasons: Iterable[str], *, is_open: bool = False) -> str:
    draft = shown.draft
    marks = "".join(f"<mark>{_text(reason)}</mark>" for reason in reasons)
    opened = " open" if is_open else ""
    kind = " class=held" if shown.is_held else ""
    return (
        f"<details{kind}{opened}><summary><b>{_text(shown.name or ', '.join(draft.to))}</b> "
        f"<span>{_text(draft.subject)}</span>{marks}</summary>"
        f"<div class=both><div class=mail>{_mail(shown)}</div><aside>{_beside(shown)}</aside></div></details>"
    )


def _mail(shown: Shown) -> str:
    draft = shown.draft
    height = min(960, 300 + len(draft.text) * 4 // 5)
    text = f"<pre>{_text(draft.text)}</pre>"
    if not draft.html:
        return text
    source = html.escape(with_pictures(shown), quote=True)
    frame = f'<iframe sandbox loading=lazy title="The mail" style="height:{height}px" srcdoc="{source}"></iframe>'
    return f"{frame}<details class=text><summary>As plain text</summary>{text}</details>"


def with_pictures(shown: Shown) -> str:
    """The mail's HTML, its inline images put in as data."""
    source = shown.draft.html
    for image in shown.draft.attachments:
        if image.content_id and image.digest in shown.attachments:
            encoded = base64.b64encode(shown.attachments[image.digest]).decode("ascii")
            source = source.replace(f"cid:{image.content_id}", f"data:{image.media_type};base64,{encoded}")
    return source


def _beside(shown: Shown) -> str:
    draft = shown.draft
    rows = [
        ("Draft", f"{shown.id}, {shown.status}" if shown.id else shown.status),
        ("From", draft.from_),
        ("To", ", ".join(draft.to)),
        ("Cc", ", ".join(draft.cc)),
        ("Bcc", ", ".join(draft.bcc)),
        ("Answers to", ", ".join(draft.reply_to)),
        ("Subject", draft.subject),
        ("Files", ", ".join(file.name for file in draft.attachments if not file.content_id)),
    ]
    parts = [_table((name, value) for name, value in rows if value)]
    parts += [_problem(problem) for problem in shown.problems]
    parts += [f"<p class=memo>{_text(str(memo))}</p>" for memo in shown.memos]
    if shown.facts:
        facts = _table(sorted(shown.facts.items()))
        parts.append(f"<details class=facts><summary>What the sheet says</summary>{facts}</details>")
    return "".join(parts)


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><th>{_text(name)}</th><td>{_text(value) or '–'}</td></tr>" for name, value in rows)
    return f"<table>{cells}</table>"


def _problem(problem: Problem) -> str:
    cure = f" <i>{_text(problem.cure)}</i>" if problem.cure else ""
    return f"<p class={problem.severity}>{_text(problem.what)}{cure}</p>"
