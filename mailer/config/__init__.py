"""config.yaml → Config: the models, and the reading that names file, line and key."""

from mailer.config.mailboxes import Dkim, Mailbox
from mailer.config.models import Account, Campaign, Config, ContactSource, Firm, FromField
from mailer.config.reading import find, read
from mailer.config.sign_in import SignIn
from mailer.config.when import Hours

__all__ = [
    "Account",
    "Campaign",
    "Config",
    "ContactSource",
    "Dkim",
    "Firm",
    "FromField",
    "Hours",
    "Mailbox",
    "SignIn",
    "find",
    "read",
]
