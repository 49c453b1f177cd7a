"""The pictures of a report as SVG, for the written page and the desk alike: classes only, so each page has its colours.

`s0` to `s3` are the audiences in the order of the report, `grid` its lines; `CSS` gives the colours on white paper.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from html import escape

from mailer.relations.figures import Report, Side

#: How many audiences are drawn.
DRAWN = 4
CSS = """
svg { width: 100%; height: auto; display: block } svg.balance { max-width: 34rem }
svg text { font: 12px Georgia, serif; fill: #595959 }
.grid { stroke: #e6e2da } .line { fill: none; stroke-width: 2 }
.s0 { --s: #1f3a4d } .s1 { --s: #a4551f } .s2 { --s: #3f6e4d } .s3 { --s: #7a5c8e }
.line { stroke: var(--s) } .dot, .bar, svg text.name { fill: var(--s) }
""".strip()

_WIDTH, _LEFT, _RIGHT, _TOP, _BOTTOM = 720, 44, 90, 26, 30
_TREND, _REPLIES = 220, 180
#: So many months have a label at most, and names at the ends of lines stand so far apart.
_LABELS, _APART = 14, 14
#: A row of bars: the name of the row, then one bar for each audience; and how wide such a picture is.
_ROW, _BAR, _SHARES = 26, 12, 480


def trend(report: Report) -> str:
    """How well the promise was kept, month by month: one line for each audience, 0 to 100 %."""
    days = list(report.trend)
    step = (_WIDTH - _LEFT - _RIGHT) / max(1, len(days) - 1)
    parts = [_opened("Share of promises kept, month by month", _TREND)]
    parts += [_grid(_y(share, _TREND), f"{share:.0%}") for share in (0, 0.5, 1)]
    parts += _months(days, [_LEFT + at * step for at in range(len(days))], _TREND)
    ends: list[tuple[float, float, int, str]] = []
    for at, side in enumerate(report.sides[:DRAWN]):
        points = [
            (_LEFT + place * step, _y(shares[side.audience], _TREND))
            for place, shares in enumerate(report.trend.values())
            if side.audience in shares
        ]
        if points:
            parts.append(_line(points, at))
            ends.append((points[-1][1], points[-1][0], at, side.audience))
    return "".join([*parts, *_names(ends), "</svg>"])


def replies(report: Report) -> str:
    """How many answered in each month: a bar for each audience."""
    months = [(day.year, day.month) for day in report.trend]
    counts = Counter(((reply.at.year, reply.at.month), reply.audience) for reply in report.replies)
    most = max(counts.values(), default=0) or 1
    width = (_WIDTH - _LEFT - 10) / max(1, len(months))
    sides = report.sides[:DRAWN]
    bar = min(22, width * 0.8 / max(1, len(sides)))
    parts = [_opened("Replies, month by month", _REPLIES)]
    parts += [_grid(_y(share, _REPLIES), f"{share * most:g}") for share in ((0, 0.5, 1) if most % 2 == 0 else (0, 1))]
    parts += _legend(sides)
    middles = [_LEFT + (place + 0.5) * width for place in range(len(months))]
    parts += _months(list(report.trend), middles, _REPLIES)
    for middle, month in zip(middles, months, strict=True):
        for at, side in enumerate(sides):
            count = counts[month, side.audience]
            x, y = middle + (at - len(sides) / 2) * bar, _y(count / most, _REPLIES)
            if count:
                parts.append(_bar(x, y, (bar - 2, _REPLIES - _BOTTOM - y), at, f"{side.audience}: {count}"))
    return "".join([*parts, "</svg>"])


def balance(report: Report) -> str:
    """Inside and outside the house: who was written to, who answered, and how well the promise is kept, as shares."""
    sides = report.sides[:DRAWN]
    rows = (
        ("Written to", [(side.thanked, side.people) for side in sides]),
        ("Replies to our mails", [(min(side.replies, side.mails), side.mails) for side in sides]),
        ("Promise kept", [(side.kept, side.promised) for side in sides]),
    )
    height = _ROW + len(sides) * (_BAR + 4)
    parts = [_opened("Inside and outside the house, as shares", len(rows) * height + 4, width=_SHARES, kind="balance")]
    for place, (name, shares) in enumerate(rows):
        top = place * height
        parts.append(f'<text x="0" y="{top + 18}">{name}</text>')
        for at, (side, (part, whole)) in enumerate(zip(sides, shares, strict=True)):
            parts.append(_share(side, part, whole, top + _ROW + at * (_BAR + 4), at))
    return "".join([*parts, "</svg>"])


def _share(side: Side, part: int, whole: int, y: float, at: int) -> str:
    """One audience's bar on its way to 100 %, its name before and its numbers behind."""
    left, full = 90, _SHARES - 90 - 100
    said = f"{part:,} of {whole:,}" if whole else "–"
    return (
        f'<text class="name s{at}" x="{left - 8}" y="{y + 10}" text-anchor="end">{escape(side.audience)}</text>'
        f'<line class="grid" x1="{left}" x2="{left + full}" y1="{y + _BAR / 2}" y2="{y + _BAR / 2}"/>'
        + _bar(left, y, (full * part / whole if whole else 0, _BAR), at, f"{side.audience}: {said}")
        + f'<text x="{left + full + 8}" y="{y + 10}">{said}</text>'
    )


def _legend(sides: Sequence[Side]) -> Iterator[str]:
    """The audiences' names in their colours, right above."""
    for at, side in enumerate(reversed(sides)):
        x, number = _WIDTH - 10 - at * 90, len(sides) - 1 - at
        yield f'<text class="name s{number}" x="{x}" y="12" text-anchor="end">{escape(side.audience)}</text>'


def _opened(label: str, height: float, *, width: float = _WIDTH, kind: str = "months") -> str:
    return f'<svg class="{kind}" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">'


def _y(share: float, height: float) -> float:
    return round(_TOP + (height - _TOP - _BOTTOM) * (1 - share), 1)


def _grid(y: float, label: str) -> str:
    return (
        f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - 10}" y1="{y}" y2="{y}"/>'
        f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{label}</text>'
    )


def _months(days: Sequence[date], places: Sequence[float], height: float) -> Iterator[str]:
    """The names of the months; of many, every second or third."""
    every = -(-len(days) // _LABELS) or 1
    for at, (day, x) in enumerate(zip(days, places, strict=True)):
        if at % every == 0:
            yield f'<text x="{x:.1f}" y="{height - 8}" text-anchor="middle">{day:%b}</text>'


def _bar(x: float, y: float, size: tuple[float, float], at: int, title: str) -> str:
    width, height = size
    return (
        f'<rect class="bar s{at}" x="{x:.1f}" y="{y}" width="{max(0, width):.1f}" height="{height:.1f}">'
        f"<title>{escape(title)}</title></rect>"
    )


def _line(points: Sequence[tuple[float, float]], at: int) -> str:
    path = " ".join(f"{x:.1f},{y}" for x, y in points)
    dots = "".join(f'<circle class="dot s{at}" cx="{x:.1f}" cy="{y}" r="3"/>' for x, y in points)
    return f'<polyline class="line s{at}" points="{path}"/>{dots}'


def _names(ends: Iterable[tuple[float, float, int, str]]) -> Iterator[str]:
    """The audiences' names behind the ends of their lines, never over one another nor over the months below."""
    ends = sorted(ends)
    lowest, places = -float(_APART), list[float]()
    for y, _, _, _ in ends:
        lowest = max(y, lowest + _APART)
        places.append(lowest)
    up = max(0.0, lowest - _y(0, _TREND))
    for place, (_, x, at, name) in zip(places, ends, strict=True):
        yield f'<text class="name s{at}" x="{x + 8:.1f}" y="{place - up + 4}">{escape(name)}</text>'
