"""`snapshot(name, text)`: compare with the kept file, or write it anew with --snapshot-update."""

import difflib
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "mails"


def pytest_addoption(parser):
    parser.addoption("--snapshot-update", action="store_true", help="Write the snapshots anew.")


@pytest.fixture
def snapshot(request):
    def compare(name: str, made: str) -> None:
        path = FOLDER / name
        if request.config.getoption("--snapshot-update", default=False):
            path.write_text(made, encoding="utf-8")
        kept = path.read_text(encoding="utf-8") if path.is_file() else ""
        lines = difflib.unified_diff(kept.splitlines(), made.splitlines(), "kept", "made", lineterm="")
        assert kept == made, f"{path.name} differs; `make snapshots` writes it anew.\n" + "\n".join(lines)

    return compare
