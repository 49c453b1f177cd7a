"""A firm to measure with: a workspace of so many clients, an 8 KB letter in HTML and text, and one account."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: On a real disk, never in memory: an fsync that costs nothing measures nothing.
ROOT = Path(__file__).parents[1]
PLACE = ROOT / "build" / "benchmarks"

#: One paragraph in six names the client; the others are the same for all, as in letters that people send.
PERSONAL = "{{ first_name }}, for {{ years }} years you have trusted us, and in year %d you still do."
COMMON = "Paragraph %d of a letter that took an evening: what we learned, what we tried, and what comes next."
STYLE = '<p style="margin:0 0 16px;font-family:Georgia,serif;font-size:16px;line-height:24px">%s</p>'


def _paragraphs(count: int) -> list[str]:
    return [(PERSONAL if number % 6 == 0 else COMMON) % number for number in range(count)]


TEXT = "Dear {{ first_name }},\n\n" + "\n\n".join(_paragraphs(10)) + "\n"


def html(kilobytes: int) -> str:
    """The letter's HTML, about so large once rendered."""
    rows = "\n".join(STYLE % words for words in _paragraphs(kilobytes * 1000 // 180))
    return f"<!doctype html>\n<html><head><title>Thank you</title></head><body>\n{rows}\n</body></html>\n"


CONFIG = """
firm: {{name: Bench & Sons, postal_address: 1 Quay Street, timezone: UTC}}
accounts:
  office:
    from: Bench & Sons <office@bench.example>
    server: localhost:{port}
    security: {security}
    connections: {connections}
    per_minute: 10000000
    per_day: 100000000
    {more}
contacts:
  clients: {{file: clients.csv}}
campaigns:
  thanks: {{contacts: clients, template: letter, from: office, review: {review}}}
"""


#: A syllable for each digit.
SYLLABLES = ("an", "be", "ci", "do", "el", "fa", "gi", "ho", "il", "jo")


def name(number: int) -> str:
    """A name of one's own for everybody, without digits, which would be told as odd in every draft."""
    return "".join(SYLLABLES[int(digit)] for digit in str(number)).title()


def write_rows(path: Path, count: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["email", "first_name", "name", "years"])
        rows.writerows(
            [f"client{n}@client{n % 50}.example", name(n), f"{name(n)} Client", n % 30 + 1] for n in range(count)
        )


def make(folder: Path, *, rows: int, kilobytes: int = 8) -> Path:
    """A workspace without its config, since ports change."""
    (folder / "templates").mkdir(parents=True)
    subject = "---\nsubject: Thank you for {{ years }} years, {{ first_name }}\n---\n"
    (folder / "templates" / "letter.html").write_text(subject + html(kilobytes), encoding="utf-8")
    (folder / "templates" / "letter.txt").write_text(TEXT, encoding="utf-8")
    write_rows(folder / "clients.csv", rows)
    connect(folder, port=25)
    return folder


def connect(
    folder: Path,
    *,
    port: int,
    connections: int = 10,
    security: str = "none",
    ca_file: Path | None = None,
    review: str = "each",
) -> None:
    """Point the account at a server."""
    more = f"ca_file: {ca_file}" if ca_file else ""
    config = CONFIG.format(port=port, connections=connections, security=security, more=more, review=review)
    (folder / "config.yaml").write_text(config, encoding="utf-8")


@contextmanager
def place() -> Iterator[Path]:
    """A fresh folder that goes away."""
    PLACE.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=PLACE))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def environment(folder: Path) -> dict[str, str]:
    """Of a program as people have it: compiled once, not in every run."""
    ours = {"PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(folder / "state"), "HOME": str(folder)}
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | ours


def mailer(folder: Path, *words: str) -> None:
    """Run the command in a workspace, as a person would."""
    run(folder, str(Path(sys.executable).with_name("mailer")), *words)


def run(folder: Path, *words: str) -> str:
    """Run a program in a workspace; what it said."""
    done = subprocess.run(words, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{words} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def approved(folder: Path, *, rows: int, kilobytes: int = 8) -> Path:
    """A workspace whose mails wait to be sent."""
    make(folder, rows=rows, kilobytes=kilobytes)
    mailer(folder, "campaigns", "prepare", "thanks")
    mailer(folder, "drafts", "approve", "thanks", "--all", "--yes")
    return folder
