"""`python -m benchmarks [NAME...] [--check]`: measure, write docs/explanation/performance.md, hold the floors."""

from __future__ import annotations

import argparse
import os
import sys
import time
from statistics import median

from benchmarks import firm
from benchmarks.measures import ALL, Measure, Pair, waiting
from benchmarks.twin import compared

PAGE = firm.ROOT / "docs" / "explanation" / "performance.md"
START, END = "<!-- measured: start -->\n", "<!-- measured: end -->\n"


def fsync_milliseconds() -> float:
    """What one durable write costs on the disk that the ledgers of this run lie on."""
    with firm.place() as folder, (folder / "file").open("wb") as file:
        started = time.perf_counter()
        for _ in range(50):
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
        return (time.perf_counter() - started) / 50 * 1000


def row(measure: Measure, runs: list[Pair]) -> str:
    ratios = sorted(run.ours / run.theirs for run in runs)
    ours, theirs = (median(values) for values in zip(*runs, strict=True))
    spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f}" if len(ratios) > 1 else "one run"
    sign = "≤" if measure.is_ceiling else "≥"
    return (
        f"| {measure.what} | {_short(ours)} {measure.unit} | {measure.against} | {_short(theirs)} {measure.unit} "
        f"| **{median(ratios):.2f}** ({spread}) | {sign} {measure.floor:g} | {sign} {measure.aim:g} |"
    )


def _short(number: float) -> str:
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"


def measured(wanted: list[Measure], most: int) -> dict[str, list[Pair]]:
    """All runs, one of each measure after the other, so that a busy minute of the machine falls on everybody."""
    runs: dict[str, list[Pair]] = {measure.name: [] for measure in wanted}
    for turn in range(min(most, max(measure.times for measure in wanted))):
        for measure in wanted:
            if turn < measure.times:
                runs[measure.name].append(measure.run())
                pair = runs[measure.name][-1]
                print(f"{measure.name}: {pair.ours:.4g} / {pair.theirs:.4g} {measure.unit}", file=sys.stderr)
    return runs


def write(lines: list[str], *, only: bool) -> None:
    """Put the table into the page; with `only`, these rows into the table that stands there."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    old, _, after = rest.partition(END)
    if only:
        fresh = {line.split("|")[1]: line for line in lines if line.startswith("| ") and "**" in line}
        kept = [fresh.pop(line.split("|")[1], line) if line.startswith("| ") else line for line in old.splitlines()]
        lines = [*kept, *fresh.values()]
    PAGE.write_text(f"{before}{START}" + "\n".join(lines) + f"\n{END}{after}", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=", ".join(measure.name for measure in ALL))
    parser.add_argument("--check", action="store_true", help="fail when a floor does not hold; write nothing")
    parser.add_argument("--times", type=int, default=99, help="measure each at most so many times")
    asked = parser.parse_args()
    wanted = [measure for measure in ALL if measure.name in asked.names or not (asked.names or measure.is_long)]
    load = os.getloadavg()[0]
    fsync = fsync_milliseconds()
    faithful = compared(waiting(300, 8))
    runs = measured(wanted, asked.times)
    lines = [
        (
            f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {load:.1f} at the start, "
            f"one fsync {fsync:.2f} ms. {faithful}"
        ),
        "",
        "| what | mailer | beside | | ratio (spread) | floor | aim |",
        "|---|---|---|---|---|---|---|",
        *(row(measure, runs[measure.name]) for measure in wanted),
    ]
    print("\n".join(lines))
    if not asked.check:
        write(lines, only=bool(asked.names))
        return 0
    broken = [
        measure.name
        for measure in wanted
        if not measure.holds(median(run.ours / run.theirs for run in runs[measure.name]))
    ]
    print(f"Below their floor: {', '.join(broken)}" if broken else "Every floor holds.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
