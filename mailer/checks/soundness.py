"""Is the draft whole: words, greeting, links, files, and what the law asks of marketing."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from mailer.checks.files import file_problems
from mailer.config.models import Firm
from mailer.model import Contact, Draft, Problem, Severity

#: Gmail shows no more than this of an HTML part, and hides what stands at its end.
CLIPPED_AT = 102 * 1024
#: Characters a subject may have before most programs cut it.
LONG_SUBJECT = 90
#: A mail with a picture and fewer words than this is a picture.
_FEW_WORDS = 8

_EMPTY_GREETING = re.compile(
    r"(?:dear|cher|chère|chers|chères|estimad[oa]|sehr geehrte[r]?|liebe[r]?|car[oa]|prezad[oa])\s*[,!:]"
    r"|(?:hello|hi|good (?:morning|afternoon)|bonjour|hallo|olá|hola|ciao)\s+,"
    r"|[^\n,!]{0,20}?\b(?:none|nan|null|n/a|#n/a|undefined)\s*[,!:]",
    re.IGNORECASE,
)
_CELL_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)")
_CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|«[A-Za-z_ ]+»|\[(?:first ?name|name|company)\]", re.IGNORECASE)
_LINK = re.compile(r'<a\b[^<>]*?\shref="([^"]*)"[^<>]*>(.*?)</a\s*>', re.IGNORECASE | re.DOTALL)
_ANY_LINK = re.compile(r'\s(?:href|action)="([^"]*)"', re.IGNORECASE)
_PICTURE = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_REMOTE_SOURCE = re.compile(r'\ssrc="https?:', re.IGNORECASE)
_DESCRIBED = re.compile(r"\salt(?:=|[\s/>])", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,}")
_WEB_LINK = re.compile(r"https?://[^\s<>\"')\]]+[^\s<>\"')\].,;:!?]", re.IGNORECASE)
_ALLOWED = re.compile(r"https?://|mailto:|tel:|#", re.IGNORECASE)
_HOST_SHOWN = re.compile(r"^\s*(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?:[/?#]\S*)?\s*$", re.IGNORECASE)
_TAG = re.compile(r"<[^>]+>")


def check(draft: Draft, contact: Contact, *, firm: Firm) -> list[Problem]:
    """Everything wrong with one draft, each with its reason and its cure; HOLD blocks approval."""
    found = [
        *_words(draft),
        *_links(draft),
        *_pictures(draft),
        *file_problems(draft),
        *_marketing(draft, firm),
        *_way_out(draft),
        *_doubled(draft),
    ]
    return [Problem(place_of(contact), each.what, each.cure, each.severity, each.kind) for each in found]


def place_of(contact: Contact) -> str:
    """Where a contact stands, as problems tell it: by its address where it comes from no sheet."""
    return str(contact.source) if contact.source.row else contact.address


def _words(draft: Draft) -> Iterator[Problem]:
    if not draft.subject.strip():
        yield _hold("The subject is empty.", "Write one in the template or in this draft.", "no-subject")
    elif len(draft.subject) > LONG_SUBJECT:
        yield _note(f"The subject has {len(draft.subject)} characters; most programs cut it.", "", "long-subject")
    if not draft.text.strip():
        yield _hold("There is no text part: some people would see an empty mail.", "Give it words.", "no-text")
    if _EMPTY_GREETING.match(draft.text.lstrip()):
        first = draft.text.strip().splitlines()[0]
        yield _hold(f"The greeting has no name: “{first[:60]}”.", "Fill in the name cell.", "empty-greeting")
    yield from _leftovers(f"{draft.subject}\n{draft.text}")
    if len(draft.html.encode()) > CLIPPED_AT:
        size = len(draft.html.encode()) // 1024
        yield _warn(f"The HTML has {size} KB; Gmail cuts mails at 102 KB.", "Make the layout smaller.", "clipped")


def _leftovers(words: str) -> Iterator[Problem]:
    error = "#" in words and _CELL_ERROR.search(words)
    if error:
        yield _hold(f"A cell's error is in the mail: {error[0]}.", "Mend the formula in the sheet.", "cell-error")
    code = any(mark in words for mark in "{«[") and _CODE.search(words)
    if code:
        what = f"The mail shows “{code[0][:40]}”, which looks like a field that was not filled in."
        yield _warn(what, "Look at the cell it comes from.", "unfilled-field")


def _links(draft: Draft) -> Iterator[Problem]:
    if "href=" not in draft.html and "action=" not in draft.html:
        return
    for value in _ANY_LINK.findall(draft.html):
        target = html.unescape(value).strip()
        if not _ALLOWED.match(target) or _host(target) is None:
            yield _hold(f"A link leads to “{target[:60]}”.", "Links begin with https://, mailto: or tel:.", "bad-link")
    for value, words in _LINK.findall(draft.html):
        shown = _HOST_SHOWN.match(html.unescape(_TAG.sub("", words)))
        host = _host(html.unescape(value))
        if shown and host and _site(shown[1]) != _site(host):
            what = f"A link says {shown[1]} and leads to {host}; mail programs warn of that."
            yield _warn(what, "Let the words and the address agree.", "misleading-link")


def _host(link: str) -> str | None:
    """The host that a link leads to, "" for one without; None where nothing could follow it."""
    try:
        return urlsplit(link).hostname or ""
    except ValueError:
        return None


def web_links(draft: Draft) -> list[str]:
    """The web addresses that a reader of the draft can follow, each once."""
    in_page = [html.unescape(value).strip() for value in _ANY_LINK.findall(draft.html)]
    found = [link for link in (*in_page, *_WEB_LINK.findall(draft.text)) if _WEB_LINK.match(link)]
    return list(dict.fromkeys(found))


def _site(host: str) -> str:
    return host.lower().removeprefix("www.")


def _pictures(draft: Draft) -> Iterator[Problem]:
    pictures = _PICTURE.findall(draft.html)
    if any(_REMOTE_SOURCE.search(picture) for picture in pictures):
        yield _note("A picture lies on the web; most programs hide it.", "Put the file beside the template.", "remote")
    if pictures and len(_WORD.findall(draft.text)) < _FEW_WORDS:
        what = "The mail is a picture with hardly a word: many programs hide pictures, and filters distrust such mail."
        yield _warn(what, "Say it in words, and let the picture stand beside them.", "only-a-picture")
    if any(not _DESCRIBED.search(picture) for picture in pictures):
        what = "A picture has no words for those who do not see it."
        yield _note(what, 'Write `alt="…"` into its tag, or between the brackets of ![…](…).', "no-alt")


def _marketing(draft: Draft, firm: Firm) -> Iterator[Problem]:
    if draft.kind != "marketing":
        return
    words = _plainly(f"{draft.text}\n{html.unescape(_TAG.sub(' ', draft.html))}")
    if not firm.postal_address or _plainly(firm.postal_address) not in words:
        cure = "Give `firm: postal_address:` in config.yaml, and {{ our.postal_address }} in the layout."
        yield _hold("A marketing mail needs the firm's postal address.", cure, "no-postal-address")


def _way_out(draft: Draft) -> Iterator[Problem]:
    if not (draft.unsubscribe or draft.kind == "marketing"):
        return
    if not all("unsubscribe" in part.lower() for part in (draft.text, draft.html) if part):
        cure = "Put {{ way_out_words }} and a link to {{ unsubscribe }} into the template or its layout."
        yield _hold("This mail has to say how to leave, and does not.", cure, "no-unsubscribe")


def _plainly(text: str) -> str:
    return " ".join(text.split()).casefold()


def _doubled(draft: Draft) -> Iterator[Problem]:
    addresses = [address.casefold() for address in draft.recipients]
    doubled = {address for address in addresses if addresses.count(address) > 1}
    if doubled:
        yield _warn(f"{', '.join(sorted(doubled))} is on the mail twice.", "Take it out of cc or bcc.", "doubled")


def _hold(what: str, cure: str, kind: str) -> Problem:
    return Problem("", what, cure, Severity.HOLD, kind)


def _warn(what: str, cure: str, kind: str) -> Problem:
    return Problem("", what, cure, Severity.WARN, kind)


def _note(what: str, cure: str, kind: str) -> Problem:
    return Problem("", what, cure, Severity.NOTE, kind)
