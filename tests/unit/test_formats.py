"""Number formats against what SheetJS and LibreOffice show (tests/oracle), and what regions change."""

import json
import math
from collections import Counter
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailer.contacts.formats import Format, place_of
from tests.oracle.pairs import pairs

US, NG, DE, FR = place_of("en", "US"), place_of("en", "NG"), place_of("de", "DE"), place_of("fr", "FR")
ANSWERS = json.loads((Path(__file__).parents[1] / "oracle" / "answers.json").read_text(encoding="utf-8"))


def plain(shown: str | None) -> str | None:
    """Blanks that only align columns are not compared."""
    return None if shown is None else shown.replace("\u00a0", " ").replace("\u202f", " ").strip()


def known_difference(code: str, value: float) -> str:  # noqa: PLR0911 - a list of reasons
    """Why we know better than both oracles about a pair, "" when we do not."""
    if value in (1.005, 9999999.995) and ("%" in code or "/100" in code):
        return "Excel rounds the decimal digits it shows, the oracles the binary number"
    if value < 0 and "[" in code and ";" in code:
        return "a condition of the user's own never loses a minus"
    if value in (0.9999999, 45719.520833333):
        return "a moment is rounded to seconds before it is cut to minutes"
    if "General" in code:
        return "ssf shows no words around General, and LibreOffice more than Excel's eleven characters"
    if ".#" in code:
        return "ssf cannot show it, and LibreOffice drops the bare point that Excel shows"
    if value < 61 and ("y" in code or "m" in code or "d" in code):
        return "ssf has no names but English, and LibreOffice's days before March 1900 are not Excel's"
    return KNOWN.get((code, value), "")


KNOWN = {
    ("#E+0", 0): "a # shows no digit of zero",
    ("h:mm A/P", 2958465.5): "the last noon that Excel knows, in capitals as in the code",
    ("mm-dd-yy", 2958465.5): "the last noon that Excel knows",
    ("yyy", 2958465.5): "the last noon that Excel knows",
    ("e", 2958465.5): "the last noon that Excel knows",
    ("_x0", -0.5): "one blank for the width of a letter",
    ("_x0", -2.5): "one blank for the width of a letter",
}


def test_the_answers_are_those_to_the_pairs():
    assert [tuple(asked) for asked, _, _ in ANSWERS] == pairs()


def test_what_is_shown_is_what_an_oracle_shows_or_a_known_difference():
    formats: dict[str, Format] = {}
    unknown, counts = [], Counter()
    for (code, value), ssf, calc in ANSWERS:
        shape = formats.setdefault(code, Format(code, US))
        shown = plain(shape.number(value)[0])
        if shown in (plain(ssf), plain(calc)):
            counts["equal"] += 1
        elif known_difference(code, value):
            counts["known"] += 1
        else:
            unknown.append((code, value, shown, ssf, calc))
    assert unknown == []
    assert counts == {"equal": 14_496, "known": 244}


@pytest.mark.parametrize(
    ("place", "code", "value", "shown"),
    [
        (DE, "#,##0.00", 1234.5, "1.234,50"),
        (FR, '#,##0.00 "€"', 1200.5, "1\u202f200,50 €"),
        (DE, "dd/mm/yyyy", 45719, "03.03.2025"),
        (DE, "d. mmmm yyyy", 45719, "3. März 2025"),
        (FR, "dddd d mmmm", 45719, "lundi 3 mars"),
        (FR, "[$-409]mmmm", 45719, "March"),
        (US, "[$-fr-FR]d mmmm", 45719, "3 mars"),
        (US, "[$-F800]dddd, mmmm dd, yyyy", 45719, "Monday, March 3, 2025"),
        (DE, "General", 0.5, "0,5"),
        (NG, "[h]:mm", 1.5, "36:00"),
    ],
)
def test_separators_and_names_are_those_of_the_region(place, code, value, shown):
    assert Format(code, place).number(value)[0] == shown


@pytest.mark.parametrize(
    ("place", "number", "value", "shown"),
    [
        (US, 14, 45719, "3/3/2025"),
        (NG, 14, 45719, "03/03/2025"),
        (DE, 14, 45719, "03.03.2025"),
        (FR, 22, 45719.5, "03/03/2025 12:00"),
        (US, 22, 45719.5, "3/3/2025 12:00"),
        (US, 37, -1234, "(1,234)"),
        (DE, 37, -1234, "-1.234"),
        (US, 44, 12.5, "$12.50"),
        (DE, 44, 12.5, "12,50 €"),
        (US, 44, -12.5, "$(12.50)"),
        (US, 9, 0.1, "10%"),
        (US, 999, 5, "5"),
    ],
)
def test_built_in_formats_follow_the_region(place, number, value, shown):
    assert Format(place.builtin(number), place).number(value)[0].replace("\u00a0", " ") == shown


@pytest.mark.parametrize(
    ("code", "value", "typed"),
    [
        ("0%", 0.1, 0.1),
        ("00000", 17, 17),
        ("d/m/yyyy", 45719, date(2025, 3, 3)),
        ("d/m/yyyy h:mm", 45719.5, datetime(2025, 3, 3, 12)),
        ("h:mm", 0.25, time(6)),
        ("[h]:mm", 1.5, timedelta(hours=36)),
        ("d/m/yyyy", 60, 60),
        ("d/m/yyyy", 61, date(1900, 3, 1)),
        ("d/m/yyyy", 59, date(1900, 2, 28)),
    ],
)
def test_the_typed_value_goes_beside_the_shown_text(code, value, typed):
    assert Format(code, US).number(value)[1] == typed


def test_the_epoch_of_1904_counts_from_there():
    assert Format("yyyy-mm-dd", US, is_1904=True).number(0) == ("1904-01-01", date(1904, 1, 1))


@pytest.mark.parametrize(("code", "shown"), [("@", "x"), ('"Dr "@', "Dr x"), ("0.00", "x"), ('0;0;0;"<"@">"', "<x>")])
def test_text_is_shown_by_the_text_section(code, shown):
    assert Format(code, US).text("x") == shown


@pytest.mark.parametrize(
    "code", ["", "0" * 5000, "[", '"', "\\", "[$", "[>]0", "_", "*", ";;;;;", "E+", "/", "?/", "[h", "@@"]
)
def test_a_broken_code_still_shows_something(code):
    assert isinstance(Format(code, US).number(12.5)[0], str)


@given(
    st.text(alphabet='0#?.,%/;-+()"\\_*@[]$€hmsydeEGAPgbn<>=: 123', max_size=25),
    st.floats(),
)
@example("0.00", 1e300)
@example("0.00", math.nan)
@example("# ?/?", math.inf)
@example("d mmm", -math.inf)
def test_any_code_shows_any_number(code, value):
    assert isinstance(Format(code, US).number(value)[0], str)
