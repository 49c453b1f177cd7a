"""The folder one works in: opens its config, its ledgers and its transports, and owns the clock."""

from __future__ import annotations

import getpass
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Self

from platformdirs import user_desktop_path, user_state_path

from mailer.config import Account, Config, read
from mailer.errors import BusyError, ConfigError, LedgerError
from mailer.ledger import claims, mirror
from mailer.ledger.opening import Ledger, open_ledger
from mailer.model import Phase
from mailer.transports import DoorError, Transport, transport_of
from mailer.workspace.secrets import secret_of
from mailer.xoauth2 import Bearer

#: The ledger of real mail, and the one of rehearsals, beside config.yaml.
LEDGER, REHEARSAL = "ledger.db", "rehearsal.db"
#: Where a rehearsal writes when its account names no folder.
OUTBOX = "outbox"
#: The pace of an outbox: it has no provider to be gentle with.
UNPACED = 10_000_000
#: How often, while sending, this machine notes how far the ledger has lived; seconds.
REFLECT_EVERY = 2.0


@dataclass(frozen=True, slots=True)
class Clock:
    """The only clock there is; tests and demonstrations bring a faster one."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    #: Waits so many seconds.
    wait: Callable[[float], None] = time.sleep


class Workspace:
    """One folder with its config.yaml. Use it in a `with` block: it lets its files go at the end."""

    def __init__(self, config_path: Path, *, clock: Clock | None = None, rehearse: bool = False) -> None:
        self.folder = config_path.parent.absolute()
        self.clock = clock or Clock()
        self.config = _ready(read(config_path), rehearse=rehearse)
        #: Whether everything here is a rehearsal: asked for, or no account has a server.
        self.rehearsing = all(account.outbox for account in self.config.accounts.values())
        self._is_asked_to_rehearse = rehearse
        self._ledgers: dict[str, Ledger] = {}
        self._reflected_at = 0.0
        #: Account → what a person typed to open it.
        self._typed: dict[str, str | Bearer | None] = {}
        self._asking = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for ledger in self._ledgers.values():
            ledger.close()
        self._ledgers.clear()

    @property
    def now(self) -> datetime:
        """This instant, aware, UTC."""
        return self.clock.now()

    @property
    def today(self) -> date:
        """The day it is at the firm."""
        return self.config.firm.local(self.now).date()

    @cached_property
    def who(self) -> str:
        """Who sits at this machine, for the history."""
        try:
            return getpass.getuser()
        except (OSError, KeyError, ImportError):
            return "somebody"

    @property
    def ledger(self) -> Ledger:
        """The ledger of real mail; in a workspace that only rehearses, the rehearsal's."""
        return self._open(REHEARSAL if self.rehearsing else LEDGER)

    def ledger_of(self, campaign: str) -> Ledger:
        """The ledger that a campaign's deliveries live in."""
        return self._open(REHEARSAL if self.is_rehearsal(campaign) else LEDGER)

    def ledger_for(self, account: str) -> Ledger:
        """The ledger that mail of one account lives in."""
        rehearses = self.rehearsing or bool(self.config.accounts[account].outbox)
        return self._open(REHEARSAL if rehearses else LEDGER)

    def is_rehearsal(self, campaign: str) -> bool:
        """Whether a campaign sends only into an outbox."""
        known = self.config.campaigns.get(campaign)
        return self.rehearsing or (known is not None and self.config.only_rehearses(known))

    def ledgers(self) -> list[Ledger]:
        """The ledgers in use, each once: of real mail, of rehearsals, or both."""
        found = [self.ledger, *map(self.ledger_of, self.config.campaigns)]
        return list({ledger.path: ledger for ledger in found}.values())

    def existing_ledgers(self) -> list[Ledger]:
        """Every ledger of the workspace that there is: of real mail, of rehearsals."""
        return [self._open(name) for name in (LEDGER, REHEARSAL) if (self.folder / name).exists()]

    def ledgers_of_people(self) -> list[Ledger]:
        """Where it is kept whom nobody writes to: with real mail, even before there is any, and with rehearsals."""
        has_rehearsal = self.rehearsing or (self.folder / REHEARSAL).exists()
        names = (*([] if self._is_asked_to_rehearse else [LEDGER]), *([REHEARSAL] if has_rehearsal else []))
        return [self._open(name) for name in names]

    def is_rehearsing(self, ledger: Ledger) -> bool:
        """Whether this is the ledger of rehearsals."""
        return ledger.path.name == REHEARSAL

    def _open(self, name: str) -> Ledger:
        if name not in self._ledgers:
            ledger = open_ledger(self.folder / name, now=self.now)
            try:
                if not ledger.is_read_only:
                    claims.settle(ledger, at=self.now)  # before anybody is handed it
            except BaseException:
                ledger.close()
                raise
            self._ledgers[name] = ledger
        return self._ledgers[name]

    def account(self, name: str) -> Account:
        """The account of that name. ConfigError for one that was taken out of config.yaml since a mail was written."""
        if name not in self.config.accounts:
            raise no_account(name)
        return self.config.accounts[name]

    def transport(self, name: str) -> Transport:
        """What takes this account's messages, with what opens it. Raises ConfigError, ServerError."""
        account = self.account(name)
        return transport_of(account, folder=self.folder, password=self._secret(name, account))

    def _secret(self, name: str, account: Account) -> str | Bearer | None:
        """What opens an account; what a person types is asked for once, and of one account at a time."""
        if account.password != "prompt":  # noqa: S105 - a place, not a password
            return secret_of(name, account, self.clock.now)
        with self._asking:
            if name not in self._typed:
                self._typed[name] = secret_of(name, account, self.clock.now)
            return self._typed[name]

    @contextmanager
    def asking_again(self, name: str) -> Iterator[None]:
        """Forget what a person typed to open an account where its server refuses that for good."""
        try:
            yield
        except DoorError as error:
            if error.receipt.phase is Phase.LOGIN and error.receipt.code >= 500:
                self._typed.pop(name, None)
            raise

    @contextmanager
    def sole_sender(self, name: str) -> Iterator[None]:
        """Hold an account's lock for one pass; BusyError says who has it."""
        cure = "Wait until it has finished; nothing was sent twice."
        with self._alone(name, f"Account {name} is already sending", cure):
            yield

    @contextmanager
    def sole_runner(self) -> Iterator[None]:
        """Be the only one who keeps this workspace's schedule; BusyError says who has it."""
        cure = "It needs no second one; end that one first (Ctrl-C in its window) to keep it from here."
        with self._alone("schedule.run", "The schedule is already kept here", cure):
            yield

    @contextmanager
    def _alone(self, name: str, busy: str, cure: str) -> Iterator[None]:
        from filelock import FileLock, Timeout  # only who sends needs it

        folder = self.folder / ".locks"
        folder.mkdir(exist_ok=True)
        holder = folder / f"{name}.holder"
        try:
            with FileLock(folder / f"{name}.lock", timeout=0):
                holder.write_text(
                    f"process {os.getpid()} since {self.config.firm.local(self.now):%Y-%m-%d %H:%M}", encoding="utf-8"
                )
                yield
                holder.unlink(missing_ok=True)
        except Timeout:
            said = ""
            with suppress(OSError):
                said = f" ({holder.read_text(encoding='utf-8')})"
            raise BusyError(f"{busy}{said}.", cure=cure) from None

    def trust_ledger(self) -> None:
        """Raise LedgerError when the ledger of real mail may have forgotten something; then nothing is sent."""
        doubt = mirror.doubt(self._open(LEDGER), _state_folder())
        if doubt:
            raise LedgerError(
                f"{doubt} Nothing was sent.",
                cure="If this is the true and only ledger: mailer check --accept-ledger",
            )

    def accept_ledger(self) -> None:
        """A person says that this ledger is the true one."""
        mirror.accept(self._open(LEDGER), _state_folder())

    def reflect(self, *, always: bool = False) -> None:
        """Note on this machine how far the ledger has lived; at most every few seconds unless `always`."""
        if LEDGER not in self._ledgers:
            return
        if always or time.monotonic() - self._reflected_at > REFLECT_EVERY:
            self._reflected_at = time.monotonic()
            mirror.reflect(self._ledgers[LEDGER], _state_folder())


