"""Workspaces for tests: a real folder with a sheet, a template and a config, and the installed command run in it."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from openpyxl import Workbook, load_workbook

from mailer.workspace import Clock, Workspace
from tests.factories import NOW

COMMAND = Path(sys.executable).with_name("mailer")

#: Makes root subject to the rights of files, as everybody else is.
AS_ANYBODY = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search") if os.geteuid() == 0 else ()

HEADER = ("Client no", "E-mail", "First name", "Last name", "Owner", "Amount", "Add a sentence")

TEMPLATE = """---
subject: Thank you, {{ first_name }}
---
Dear {{ first_name }},

thank you for {{ amount }}.

{% if personal_line %}{{ personal_line }}{% endif %}

Ada
"""

CONFIG = """
firm:
  name: Harbour & Vale LLP
  timezone: Africa/Lagos
  country: NG
accounts:
  ada:
    from: Ada Obi <ada@harbourvale.example>
    owners: [Ada]
    %(account)s
contacts:
  clients:
    file: clients.xlsx
    key: Client no
    columns: {personal_line: Add a sentence}
campaigns:
  thanks:
    contacts: clients
    template: thanks
    from: ada
    %(campaign)s
"""


def row(number: int, **cells: object) -> list[object]:
    """The row of client so-and-so; keyword names are HEADER's, in lower case with underscores."""
    values: dict[str, object] = {
        "client_no": f"C{number:04}",
        "e_mail": f"client{number}@client.example",
        "first_name": f"Bob{number}",
        "last_name": "Stone",
        "owner": "Ada",
        "amount": 100 + number,
        "add_a_sentence": None,
    }
    unknown = set(cells) - set(values)
    assert not unknown, unknown
    return list((values | cells).values())


@dataclass(frozen=True)
class Ran:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@dataclass(frozen=True)
class Firm:
    """A firm's folder."""

    folder: Path
    #: What its desks hold open, until the test is over.
    closing: ExitStack = field(default_factory=ExitStack)

    def write_sheet(self, rows: Sequence[Sequence[object]], header: Sequence[str] = HEADER) -> None:
        book = Workbook()
        sheet = book.active
        sheet.append(list(header))
        for each in rows:
            sheet.append(list(each))
        book.save(self.folder / "clients.xlsx")

    def edit_sheet(self, change) -> None:
        book = load_workbook(self.folder / "clients.xlsx")
        change(book.active)
        book.save(self.folder / "clients.xlsx")

    def write_template(self, text: str = TEMPLATE, name: str = "thanks.md") -> None:
        path = self.folder / "templates" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def write_config(self, *, account: str = "outbox: outbox/", campaign: str = "review: each") -> None:
        text = CONFIG % {"account": account, "campaign": campaign}
        (self.folder / "config.yaml").write_text(text, encoding="utf-8")

    def open(self, start: datetime = NOW, **options) -> Workspace:
        """The workspace, on a clock that starts then and advances a little whenever it is read."""
        reads = count()
        clock = Clock(now=lambda: start + timedelta(milliseconds=10 * next(reads)))
        return Workspace(self.folder / "config.yaml", clock=clock, **options)

    def environment(self) -> dict[str, str]:
        return {**os.environ, "TEST_PASSWORD": "secret", "COLUMNS": "200"}

    def run(
        self, *arguments: object, code: int | None = 0, stdin: str = "", under: Sequence[str] = ()
    ) -> Ran:  # fmt: skip
        """Run the installed command here, `under` another; asserts its exit code unless that is None."""
        done = subprocess.run(
            [*under, COMMAND, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment(),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert code is None or done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return Ran(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """Start the installed command and let it run."""
        return subprocess.Popen(
            [COMMAND, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def outbox(self) -> list[Path]:
        return sorted((self.folder / "outbox").glob("*.eml"))


def make_firm(folder: Path) -> Firm:
    """A firm with three clients, one template, and a campaign that is rehearsed."""
    made = Firm(folder)
    folder.mkdir()
    made.write_sheet([row(number) for number in range(1, 4)])
    made.write_template()
    made.write_config()
    return made


def smtp_account(port: int, **settings: object) -> str:
    """The account's lines for a server on loopback that wants no login."""
    lines = {"server": f"127.0.0.1:{port}", "security": "none", "per_minute": 100_000, "per_day": 100_000, **settings}
    return "\n    ".join(f"{name}: {value}" for name, value in lines.items())
