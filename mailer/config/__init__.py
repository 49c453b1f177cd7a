"""config.yaml → Config: the models, and the reading that names file, line and key."""

from mailer.config.models import Account, Campaign, Config, ContactSource, Firm, FromField, Hours
from mailer.config.reading import find, read

__all__ = [
    "Account",
    "Campaign",
    "Config",
    "ContactSource",
    "Firm",
    "FromField",
    "Hours",
    "find",
    "read",
]
