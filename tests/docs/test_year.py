"""The tutorial's year: what it shows is what the commands print, and what it says is what it shows."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "a-year-of-thanks.md").read_text(encoding="utf-8")


def test_january_is_told_as_it_is():
    done = subprocess.run(
        [sys.executable, "scripts/year.py", "--january"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_numbers_it_speaks_of_are_those_of_the_report():
    (total,) = re.findall(r"^(\d+) replies from", PAGE, re.MULTILINE)
    answers = dict(re.findall(r"^ (client|staff) +\d+ +\d+ +\d+ +(\d+) ", PAGE, re.MULTILINE))
    kept = re.findall(r"^ (?:Jan|Dec) 2027 +\S+ (\d+)%", PAGE, re.MULTILINE)
    said = " ".join(PAGE.split())

    assert f"{total} answers in a year: {answers['client']} from clients, {answers['staff']} from colleagues" in said
    assert f"in January with {kept[0]}% of the clients, in December with {kept[1]}%" in said
