"""What others do with the same rows and the same words: smtp-source, mailmerge, a loop over yagmail's `send`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import firm
from benchmarks.servers import PATH

#: mailmerge lives in an environment of its own, made once.
VENV = firm.PLACE / "mailmerge-2.3.0"

MAILMERGE = """TO: {{{{ email }}}}
SUBJECT: Thank you for {{{{ years }}}} years, {{{{ first_name }}}}
FROM: Bench & Sons <office@bench.example>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="boundary"

This is a MIME-encoded message.

--boundary
Content-Type: text/plain; charset=us-ascii

{text}
--boundary
Content-Type: text/html; charset=us-ascii

{html}
--boundary--
"""

YAGMAIL = """
import csv, pathlib, sys
import yagmail
from jinja2 import Template
html = Template(pathlib.Path("templates/letter.html").read_text().split("---\\n", 2)[2])
text = Template(pathlib.Path("templates/letter.txt").read_text())
client = yagmail.SMTP("office@bench.example", host="localhost", port=int(sys.argv[1]),
                      smtp_ssl=False, smtp_starttls=False, smtp_skip_login=True)
with open("clients.csv", newline="") as file:
    for row in csv.DictReader(file):
        words = [text.render(row), yagmail.raw(html.render(row).replace("\\n", " "))]
        client.send(row["email"], f"Thank you for {row['years']} years, {row['first_name']}", words)
"""


def seconds(*command: str, folder: Path) -> float:
    started = time.perf_counter()
    subprocess.run(
        command, cwd=folder, check=True, stdout=subprocess.DEVNULL, env={**firm.environment(folder), "PATH": PATH}
    )
    return time.perf_counter() - started


def smtp_source(port: int, *, sessions: int, count: int, size: int) -> float:
    """Mails a second of Postfix's load generator."""
    words = ("-s", str(sessions), "-m", str(count), "-l", str(size), "-d", f"127.0.0.1:{port}")
    return count / seconds("smtp-source", *words, folder=firm.PLACE)


def install_mailmerge() -> None:
    if not (VENV / "bin" / "mailmerge").exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([VENV / "bin" / "pip", "install", "--quiet", "mailmerge==2.3.0"], check=True)


def mailmerge(folder: Path, port: int, *, rows: int, kilobytes: int = 8) -> float:
    """Mails a second of mailmerge 2.3.0."""
    install_mailmerge()
    folder.mkdir(exist_ok=True)
    firm.write_rows(folder / "mailmerge_database.csv", rows)
    words = MAILMERGE.format(text=firm.TEXT, html=firm.html(kilobytes))
    (folder / "mailmerge_template.txt").write_text(words, encoding="utf-8")
    server = f"[smtp_server]\nhost = localhost\nport = {port}\nsecurity = Never\n"
    (folder / "mailmerge_server.conf").write_text(server, encoding="utf-8")
    command = (os.fspath(VENV / "bin" / "mailmerge"), "--no-dry-run", "--no-limit", "--output-format", "raw")
    return rows / seconds(*command, folder=folder)


def yagmail(folder: Path, port: int, *, rows: int) -> float:
    """Mails a second of a loop over yagmail's `send`, in a workspace of ours."""
    return rows / seconds(sys.executable, "-c", YAGMAIL, str(port), folder=folder)
