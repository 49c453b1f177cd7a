"""Noticing a ledger that was restored, copied or moved: what it says of itself beside what this machine remembers.

A ledger that forgot some mails would send them twice; so where the two disagree a person decides first.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Connection, select, update

from mailer.ledger.opening import Ledger, last_event
from mailer.ledger.schema import events, identity

#: Folders that a program copies behind our back, by a part of their path, case-folded.
SYNCHRONISED = (
    "dropbox",
    "onedrive",
    "google drive",
    "googledrive",
    "my drive",
    "icloud",
    "mobile documents",
    "nextcloud",
)

#: Kinds of file system that live on another machine.
NETWORK = ("nfs", "cifs", "smb", "fuse.sshfs", "afs", "ncpfs", "9p", "davfs", "fuse.rclone")


@dataclass(frozen=True, slots=True)
class Memory:
    """What this machine remembers of a ledger."""

    path: str
    last_event: int
    #: A place that a person accepted although it is shared.
    accepted_path: str = ""
    #: What the last event was: a restored ledger that lives on soon has another one of that number.
    what: str = ""


def doubt(ledger: Ledger, state_folder: Path) -> str:
    """Why nothing may be sent from this ledger until a person accepts it, as a sentence; "" when all is well.

    A ledger that nobody has used yet is taken as this machine's own.
    """
    with ledger.read() as tx:
        own = tx.execute(select(identity)).one()
    remembered = _recall(state_folder, own.id)  # before the events are read: meanwhile others may send
    if not own.machine and not remembered:
        _adopt(ledger, state_folder, accepted=False)
        return _shared_place(ledger.path)
    here = str(ledger.path.resolve())
    if own.machine and own.machine != _machine(state_folder):
        return f"{ledger.path} was last used on another machine."
    known = (remembered.path if remembered else "", own.path)
    if was := [place for place in known if place and place != here]:
        return f"{ledger.path} was moved or copied; it was last used as {was[0]}."
    if remembered and _has_forgotten(ledger, remembered):
        return f"{ledger.path} is older than the one this machine last sent with: it may be a restored backup."
    if remembered and remembered.accepted_path == here:
        return ""
    return _shared_place(ledger.path)


def reflect(ledger: Ledger, state_folder: Path) -> None:
    """Remember how far the ledger has lived; of one in doubt nothing, so that the doubt stays."""
    if doubt(ledger, state_folder):
        return
    with ledger.read() as tx:
        ledger_id = tx.execute(select(identity.c.id)).scalar_one()
        lived = last_event(tx)
        what = _what(tx, lived)
    remembered = _recall(state_folder, ledger_id)
    accepted = remembered.accepted_path if remembered else ""
    _remember(state_folder, ledger_id, Memory(str(ledger.path.resolve()), lived, accepted, what))


def accept(ledger: Ledger, state_folder: Path) -> None:
    """A person says that this ledger is the true one, here and now."""
    _adopt(ledger, state_folder, accepted=True)


def _adopt(ledger: Ledger, state_folder: Path, *, accepted: bool) -> None:
    here = str(ledger.path.resolve())
    with ledger.begin() as tx:
        tx.execute(update(identity).values(machine=_machine(state_folder), path=here))
        ledger_id = tx.execute(select(identity.c.id)).scalar_one()
        lived = last_event(tx)
        what = _what(tx, lived)
    _remember(state_folder, ledger_id, Memory(here, lived, here if accepted else "", what))


def _has_forgotten(ledger: Ledger, remembered: Memory) -> bool:
    """Whether what happened last, as this machine remembers it, is not in the ledger."""
    with ledger.read() as tx:
        lived, what = last_event(tx), _what(tx, remembered.last_event)
    return lived < remembered.last_event or bool(remembered.what and what != remembered.what)


def _what(tx: Connection, event: int) -> str:
    """An event in a line, without what is erased one day."""
    columns = (events.c.at, events.c.delivery_id, events.c.to_status)
    return " ".join(map(str, tx.execute(select(*columns).where(events.c.id == event)).first() or ()))


def _machine(state_folder: Path) -> str:
    path = state_folder / "machine-id"
    if not path.exists():
        _write(path, secrets.token_hex(16))
    return path.read_text(encoding="ascii")


def _recall(state_folder: Path, ledger_id: str) -> Memory | None:
    try:
        return Memory(**json.loads((state_folder / f"ledger-{ledger_id}.json").read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _remember(state_folder: Path, ledger_id: str, memory: Memory) -> None:
    _write(state_folder / f"ledger-{ledger_id}.json", json.dumps(asdict(memory)))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{secrets.token_hex(4)}.new")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def _shared_place(path: Path) -> str:
    parts = [part.casefold() for part in path.resolve().parts]
    for name in SYNCHRONISED:
        if any(name in part for part in parts):
            return f"{path} lies in a synchronised folder ({name}): another machine may have its own idea of it."
    kind = _file_system(path.resolve())
    if kind.startswith(NETWORK):
        return f"{path} lies on a network drive ({kind}), where locks cannot be trusted."
    return ""


def _file_system(path: Path) -> str:
    """The kind of file system of a path where the system tells (Linux), else ""."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    except OSError:
        return ""
    holding = [(point, kind) for point, kind in mounts if path.is_relative_to(point.replace("\\040", " "))]
    return max(holding, key=lambda mount: len(mount[0]), default=("", ""))[1]