def stamp_of(path: Path) -> tuple[int, int] | None:
    """Is the same as long as a file has not changed; None where it cannot be looked at."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


def no_account(name: str) -> ConfigError:
    """Say that mails are from an account that config.yaml has no longer."""
    return ConfigError(
        f"There are mails from account “{name}”, which is no longer in config.yaml.",
        cure="Put the account back, or call these mails off: mailer campaigns cancel CAMPAIGN",
    )


def desktop_folder() -> Path:
    """Where this person's desktop shows its icons."""
    return user_desktop_path()


def _state_folder() -> Path:
    return user_state_path("mailer", appauthor=False, ensure_exists=True)


def _ready(config: Config, *, rehearse: bool) -> Config:
    """Give outbox accounts a From; in a rehearsal every account is one."""
    ready = {name: _ready_account(account, rehearse=rehearse) for name, account in config.accounts.items()}
    return config.model_copy(update={"accounts": ready})


def _ready_account(account: Account, *, rehearse: bool) -> Account:
    changes: dict[str, object] = {}
    if rehearse and not account.outbox:
        changes["outbox"] = OUTBOX
    if rehearse or account.outbox:
        changes |= {"per_minute": UNPACED, "per_day": UNPACED}
    if not account.from_:
        changes["from_"] = "Rehearsal <rehearsal@mailer.invalid>"
    return account.model_copy(update=changes) if changes else account
