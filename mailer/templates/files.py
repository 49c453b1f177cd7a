"""Files of the workspace that go with a mail: attachments and inline images, never from outside it."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field
from pathlib import Path

from mailer.errors import TemplateError
from mailer.model import Attachment
from mailer.templates.cleaning import clean_header
from mailer.templates.sealing import digest_of

#: What no cell may put into a mail: the config, the ledgers, and what lies beside them; in any case of letters.
_OURS = ("config.yaml", "ledger.db", "rehearsal.db")


class NoFileError(Exception):
    """A file is missing, unreadable or outside the workspace; the message is a sentence."""


def read_text(path: Path) -> str:
    """A template's text; raises TemplateError."""
    try:
        return path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise TemplateError(f"{path.name} is not UTF-8 text.", cure="Save it as UTF-8.") from error
    except OSError as error:
        cure = f"Make {path} a file that you may read."
        raise TemplateError(f"{path.name} cannot be read: {error.strerror}.", cure=cure) from error


@dataclass(slots=True)
class Files:
    """What is read from below `root`; a file many mails share is read again only when it has changed."""

    root: Path
    #: Every file asked for so far, missing ones too.
    seen: set[Path] = field(default_factory=set)
    #: Shared file, and whether it is shown in the text → (stamp, what it becomes).
    _kept: dict[tuple[Path, bool], tuple[tuple[int, int], tuple[Attachment, bytes]]] = field(default_factory=dict)

    def find(self, name: str, beside: Path | None = None) -> Path:
        """The file `name` names, from `beside` or from the workspace; raises NoFileError."""
        for base in (beside, self.root):
            if base is None:
                continue
            path = _resolved(base, name)
            if not path.is_relative_to(self.root.resolve()):
                raise NoFileError(f"“{name}” lies outside the workspace.")
            if path.parent == self.root.resolve() and path.name.casefold().startswith(_OURS):
                raise NoFileError(f"“{name}” is Mailer's own, and nobody else's to read.")
            self.seen.add(path)
            if path.is_file():
                return path
        raise NoFileError(f"There is no file “{name}”.")

    def attach(self, path: Path, *, inline: bool = False, shared: bool = False) -> tuple[Attachment, bytes]:
        """The file as it goes with a mail, and its bytes; raises NoFileError."""
        try:
            stat = path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
            kept = self._kept.get((path, inline))
            if kept is not None and kept[0] == stamp:
                return kept[1]
            made = _attachment(path, path.read_bytes(), inline=inline)
        except OSError as error:
            raise NoFileError(f"“{path.name}” cannot be read: {error.strerror}.") from error
        if shared:
            self._kept[path, inline] = (stamp, made)
        return made


def _attachment(path: Path, content: bytes, *, inline: bool) -> tuple[Attachment, bytes]:
    digest = digest_of(content)
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    content_id = f"{digest[:24]}@inline" if inline else ""
    return Attachment(clean_header(path.name), digest, len(content), media_type, content_id), content


def _resolved(base: Path, name: str) -> Path:
    try:
        return (base / name).resolve()
    except (OSError, ValueError) as error:
        raise NoFileError(f"“{name[:80]}” is not a file name.") from error
