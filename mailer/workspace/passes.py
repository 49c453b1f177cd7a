"""What may go now and what waits, as a plan; and the pass that sends it, from every account at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from mailer.campaigns import Refreshed, refresh
from mailer.config import Account
from mailer.errors import MailerError
from mailer.ledger import drafts, listing, queue
from mailer.ledger.opening import Ledger, Transaction
from mailer.ledger.queue import DueRow
from mailer.model import Draft, Receipt, Status
from mailer.sending import DAY, Order, Tally, hand_over, open_or_stop, send_due
from mailer.transports import Transport
from mailer.workspace.finishing import signature, ways_out
from mailer.workspace.opening import Workspace, no_account
from mailer.workspace.sorting import may_leave, note_looked, sort_due


@dataclass(frozen=True, slots=True)
class Share:
    """One account's part of the plan."""

    account: str
    #: Who it writes as; its name where config.yaml has it no longer.
    from_: str
    #: How many may leave now.
    now: int = 0
    #: How long these take at the account's pace.
    takes: timedelta = timedelta(0)
    #: How many are due, but over the quota; and when the quota has room again.
    over_quota: int = 0
    quota_returns_at: datetime | None = None
    #: Due time → how many are not due yet.
    later: Mapping[datetime, int] = field(default_factory=dict)
    #: Why the account rests, as a sentence; "" when it may send.
    stopped: str = ""


@dataclass(slots=True)
class Passed:
    """What a pass over all accounts came to."""

    tally: Tally = field(default_factory=Tally)
    #: Account → why nothing (more) could be sent from it.
    errors: dict[str, MailerError] = field(default_factory=dict)
    #: The campaigns that had a mail in it; their status workbooks are no longer true (see `statuses`).
    campaigns: set[str] = field(default_factory=set)

    def hearing(self, order: Order) -> Order:
        """The same order, of whose every receipt this is told too."""

        def told(row: DueRow, receipt: Receipt) -> None:
            self.campaigns.add(row.campaign)
            order.told(row, receipt)

        return replace(order, told=told)


def refreshed(workspace: Workspace, ledger: Ledger, campaigns: Sequence[str] | None = None) -> Refreshed:
    """Render again what changed since it was rendered (approvals of changed words are void), then sort what is due."""
    found = refresh(ledger, workspace.config, workspace.folder, now=workspace.now, campaigns=campaigns)
    sort_due(workspace, ledger, excluded=found.stopped)
    return found


def plan(workspace: Workspace, ledger: Ledger, order: Order) -> list[Share]:
    """What a pass would do now, account by account."""
    now = workspace.now
    with ledger.read() as tx:
        stopped, names = queue.stopped(tx, now=now), queue.accounts_with_work(tx)
        shares = [
            _share(tx, name, workspace.account(name), order, now=now, stopped=stopped.get(name))
            for name in _fitting(workspace, ledger, names)
        ]
        lost = _lost(workspace, tx, names, order).items()
    shares += [Share(name, name, stopped=str(error)) for name, error in lost]
    return [share for share in shares if share.now or share.over_quota or share.later or share.stopped]


def _share(
    tx: Transaction, name: str, account: Account, order: Order, *, now: datetime, stopped: queue.Stop | None
) -> Share:
    due, later = _waiting(tx, name, order, now)
    quota = max(0, account.per_day - queue.sent_since(tx, name, now - DAY))
    oldest = queue.quota_returns_at(tx, name, now - DAY)
    room = 0 if stopped else min(due, quota, due if order.limit is None else order.limit)
    return Share(
        account=name,
        from_=account.from_,
        now=room,
        takes=timedelta(minutes=max(0, room - 1) / account.per_minute),
        over_quota=max(0, due - quota),
        quota_returns_at=oldest + DAY if oldest else None,
        later=later,
        stopped=stopped.reason if stopped else "",
    )


def _waiting(tx: Transaction, name: str, order: Order, now: datetime) -> tuple[int, dict[datetime, int]]:
    """How many mails of this order are due in an account; due time → how many, of those that are not."""
    return queue.waiting(tx, name, now=now, campaigns_only=order.campaigns, excluded=order.excluded)


def _lost(workspace: Workspace, tx: Transaction, names: Sequence[str], order: Order) -> dict[str, MailerError]:
    """Account → why mails of this order, or half-done ones, stay in it: config.yaml has it no longer."""
    gone = [name for name in names if name not in workspace.config.accounts]
    half_done = queue.accounts_with_work(tx, [Status.SENDING]) if gone else []
    stay = [name for name in gone if name in half_done or any(_waiting(tx, name, order, workspace.now))]
    return {name: no_account(name) for name in stay}


