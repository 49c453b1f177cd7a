"""How a command ends other than well: the one place where errors become words and exit codes."""

from __future__ import annotations

import os
import sys

import click

from mailer.errors import MailerError

#: What shells say for Ctrl-C and for a reader that has left (128 + the signal's number).
INTERRUPTED, READER_LEFT = 130, 141


def refused(error: MailerError, *, verbose: bool) -> int:
    """Say what happened and what to do next."""
    if verbose:
        _show_trace(error)
    click.echo(f"Error: {error}" + (f"\n→ {error.cure}" if error.cure else ""), err=True)
    return error.exit_code


def crashed(error: Exception, *, verbose: bool) -> int:
    """Own up to a defect of ours; the traceback is for who asked for it."""
    if verbose:
        _show_trace(error)
    said = f"{type(error).__name__}: {error}".splitlines()[0]
    click.echo(f"Error: this is a defect in mailer, not in your files ({said}).", err=True)
    click.echo("→ `mailer --verbose …` shows where; please report it with what it prints.", err=True)
    return MailerError.exit_code


def interrupted() -> int:
    """Answer Ctrl-C."""
    click.echo("\nStopped.", err=True)
    return INTERRUPTED


def reader_left() -> int:
    """End quietly after `mailer … | head`: what is still buffered goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return READER_LEFT


def _show_trace(error: Exception) -> None:
    import traceback

    traceback.print_exception(error)
