"""What leaves at full speed, caught by the sink and read again: a fast wrong mail is no result."""

from __future__ import annotations

import shutil
from email.utils import parsedate_to_datetime
from pathlib import Path

from benchmarks import firm
from benchmarks.servers import sink
from mailer.ledger import listing, queue
from mailer.model import Delivery
from mailer.workspace import Workspace
from tests.slow_composer import headers_meant, headers_read, parse, parts_of, slow_compose

#: smtp-sink writes this many headers of its own above a mail it keeps.
_SINKS_OWN = 6


def compared(waiting: Path) -> str:
    """Send a waiting campaign over ten connections, read every mail as the library's composer would make it."""
    with firm.place() as folder:
        shutil.copytree(waiting, folder, dirs_exist_ok=True)
        shutil.rmtree(folder / "state", ignore_errors=True)
        kept = folder / "kept"
        kept.mkdir()
        for path in (firm.PLACE, folder, kept):  # the sink writes as nobody
            path.chmod(0o777)
        with sink(keep=kept) as port:
            firm.connect(folder, port=port)
            firm.mailer(folder, "check", "--accept-ledger")
            firm.mailer(folder, "send", "--yes")
        return _compared([_content(path) for path in kept.iterdir()], _deliveries(folder))


def _content(path: Path) -> bytes:
    """The mail as it was handed over, without what the sink wrote above it."""
    lines = path.read_bytes().split(b"\n")
    starts = [place for place, line in enumerate(lines) if not line.startswith((b" ", b"\t"))]
    return b"\r\n".join(lines[starts[_SINKS_OWN] :])


def _deliveries(folder: Path) -> dict[str, Delivery]:
    with Workspace(folder / "config.yaml") as workspace, workspace.ledger.read() as tx:
        ids = [entry.id for entry in listing.entries(tx)]
        return {each.message_id: each for each in queue.deliveries_of(tx, ids)}


def _compared(mails: list[bytes], deliveries: dict[str, Delivery]) -> str:
    by_id = {str(parse(content)["Message-ID"]): content for content in mails}
    assert len(mails) == len(by_id) == len(deliveries), (len(mails), len(by_id), len(deliveries))
    for message_id, content in by_id.items():
        delivery = deliveries[message_id]
        date = parsedate_to_datetime(parse(content)["Date"])
        assert headers_read(content) == headers_meant(delivery, date), message_id
        assert parts_of(parse(content)) == parts_of(slow_compose(delivery, attachments={}, date=date)), message_id
    return (
        f"{len(mails)} mails caught at full speed: as many Message-IDs, each header and part as the standard "
        "library's composer makes it."
    )
