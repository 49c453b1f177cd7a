"""Rules and hours as plain sentences."""

import pytest

from mailer import when
from tests.moments import plan


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (None, "when you send it"),
        ({"at": "2026-12-18 10:00"}, "once, on 18 December 2026, at 10:00 Africa/Lagos"),
        (
            {"every": "quarter", "on": "first monday", "at": "09:30"},
            "every quarter, on the first Monday, at 09:30 Africa/Lagos",
        ),
        ({"every": "week", "on": "fri"}, "every week, on Friday, at 09:30 Africa/Lagos"),
        ({"every": "weekday", "zone": "recipient"}, "every weekday, at 09:30 where they are"),
        ({"every": "month", "on": "22"}, "every month, on the 22nd, at 09:30 Africa/Lagos"),
        (
            {"every": "month", "on": "last working day", "offset": "-2 days"},
            "every month, 2 days before the last working day, at 09:30 Africa/Lagos",
        ),
        ({"every": "year", "on": "24 december"}, "every year, on 24 December, at 09:30 Africa/Lagos"),
        (
            {"every": "year", "on": "first monday of october"},
            "every year, on the first Monday of October, at 09:30 Africa/Lagos",
        ),
        ({"rrule": "FREQ=MONTHLY;BYDAY=1MO"}, "by the rule FREQ=MONTHLY;BYDAY=1MO, at 09:30 Africa/Lagos"),
        ({"date": "client_since"}, "every year, on the client since, at 09:30 where they are"),
        (
            {"date": "birthday", "offset": "-3 days", "zone": "Europe/Paris"},
            "every year, 3 days before the birthday, at 09:30 Europe/Paris",
        ),
        ("neglected", "when nobody has been in touch for as long as keep_in_touch says, at 09:30 where they are"),
        ({"column": "send_at"}, "on the date in the column send_at, at 09:30 Africa/Lagos"),
        ("new rows", "as soon as a new row appears"),
        ({"new": "rows", "after": "2 days"}, "2 days after a new row appears"),
    ],
)
def test_every_rule_has_a_plain_sentence(rule, sentence):
    assert when.describe(plan(when=rule).when, "Africa/Lagos") == sentence
