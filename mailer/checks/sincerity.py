"""Does the draft sound like a person who means it: what smells of routine, said kindly, with its reason and cure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

from mailer.checks.lists import words, words_in
from mailer.checks.paragraphs import Said, said_in
from mailer.checks.soundness import place_of
from mailer.model import Contact, Draft, Problem, Severity

#: Words after which a thank-you is a report.
LONG = 230
#: Days between two mails to one person, at least.
SOON = 14
#: Below this share of words that nobody else receives, a mail reads like everybody's.
OWN_WORDS = 0.04
#: A sentence of so many words is remembered.
SENTENCE = 8

_SENTENCE_ENDS = re.compile(r"(?<=[.!?…])\s+|\n+")
_REPLY = re.compile(r"\s*(?:re|aw|tr|fwd?)\s*:", re.IGNORECASE)


def check_sincerity(
    draft: Draft,
    contact: Contact,
    *,
    today: date,
    earlier: Iterable[str] = (),
    last_written_on: date | None = None,
    quiet: Collection[str] = (),
    hold: bool = False,
) -> list[Problem]:
    """What would make this person feel processed; warnings, or holds where the campaign says `sincerity: hold`.

    `earlier`: the texts of earlier mails to them. `quiet`: kinds that are not to be looked for.
    """
    if not draft.text.strip():
        return []  # that there are no words is told elsewhere, and what they lack follows from it
    subject, said = said_in(draft.subject), said_in(draft.text)
    found = [
        *_personal(draft),
        *_greeting(draft, contact),
        *_routine((*subject.filler, *said.filler), (*subject.selling, *said.selling), draft.kind),
        *_signed(draft, said),
        *_shape(draft, said),
        *_repeated(draft, earlier),
        *_timing(contact, today, last_written_on),
    ]
    return [
        Problem(place_of(contact), each.what, each.cure, Severity.HOLD if hold else each.severity, each.kind)
        for each in found
        if each.kind not in quiet
    ]


def few_own_words(texts: Sequence[str]) -> list[tuple[int, Problem]]:
    """(place, problem) for the mails of one round that nearly say the same as all others, the lowest share first."""
    if len(texts) < 3:
        return []
    shares = own_shares(texts)
    low = sorted((share, place) for place, share in enumerate(shares) if share < OWN_WORDS)
    return [(place, _few(share)) for share, place in low]


def own_shares(texts: Sequence[str]) -> list[float]:
    """For each text, the share of its words that stand in no other."""
    each = [[word.casefold() for word in words_in(text)] for text in texts]
    known = Counter(word for found in each for word in set(found))
    return [sum(known[word] == 1 for word in found) / max(1, len(found)) for found in each]


def _few(share: float) -> Problem:
    what = f"Only {share:.0%} of its words are for this person alone."
    return _warn(what, "A sentence that fits nobody else would do.", "few-own-words")


def _personal(draft: Draft) -> Iterator[Problem]:
    if draft.kind == "personal" and "not personal_line" in draft.branches:
        cure = "Add one: something you saw, heard, or remember of them."
        yield _warn("There is no personal line, and the template has a place for one.", cure, "no-personal-line")


def _greeting(draft: Draft, contact: Contact) -> Iterator[Problem]:
    line = draft.text.lstrip().partition("\n")[0].strip()
    name = _greeted(line)
    if name is None:
        yield _warn("It begins without a greeting.", "Begin with “Dear …,”.", "no-greeting")
        return
    parts = [part.casefold() for part in words_in(name)]
    if _is_nobody(name, parts, contact):
        yield _warn(f"It greets nobody by name: “{line[:60]}”.", "Use the name they go by.", "nobody-greeted")
    else:
        yield from _name(name, parts, contact)


def _is_nobody(name: str, parts: Sequence[str], contact: Contact) -> bool:
    """Whether it would greet anybody: "", "valued client", "Monsieur", and not "Monsieur" with their name."""
    if not parts or name.casefold() in words().nobody:
        return True
    return parts[0] in words().nobody and {word.casefold() for word in words_in(contact.name)}.isdisjoint(parts)


def _greeted(line: str) -> str | None:
    """Whom a first line greets, "" for nobody by name, None when it is no greeting."""
    match = words().greeting.fullmatch(line)
    if match and len(line) <= 80:
        return match[2].strip(" ,!:.\u00a0\u202f")
    is_name = len(line) <= 40 and line.endswith((",", "!", ":"))
    return line.rstrip(" ,!:") if is_name else None


def _name(name: str, parts: Sequence[str], contact: Contact) -> Iterator[Problem]:
    letters = "".join(words_in(name))
    if "@" in name or any(map(str.isdigit, name)) or not words().company.isdisjoint(parts):
        yield _warn(f"“{name}” looks like a company or an address, not a name.", "Look at the name cell.", "odd-name")
    elif len(letters) > 2 and letters.isupper():
        yield _warn(f"“{name}” is all capitals.", "Write it as they do, or use | title_name.", "name-in-capitals")
    elif letters.islower():
        yield _warn(f"“{name}” is all small letters.", "Write it as they do, or use | title_name.", "name-in-small")
    elif not _is_known(parts, contact):
        yield _warn(f"“{name}” stands nowhere in this row.", "Is it the right person?", "other-name")


def _is_known(parts: Sequence[str], contact: Contact) -> bool:
    """Whether any part of a greeted name stands in the row: in its name, else in any column."""
    if not {word.casefold() for word in words_in(contact.name)}.isdisjoint(parts):
        return True
    shown = [field.shown for row in (contact, *contact.members) for field in row.fields.values()]
    return any(word.casefold() in parts for text in shown for word in words_in(text))


def routine_phrases(text: str, *, kind: str) -> Iterator[Problem]:
    """What everybody writes, and, where the mail is personal, what sells."""
    said = said_in(text)
    return _routine(said.filler, said.selling, kind)


def _routine(filler: Iterable[str], selling: Iterable[str], kind: str) -> Iterator[Problem]:
    for phrase in dict.fromkeys(filler):
        yield _warn(f"“{phrase}” is what everybody writes.", "Say it in your own words, or leave it out.", "filler")
    if kind != "personal":
        return
    for phrase in dict.fromkeys(selling):
        what = f"“{phrase}” sells, and a thank-you that sells is not one."
        yield _warn(what, "Thank today; offer another day.", "sells")


def _signed(draft: Draft, said: Said) -> Iterator[Problem]:
    sender = draft.from_.partition("<")[0].strip(' "')
    parts = words_in(sender)
    if not 1 < len(parts) < 5 or {part.casefold() for part in parts} & words().company or "&" in sender:
        return
    if not _closes_with({part.casefold() for part in parts}, draft.text):
        cure = "Close with {{ sender.name }}, or give the account a signature."
        yield _warn(f"It comes from {sender}, and nobody signs it.", cure, "unsigned")
    if said.says_we and not said.says_i:
        what = f"{sender} never says “I”: it hides behind the firm."
        yield Problem("", what, "Say what you yourself saw, did, or think.", Severity.NOTE, "hides")


def _closes_with(names: Collection[str], text: str) -> bool:
    """Whether one of these names, in small letters, stands in the last lines."""
    lines = [line for line in text.casefold().replace("’", "'").splitlines() if line.strip()]
    return any(name in words_in(line) for line in lines[-8:] for name in names if name in line)


def _shape(draft: Draft, said: Said) -> Iterator[Problem]:
    if draft.kind == "personal" and said.word_count > LONG:
        what = f"It has {said.word_count} words; a thank-you needs fewer."
        yield _warn(what, "Keep what only you can say.", "too-long")
    if draft.text.count("!") > 3 or said.shouted > 2:
        yield _warn("It is loud: exclamation marks or capitals.", "Say it quietly; it carries further.", "loud")
    if not draft.step and _REPLY.match(draft.subject):
        yield _warn("The subject pretends to be an answer.", "Take “Re:” out.", "false-reply")


def _beginning(sentence: str) -> str:
    """The words of a sentence up to 90 letters, none of them cut."""
    return sentence if len(sentence) <= 90 else sentence[:91].rpartition(" ")[0]


def _repeated(draft: Draft, earlier: Iterable[str]) -> Iterator[Problem]:
    before = {sentence for text in earlier for sentence in _sentences(text)}
    again = before and [shown for sentence, shown in _sentences(draft.text).items() if sentence in before]
    if again:
        what = f"They have read this from us before: “{_beginning(again[0])}”."
        yield _warn(what, "Say it differently this time, or leave it out.", "said-before")


def _sentences(text: str) -> dict[str, str]:
    """Normalised sentence → as written, for those long enough to be remembered."""
    found = {}
    for sentence in _SENTENCE_ENDS.split(text):
        parts = words_in(sentence)
        if len(parts) >= SENTENCE:
            found[" ".join(parts).casefold()] = sentence.strip()
    return found


def _timing(contact: Contact, today: date, last_written_on: date | None) -> Iterator[Problem]:
    if last_written_on and (today - last_written_on).days < SOON:
        days = (today - last_written_on).days
        ago = "today" if days <= 0 else "yesterday" if days == 1 else f"{days} days ago"
        yield _warn(f"They last heard from us {ago}.", "Leave some time between.", "too-soon")
    if contact.fields.get("on_hold"):
        yield _warn("They are on hold in the sheet.", "Ask their owner before you write.", "delicate")
    for memo in contact.memos:
        written = words_in(memo.words)
        if words().delicate.among(written, [word.casefold() for word in written], range(len(written))):
            said = memo.words[:120]
            end = "" if said.endswith((".", "!", "?", "…")) else "."
            yield _warn(f"A memo says: “{said}”{end}", "Is this the mail they need now?", "delicate")


def _warn(what: str, cure: str, kind: str) -> Problem:
    return Problem("", what, cure, Severity.WARN, kind)
