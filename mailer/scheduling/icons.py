"""An icon on the desktop that opens the desk: a .desktop file, a .command file, or a .lnk.

Pure: the texts, and the command that makes what only the system can make.
"""

from __future__ import annotations

import base64
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Icon:
    """One icon."""

    path: Path
    #: What stands in the file; "" where a command makes it.
    text: str = ""
    #: What makes it where no text can (Windows).
    make: tuple[str, ...] = ()


def icon_for(platform: str, *, title: str, words: Sequence[str], folder: Path, desktop: Path) -> Icon:
    """The icon for "linux", "darwin" or "win32"; `words` is the command with its arguments, run in `folder`."""
    name = " ".join(re.sub(r'[\x00-\x1f\\/:*?"<>|]', " ", title).split()).strip(".")
    if platform == "win32":
        path = desktop / f"{name}.lnk"
        return Icon(path, make=_make_link(path, words, folder))
    if platform == "darwin":
        return Icon(desktop / f"{name}.command", f"#!/bin/sh\nexec {shlex.join(words)}\n")
    return Icon(desktop / f"{name}.desktop", entry(title, words, folder, in_terminal=True))


def entry(title: str, words: Sequence[str], folder: Path, *, in_terminal: bool) -> str:
    """A desktop entry (freedesktop.org, Desktop Entry Specification 1.5)."""
    return (
        "[Desktop Entry]\n"
        "Type=Application\n"
        f"Name={_string(title)}\n"
        "Comment=Read the emails that wait, add a sentence, say yes\n"
        "Icon=mail-send\n"
        f"Exec={_string(' '.join(map(_quoted, words)))}\n"
        f"Path={_string(str(folder))}\n"
        f"Terminal={str(in_terminal).lower()}\n"
    )


def _quoted(word: str) -> str:
    """One argument of `Exec`; `%` is its own sign and is doubled."""
    return '"' + re.sub(r'(["`$\\])', r"\\\1", word).replace("%", "%%") + '"'


def _string(text: str) -> str:
    """A value of the type string, whose backslashes are escaped once more."""
    return text.replace("\\", "\\\\").replace("\n", " ")


def batch(words: Sequence[str]) -> str:
    """A Windows batch file that starts a command in a small window; `%` is its own sign and is doubled."""
    quoted = " ".join(f'"{word}"' for word in words).replace("%", "%%")
    return f'@chcp 65001 >nul\n@start "Mailer" /min {quoted}\n'


def _make_link(path: Path, words: Sequence[str], folder: Path) -> tuple[str, ...]:
    """PowerShell that makes a shortcut by WScript.Shell; encoded, so that no quoting is between."""
    program, *rest = words
    arguments = " ".join(word if word.isidentifier() else f'"{word}"' for word in rest)
    lines = (
        f"$link = (New-Object -ComObject WScript.Shell).CreateShortcut({_literal(str(path))})",
        f"$link.TargetPath = {_literal(program)}",
        f"$link.Arguments = {_literal(arguments)}",
        f"$link.WorkingDirectory = {_literal(str(folder))}",
        "$link.Save()",
    )
    encoded = base64.b64encode("\n".join(lines).encode("utf-16-le")).decode("ascii")
    return ("powershell", "-NoProfile", "-NonInteractive", "-EncodedCommand", encoded)


def _literal(text: str) -> str:
    """A PowerShell string in which nothing is special; it also takes curly quotes for the end of it."""
    return "'" + re.sub(r"(['\u2018\u2019\u201a\u201b])", r"\1\1", text) + "'"
