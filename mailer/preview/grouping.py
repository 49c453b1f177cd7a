"""Which drafts are alike, and which are the odd ones out. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mailer.model import Draft, Memo, Problem, Severity

#: A branch that so small a share of the drafts took is rare, and a problem that so few of them have.
RARE = 0.1
#: A field that so large a share of the contacts has filled in is expected of all.
EXPECTED = 0.8


@dataclass(frozen=True, slots=True)
class Shown:
    """One draft with what a person wants beside it."""

    draft: Draft
    #: The ledger's id; 0 before it has one.
    id: int = 0
    name: str = ""
    #: "draft", "queued" …
    status: str = "draft"
    problems: tuple[Problem, ...] = ()
    #: What we know about the person and never mail.
    memos: tuple[Memo, ...] = ()
    #: Column → what the sheet shows.
    facts: Mapping[str, str] = field(default_factory=dict)
    #: Bytes by digest, for inline images.
    attachments: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def is_held(self) -> bool:
        """Whether a problem keeps it from being approved."""
        return any(problem.severity is Severity.HOLD for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Group:
    """Drafts that took the same branches."""

    branches: tuple[str, ...]
    drafts: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Odd:
    """A draft to look at first, and why."""

    shown: Shown
    reasons: tuple[str, ...]


def grouped(drafts: Iterable[Shown]) -> list[Group]:
    """Drafts by the branches they took, the largest group first."""
    found: dict[tuple[str, ...], list[Shown]] = {}
    for shown in drafts:
        found.setdefault(shown.draft.branches, []).append(shown)
    groups = [Group(branches, tuple(alike)) for branches, alike in found.items()]
    return sorted(groups, key=lambda group: (-len(group.drafts), group.branches))


def odd_ones(drafts: Sequence[Shown]) -> list[Odd]:
    """The held, the longest and shortest, with an empty field others have, on a rare branch, with a rare problem.

    Most reasons first; a round of one or two drafts has no odd ones but the held.
    """
    reasons: dict[int, list[str]] = {place: [] for place in range(len(drafts))}
    for place, shown in enumerate(drafts):
        if shown.is_held:
            reasons[place].append("must be mended")
    if len(drafts) > 2:
        _by_length(drafts, reasons)
        _by_empty_fields(drafts, reasons)
        _by_branch(drafts, reasons)
        _by_problem(drafts, reasons)
    odd = [Odd(shown, tuple(reasons[place])) for place, shown in enumerate(drafts) if reasons[place]]
    return sorted(odd, key=lambda each: (not each.shown.is_held, -len(each.reasons)))


def _by_length(drafts: Sequence[Shown], reasons: dict[int, list[str]]) -> None:
    lengths = [len(shown.draft.text) for shown in drafts]
    if len(set(lengths)) > 1:
        reasons[lengths.index(max(lengths))].append("the longest")
        reasons[lengths.index(min(lengths))].append("the shortest")


def _by_empty_fields(drafts: Sequence[Shown], reasons: dict[int, list[str]]) -> None:
    filled = Counter(name for shown in drafts for name, value in shown.facts.items() if value.strip())
    expected = {name for name, count in filled.items() if EXPECTED * len(drafts) <= count < len(drafts)}
    for place, shown in enumerate(drafts):
        empty = sorted(name for name in expected if not shown.facts.get(name, "").strip())
        if empty:
            reasons[place].append(f"empty: {', '.join(empty)}")


def _by_branch(drafts: Sequence[Shown], reasons: dict[int, list[str]]) -> None:
    taken = Counter(branch for shown in drafts for branch in shown.draft.branches)
    few = _few(drafts)
    for place, shown in enumerate(drafts):
        rare = [branch for branch in shown.draft.branches if taken[branch] <= few]
        reasons[place] += [f"rare: {branch}" for branch in rare]


def _by_problem(drafts: Sequence[Shown], reasons: dict[int, list[str]]) -> None:
    told = [
        {problem.kind: problem.what for problem in shown.problems if problem.severity is Severity.WARN}
        for shown in drafts
    ]
    having = Counter(kind for kinds in told for kind in kinds)
    few = _few(drafts)
    for place, kinds in enumerate(told):
        reasons[place] += [what.rstrip(".") for kind, what in kinds.items() if having[kind] <= few]


def _few(drafts: Sequence[Shown]) -> int:
    """How many of them are few: at least one."""
    return max(1, int(RARE * len(drafts)))
