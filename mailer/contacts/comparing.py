"""Two readings of one source → who is new, who is gone, and what is different of the others. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mailer.model import Contact, Field

_Who = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Change:
    """Somebody of both readings of whom something is different."""

    contact: Contact
    #: (what, as it was, as it is now)
    cells: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a newer sheet would change."""

    new: tuple[Contact, ...]
    gone: tuple[Contact, ...]
    changed: tuple[Change, ...]
    #: How many are just as before.
    same: int

    @property
    def is_unlikely(self) -> bool:
        """Whether it looks like another list altogether: most people of the present one are not in it."""
        kept = len(self.changed) + self.same
        return len(self.gone) > kept


def compare(before: Iterable[Contact], after: Iterable[Contact]) -> Changes:
    """Compare by key; an address that is the key and was corrected is one person gone and one new."""
    was = {_who(contact): contact for contact in before}
    now = {_who(contact): contact for contact in after}
    both = [Change(contact, _cells(was[who], contact)) for who, contact in now.items() if who in was]
    changed = tuple(change for change in both if change.cells)
    return Changes(
        new=tuple(contact for who, contact in now.items() if who not in was),
        gone=tuple(contact for who, contact in was.items() if who not in now),
        changed=changed,
        same=len(both) - len(changed),
    )


def _who(contact: Contact) -> _Who:
    return contact.key, contact.copy


def _cells(was: Contact, now: Contact) -> tuple[tuple[str, str, str], ...]:
    before, after = _shown(was), _shown(now)
    names = dict.fromkeys([*after, *before])
    return tuple(
        (name, before.get(name, ""), after.get(name, ""))
        for name in names
        if before.get(name, "") != after.get(name, "")
    )


def _shown(contact: Contact) -> dict[str, str]:
    """Every cell once, under the sheet's own name for it, and what is for us to know."""
    found = {"address": ", ".join((contact.address, *contact.also)), "name": contact.name}
    for member in contact.members or (contact,):
        suffix = f" ({member.name or member.address})" if member.key != contact.key else ""
        found |= {name.replace("_", " ") + suffix: text for name, text in _once(member.fields).items()}
    return found | {"to know, not to send": "; ".join(map(str, contact.memos))}


def _once(fields: Mapping[str, Field]) -> dict[str, str]:
    once: dict[int, tuple[str, str]] = {}
    for name, field in fields.items():  # the well-known names are further names of the sheet's own fields
        once.setdefault(id(field), (name, field.shown))
    return dict(once.values())
