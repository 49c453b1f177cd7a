"""Sending in the background: the page that started it only looks how far it is."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from mailer.desk.words import OUR_MISTAKE
from mailer.errors import LedgerError, MailerError
from mailer.ledger import hand
from mailer.ledger.opening import Ledger
from mailer.ledger.queue import DueRow
from mailer.model import Receipt
from mailer.sending import Order
from mailer.workspace import Workspace
from mailer.workspace.passes import Passed, plan, refreshed, send, try_logins
from mailer.workspace.statuses import bring_home

log = logging.getLogger("mailer.desk")


class Going:
    """One pass over one campaign, in a thread and a workspace of its own."""

    def __init__(
        self, open_workspace: Callable[[], Workspace], campaign: str, *, started_at: datetime, anyway: bool
    ) -> None:
        self.campaign = campaign
        self.started_at = started_at
        #: How many may go, and of how many the server has answered.
        self.count = self.done = 0
        self.passed = Passed()
        #: Emails that changed after they were approved, and were not sent.
        self.voided = 0
        #: Why nothing could be sent, or "".
        self.error = ""
        #: Accounts that could log in, where others could not: nothing was begun, a person decides.
        self.others: list[str] = []
        self._anyway = anyway
        #: What is said of the status workbooks.
        self.home: list[str] = []
        self._open_workspace = open_workspace
        self._wanted_stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"sending {campaign}")
        self._thread.start()

    @property
    def is_going(self) -> bool:
        """Whether it still sends."""
        return self._thread.is_alive()

    @property
    def is_stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._wanted_stop.is_set()

    def stop(self) -> None:
        """Finish the emails in hand; begin no others."""
        self._wanted_stop.set()

    def wait(self) -> None:
        """Until it has finished."""
        self._thread.join()

    def _run(self) -> None:
        try:
            with self._open_workspace() as workspace:
                self._send(workspace)
        except LedgerError as error:
            self.error = f"{error} {error.cure}"  # there is no button for it
        except MailerError as error:
            self.error = str(error)
        except Exception:
            log.exception("sending %s met a defect", self.campaign)
            self.error = OUR_MISTAKE

    def _send(self, workspace: Workspace) -> None:
        ledger = workspace.ledger_of(self.campaign)
        fresh = refreshed(workspace, ledger, [self.campaign])
        self.voided = len(fresh.voided)
        self.error = fresh.stopped.get(self.campaign, "")
        order = Order(
            campaigns=[self.campaign],
            excluded=tuple(fresh.stopped),
            stopping=self._wanted_stop.is_set,
            told=self._told,
        )
        shares = [share for share in plan(workspace, ledger, order) if share.now]
        if self._can_log_in(workspace, ledger, [share.account for share in shares]):
            self.count = sum(share.now for share in shares)
            began_at = workspace.now
            self.passed = send(workspace, ledger, order)
            self._let_go(ledger, at=began_at)
            self.home = bring_home(workspace, self.passed.campaigns)

    def _let_go(self, ledger: Ledger, *, at: datetime) -> None:
        """What the servers put off goes on by itself; but not where a person, or a crash, ended the pass."""
        with ledger.begin() as tx:
            hand.sent(tx, [self.campaign], at=at, stopped=self.is_stopping)

    def _can_log_in(self, workspace: Workspace, ledger: Ledger, accounts: list[str]) -> bool:
        """Try every login before anything leaves, as the command does."""
        if self._anyway:
            return True
        self.passed.errors = try_logins(workspace, ledger, accounts)
        self.others = [name for name in accounts if name not in self.passed.errors] if self.passed.errors else []
        return not self.passed.errors

    def _told(self, _row: DueRow, _receipt: Receipt) -> None:
        self.done += 1


class Goings:
    """What was sent from this desk, the latest of each campaign; at most one at a time of each."""

    def __init__(self, open_workspace: Callable[[], Workspace]) -> None:
        self._open_workspace = open_workspace
        self._lock = threading.Lock()
        self._latest: dict[str, Going] = {}

    def start(self, campaign: str, *, at: datetime, anyway: bool = False) -> Going:
        """Begin to send, `anyway` also where an account cannot log in; or what is going, when pressed twice."""
        with self._lock:
            latest = self._latest.get(campaign)
            if latest is None or not latest.is_going:
                latest = self._latest[campaign] = Going(self._open_workspace, campaign, started_at=at, anyway=anyway)
            return latest

    def of(self, campaign: str) -> Going | None:
        """The latest of that campaign."""
        return self._latest.get(campaign)

    def close(self) -> None:
        """Let everything finish the emails in hand."""
        for each in self._latest.values():
            each.stop()
        for each in self._latest.values():
            each.wait()
