"""One draft as the review page shows it: the mail in its frame, and everything that stands beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mailer.campaigns import Difference, body_of, compare, differences
from mailer.desk.desk import Desk
from mailer.desk.marks import Finding, findings
from mailer.errors import UsageError
from mailer.ledger import drafts, listing, overview
from mailer.ledger.listing import Entry
from mailer.ledger.opening import Transaction
from mailer.model import Contact, Draft, Edit, Memo, Status
from mailer.preview import Shown, with_pictures
from mailer.relations import Story, memos_beside, relation_of, tell

#: What stands in a path for the number of an email: no larger than a ledger counts.
NUMBER = f"int(max={2**63 - 1})"
#: How many neighbours are listed on each side.
BESIDE = 4
#: How much of what has been between us is listed.
EARLIER = 10
#: What a browser would fetch from elsewhere, if it might.
_REMOTE = re.compile(
    r"""(?:src|background|poster)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?\s*(?:https?:)?//""", re.IGNORECASE
)


#: Frames within a mail: the policy blocks what they load, but browsers connect to the place before they ask the policy.
_FRAMES = re.compile(r"<(/?)(?=(?:iframe|frame|frameset|object|embed|portal|fencedframe)\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wording:
    """What the fields of the edit form begin with."""

    personal_line: str
    subject: str
    #: None where the template is not Markdown, whose body cannot be edited.
    body: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a draft stands among those that wait."""

    number: int
    count: int
    before: int | None
    after: int | None
    beside: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class One:
    """A draft with everything beside it."""

    entry: Entry
    words: Draft
    contact: Contact | None
    #: What to know of them and never send: the sheet's, then what was noted by hand.
    memos: tuple[Memo, ...]
    html: str
    wording: Wording
    place: Place
    #: Other emails to the same person that have not left.
    coming: tuple[Entry, ...]
    #: All that has been between us.
    story: Story
    differences: tuple[Difference, ...]
    #: What is to be looked at, with the words it is about.
    findings: tuple[Finding, ...]

    @property
    def has_remote_pictures(self) -> bool:
        """Whether the email would load something from elsewhere."""
        return bool(_REMOTE.search(self.words.html))


def entry_of(desk: Desk, campaign: str, draft_id: int) -> Entry:
    """One email of a campaign. Raises UsageError where there is none."""
    with desk.workspace.ledger_of(campaign).read() as tx:
        found = listing.entries(tx, campaign=campaign, ids=[draft_id])
    if not found:
        raise UsageError("There is no such email.", cure="Go back to the list.")
    return found[0]


def look_up(desk: Desk, campaign: str, draft_id: int) -> tuple[Entry, Draft]:
    """The same with its words. Raises UsageError where these are no longer kept."""
    entry = entry_of(desk, campaign, draft_id)
    with desk.workspace.ledger_of(campaign).read() as tx:
        words = listing.words_of(tx, [draft_id])
    if draft_id not in words:
        raise UsageError("The words of this email are no longer kept.", cure="Go back to the list.")
    return entry, words[draft_id]


def one(desk: Desk, campaign: str, draft_id: int, *, was: str = "") -> One:
    """Everything about one draft; `was` is the digest of the words that a stale page showed."""
    workspace = desk.workspace
    entry, words = look_up(desk, campaign, draft_id)
    ledger = workspace.ledger_of(campaign)
    contact = desk.sheets.contact_of(workspace, entry)
    with ledger.read() as tx:
        pictures = drafts.attachment_contents(tx, {file.digest for file in words.attachments if file.content_id})
        place = _place(tx, entry)
        memos = memos_beside(tx, {entry.id: contact}, workspace.config.firm.timezone)[entry.id]
    story = _story(desk, entry, contact)
    return One(
        entry=entry,
        words=words,
        contact=contact,
        memos=memos,
        html=_FRAMES.sub(r"<\1no-", with_pictures(Shown(words, attachments=pictures))),
        wording=wording(desk, entry, words, contact),
        place=place,
        coming=tuple(each for each in story.coming if (each.campaign, each.id) != (entry.campaign, entry.id)),
        story=replace(story, events=tuple(reversed(story.events[-EARLIER:]))),
        differences=tuple(_differences(desk, entry, words, was)),
        findings=tuple(findings(words, entry.problems)),
    )


def _story(desk: Desk, entry: Entry, contact: Contact | None) -> Story:
    """All that has been between us; of who is in no sheet any more, what the ledger of this email knows."""
    workspace = desk.workspace
    if contact is None:
        return tell(workspace.ledger_of(entry.campaign), entry.person, None)
    relation = relation_of(workspace.ledger, workspace.config, contact, now=workspace.now)
    return tell(workspace.ledger, relation.person, relation)


def _place(tx: Transaction, entry: Entry) -> Place:
    number, count, near = overview.place(tx, entry.campaign, entry.id, beside=BESIDE)
    at = near.index(entry.id)
    return Place(
        number=number + 1,
        count=count,
        before=near[at - 1] if at else None,
        after=near[at + 1] if at + 1 < len(near) else None,
        beside=tuple(listing.entries(tx, ids=near)),
    )


def edit_from(form: Mapping[str, str]) -> Edit | None:
    """What a person changed in the form; None when nothing.

    Each part stands beside what it was when the page was shown: what has become of the mail since, by an earlier
    change or a newer sheet, is no change of theirs.
    """
    said = {part: form[part].replace("\r\n", "\n") for part in ("personal_line", "subject", "body") if part in form}
    changed = {part: words for part, words in said.items() if words.strip() != _was(form, part)}
    return Edit(**changed) if changed else None


def _was(form: Mapping[str, str], part: str) -> str:
    return form[f"was_{part}"].replace("\r\n", "\n").strip()


def wording(desk: Desk, entry: Entry, words: Draft, contact: Contact | None) -> Wording:
    """What the edit form begins with: an earlier edit's words, else those of the sheet and the template."""
    workspace, edit = desk.workspace, entry.edit or Edit()
    line = contact.fields.get("personal_line") if contact else None
    campaign = workspace.config.campaigns[entry.campaign]
    names = (campaign.template, *(each.template for each in campaign.follow_up))
    # A follow-up that was taken out of config.yaml has no template any more, and so no body to be edited.
    is_markdown = entry.step < len(names) and (workspace.folder / "templates" / f"{names[entry.step]}.md").exists()
    return Wording(
        personal_line=edit.personal_line if edit.personal_line is not None else str(line or ""),
        subject=words.subject,
        body=_body(desk, words, edit) if is_markdown else None,
    )


def _body(desk: Desk, words: Draft, edit: Edit) -> str:
    if edit.body is not None:
        return edit.body
    return body_of(words, desk.workspace.config, desk.workspace.folder)


def _differences(desk: Desk, entry: Entry, words: Draft, was: str) -> list[Difference]:
    shown = desk.looked_at.words(was)
    if was and was != words.digest and shown:
        return [Difference("Since this page was shown:", compare(shown, words))]
    if entry.status is not Status.DRAFT:
        return []
    return differences(desk.workspace.ledger_of(entry.campaign), entry.id)
