"""A newer workbook in the place of a source's own, in one step, with the old one kept beside it under its date."""

from __future__ import annotations

import hashlib
import shutil
from datetime import date
from itertools import count
from pathlib import Path

from mailer.errors import ContactsError


def check_replaceable(path: Path, folder: Path) -> None:
    """Raise ContactsError where this file must not or cannot be replaced now."""
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ContactsError(
            f"{path.name} lies outside the folder of Mailer, where nothing is written.",
            cure="Put the new workbook in its place by hand.",
        )
    program = _open_in(path)
    if program:
        raise ContactsError(f"{path.name} is open in {program}.", cure="Save and close it there, then try again.")
    if path.exists():
        try:
            with path.open("r+b"):
                pass
        except OSError as error:
            raise ContactsError(
                f"{path.name} cannot be replaced: {(error.strerror or str(error)).lower()}.",
                cure="Close it in every other program, and check that the file may be written to.",
            ) from error


def _open_in(path: Path) -> str:
    """The program that has the file open, by the mark it leaves beside it; "" for none."""
    # Excel leaves out the beginning of a long name.
    marks = {f"~${path.name}": "Excel", f"~${path.name[2:]}": "Excel", f".~lock.{path.name}#": "LibreOffice"}
    return next((program for mark, program in marks.items() if path.with_name(mark).exists()), "")


def replace_file(path: Path, newer: Path, folder: Path, *, today: date) -> Path | None:
    """Put `newer` in the place of `path`; the path of the old one, kept beside it, or None where there was none.

    Nobody ever reads half a file, and where anything fails the old one still stands. Raises ContactsError.
    """
    check_replaceable(path, folder)
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(newer, beside)
        kept = _keep(path, today) if path.exists() else None
        beside.replace(path)
    except OSError as error:
        raise ContactsError(
            f"{path.name} was not replaced: {(error.strerror or str(error)).lower()}. The old one still stands.",
            cure="Close it in every other program, and check that there is room on the disk.",
        ) from error
    finally:
        beside.unlink(missing_ok=True)
    return kept


def _keep(path: Path, today: date) -> Path:
    """Copy a file beside itself: "clients.2026-11-22.xlsx", or with a number where that is taken."""
    for number in count(1):
        suffix = f".{today}{f'-{number}' if number > 1 else ''}{path.suffix}"
        kept = path.with_name(path.stem + suffix)
        try:
            kept.touch(exist_ok=False)
        except FileExistsError:
            continue
        try:
            shutil.copy2(path, kept)
        except BaseException:
            kept.unlink()  # half a copy would pass for the old one
            raise
        return kept
    raise AssertionError("a number is always free")


def digest_of(path: Path) -> str:
    """What a file holds, as a short text; "" for none that can be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "blake2b").hexdigest()[:32]
    except OSError:
        return ""
