"""The seven errors that end a command, each with its exit code; defects in data are `Problem` values instead.

MailerError
├── UsageError        2   asked for something that is not there, or without the needed yes
├── ContactsError    65   a sheet cannot be used at all
├── TemplateError    65   a template cannot be used at all
├── ServerError      69   the mail server cannot be reached, or refuses the login
├── LedgerError      74   the ledger cannot be read, written, or trusted
├── BusyError        75   somebody else is at it; run again
└── ConfigError      78   config.yaml is wrong
"""

from __future__ import annotations


class MailerError(Exception):
    """The work cannot go on."""

    #: The exit code of the command (sysexits.h where it has one).
    exit_code = 70

    def __init__(self, message: str | None = None, *, cure: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").strip())
        #: What the user can do next, as a sentence, or "".
        self.cure = cure


class UsageError(MailerError):
    """This cannot be done as asked."""

    exit_code = 2


class ContactsError(MailerError):
    """The contacts cannot be read."""

    exit_code = 65


class TemplateError(MailerError):
    """The template cannot be used."""

    exit_code = 65


class ServerError(MailerError):
    """The mail server cannot be used now."""

    exit_code = 69


class LedgerError(MailerError):
    """The ledger cannot be used; nothing was sent."""

    exit_code = 74


class BusyError(MailerError):
    """Another mailer is at work here; try again when it has finished."""

    exit_code = 75


class ConfigError(MailerError):
    """The configuration is wrong."""

    exit_code = 78
