"""The files a round is rendered from: stamped before they are read, compared before it goes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from mailer.ledger.rounds import Stamp

#: Always watched: the settings, and which template files there are (a new language variant changes words).
ALWAYS = ("config.yaml", "templates")


class Watched:
    """The files that have a part in a preparation, each as it was when it was first named."""

    def __init__(self, folder: Path) -> None:
        self._stamps: dict[Path, Stamp] = {}
        self.add(folder / name for name in ALWAYS)

    def add(self, files: Iterable[Path]) -> None:
        """Stamp those that are new; one that is saved while it is read is then another than its stamp says."""
        for path in files:
            if path not in self._stamps:
                self._stamps[path] = _stamp(path)

    @property
    def stamps(self) -> list[Stamp]:
        """The state of each."""
        return sorted(self._stamps.values(), key=lambda stamp: stamp.path)


def is_stale(stamped: Sequence[Stamp]) -> bool:
    """Whether words may be older than their files: one of them is another now, or nothing tells which they were."""
    return not stamped or not all(map(_is_same, stamped))


def _is_same(stamp: Stamp) -> bool:
    path = Path(stamp.path)
    try:
        stat = path.stat()
    except OSError:
        return stamp.digest == ""
    untouched = (stat.st_size, stat.st_mtime_ns) == (stamp.size, stamp.mtime_ns)
    return untouched or _digest(path) == stamp.digest


def _stamp(path: Path) -> Stamp:
    try:
        stat = path.stat()
        return Stamp(str(path), stat.st_size, stat.st_mtime_ns, _digest(path))
    except OSError:
        return Stamp(str(path), 0, 0, "")


def _digest(path: Path) -> str:
    """Of a file its content; of a folder the names in it."""
    if path.is_dir():
        names = "\0".join(sorted(str(each.relative_to(path)) for each in path.rglob("*")))
        return hashlib.blake2b(names.encode(), digest_size=32).hexdigest()
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=32)).hexdigest()
