"""One measured thing in a process of its own: `python -m benchmarks.child WHAT` in a workspace prints JSON."""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from pathlib import Path

#: What a program loads as it starts is left out here; the measure of three commands has it.
LOADED = (
    *("filelock", "sqlalchemy.dialects.sqlite", "mailer.checks", "mailer.contacts", "mailer.templates"),
    *("mailer.transports.smtp", "mailer.workspace.passes"),
)


def send() -> int:
    """The send pass: drafts in the ledger → server, every commit durable."""
    from mailer.sending import Order
    from mailer.workspace import Workspace
    from mailer.workspace.passes import send as send_now

    with Workspace(Path("config.yaml")) as workspace:
        passed = send_now(workspace, workspace.ledger, Order())
    assert not passed.errors, passed.errors
    assert not passed.tally.troubles, passed.tally
    return passed.tally.sent


def prepare() -> int:
    """Rows → drafts in the ledger. What is imported once is not part of the price of a draft."""
    from mailer.campaigns import ByHand
    from mailer.campaigns import prepare as prepare_now
    from mailer.workspace import Workspace

    with Workspace(Path("config.yaml")) as workspace:
        done = prepare_now(workspace.ledger, workspace.config, workspace.folder, "thanks", ByHand(), now=workspace.now)
    return done.made


def render() -> int:
    """The bare render of the same subject, HTML and text."""
    import csv

    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    escaping = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    plain = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    _, head, body = Path("templates/letter.html").read_text().split("---\n", 2)
    parts = [
        plain.from_string(head.partition("subject: ")[2]),
        escaping.from_string(body),
        plain.from_string(Path("templates/letter.txt").read_text()),
    ]
    with Path("clients.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for part in parts:
            part.render(row)
    return len(rows)


def main() -> None:
    from mailer.cli import start_lightly

    start_lightly()
    for name in LOADED:
        import_module(name)
    started = time.perf_counter()
    count = {"send": send, "prepare": prepare, "render": render}[sys.argv[1]]()
    seconds = time.perf_counter() - started
    print(json.dumps({"count": count, "seconds": seconds, "megabytes": _peak_megabytes()}))


def _peak_megabytes() -> float:
    """The most memory this program had; `ru_maxrss` would count what its parent had."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
