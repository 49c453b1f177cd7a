"""What the ledger knows of a contact → its fresh words, checked; nothing here reads or writes the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mailer.campaigns.accounts import account_for
from mailer.commands import command
from mailer.ledger.drafts import Kept, Rendering
from mailer.ledger.had import Had
from mailer.model import Contact, Draft, Edit, Memo, Problem, Severity
from mailer.when import zone_of

if TYPE_CHECKING:
    from mailer.campaigns.preparing import Bench
    from mailer.templates import Rendered as Words

#: A batch ends early when its files fill so much memory.
MOST_BYTES = 8_000_000


@dataclass(frozen=True)  # without slots it travels twice as fast
class Row:
    """A contact and what the ledger knows of it before it is rendered."""

    contact: Contact
    person: int
    kept: Kept | None
    #: Which of its addresses must not be written to, and why.
    suppressed: Mapping[str, str]
    #: Which of its addresses an earlier mail of this round goes to, and whose row that is of.
    doubled: Mapping[str, str]
    #: Of a follow-up, the subject of the mail it comes after.
    thread: str = ""
    #: What they have had from us, the newest first.
    had: Sequence[Had] = ()
    #: What was noted about them by hand.
    noted: Sequence[Memo] = ()
    #: The others of the household or group.
    members: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Rendered:
    """A batch of rows, or the first of it, rendered; of files only what no earlier one of the same process told."""

    renderings: Sequence[Rendering]
    #: The bytes of what goes with them, by digest.
    attachments: Mapping[str, bytes]
    #: The files that were asked for, missing ones too.
    seen: AbstractSet[Path]


class Renderer:
    """Renders the rows of one preparation, in whatever process."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._attached: set[str] = set()
        self._seen: set[Path] = set()

    def __call__(self, rows: Sequence[Row]) -> Rendered:
        """The fresh words of these rows, checked; of the first of them only, where their files fill much memory."""
        renderings: list[Rendering] = []
        attachments: dict[str, bytes] = {}
        size = 0
        for row in rows:
            rendering, found = _rendered(self._bench, row)
            fresh = {digest: content for digest, content in found.items() if digest not in self._attached}
            renderings.append(rendering)
            attachments.update(fresh)
            self._attached.update(fresh)
            size += sum(map(len, fresh.values()))
            if size > MOST_BYTES:
                break
        seen = self._bench.template.seen - self._seen
        self._seen |= seen
        return Rendered(renderings, attachments, seen)


def _rendered(bench: Bench, row: Row) -> tuple[Rendering, Mapping[str, bytes]]:
    """One row's words, and the files that go with them."""
    from mailer.checks import check

    account_name, no_account = account_for(row.contact, bench.campaign, bench.config)
    edit = row.kept.edit if row.kept else None
    words = _words(bench, row, account_name, edit)
    found = [
        *row.contact.problems,
        *filter(None, [no_account]),
        *words.problems,
        *check(words.draft, row.contact, firm=bench.config.firm),
        *_routine(bench, row, words.draft),
        *_standing(bench, row),
    ]
    beneath = _words(bench, row, account_name, None).draft if edit else None
    if row.kept and beneath and beneath.digest != row.kept.edit_base:
        found.append(_changed_beneath(row.kept.id))
    if edit and edit.personal_line and _is_left_out(bench, row, account_name, edit, words.draft):
        found.append(_left_out(str(row.contact.source)))
    contact, firm = row.contact, bench.config.firm
    rendering = Rendering.of(
        words.draft,
        found,
        contact,
        members=row.members,
        zone=zone_of(contact, firm),
        country=contact.country or firm.country,
        due=None if row.kept else bench.due.get(row.person),
        beneath=beneath,
    )
    return rendering, words.attachments


def _routine(bench: Bench, row: Row, draft: Draft) -> list[Problem]:
    """What smells of routine, as the campaign wants it said; a follow-up is meant to come soon."""
    from mailer.checks import check_sincerity

    campaign = bench.campaign
    if campaign.sincerity == "off":
        return []
    firm = bench.config.firm
    contact = replace(row.contact, memos=(*row.contact.memos, *row.noted)) if row.noted else row.contact
    return check_sincerity(
        draft,
        contact,
        today=firm.local(_now(bench, row)).date(),
        earlier=(each.text for each in row.had),
        last_written_on=firm.local(row.had[0].sent_at).date() if row.had and not bench.step else None,
        quiet=campaign.quiet,
        hold=campaign.sincerity == "hold",
    )


def _words(bench: Bench, row: Row, account_name: str, edit: Edit | None) -> Words:
    return bench.template.render(
        row.contact,
        account_name=account_name,
        account=bench.config.accounts[account_name],
        campaign=bench.round.campaign,
        round=bench.round.name,
        now=_now(bench, row),
        person=row.person,
        step=bench.step,
        edit=_in_thread(row, edit),
        unsubscribe=bench.campaign.unsubscribe,
    )


def _now(bench: Bench, row: Row) -> datetime:
    """What the words call `now`: always the same for the same mail."""
    if row.kept:
        return row.kept.now_at or bench.round.now_at
    return bench.due[row.person].now_at if row.person in bench.due else bench.round.now_at


def _in_thread(row: Row, edit: Edit | None) -> Edit | None:
    """A follow-up answers its first mail: `Re:` and that mail's subject, unless a person changed it."""
    if not row.thread:
        return edit
    subject = row.thread if row.thread.casefold().startswith("re:") else f"Re: {row.thread}"
    return Edit(subject=subject) if edit is None else replace(edit, subject=edit.subject or subject)


def _standing(bench: Bench, row: Row) -> list[Problem]:
    """What the ledger has against this mail."""
    if not (row.suppressed or row.doubled):
        return []
    where = str(row.contact.source)
    found = []
    for address, why in row.suppressed.items():
        what = f"{address} must not be written to: {why}"
        cure = f"Discard the draft; or, if they changed their mind: {command('suppress', 'remove', address)}"
        found.append(Problem(where, what, cure, Severity.HOLD, "suppressed"))
    for address, place in row.doubled.items() if bench.campaign.doubled == "hold" else ():
        what = f"{address} already gets this mail ({place})."
        cure = "Discard one of the two; or set `doubled: allow` for this campaign."
        found.append(Problem(where, what, cure, Severity.HOLD, "doubled"))
    return found


def _is_left_out(bench: Bench, row: Row, account_name: str, edit: Edit, draft: Draft) -> bool:
    """Whether a person's sentence does not stand in the mail, nor would another one in its place."""
    if not draft.text or _run_on(edit.personal_line or "") in _run_on(draft.text):
        return False
    another = replace(edit, personal_line=f"{edit.personal_line} …")
    return _words(bench, row, account_name, another).draft.text == draft.text


def _run_on(text: str) -> str:
    return " ".join(text.split())


def _left_out(where: str) -> Problem:
    what = "A sentence was added by hand, and it does not stand in this mail."
    cure = "Write it into the whole mail: the template has no place for it, or the whole mail was rewritten."
    return Problem(where, what, cure, Severity.WARN, "left-out")


def _changed_beneath(delivery_id: int) -> Problem:
    return Problem(
        f"draft {delivery_id}",
        "The words beneath your edit have changed since you made it.",
        f"Compare them: {command('drafts', 'diff', delivery_id)}",
        Severity.WARN,
        "changed-beneath",
    )
