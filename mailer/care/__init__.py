"""Who is neglected, since when, and what is a reason to write; pure: values in, values out, no clock of its own."""

from mailer.care.clock import Clock, Standing, State, cadence_of, resting_of, standing_of
from mailer.care.occasions import Occasion, occasions_of
from mailer.care.reasons import Reason, reasons_of

__all__ = [
    "Clock",
    "Occasion",
    "Reason",
    "Standing",
    "State",
    "cadence_of",
    "occasions_of",
    "reasons_of",
    "resting_of",
    "standing_of",
]
