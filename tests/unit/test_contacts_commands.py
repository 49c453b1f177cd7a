"""`mailer contacts` from the command line."""

import json

import pytest
from click.testing import CliRunner

from mailer.cli import cli
from tests.workbooks import HEADER, by_hand, text_row, workbook


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run `mailer contacts …` in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(cli, ["contacts", *words], prog_name="mailer")


def test_read_shows_the_file_before_anything_is_understood(run, tmp_path):
    rows = (
        text_row(1, "Our clients")
        + text_row(3, *HEADER)
        + text_row(4, "1", "a@x.example", "Ada", attributes='hidden="1"')
    )
    by_hand(tmp_path / "a.xlsx", rows)
    seen = json.loads(run("read", "a.xlsx", "--rows", "all", "--json").stdout)
    assert (seen["file"], seen["sheet"], seen["header_row"]) == ("a.xlsx", "Clients", 3)
    assert seen["sheets"] == [{"name": "Clients", "hidden": False}]
    assert seen["rows"][2] == {"row": 4, "hidden": True, "cells": {"A": "1", "B": "a@x.example", "C": "Ada"}}
    assert [row["row"] for row in json.loads(run("read", "a.xlsx", "--json").stdout)["rows"]] == [1, 3]


def test_read_prints_a_table_and_tells_how_text_was_taken(run, tmp_path):
    (tmp_path / "a.csv").write_text("Name;E-mail\nAda;a@x.example\n", encoding="utf-8")
    done = run("read", "a.csv")
    assert "a@x.example" in done.stdout
    assert "semicolons" in done.stderr


def test_a_file_is_shown_although_the_config_around_it_is_wrong(run, tmp_path):
    (tmp_path / "a.csv").write_text("Name,E-mail\nAda,a@x.example\n")
    (tmp_path / "config.yaml").write_text("firm: {name: A firm}\nfrim: {}\n")
    done = run("read", "a.csv", "--json")
    assert json.loads(done.stdout)["rows"][1]["cells"]["B"] == "a@x.example"
    (told,) = done.stderr.splitlines()
    assert told.startswith("config.yaml:2: frim: is not a key here")


def test_a_refused_file_is_one_sentence_with_its_cure_and_exit_code_65(run, tmp_path):
    (tmp_path / "a.xls").write_bytes(b"<html></html>")
    done = run("read", "a.xls", "--json")
    assert done.exit_code == 65
    assert "web page" in done.stderr
    assert "Traceback" not in done.output


def test_check_counts_and_lists_problems_with_cell_and_cure(run, tmp_path):
    workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "Ada"), ("2", "b@gmial.com", "Ben"), ("3", None, "Cy"))
    checked = json.loads(run("check", "a.xlsx", "--json").stdout)
    assert (checked["contacts"], checked["skipped"]) == (2, {})
    assert [problem["where"] for problem in checked["problems"]] == ["a.xlsx › Clients › B3", "a.xlsx › Clients › B4"]
    printed = run("check", "a.xlsx").stdout
    assert printed.index("Must be mended") < printed.index("Worth a look")


def test_check_ends_with_65_only_when_nobody_can_be_written_to(run, tmp_path):
    workbook(tmp_path / "a.xlsx", HEADER, ("1", "no address", "Ada"))
    assert run("check", "a.xlsx").exit_code == 65
    workbook(tmp_path / "b.xlsx", HEADER, ("1", "no address", "Ada"), ("2", "b@x.example", "Ben"))
    assert run("check", "b.xlsx").exit_code == 0


def test_list_takes_an_expression(run, tmp_path):
    workbook(tmp_path / "a.xlsx", (*HEADER, "Years"), ("1", "a@x.example", "Ada", 3), ("2", "b@x.example", "Ben", 9))
    people = json.loads(run("list", "a.xlsx", "--where", "years > 5", "--key", "Client no", "--json").stdout)
    assert [(person["key"], person["fields"]["years"]) for person in people] == [("2", "9")]


def test_show_finds_a_person_by_address_or_key_with_memos(run, tmp_path):
    workbook(tmp_path / "a.xlsx", (*HEADER, "Notes"), ("1", "Ada@x.example", "Ada", "likes tea"))
    assert "likes tea" in run("show", "a.xlsx", "ada@x.example").stdout
    assert "Ada" in run("show", "a.xlsx", "1", "--key", "Client no").stdout
    assert run("show", "a.xlsx", "nobody@x.example").exit_code == 2


def test_a_source_of_the_config_is_read_as_configured(run, tmp_path):
    workbook(tmp_path / "a.xlsx", HEADER, ("007", "a@x.example", "Ada"))
    (tmp_path / "config.yaml").write_text(
        "firm: {name: Harbour & Vale}\ncontacts:\n  clients: {file: a.xlsx, key: Client no}\n", encoding="utf-8"
    )
    assert [person["key"] for person in json.loads(run("list", "clients", "--json").stdout)] == ["007"]
    assert "clients" in run("list", "cleints").stderr


@pytest.mark.parametrize("option", [[], ["--staff"]])
def test_a_new_workbook_is_read_without_a_problem(run, tmp_path, option):
    assert run("new", "mine.xlsx", *option).exit_code == 0
    checked = json.loads(run("check", "mine.xlsx", "--json").stdout)
    assert (checked["contacts"], checked["problems"]) == (1, [])
    assert run("new", "mine.xlsx").exit_code == 2
    assert run("new", "gone/mine.xlsx").exit_code == 74


TWO_LISTS = """
firm: {name: A firm, same_address: plus-and-dots}
contacts:
  clients: {file: lists/clients.csv}
  friends: {file: lists/friends.csv}
  gone: {file: gone.xlsx}
"""


def test_check_tells_who_stands_in_another_list_too(run, tmp_path):
    (tmp_path / "config.yaml").write_text(TWO_LISTS)
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists/clients.csv").write_text("Name,E-mail\nAda,Ada@x.example\nBen,ben@x.example\nCy,cy@x.example\n")
    (tmp_path / "lists/friends.csv").write_text("Name,E-mail\nCy,cy+golf@x.example\nAda,ada@x.example\n")
    told = {each["where"]: each["what"] for each in json.loads(run("check", "clients", "--json").stdout)["problems"]}
    assert told.pop("gone.xlsx").startswith("The same addresses could not be looked for in gone")
    assert told == {
        "clients.csv › row 2": "Ada@x.example stands in friends (friends.csv › row 3) too.",
        "clients.csv › row 4": "cy@x.example is the mailbox of cy+golf@x.example in friends (friends.csv › row 2).",
    }


def test_check_tells_how_a_text_file_was_taken_with_its_first_rows(run, tmp_path):
    (tmp_path / "a.csv").write_text(
        "List of 2026\n\nName;E-mail\nZoé;a@x.example\nBen;b@x.example\n", encoding="cp1252"
    )
    told = run("check", "a.csv").stderr.splitlines()
    assert told == [
        "a.csv: read as CP1252, columns parted by semicolons:",
        "  List of 2026",
        "  Name · E-mail",
        "  Zoé · a@x.example",
    ]
