"""The figures in the explanation are those of the code as it stands."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_confusion_table_is_that_of_the_code():
    check = subprocess.run([sys.executable, "scripts/confusion.py", "--check"], cwd=ROOT, check=False)
    assert check.returncode == 0, "python scripts/confusion.py writes it"
