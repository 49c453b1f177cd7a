"""What comes back: the bytes of a mail in a mailbox of ours → one `Incoming` value that says what it is."""

from mailer.mailbox.incoming import Incoming, Kind, Known, Notice, Reason
from mailer.mailbox.reading import read

__all__ = ["Incoming", "Kind", "Known", "Notice", "Reason", "read"]
