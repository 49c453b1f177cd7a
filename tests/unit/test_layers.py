"""The order of the house: imports only point down, and each outside package has one room that imports it."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

#: Outside package → the modules (as path prefixes) that may import it.
ROOMS = {
    "alembic": ("mailer/ledger/",),
    "aiosmtpd": (),
    "cryptography": ("mailer/compose/signing.py",),
    "flask": ("mailer/desk/", "mailer/way_out.py"),
    "waitress": ("mailer/desk/", "mailer/cli/way_out.py"),
    "authlib": ("mailer/oauth/",),
    "babel": ("mailer/templates/", "mailer/contacts/", "mailer/when/"),
    "click": ("mailer/cli/",),
    "css_inline": ("mailer/templates/",),
    "dns": ("mailer/domains.py",),
    "filelock": ("mailer/workspace/",),
    "dateutil": ("mailer/when/", "mailer/config/when.py", "mailer/templates/", "mailer/expressions.py"),
    "holidays": ("mailer/when/",),
    "idna": ("mailer/compose/",),
    "jinja2": ("mailer/templates/", "mailer/expressions.py", "mailer/desk/app.py"),
    "imap_tools": ("mailer/mailbox/imap.py",),
    "imaplib": ("mailer/mailbox/imap.py",),
    "keyring": ("mailer/transports/",),
    "markdown_it": ("mailer/templates/",),
    "openpyxl": (
        "mailer/contacts/",
        "mailer/relations/workbook.py",
    ),
    "platformdirs": ("mailer/workspace/",),
    "python_calamine": ("mailer/contacts/",),
    "requests": ("mailer/oauth/",),
    "rich": ("mailer/cli/",),
    "ruamel": ("mailer/config/", "mailer/templates/"),
    "schedule": ("mailer/scheduling/",),
    "smtplib": ("mailer/transports/door.py",),
    "sqlalchemy": ("mailer/ledger/",),
    "werkzeug": ("mailer/desk/",),
    "yagmail": ("mailer/transports/door.py",),
    "zlib_ng": ("mailer/ledger/words.py",),
}


def imports_of(path: Path) -> set[str]:
    """The top-level names of everything a module imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_imports_only_point_down():
    # In a process of its own: the linter silences the loggers of the one it runs in.
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_page_about_the_layers_draws_those_that_are_checked():
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    checked = [layer.replace("(", "").replace(")", "") for layer in contract[0]["layers"] if layer != "__main__"]
    page = (ROOT / "docs" / "explanation" / "layout.md").read_text(encoding="utf-8")
    assert "```\n" + "\n".join(checked) + "\n```" in page


@pytest.mark.parametrize("package", sorted(ROOMS))
def test_an_outside_package_is_imported_in_its_room_only(package):
    importers = {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "mailer").rglob("*.py") if package in imports_of(path)
    }
    assert {path for path in importers if not path.startswith(ROOMS[package])} == set()
