"""The installed `mailer run` in a world whose clock leaps: `python -m tests.fast_run CONFIG LAST_INSTANT`.

Nothing of ours is replaced: the world's clock and its `sleep` are, before ours is imported. A nap of the metronome
lasts half a day. The hands of the clock stand in a file, so that whoever is killed and started again goes on where time
was, as in life. At the last instant the process is told to stop, as systemd would tell it.
"""

import os
import signal
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import time_machine

LEAP = timedelta(hours=12)
#: A wait of so many seconds is the metronome's; a shorter one keeps the pace between two mails.
NAP = 0.5


def main(config: Path, last: datetime) -> None:
    """Live from where the hands stand to the last instant."""
    hands = config.with_name("clock")
    at = datetime.fromisoformat(hands.read_text())
    with time_machine.travel(at) as world:

        def sleep(seconds: float) -> None:
            nonlocal at
            if seconds < NAP:
                world.shift(seconds)
                return
            at += LEAP
            world.move_to(at)
            new = config.with_name("clock.new")
            new.write_text(at.isoformat())
            new.replace(hands)
            if at >= last:
                os.kill(os.getpid(), signal.SIGTERM)

        time.sleep = sleep  # noqa: TID251 - nobody waits here: this is the world in which ours waits
        from mailer import cli

        sys.argv = ["mailer", "--config", str(config), "run"]
        cli.main()


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
