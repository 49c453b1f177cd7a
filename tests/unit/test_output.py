"""What commands print: nothing hidden in it, nothing cut in a pipe, and questions only to people."""

import json
from datetime import date
from pathlib import Path

import click
import pytest

from mailer.cli import output
from mailer.cli.progress import sending_bar
from mailer.errors import UsageError
from mailer.model import Problem, Severity


def test_letters_that_could_steer_a_terminal_are_shown_as_such():
    assert output.printable("a\x1b[2Jb\u202ec\x00d\ne") == "a�[2Jb�c�d\ne"


def test_letters_that_could_steer_a_terminal_stand_in_json_as_their_numbers(capsys):
    words = "a\x1b[2J\x9b2Jb\u202ec\ud800d € 👩‍⚖️"
    output.print_json([words])
    told = capsys.readouterr().out
    assert json.loads(told) == [words]
    assert output.printable(told) == told
    assert "€ 👩‍⚖️" in told


def test_what_people_write_stays_as_it_is():
    assert output.printable("Zoë › 1 200,50 € 👩‍⚖️") == "Zoë › 1 200,50 € 👩‍⚖️"


def test_a_table_in_a_pipe_is_neither_cut_nor_coloured(capsys):
    output.table(["name", "address"], [["Ada [bold]", "x" * 300], ["Ben", "b"]])
    out = capsys.readouterr().out
    assert "x" * 300 in out
    assert "Ada [bold]" in out
    assert "\x1b" not in out


def test_each_row_in_a_pipe_is_one_line_and_the_columns_stand_under_each_other(capsys):
    output.table(["What", "Who"], [["two\nlines", "Ada"], ["日本", "Ben"]], title="Seen")
    title, blank, head, rule, *lines, end = capsys.readouterr().out.splitlines()
    assert [title, blank, head.split(), rule.strip(" ─"), end] == ["Seen", "", ["What", "Who"], "", ""]
    assert lines == [" two lines   Ada", " 日本        Ben"]


def test_short_columns_stay_whole_in_a_narrow_terminal(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    output.table(["Id", "To", "Look at", "Status"], [["1", "a" * 80, "b" * 80, "draft, held"]])
    out = capsys.readouterr().out
    assert "draft, held" in out
    assert max(map(len, click.unstyle(out).splitlines())) <= 40


def test_where_there_is_no_room_for_columns_each_row_is_a_block_of_lines(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    row = ["16", "Kemi Bakare <tunde@bakare.example>", "Thank you, Kemi", "ben", "draft, held", ""]
    output.table(["Id", "To", "Subject", "From", "Status", "Look at"], [row, ["17", "Bob", "", "", "", "it"]])
    told = click.unstyle(capsys.readouterr().out).split("\n\n")
    lines = [[line.split("  ", 1) for line in block.strip().splitlines()] for block in told]
    assert ["Subject", "Thank you, Kemi"] in [[part.strip() for part in line] for line in lines[0]]
    assert [[part.strip() for part in line] for line in lines[1]] == [["Id", "17"], ["To", "Bob"], ["Look at", "it"]]
    assert max(map(len, "\n".join(told).splitlines())) <= 40


def test_many_columns_go_in_parts_that_fit_the_terminal(capsys):
    row = ["7", "00017", "Ngozi", "ngozi@lagoonfoods.example"]
    output.wide_table(["", "A", "B", "C"], [row], title="Clients", width=40)
    shown = [line.split() for line in capsys.readouterr().out.splitlines() if line.strip(" ─")]
    assert shown == [["Clients"], ["A", "B"], ["7", "00017", "Ngozi"], ["C"], ["7", "ngozi@lagoonfoods.example"]]


def test_problems_are_listed_worst_first_and_alike_ones_together(capsys):
    output.problems(
        [
            Problem("A1", "a note", severity=Severity.NOTE),
            *(Problem(f"B{row}", "no address", "Type one.", Severity.HOLD, "no-address") for row in range(5)),
            Problem("C1", "a doubt"),
        ],
        at_most=2,
    )
    out = capsys.readouterr().out
    places = [out.index(words) for words in ("mended before it is sent (5)", "Worth a look (1)", "Good to know (1)")]
    assert places == sorted(places)
    assert "\n  no address\n    B0, B1\n    → Type one.\n" in out
    assert "… and 3 more like this" in out


def test_each_cure_stands_under_what_it_cures(capsys):
    output.problems(
        Problem(f"row {row}", what, cure, Severity.WARN, "doubled-column")
        for row, what, cure in [
            (1, "A is doubled.", "Rename A."),
            (2, "B is.", "Rename B."),
            (3, "So is A.", "Rename A."),
        ]
    )
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()[2:]]
    assert lines == ["row 1: A is doubled.", "row 3: So is A.", "→ Rename A.", "row 2: B is.", "→ Rename B."]


def test_the_same_words_are_said_once_with_all_their_places(capsys):
    rows = [("clients.xlsx › Clients", 3), ("clients.xlsx › Clients", 14), ("team.xlsx › Team", 2)]
    output.problems([Problem(f"{sheet} › row {row}", "no personal line", "Add one.") for sheet, row in rows])
    places = "    clients.xlsx › Clients › row 3, 14\n    team.xlsx › Team › row 2\n"
    assert f"\n  no personal line\n{places}    → Add one.\n" in capsys.readouterr().out


def test_a_long_problem_is_continued_under_its_beginning(capsys, monkeypatch):
    monkeypatch.setattr(output, "_PIPE_WIDTH", 30)
    output.problems([Problem("row 3", "There is no personal line, and the template has a place for one.")])
    assert "\n  line, and the template has a\n  place" in capsys.readouterr().out


def test_a_problem_of_no_place_is_told_without_one(capsys):
    output.problems([Problem("", "It begins without a greeting.", "", Severity.WARN)])
    assert "\n  It begins without a greeting.\n" in capsys.readouterr().out


def test_sentences_in_one_line_are_closed_once_each():
    assert output.sentences(["Is it theirs?", "It is empty", "Look."]) == "Is it theirs? It is empty. Look."


def test_json_is_one_document_with_dates_paths_and_severities_as_text(capsys):
    output.print_json({"on": date(2026, 3, 1), "path": Path("a"), "problems": [output.problem_json(Problem("x", "y"))]})
    assert json.loads(capsys.readouterr().out) == {
        "on": "2026-03-01",
        "path": "a",
        "problems": [{"where": "x", "what": "y", "cure": "", "severity": "warn", "kind": ""}],
    }


def test_a_question_without_a_terminal_is_refused_with_the_option_that_answers_it():
    with pytest.raises(UsageError) as raised:
        output.ask("Send 3 mails?", yes=False)
    assert raised.value.cure == "--yes answers yes."


def test_yes_answers_the_question():
    assert output.ask("Send 3 mails?", yes=True)


def test_the_bar_has_no_rate_before_anything_was_sent(capsys):
    with sending_bar(2) as advance:
        advance()
    assert "/s" not in capsys.readouterr().err