def _fitting(workspace: Workspace, ledger: Ledger, names: Sequence[str]) -> list[str]:
    """The accounts of config.yaml whose mail belongs in this ledger.

    An account may have become real, or a rehearsal, since its mails were approved: no rehearsal leaves for real, and
    no real mail counts as sent that went into an outbox.
    """
    accounts = workspace.config.accounts
    return [
        name for name in names if name in accounts and workspace.is_rehearsing(ledger) == bool(accounts[name].outbox)
    ]


def try_logins(workspace: Workspace, ledger: Ledger, names: Sequence[str]) -> dict[str, MailerError]:
    """Log in to each account's server and leave again; account → what stands in the way."""
    errors: dict[str, MailerError] = {}
    for name in names:
        try:
            with _opened(workspace, ledger, name):
                pass
        except MailerError as error:
            errors[name] = error
    return errors


@contextmanager
def _opened(workspace: Workspace, ledger: Ledger, name: str) -> Iterator[Transport]:
    """An account's transport, logged in. Raises ConfigError, ServerError."""
    with workspace.asking_again(name):
        transport = workspace.transport(name)
        try:
            open_or_stop(ledger, name, transport, now=workspace.now)
            yield transport
        finally:
            transport.close()


def lift_stop(workspace: Workspace, name: str) -> bool:
    """An account that its server let in again may send; whether it had been stopped until a person says so.

    A stop that ends by itself, such as a spent quota's, is left to its time.
    """
    lifted = False
    for ledger in workspace.existing_ledgers():
        with ledger.begin() as tx:
            stop = queue.stopped(tx, now=workspace.now).get(name)
            if stop and stop.until is None:
                queue.go_on(tx, name)
                lifted = True
    return lifted


def send(workspace: Workspace, ledger: Ledger, order: Order) -> Passed:
    """Run one pass over every account that has work, each in its own thread where there are several.

    Raises LedgerError, BusyError. An account whose server cannot be reached or refuses the login, or whose DKIM key
    cannot sign, is told in `errors`; the others go on.
    """
    if not workspace.is_rehearsing(ledger):
        workspace.trust_ledger()
    passed = Passed()
    order = replace(
        passed.hearing(order),
        committed=workspace.reflect,
        may_leave=partial(may_leave, workspace.config),
        way_out=ways_out(workspace, ledger),
    )
    with ledger.read() as tx:
        working = queue.accounts_with_work(tx)
        passed.errors = _lost(workspace, tx, working, order)
    names = _fitting(workspace, ledger, working)
    for name, became in zip(names, _at_once(partial(_send_from, workspace, ledger, order), names), strict=True):
        if isinstance(became, Tally):
            passed.tally.add(became)
        else:
            passed.errors[name] = became
    note_looked(workspace, ledger)
    workspace.reflect(always=True)
    return passed


def words_for_test(ledger: Ledger, campaign: str, address: str, *, round_name: str | None, limit: int) -> list[Draft]:
    """The first mails of a round, or with None of all that waits, to one address and to nobody else."""
    statuses = None if round_name else [Status.DRAFT, Status.QUEUED]
    with ledger.read() as tx:
        entries = listing.entries(tx, campaign=campaign, round_name=round_name, statuses=statuses, limit=limit)
        words = listing.words_of(tx, [entry.id for entry in entries])
    return [replace(draft, to=(address,), cc=(), bcc=()) for draft in words.values()]


def send_test(workspace: Workspace, ledger: Ledger, words: Sequence[Draft]) -> list[Receipt]:
    """Send drafts as they are, unrecorded: they count as contact with nobody. Raises ServerError."""
    receipts: list[Receipt] = []
    with ledger.read() as tx:
        contents = drafts.attachment_contents(tx, {file.digest for draft in words for file in draft.attachments})
    for name in dict.fromkeys(draft.account for draft in words):
        with _opened(workspace, ledger, name) as transport:
            of_account = [draft for draft in words if draft.account == name]
            receipts += [hand_over(transport, draft, contents, now=workspace.now) for draft in of_account]
    return receipts


def _at_once(send_from: Callable[[str], Tally | MailerError], names: Sequence[str]) -> list[Tally | MailerError]:
    """What becomes of each account, in threads where there are several; a single one may fork (see `mailer.crew`)."""
    if len(names) < 2:
        return [send_from(name) for name in names]
    with ThreadPoolExecutor(max_workers=len(names), thread_name_prefix="account") as pool:
        return list(pool.map(send_from, names))


def _send_from(workspace: Workspace, ledger: Ledger, order: Order, name: str) -> Tally | MailerError:
    try:
        with workspace.sole_sender(name), workspace.asking_again(name):
            account = workspace.account(name)
            order = replace(order, signed=signature(workspace, name))
            return send_due(ledger, name, account, lambda: workspace.transport(name), order, now=workspace.clock.now)
    except MailerError as error:
        return error
