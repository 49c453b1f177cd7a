"""Spreadsheets → contacts, and the problems of their rows; the status written back beside them.

The modules named here know the config by its types alone: the child that reads a large workbook loads them, too, and
everybody waits for it.
"""

from mailer.contacts.looking import Sight, look
from mailer.contacts.reading import Reading, read

__all__ = ["Reading", "Sight", "look", "read"]
