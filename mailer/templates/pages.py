"""The HTML of a mail as template source: body in its layout, CSS inlined, links and images looked after.

Everything here happens once per template; the tags are hidden (see `tags`), and shown again at the end.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from css_inline import CSSInliner

from mailer.errors import TemplateError
from mailer.model import Attachment
from mailer.templates import links
from mailer.templates.files import Files, NoFileError
from mailer.templates.tags import Tags

#: The frame where the workspace has no layout of its own.
PLAIN_LAYOUT = """<!doctype html>
<html lang="{{ language }}" dir="{{ direction }}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{{ subject }}</title></head>
<body style="font-family: sans-serif; line-height: 1.5">{{ content }}
{% if way_out_words %}<p style="font-size: 12px">
{{ our.name }}{% if our.postal_address %}, {{ our.postal_address }}{% endif %}<br>
{{ way_out_words }} <a href="{{ unsubscribe }}">{{ way_out_link }}</a></p>{% endif %}</body></html>
"""
_ELEMENT = re.compile(r"<[a-zA-Z][^\s<>/]*(?:\s+[^\s=<>/\"]+(?:=\"[^\"]*\")?)*\s*/?>")
_ATTRIBUTE = re.compile(r'\s(href|src|background|action|formaction|xlink:href)="([^"]*)"', re.IGNORECASE)
_REFUSED = re.compile(
    r"<(script|iframe|object|embed|link|base|form|meta(?=[^<>]*refresh))\b|<[a-z][^<>]*\s(on[a-z]+)\s*=", re.IGNORECASE
)
_HAS_TAG = re.compile(r"zqj\d+qz")


@dataclass(slots=True)
class Frame:
    """Where a page is made: its tags, its files, and the names that messages use."""

    tags: Tags
    files: Files
    #: The template's file, "thank-you.md".
    place: str
    #: The folder images are looked for first.
    folder: Path


@dataclass(frozen=True, slots=True)
class Page:
    """HTML template source and the inline images it shows."""

    source: str
    images: dict[str, tuple[Attachment, bytes]]


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def framed(content: str, layout: str, frame: Frame) -> Page:
    """The page of hidden body HTML `content` in the hidden `layout` ("" for none)."""
    whole = _filled(layout, content, frame) if layout else content
    _refuse_active(whole, frame.place)
    inlined = _inliner().inline(frame.tags.blocks_to_comments(whole))
    images: dict[str, tuple[Attachment, bytes]] = {}
    looked_after = _ELEMENT.sub(lambda element: _element(element[0], frame, images), inlined)
    return Page(frame.tags.show(looked_after), images)


def _filled(layout: str, content: str, frame: Frame) -> str:
    slots = frame.tags.find(lambda source: source.strip("{}-+ \n") == "content")
    for slot in slots:
        if slot in layout:
            return layout.replace(slot, content, 1)
    raise TemplateError(f"{frame.place}: its layout has no {{{{ content }}}}.", cure="Add it to the layout.")


def _refuse_active(source: str, place: str) -> None:
    found = _REFUSED.search(source)
    if found:
        what = f"<{found[1].lower()}>" if found[1] else f"{found[2]}="
        cure = "Put styles into <style>." if found[1] in ("link", "base") else "Take it out."
        raise TemplateError(f"{place}: {what} does not work in mail.", cure=cure)


def _element(element: str, frame: Frame, images: dict[str, tuple[Attachment, bytes]]) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1].lower()
        looked_at = _picture if name in ("src", "background") else _link
        return f' {found[1]}="{looked_at(found[2], frame, images)}"'

    return _ATTRIBUTE.sub(value, element)


def _link(value: str, frame: Frame, _: object) -> str:
    target = html.unescape(value).strip()
    if links.is_allowed(target) and not _HAS_TAG.match(target):
        return value
    if not _HAS_TAG.search(target):
        raise TemplateError(
            f"{frame.place}: “{target[:80]}” is not a web, mail or telephone link.",
            cure="Begin links with https://, mailto: or tel:.",
        )
    return _wrapped(value, "_link", frame.tags)


def _picture(value: str, frame: Frame, images: dict[str, tuple[Attachment, bytes]]) -> str:
    target = html.unescape(value).strip()
    if links.is_remote(target):
        return value
    if _HAS_TAG.search(target):
        return _wrapped(value, "_image", frame.tags)
    try:
        path = frame.files.find(target, frame.folder)
        attachment, content = frame.files.attach(path, inline=True, shared=True)
    except NoFileError as error:
        raise TemplateError(f"{frame.place}: picture: {error}", cure="Put the file beside the template.") from error
    images[attachment.content_id] = (attachment, content)
    return f"cid:{attachment.content_id}"


def _wrapped(value: str, name: str, tags: Tags) -> str:
    return tags.add(f"{{% filter {name} %}}", block=True) + value + tags.add("{% endfilter %}", block=True)
