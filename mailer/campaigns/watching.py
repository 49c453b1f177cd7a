"""The files a round was rendered from: stamped when it was, compared before it goes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from mailer.ledger.rounds import Stamp

#: Always watched: the settings, and which template files there are (a new language variant changes words).
ALWAYS = ("config.yaml", "templates")


def stamps(files: Iterable[Path], folder: Path) -> list[Stamp]:
    """The state of these files now."""
    paths = {*files, *(folder / name for name in ALWAYS)}
    return sorted((_stamp(path) for path in paths), key=lambda stamp: stamp.path)


def changed(stamped: Iterable[Stamp]) -> list[str]:
    """Those of the stamped files whose content is no longer the same, or that are gone."""
    return [stamp.path for stamp in stamped if not _is_same(stamp)]


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
