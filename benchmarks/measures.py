"""What is measured: each function measures us and somebody else, once, and gives both."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from benchmarks import desk, firm, reading, rivals
from benchmarks.servers import line_to, sink, tls_before, tls_for


class Pair(NamedTuple):
    """One run: ours and theirs, in the same unit."""

    ours: float
    theirs: float


@dataclass(frozen=True)
class Measure:
    """One row of the table."""

    name: str
    what: str
    unit: str
    against: str
    #: The ratio that must hold: what this program reaches, with a little room.
    floor: float
    #: Where it is to go.
    aim: float
    run: Callable[[], Pair]
    #: Whether the floor is a ceiling: the smaller ratio wins.
    is_ceiling: bool = False
    times: int = 3
    #: Takes long: only when it is named.
    is_long: bool = False

    def holds(self, ratio: float) -> bool:
        return ratio <= self.floor if self.is_ceiling else ratio >= self.floor


@cache
def waiting(rows: int, kilobytes: int) -> Path:
    """A workspace with so many approved mails, made once; every run sends a copy."""
    folder = firm.PLACE / f"waiting-{rows}-{kilobytes}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return firm.approved(folder, rows=rows, kilobytes=kilobytes)


def child(folder: Path, what: str, *through: str) -> dict[str, float]:
    return json.loads(firm.run(folder, *through, sys.executable, "-m", "benchmarks.child", what))


#: Runs a program, and lets the disk take 5 ms longer whenever it is waited for.
SLOW_DISK = (
    *("strace", "--follow-forks", "--seccomp-bpf", "--output=/dev/null"),
    *("--trace=fsync,fdatasync", "--inject=fsync,fdatasync:delay_exit=5000"),
)


def send_pass(
    port: int, *, rows: int, kilobytes: int = 8, through: tuple[str, ...] = (), **connection: object
) -> float:
    """Mails a second of the pass."""
    with firm.place() as folder:
        shutil.copytree(waiting(rows, kilobytes), folder, dirs_exist_ok=True)
        shutil.rmtree(folder / "state", ignore_errors=True)
        firm.connect(folder, port=port, **connection)  # type: ignore[arg-type]
        firm.run(folder, str(Path(sys.executable).with_name("mailer")), "check", "--accept-ledger")
        said = child(folder, "send", *through)
    assert said["count"] == rows, said
    return said["count"] / said["seconds"]


def over_loopback(kilobytes: int, *, rows: int) -> Pair:
    with sink() as port:
        return Pair(
            send_pass(port, rows=rows, kilobytes=kilobytes),
            rivals.smtp_source(port, sessions=10, count=20_000, size=kilobytes * 1000),
        )


def over_tls(*, theirs_too: bool) -> Pair:
    """smtp-source speaks no TLS, so stunnel speaks it for it, or it is measured without."""
    from tests.servers import certificates

    folder = firm.PLACE / "certificates"
    folder.mkdir(parents=True, exist_ok=True)
    authority = certificates(folder)
    with sink() as port, tls_before(port, folder / "localhost.pem") as secure, tls_for(secure, folder) as through:
        ours = send_pass(secure, rows=20_000, security="tls", ca_file=authority.ca_file)
        theirs = rivals.smtp_source(through if theirs_too else port, sessions=10, count=20_000, size=8000)
    return Pair(ours, theirs)


def slow_disk() -> Pair:
    with sink() as port:
        return Pair(send_pass(port, rows=6000, through=SLOW_DISK), send_pass(port, rows=6000))


def one_connection_20_ms() -> Pair:
    with sink() as port, line_to(port, round_trip=0.020) as line:
        return Pair(send_pass(line, rows=400, connections=1), rivals.smtp_source(line, sessions=1, count=60, size=8000))


def sixteen_connections_100_ms() -> Pair:
    with sink() as port, line_to(port, round_trip=0.100) as line, firm.place() as folder:
        ours = send_pass(line, rows=3000, connections=16)
        return Pair(ours, rivals.mailmerge(folder, line, rows=12))


def prepared_and_sent(rows: int) -> Pair:
    """The same rows, each mail of them; our start-up is left out, and theirs is a fiftieth of their time for 2,000."""
    with sink() as port, firm.place() as folder:
        firm.make(folder / "ours", rows=rows)
        firm.connect(folder / "ours", port=port, review="none")
        ours = rows / sum(child(folder / "ours", what)["seconds"] for what in ("prepare", "send"))
        return Pair(ours, rivals.mailmerge(folder / "theirs", port, rows=rows))


def end_to_end() -> Pair:
    """Three commands, as a person types them, start-ups, status workbooks and all."""
    rows = 5000
    with sink() as port, firm.place() as folder:
        firm.make(folder / "ours", rows=rows)
        firm.connect(folder / "ours", port=port)
        started = time.perf_counter()
        firm.mailer(folder / "ours", "campaigns", "prepare", "thanks")
        firm.mailer(folder / "ours", "drafts", "approve", "thanks", "--all", "--yes")
        firm.mailer(folder / "ours", "send", "thanks", "--yes")
        ours = rows / (time.perf_counter() - started)
        return Pair(ours, rivals.mailmerge(folder / "theirs", port, rows=1000))


def against_yagmail() -> Pair:
    rows = 300
    with sink() as port, firm.place() as folder:
        ours = end_to_end().ours
        firm.make(folder, rows=rows)
        return Pair(ours, rivals.yagmail(folder, port, rows=rows))


def preparing() -> Pair:
    """Microseconds a draft; of so many that making the ledger and reading the config weigh little."""
    rows = 20_000
    with firm.place() as folder:
        firm.make(folder, rows=rows)
        ours, theirs = child(folder, "prepare"), child(folder, "render")
    return Pair(*(said["seconds"] / said["count"] * 1e6 for said in (ours, theirs)))


def reading_contacts() -> Pair:
    """Seconds for 100,000 rows of twelve columns."""
    with firm.place() as folder:
        path = folder / "large.xlsx"
        reading.make(path, 100_000)
        return Pair(*(reading.measured(reader, path)["seconds"] for reader in ("contacts", "openpyxl")))


@cache
def whole_campaign(rows: int) -> dict[str, float]:
    """Peak megabytes and microseconds a mail of a whole campaign that nobody has to look at."""
    with sink() as port, firm.place() as folder:
        firm.make(folder, rows=rows)
        firm.connect(folder, port=port, review="none")
        runs = [child(folder, "prepare"), child(folder, "send")]
    return {
        "megabytes": max(run["megabytes"] for run in runs),
        "microseconds": sum(run["seconds"] for run in runs) / rows * 1e6,
    }


def growth(what: str, *, rows: int, over: int) -> Pair:
    return Pair(whole_campaign(rows)[what], whole_campaign(over)[what])


def memory(name: str, *, mails: int, over: int, is_long: bool = False) -> Measure:
    """The peak memory of a campaign of so many mails, beside that of a smaller one."""
    return Measure(
        name,
        f"peak memory, {mails:,} mails",
        "MB",
        f"{over:,} mails",
        2,
        1.3,
        lambda: growth("megabytes", rows=mails, over=over),
        is_ceiling=True,
        times=1,
        is_long=is_long,
    )


def help_text() -> Pair:
    with firm.place() as folder:
        ours, theirs = (
            min(rivals.seconds(*command, folder=folder) for _ in range(5))
            for command in (
                (str(Path(sys.executable).with_name("mailer")), "--help"),
                (sys.executable, "-c", "import click"),
            )
        )
    return Pair(ours, theirs)


def thirty_mails() -> Pair:
    with sink() as port, firm.place() as folder:
        shutil.copytree(waiting(30, 8), folder, dirs_exist_ok=True)
        shutil.rmtree(folder / "state", ignore_errors=True)
        firm.connect(folder, port=port, connections=1)
        mailer = str(Path(sys.executable).with_name("mailer"))
        firm.run(folder, mailer, "check", "--accept-ledger")
        ours = rivals.seconds(mailer, "send", "--yes", folder=folder)
        libraries = (sys.executable, "-c", IMPORTS)
        return Pair(ours, min(rivals.seconds(*libraries, folder=folder) for _ in range(3)))


def checked() -> Pair:
    """The whole check of a workspace of 30 rows, but for what asks a server."""
    with firm.place() as folder:
        firm.make(folder, rows=30)
        mailer = str(Path(sys.executable).with_name("mailer"))
        libraries = (sys.executable, "-c", IMPORTS)
        ours, theirs = (
            min(rivals.seconds(*command, folder=folder) for _ in range(3))
            for command in ((mailer, "check", "--offline"), libraries)
        )
    return Pair(ours, theirs)


def desk_pages() -> Pair:
    """Milliseconds of the slowest page of the desk, beside what every page promises."""
    return Pair(desk.slowest(), desk.PROMISED)


WORK = "{} rows prepared and sent"
MAILMERGE, SOURCE, PASS = "mailmerge 2.3.0", "smtp-source, 10 sessions", "the send pass, {}, 10 connections"
WAY = "three commands: 5,000 rows prepared, approved, sent"
OPENPYXL = "openpyxl's read_only pass over the same cells"
LIBRARIES, IMPORTS = "importing click, jinja2, yagmail, sqlalchemy", "import click, jinja2, yagmail, sqlalchemy"

ALL = (
    Measure("two-thousand", WORK.format("2,000"), "mails/s", MAILMERGE, 7.5, 12, lambda: prepared_and_sent(2000)),
    Measure("ten-thousand", WORK.format("10,000"), "mails/s", MAILMERGE, 9, 15, lambda: prepared_and_sent(10_000)),
    Measure("end-to-end", WAY, "mails/s", MAILMERGE, 3, 12, end_to_end),
    Measure("yagmail", "the same", "mails/s", "a loop over yagmail's send", 3, 12, against_yagmail, times=1),
    Measure("pass", PASS.format("8 KB"), "mails/s", SOURCE, 0.25, 0.55, lambda: over_loopback(8, rows=20_000)),
    Measure(
        "pass-tls",
        PASS.format("8 KB, TLS"),
        "mails/s",
        SOURCE + ", no TLS",
        0.22,
        0.40,
        lambda: over_tls(theirs_too=False),
    ),
    Measure(
        "pass-tls-both",
        PASS.format("8 KB, TLS for both"),
        "mails/s",
        SOURCE + ", its TLS by stunnel",
        0.55,
        1,
        lambda: over_tls(theirs_too=True),
    ),
    Measure("pass-30", PASS.format("30 KB"), "mails/s", SOURCE, 0.38, 0.85, lambda: over_loopback(30, rows=6000)),
    Measure("slow-disk", PASS.format("8 KB, a disk of 5 ms"), "mails/s", "the same on this disk", 0.5, 0.7, slow_disk),
    Measure("20-ms", "one connection, 20 ms", "mails/s", "smtp-source, 1 session", 3.4, 3.9, one_connection_20_ms),
    Measure("100-ms", "16 connections, 100 ms", "mails/s", MAILMERGE, 80, 110, sixteen_connections_100_ms),
    Measure("prepare", "rows → drafts", "µs/draft", "the bare Jinja2 render", 8, 4, preparing, is_ceiling=True),
    Measure(
        "reading", "100,000 × 12 .xlsx → contacts", "s", OPENPYXL, 1, 0.4, reading_contacts, is_ceiling=True, times=1
    ),
    memory("memory", mails=10_000, over=1_000),
    memory("hundred-thousand-memory", mails=100_000, over=1_000, is_long=True),
    memory("million-memory", mails=1_000_000, over=10_000, is_long=True),
    Measure(
        "million-cost",
        "cost of a mail among 1,000,000",
        "µs",
        "among 10,000",
        1.25,
        1.05,
        lambda: growth("microseconds", rows=1_000_000, over=10_000),
        is_ceiling=True,
        times=1,
        is_long=True,
    ),
    Measure(
        "desk",
        "the desk's slowest page, 10,000 drafts",
        "ms",
        "what is promised",
        1,
        0.6,
        desk_pages,
        is_ceiling=True,
        times=1,
    ),
    Measure("help", "mailer --help", "s", "importing click", 1.5, 1.2, help_text, is_ceiling=True, times=5),
    Measure("check", "mailer check, 30 rows", "s", LIBRARIES, 2.5, 1.7, checked, is_ceiling=True),
    Measure("thirty", "mailer send, 30 mails", "s", LIBRARIES, 2.2, 1.7, thirty_mails, is_ceiling=True),
)
