"""Write the confusion table of what comes back into its explanation; --check only compares."""

import sys
from collections import Counter
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from mailer.mailbox import Kind, read  # noqa: E402 - the repository is no package
from tests import mails  # noqa: E402

PAGE = ROOT / "docs" / "explanation" / "what-comes-back.md"
BEGIN, END = "<!-- confusion: written by scripts/confusion.py -->\n", "<!-- /confusion -->"


def table() -> str:
    """Every made mail, with each line end, as what it is and what it was taken for."""
    counts: Counter[tuple[Kind, Kind]] = Counter()
    wrong_hardness = suppressed = 0
    for made in mails.every_mail():
        for line_end in (b"\n", b"\r", b"\r\n"):
            taken = read(made.content.replace(b"\n", line_end), mails.KNOWN, today=date(2026, 11, 21))
            hard = any(notice.is_hard for notice in taken.notices)
            counts[made.kind, taken.kind] += 1
            wrong_hardness += hard != made.is_hard
            suppressed += hard and not made.is_hard
    kinds = [kind for kind in Kind if any(kind in pair for pair in counts)]
    lines = ["| | " + " | ".join(kinds) + " |", "|---" * (len(kinds) + 1) + "|"]
    lines += [
        f"| **{row}** | " + " | ".join(str(counts[row, column] or "") for column in kinds) + " |" for row in kinds
    ]
    total = sum(counts.values())
    return "\n".join(lines) + (
        f"\n\n{total} mails; {wrong_hardness} with the wrong hardness; {suppressed} people suppressed without cause.\n"
    )


def main() -> int:
    """Write or compare; 1 if they differ."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    fresh = f"{before}{BEGIN}\n{table()}\n{END}{after}"
    if "--check" in sys.argv:
        return int(fresh != text)
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
