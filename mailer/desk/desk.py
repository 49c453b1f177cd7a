"""What the pages share: the workspace as it stands now, and what this person has looked at."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mailer.campaigns import Refreshed
from mailer.desk.alike import Grouping
from mailer.desk.counting import Counting
from mailer.desk.drops import Drops
from mailer.desk.going import Goings
from mailer.desk.keeping import Keeper
from mailer.desk.looked_at import LookedAt
from mailer.desk.sheets import Sheets
from mailer.workspace import Workspace, stamp_of
from mailer.workspace.passes import refreshed


class Desk:
    """One open desk. Its workspace is opened again when config.yaml changes."""

    def __init__(self, open_workspace: Callable[[], Workspace], config_path: Path) -> None:
        self._open_workspace = open_workspace
        self.looked_at = LookedAt()
        self.sheets = Sheets()
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="counting")
        self.grouping = Grouping(self.sheets, self._pool)
        self.goings = Goings(open_workspace)
        self.drops = Drops()
        self.counting = Counting(self, self._pool)
        self._keeper: Keeper | None = None
        self.config_path = config_path
        self._lock = threading.RLock()
        self._stamp: object = None
        self._workspace = self._opened()
        #: Those from before config.yaml changed; a page that began with one may still read it.
        self._earlier: list[Workspace] = []

    @property
    def workspace(self) -> Workspace:
        """The workspace with config.yaml as it is now. Raises ConfigError."""
        with self._lock:
            if self._stamp is None or stamp_of(self.config_path) != self._stamp:
                opened = self._opened()
                self._earlier.append(self._workspace)
                self._workspace = opened
            return self._workspace

    def _opened(self) -> Workspace:
        """Open it, its ledgers too: two requests must not both make a new one."""
        self._stamp = stamp_of(self.config_path)
        try:
            workspace = self._open_workspace()
            workspace.ledgers()
        except BaseException:
            self._stamp = None
            raise
        return workspace

    @property
    def stamp(self) -> object:
        """Is the same as long as neither config.yaml nor a sheet has changed, and it is the same day."""
        workspace = self.workspace
        return (self._stamp, self.sheets.stamp(workspace))

    def known(self, campaign: str) -> str:
        """The campaign's name; UsageError where there is none of that name."""
        self.workspace.config.campaign(campaign)
        return campaign

    def keep(self, keeper: Keeper) -> None:
        """Keep the schedule from now until the desk is closed."""
        self._keeper = keeper
        keeper.start()

    @property
    def kept(self) -> str:
        """By whom the schedule is kept, as a sentence; "" for a desk that was not told to."""
        return self._keeper.kept if self._keeper else ""

    def close(self) -> None:
        """Finish what is being sent, and let the schedule and the files go."""
        if self._keeper:
            self._keeper.close()
        self._pool.shutdown(cancel_futures=True)
        self.goings.close()
        self.drops.close()
        for workspace in (*self._earlier, self._workspace):
            workspace.__exit__()

    def refresh(self, campaign: str) -> Refreshed:
        """Render again what changed in the sheet or the template since it was rendered."""
        with self._lock:
            return refreshed(self.workspace, self.workspace.ledger_of(campaign), [campaign])
