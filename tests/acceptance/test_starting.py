"""The command as a process: it starts at once, and ends quietly when nobody listens."""

import os
import subprocess
import sys
from pathlib import Path

MAILER = str(Path(sys.executable).parent / "mailer")
IMPORTED = """
import sys
from mailer.cli import main
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
paths = {name.partition(".")[0]: vars(module).get("__file__") or "" for name, module in sys.modules.items()}
print(*(name for name, path in paths.items() if "site-packages" in path and not name.startswith("_")))
watched = {"sqlalchemy.orm", "sqlalchemy.dialects.postgresql", "mailer.campaigns"}
print(*watched.intersection(sys.modules))
"""
#: What every command that opens a workspace needs.
WORKSPACE = set(
    "annotated_types click dateutil platformdirs pydantic pydantic_core ruamel sqlalchemy "
    "typing_extensions typing_inspection zlib_ng".split()
)
SHEET = {"babel", "defusedxml"}
TEMPLATE = {"css_inline", "jinja2", "markdown_it", "markupsafe", "mdurl", "selectolax"}
TABLE = {"rich"}


def imported(*words, folder=None):
    """The outside packages that a command loads, and what of others is worth a look."""
    command = [sys.executable, "-c", IMPORTED, *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    packages, others = done.stdout.splitlines()[-2:]
    return set(packages.split()), set(others.split())


def test_help_imports_nothing_but_click():
    assert imported("--help") == ({"click"}, set())


def test_a_command_imports_only_what_it_uses(firm):
    """Each of these is waited for: holidays, yagmail, openpyxl, keyring … cost 10 to 70 ms each, for nothing."""
    campaigns = {"mailer.campaigns"}
    steps = [
        ("check", WORKSPACE | SHEET | TEMPLATE | TABLE, campaigns),
        ("campaigns prepare thanks", WORKSPACE | SHEET | TEMPLATE, campaigns),
        ("preview thanks", WORKSPACE | SHEET | TEMPLATE | TABLE, campaigns),
        ("drafts list", WORKSPACE | TABLE, set()),
        ("drafts approve thanks --all --yes", WORKSPACE | {"babel"}, campaigns),
        ("send --yes", WORKSPACE | SHEET | {"filelock"}, campaigns),
    ]
    for words, packages, others in steps:
        loaded, worth_a_look = imported(*words.split(), folder=firm.folder)
        assert (loaded - packages, worth_a_look - others) == (set(), set()), words


def test_the_child_that_reads_a_workbook_loads_no_config():
    loaded = "import sys, mailer.contacts.worker; print({'mailer.config', 'pydantic', 'click'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


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


def test_a_service_without_streams_is_no_defect(firm):
    firm.run("campaigns", "prepare", "thanks")
    for closed, code in (("<&- >&- 2>&-", 0), ("<&-", 0)):
        listed = subprocess.run(f"{MAILER} drafts list {closed}", shell=True, cwd=firm.folder, check=False)
        assert listed.returncode == code
    asked = subprocess.run(
        f"{MAILER} drafts approve thanks --all <&-", shell=True, cwd=firm.folder, check=False, capture_output=True
    )
    assert b"needs an answer" in asked.stderr
