"""A schedule kept on a clock that jumps from morning to evening: `python -m tests.fast_run FOLDER LAST_DAY`.

The clock stands in a file, so that whoever is killed and started again goes on where time was, as in life.
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path

from mailer.scheduling.running import Runner
from mailer.workspace import Clock


def main(folder: Path, last: datetime) -> None:
    hands = folder / "clock"
    now = datetime.fromisoformat(hands.read_text())

    def read_clock() -> datetime:
        nonlocal now
        now += timedelta(milliseconds=1)
        return now

    runner = Runner(folder / "config.yaml", clock=Clock(now=read_clock, wait=lambda _: None))
    while now < last:
        runner.once()
        now = now.replace(second=0, microsecond=0) + timedelta(hours=12)
        new = folder / "clock.new"
        new.write_text(now.isoformat())
        new.replace(hands)


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
