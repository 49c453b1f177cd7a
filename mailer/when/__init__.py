"""Campaign rules → rounds and due times, in human hours; pure: no clock, no input or output.

A rule of `config.when` and what is known about one contact give `Due` values: the round's name and
the instant, UTC.
Nothing here remembers anything: asked twice with the same arguments, every function gives the same answer.
"""

from mailer.when.dates import Dated, dated
from mailer.when.hours import closed_days, closes_at, is_country, is_open, known_zone, next_open, on_the_wall, zone_of
from mailer.when.later import Fate, duration, fate, follow_up_at, shifted
from mailer.when.plan import QUOTA_WINDOW, Wish, laid, pace
from mailer.when.rounds import Due, Facts, Office, dues, office
from mailer.when.words import describe, describe_plan, nth

__all__ = [
    "QUOTA_WINDOW",
    "Dated",
    "Due",
    "Facts",
    "Fate",
    "Office",
    "Wish",
    "closed_days",
    "closes_at",
    "dated",
    "describe",
    "describe_plan",
    "dues",
    "duration",
    "fate",
    "follow_up_at",
    "is_country",
    "is_open",
    "known_zone",
    "laid",
    "next_open",
    "nth",
    "office",
    "on_the_wall",
    "pace",
    "shifted",
    "zone_of",
]
