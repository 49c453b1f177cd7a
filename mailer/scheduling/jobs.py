"""The jobs of the schedule: each does one bounded pass over the ledger and says in one line what it did."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from mailer.campaigns import refresh
from mailer.errors import MailerError, ServerError
from mailer.ledger import erasing, hand, timing
from mailer.ledger.opening import Ledger
from mailer.scheduling.preparing import prepare_due
from mailer.scheduling.reminding import remind
from mailer.scheduling.sheets import Sheets
from mailer.sending import Order, Tally
from mailer.workspace import Workspace, passes
from mailer.workspace.mailboxes import hear
from mailer.workspace.sorting import sort_due
from mailer.workspace.statuses import bring_home

#: A sending pass of the schedule ends after this long, so that the other jobs have their turn.
PASS = timedelta(minutes=10)

#: The beat that tells that the schedule is alive.
ALIVE = "schedule alive"


@dataclass(slots=True)
class Done:
    """What a job did, for the log and the exit code."""

    #: One line, "" when there was nothing to do.
    said: str = ""
    tally: Tally | None = None
    #: What went wrong, each already a plain sentence.
    errors: tuple[MailerError, ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """What a job works with."""

    workspace: Workspace
    sheets: Sheets
    #: Asked between mails; True finishes those in hand and ends.
    stopping: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Job:
    """A job and how often it is due."""

    name: str
    every: timedelta
    do: Callable[[Desk], Done]


def prepare(desk: Desk) -> Done:
    """Make drafts of what comes near."""
    done = prepare_due(desk.workspace, desk.sheets)
    said = [
        f"{each.campaign}, round {each.round}: {_counted(each.made, 'new draft')}"
        for each in done.prepared
        if each.made
    ]
    said += [f"{len(done.called_back)} called back"] if done.called_back else []
    said += [f"{problem.where}: {problem.what}" for problem in done.problems if problem.kind == "odd-date"]
    said += bring_home(desk.workspace, done.changed)
    return Done("; ".join(said), errors=tuple(done.errors.values()))


def send(desk: Desk) -> Done:
    """Send what is approved and due, but of campaigns that are sent by hand nothing that nobody has let go."""
    workspace, stopping = desk.workspace, desk.stopping
    total, errors, said = Tally(), list[MailerError](), list[str]()
    touched = set[str]()
    for ledger in workspace.ledgers():
        fresh = refresh(ledger, workspace.config, workspace.folder, now=workspace.now)
        excluded = {*fresh.stopped, *_by_hand(workspace, ledger)}
        sorting = sort_due(workspace, ledger, excluded=excluded)
        if sorting.missed:
            said.append(f"{len(sorting.missed)} too late to go by themselves (mailer schedule --late)")
        if sorting.dropped:
            said.append(f"{len(sorting.dropped)} dropped")
        if sorting.ready and not stopping():
            order = Order(excluded=tuple(excluded), stopping=_within(PASS, workspace, stopping))
            passed = passes.send(workspace, ledger, order)
            total.add(passed.tally)
            errors += passed.errors.values()
            touched |= passed.campaigns
    counts = {"sent": total.sent, "deferred": total.deferred, "failed": total.failed, "unconfirmed": total.unconfirmed}
    said = [f"{count} {name}" for name, count in counts.items() if count] + said
    said += bring_home(workspace, touched)
    return Done(", ".join(said), tally=total, errors=tuple(errors))


def _within(span: timedelta, workspace: Workspace, stopping: Callable[[], bool]) -> Callable[[], bool]:
    end = workspace.now + span
    return lambda: stopping() or workspace.now >= end


def mailbox(desk: Desk) -> Done:
    """Read what came back; before sending, since an answer stops a follow-up."""
    said, errors = list[str](), list[MailerError]()
    for name, account in desk.workspace.config.accounts.items():
        if account.mailbox and not desk.stopping():
            try:
                found = hear(desk.workspace, name)
            except ServerError as error:
                errors.append(error)
            else:
                said += [f"{name}: {_counted(len(found.news), 'mail')} came back"] if found.news else []
    return Done("; ".join(said), errors=tuple(errors))


def housekeeping(desk: Desk) -> Done:
    """Note that the schedule is alive, where `mailer service status` finds it."""
    workspace = desk.workspace
    for ledger in workspace.ledgers():
        with ledger.begin() as tx:
            timing.beat(tx, ALIVE, at=workspace.now)
    workspace.reflect(always=True)
    return Done()


def purge(desk: Desk) -> Done:
    """Take words that are old enough out of the ledger."""
    workspace, purged = desk.workspace, 0
    days = workspace.config.firm.keep_words_days
    if days is None:
        return Done()
    for ledger in workspace.ledgers():
        with ledger.begin() as tx:
            purged += erasing.purge(tx, workspace.now - timedelta(days=days))
    return Done(f"the words of {_counted(purged, 'old mail')} were purged" if purged else "")


def digest(desk: Desk) -> Done:
    """Tell who must review what waits for them, once a day at most."""
    written = remind(desk.workspace)
    return Done(f"{_counted(written, 'reminder')} written" if written else "")


def _by_hand(workspace: Workspace, ledger: Ledger) -> Collection[str]:
    """The campaigns that wait for a person to send them."""
    by_hand = [name for name, campaign in workspace.config.campaigns.items() if campaign.when is None]
    with ledger.read() as tx:
        return hand.waiting(tx, by_hand)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


#: In the order of a pass: what is prepared may be sent, what waits is told.
JOBS = (
    Job("housekeeping", timedelta(minutes=1), housekeeping),
    Job("purge", timedelta(hours=1), purge),  # looks through all mails there ever were
    Job("prepare", timedelta(minutes=10), prepare),
    Job("digest", timedelta(minutes=30), digest),
    Job("mailbox", timedelta(minutes=10), mailbox),
    Job("send", timedelta(minutes=1), send),
)
