"""A report as one self-contained page: no script, nothing from elsewhere, the chart as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from mailer.relations import charts
from mailer.relations.figures import Report

#: Why opens are not counted, wherever somebody might look for them.
NO_OPENS = (
    "Opens are not counted: that takes a hidden picture that tells on the reader, and mail programs fetch it "
    "whether anybody reads or not. A reply is what counts."
)
#: How many of the neglected are named, and of the replies, which stand above the pictures.
NAMED, QUOTED = 25, 10

_CSS = """
body { font: 16px/1.5 Georgia, serif; color: #222; max-width: 46rem; margin: 2.5rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: 0 } h2 { font-size: 1.1rem; margin: 2.2rem 0 .5rem; color: #1f3a4d }
.first { font-size: 3rem; line-height: 1; color: #1f3a4d; margin: 1.2rem 0 .2rem } .dim { color: #666 }
table { border-collapse: collapse; width: 100%; font-size: .92rem }
th { text-align: left; font-weight: normal; color: #666 }
th, td { padding: .3rem .7rem .3rem 0; border-bottom: 1px solid #e6e2da; vertical-align: top }
td.n, th.n { text-align: right } svg + table { margin-top: .8rem }
""".strip()


def report_page(report: Report, *, firm: str) -> str:
    """The whole page as HTML."""
    about = f"{report.since:%d %B %Y} to {report.until:%d %B %Y}"
    count = len(report.replies)
    return "\n".join(
        [
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(firm)}: {about}</title>',
            f'<meta name="viewport" content="width=device-width"><style>{_CSS}{charts.CSS}</style></head><body>',
            f"<h1>{escape(firm)}</h1>",
            f'<p class="dim">{about}{f", campaign {escape(report.campaign)}" if report.campaign else ""}</p>',
            f'<p class="first">{count}</p><p>{"reply" if count == 1 else "replies"}</p>',
            _table(
                ["When", "Who", "", "What they said"],
                [[f"{r.at:%d %b %Y}", r.name, r.audience, r.words] for r in report.replies[:QUOTED]],
            ),
            _more(count - QUOTED),
            charts.replies(report) if report.replies else "",
            "<h2>Inside and outside the house</h2>",
            charts.balance(report) if report.sides else "",
            _table(SIDE_COLUMNS, side_rows(report), numbers=range(1, 6)),
            "<h2>Promises kept, month by month</h2>",
            charts.trend(report),
            "<h2>Thanked by whom</h2>",
            _table(
                ["From", "To", "People"], [[by, to, n] for (by, to), n in sorted(report.thanked.items())], numbers=[2]
            ),
            f"<h2>Neglected: {len(report.neglected)}</h2>",
            _table(["Who", "", "Known by", "How long"], neglected_rows(report)[:NAMED]),
            "<h2>What did not arrive</h2>",
            f"<p>{troubles(report)}</p>",
            f'<p class="dim">{NO_OPENS}</p></body></html>',
        ]
    )


def _more(count: int) -> str:
    return f'<p class="dim">… and {count} more</p>' if count > 0 else ""


#: The columns of `side_rows`.
SIDE_COLUMNS = ("", "People", "Written to", "Mails", "Replies", "Promise kept")


def side_rows(report: Report) -> list[list[object]]:
    """One row for each audience: clients and staff side by side."""
    return [
        [side.audience, side.people, side.thanked, side.mails, side.replies, _share(side.kept, side.promised)]
        for side in report.sides
    ]


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.0%})" if whole else "nothing promised"


def neglected_rows(report: Report) -> list[list[object]]:
    """The neglected, worst first."""
    return [
        [each.contact.name or each.contact.address, each.contact.audience, each.contact.owner, str(each.standing)]
        for each in report.neglected
    ]


def troubles(report: Report) -> str:
    """What did not arrive, and who must not be written to, as a sentence."""
    return (
        f"{report.bounced} bounced, {report.unconfirmed} unconfirmed, {report.failed} failed; "
        f"{report.suppressed} suppressed."
    )


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, numbers: Iterable[int] = ()) -> str:
    if not rows:
        return '<p class="dim">None.</p>'
    right = set(numbers)
    kinds = [' class="n"' if at in right else "" for at in range(len(columns))]
    head = "".join(f"<th{kind}>{escape(name)}</th>" for kind, name in zip(kinds, columns, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{escape(str(cell))}</td>" for kind, cell in zip(kinds, row, strict=True)) + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"
