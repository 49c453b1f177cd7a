"""First names and capitals."""

import pytest

from mailer.templates.names import first_name, title_name


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Ada Obi", "Ada"),
        ("Dr. Ada Obi", "Ada"),
        ("Obi, Ada", "Ada"),
        ("Obi,", "Obi"),
        ("Chief", "Chief"),
        ("", ""),
        ("  Ngozi   Adeyemi ", "Ngozi"),
        ("أمينة بن يوسف", "أمينة"),
    ],
)
def test_the_first_name_of_a_name(name, first):
    assert first_name(name) == first


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("ADA OBI", "Ada Obi"),
        ("ada obi", "Ada Obi"),
        ("SIOBHÁN O'BRIEN", "Siobhán O'Brien"),
        ("JEAN-LUC DE LA TOUR", "Jean-Luc de la Tour"),
        ("mcdonald", "McDonald"),
        ("van der Berg", "van der Berg"),
        ("MacDonald", "MacDonald"),
        ("李明", "李明"),
        ("", ""),
    ],
)
def test_capitals_are_mended_only_where_there_are_none_or_only_capitals(name, written):
    assert title_name(name) == written
