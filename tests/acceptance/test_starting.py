"""The command as a process: it starts at once, and ends quietly when nobody listens."""

import os
import subprocess
import sys
from pathlib import Path

MAILER = str(Path(sys.executable).parent / "mailer")
IMPORTED = """
import sys
from mailer.cli import cli
cli.main(["--help"], standalone_mode=False)
paths = {name.partition(".")[0]: vars(module).get("__file__") or "" for name, module in sys.modules.items()}
print(*(name for name, path in paths.items() if "site-packages" in path and not name.startswith("_")))
"""


def test_help_imports_nothing_but_click():
    done = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True)
    assert set(done.stdout.splitlines()[-1].split()) == {"click"}


def test_a_reader_that_leaves_early_is_no_error():
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([MAILER, "completion", "bash"], stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_an_unreadable_letter_in_a_path_is_shown_somehow(tmp_path):
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    Path(os.fsdecode(folder)).mkdir()
    done = subprocess.run([MAILER, "accounts", "list"], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 78
    assert b"There is no config.yaml" in done.stderr
