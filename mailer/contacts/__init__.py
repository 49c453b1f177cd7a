"""Spreadsheets → contacts, and the problems of their rows; the status written back beside them."""

from mailer.contacts.looking import Sight, look
from mailer.contacts.reading import Reading, read

__all__ = ["Reading", "Sight", "look", "read"]
