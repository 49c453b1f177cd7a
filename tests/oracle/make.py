"""Ask the oracles again: `make oracle`. Needs npm (for SheetJS's ssf) and LibreOffice; writes answers.json."""

import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from openpyxl import Workbook

from tests.oracle.pairs import pairs

HERE = Path(__file__).parent
SSF = "ssf@0.11.2"
#: Comma, quotes, UTF-8, from row 1, American English, text unquoted, cells as shown.
CSV_FILTER = "csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,false,true"


def main() -> None:
    """Write what both oracles show for every pair."""
    asked = pairs()
    with tempfile.TemporaryDirectory() as folder:
        ssf, calc = ask_ssf(asked, Path(folder)), ask_libreoffice(asked, Path(folder))
    lines = [json.dumps(line, ensure_ascii=False) for line in zip(asked, ssf, calc, strict=True)]
    (HERE / "answers.json").write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
    sys.stdout.write(f"{len(lines)} pairs\n")


def ask_ssf(asked: list[tuple[str, float]], folder: Path) -> list[str | None]:
    """What SheetJS shows."""
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--prefix", folder, SSF], check=True)
    command = ["node", HERE / "ssf.js", folder / "node_modules" / "ssf"]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def ask_libreoffice(asked: list[tuple[str, float]], folder: Path) -> list[str]:
    """What LibreOffice shows in a wide column."""
    book = Workbook(write_only=False)
    sheet = book.active
    sheet.column_dimensions["A"].width = 250
    for row, (code, value) in enumerate(asked, 1):
        cell = sheet.cell(row, 1, value)
        cell.number_format = code
    book.save(folder / "asked.xlsx")
    command = ["soffice", "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
    command += ["--convert-to", CSV_FILTER, "--outdir", folder, folder / "asked.xlsx"]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    with (folder / "asked.csv").open(encoding="utf-8", newline="") as file:
        shown = [record[0] if record else "" for record in csv.reader(file)]
    return shown + [""] * (len(asked) - len(shown))


if __name__ == "__main__":
    main()
