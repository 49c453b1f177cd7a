"""A condition of a template, as the desk says it."""

import pytest

from mailer.desk.conditions import because, plain_reason


@pytest.mark.parametrize(
    ("branch", "said"),
    [
        ("if personal_line", "with personal line"),
        ("not personal_line", "without personal line"),
        ("if not amount", "without amount"),
        ("not (not amount)", "with amount"),
        ("if our.postal_address", "with our postal address"),
        ("if joined is defined", "with joined"),
        ("if years_with_us and years_with_us >= 2", "with years with us of at least 2"),
        ("not (years_with_us and years_with_us >= 2)", "without years with us of at least 2"),
        ("if years_with_us is defined and years_with_us < 1", "with years with us of less than 1"),
        ("if joined and joined | anniversary == 1", "with joined anniversary being 1"),
        ('if city == "New York"', "with city being New York"),
        ("if company and last_project", "with company and with last project"),
        ("not (company and last_project)", "without company or without last project"),
        ("if (a or b)", "with (a or b)"),
    ],
)
def test_a_condition_is_said_as_people_say_it(branch, said):
    assert because(branch) == said


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("rare: not (years_with_us and years_with_us >= 2)", "rare: without years with us of at least 2"),
        ("empty: first_name, city", "empty: first name, city"),
        ("the longest", "the longest"),
        ("bob_stone@gmial.com looks misspelt: did you mean bob_stone@gmail.com?",) * 2,
    ],
)
def test_why_a_draft_is_odd_is_said_as_people_say_it(reason, said):
    assert plain_reason(reason) == said
