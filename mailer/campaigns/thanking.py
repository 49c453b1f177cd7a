"""One personal mail, now: a sentence for one person becomes a draft, outside any campaign of config.yaml."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from mailer.config.models import Config
from mailer.errors import UsageError
from mailer.ledger import drafts, listing, moves, people, rounds, suppressions, touches
from mailer.ledger.drafts import Kept, Rendering
from mailer.ledger.listing import Entry
from mailer.ledger.opening import Ledger, Transaction
from mailer.ledger.rounds import Round
from mailer.model import Contact, Edit, Problem, Severity, Status

if TYPE_CHECKING:
    from mailer.templates import Rendered

#: The campaign that these mails belong to; no campaign of config.yaml has its name.
THANK = "thank"
#: The template where none is named.
TEMPLATE = "peer-thanks"

_ENDS = (".", "!", "?", "…", "”", '"')


@dataclass(frozen=True, slots=True)
class Thanks:
    """What is to be said, to whom, and from which account."""

    contact: Contact
    #: "for staying late on the audit".
    sentence: str
    account: str
    template: str = TEMPLATE


def thank(ledger: Ledger, config: Config, folder: Path, wanted: Thanks, *, who: str, now: datetime) -> Entry:
    """Write the draft and give its row. Raises TemplateError, and UsageError for who asked to be forgotten.

    The same sentence to the same person on one day is one mail: asked again, the row that stands there is given,
    whatever became of it; only a draft is written anew.
    """
    from mailer import templates

    template = templates.load(wanted.template, folder, firm=config.firm)
    today = config.firm.local(now).date()
    with ledger.begin() as tx:
        _refuse_forgotten(tx, wanted.contact)
        rounds.see_campaign(tx, THANK, at=now)
        current = rounds.open_round(tx, THANK, _round_name(wanted.sentence, today), now=now)
        (person,) = people.identify(tx, [wanted.contact], at=now)
        known = drafts.kept(tx, current.id, 0, [person]).get((person, 0))
        if known is None or known.status in {Status.DRAFT, Status.DISCARDED}:
            rendered = template.render(
                replace(wanted.contact, copy=0),
                account_name=wanted.account,
                account=config.accounts[wanted.account],
                campaign=THANK,
                round=current.name,
                now=current.now_at,
                person=person,
                edit=Edit(personal_line=_ended(wanted.sentence)),
            )
            problems = _problems(tx, config, wanted.contact, rendered, person, today)
            _write(tx, current, wanted.contact, rendered, problems, known, who=who, now=now)
        return listing.entries(tx, campaign=THANK, round_name=current.name, persons=[person])[0]


def _refuse_forgotten(tx: Transaction, contact: Contact) -> None:
    """Nothing of theirs is written down again, not even a draft that could never go."""
    if suppressions.forgotten(tx, contact.addresses):
        raise UsageError(f"{contact.address} asked to be forgotten; nothing was written.")


def _round_name(sentence: str, today: date) -> str:
    folded = " ".join(sentence.split()).casefold()
    return f"{today}-{blake2b(folded.encode(), digest_size=4).hexdigest()}"


def _ended(sentence: str) -> str:
    """A sentence that ends like one."""
    sentence = " ".join(sentence.split())
    return sentence if sentence.endswith(_ENDS) else f"{sentence}."


def _problems(  # noqa: PLR0917 - one of each
    tx: Transaction, config: Config, contact: Contact, rendered: Rendered, person: int, today: date
) -> tuple[Problem, ...]:
    from mailer.checks import check, check_sincerity

    draft = rendered.draft
    blocked = suppressions.among(tx, draft.recipients)
    earlier = listing.entries(tx, persons=[person], statuses=[Status.SENT, Status.UNCONFIRMED])
    last = max((config.firm.local(entry.sent_at).date() for entry in earlier if entry.sent_at), default=None)
    texts = [words.text for words in listing.words_of(tx, [entry.id for entry in earlier]).values()]
    noted = touches.memos(tx, [person], config.firm.timezone).get(person, ())
    known = replace(contact, memos=(*contact.memos, *noted))
    return (
        *contact.problems,
        *rendered.problems,
        *check(draft, contact, firm=config.firm),
        *check_sincerity(draft, known, today=today, earlier=texts, last_written_on=last),
        *(
            Problem(address, f"{address} must not be written to: {why}", "", Severity.HOLD, "suppressed")
            for address, why in blocked.items()
        ),
    )


def _write(  # noqa: PLR0917 - one of each
    tx: Transaction,
    current: Round,
    contact: Contact,
    rendered: Rendered,
    problems: tuple[Problem, ...],
    known: Kept | None,
    *,
    who: str,
    now: datetime,
) -> None:
    rendering = Rendering.of(rendered.draft, problems, contact)
    drafts.keep_attachments(tx, rendered.attachments)
    if known is None:
        drafts.insert_new(tx, current.id, [rendering], seen=1)
        return
    moves.move(tx, [known.id], Status.DRAFT, at=now, who=who, note="thought of again", only_from=[Status.DISCARDED])
    drafts.rewrite(tx, {known.id: rendering}, seen=1)
