"""How a command ends other than well: the one place where errors become words and exit codes."""

from __future__ import annotations

import errno
import os
import sys

import click

from mailer.errors import MailerError

#: A file or a disk does not let us (sysexits.h: EX_IOERR).
INPUT_OUTPUT = 74
#: What the system refused → what to do about it.
_CURES = {
    errno.ENOENT: "Check the name, and that its folder is there.",
    errno.EACCES: "Let yourself read and write it, or choose another place.",
    errno.EPERM: "Let yourself read and write it, or choose another place.",
    errno.EROFS: "The disk takes no writing; choose another place.",
    errno.ENOSPC: "Make room on the disk, then try again.",
}
#: What shells say for Ctrl-C and for a reader that has left (128 + the signal's number).
INTERRUPTED, READER_LEFT = 130, 141


def ended(error: BaseException, *, verbose: bool) -> int:
    """Tell how a command ended, in words; gives back its exit code."""
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return _interrupted()
    if isinstance(error, BrokenPipeError):
        return _reader_left()
    if verbose:
        _show_trace(error)
    if isinstance(error, MailerError):
        return _refused(error)
    return _unusable(error) if isinstance(error, OSError) else _crashed(error)


def _refused(error: MailerError) -> int:
    """Say what happened and what to do next."""
    _say(f"Error: {error}" + (f"\n→ {error.cure}" if error.cure else ""))
    return error.exit_code


def _crashed(error: BaseException) -> int:
    """Own up to a defect of ours; the traceback is for who asked for it."""
    said = f"{type(error).__name__}: {error}".splitlines()[0]
    _say(f"Error: this is a defect in mailer, not in your files ({said}).")
    _say("→ `mailer --verbose …` shows where; please report it with what it prints.")
    return MailerError.exit_code


def _unusable(error: OSError) -> int:
    """Tell of a file or a disk that does not let us, in the system's own words."""
    where = f"{error.filename}: " if error.filename else ""
    cure = _CURES.get(error.errno or 0, "")
    _say(f"Error: {where}{error.strerror or error}." + (f"\n→ {cure}" if cure else ""))
    return INPUT_OUTPUT


def _interrupted() -> int:
    """Answer Ctrl-C."""
    _say("\nStopped.")
    return INTERRUPTED


def _reader_left() -> int:
    """End quietly after `mailer … | head`: what is still buffered goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return READER_LEFT


def _say(text: str) -> None:
    from mailer.cli.output import tell  # errors repeat what stands in cells

    tell(text)


def _show_trace(error: BaseException) -> None:
    import traceback

    traceback.print_exception(error)
