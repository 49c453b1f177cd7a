"""Before sending: prepare drafts, refresh them when their sources change, and move them as a person decides.

The only writer of drafts. Everything here is safe to repeat: what is there already stays, what changed says so.
"""

from mailer.campaigns.catching_up import catch_up, let_go
from mailer.campaigns.choosing import AsItStands, ByHand, Choice, Trial, WhenDue
from mailer.campaigns.deciding import (
    Decision,
    Silenced,
    approve,
    cancel,
    discard,
    pause,
    reconsider,
    resolve,
    retry,
    suppress,
)
from mailer.campaigns.differing import Difference, compare, differences
from mailer.campaigns.editing import body_of, edit
from mailer.campaigns.preparing import Prepared, prepare
from mailer.campaigns.refreshing import Refreshed, refresh

__all__ = [
    "AsItStands",
    "ByHand",
    "Choice",
    "Decision",
    "Difference",
    "Prepared",
    "Refreshed",
    "Silenced",
    "Trial",
    "WhenDue",
    "approve",
    "body_of",
    "cancel",
    "catch_up",
    "compare",
    "differences",
    "discard",
    "edit",
    "let_go",
    "pause",
    "prepare",
    "reconsider",
    "refresh",
    "resolve",
    "retry",
    "suppress",
]
