"""`mailer templates`, from a workspace on disk."""

import json

import pytest
from click.testing import CliRunner

from mailer.cli import cli
from tests.workshop import write

CONFIG = """\
firm: {name: Harbour & Vale LLP, country: GB}
accounts:
  rehearsal: {outbox: outbox/}
"""


@pytest.fixture
def run(tmp_path):
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    write(tmp_path, "Dear {{ first_name }},\n\n{{ last_project | sentence }}.", name="note.md")
    write(tmp_path, "Bonjour {{ first_name }},", name="note.fr.md")
    return lambda *words: CliRunner().invoke(cli, ["--config", str(tmp_path / "config.yaml"), "templates", *words])


def test_list_names_the_templates_with_their_languages(run):
    assert json.loads(run("list", "--json").stdout) == [
        {"name": "note", "kind": "personal", "languages": ["en", "fr"], "description": ""}
    ]
    assert "note" in run("list").stdout


def test_show_says_what_a_template_needs(run):
    made = json.loads(run("show", "note", "--json").stdout)

    assert made["columns"] == ["first_name", "last_project"]
    assert made["files"] == ["templates/note.fr.md", "templates/note.md"]
    assert "ordinal" in run("show", "note").stdout


def test_show_for_one_contact_gives_the_words_that_they_would_get(run, tmp_path):
    with (tmp_path / "config.yaml").open("a", encoding="utf-8") as config:
        config.write("contacts: {clients: {file: clients.csv}}\n")
    (tmp_path / "clients.csv").write_text("First name,E-mail\nBob,bob@x.example\n", encoding="utf-8")

    made = json.loads(run("show", "note", "--for", "BOB@x.example", "--json").stdout)

    assert made["subject"] == "Hello"
    assert made["problems"][0]["kind"] == "empty-field"
    assert "No sheet has ann@x.example" in run("show", "note", "--for", "ann@x.example").stderr


def test_check_finds_nothing_wrong_with_a_good_template(run):
    made = run("check")

    assert made.exit_code == 0
    assert "1 template: no problems" in made.stdout


def test_check_names_file_and_line_of_a_mistake_and_ends_with_65(run, tmp_path):
    write(tmp_path, "{{ oops", name="bad.md")
    write(tmp_path, "Dear valued customer,", name="dull.md")

    made = run("check", "--json")

    kinds = {problem["kind"]: problem for problem in json.loads(made.stdout)["problems"]}
    assert made.exit_code == 65
    assert "bad.md, line 4" in kinds["template"]["what"]
    assert kinds["filler"]["where"] == "dull.md"


def test_a_broken_template_does_not_hide_the_others_in_the_list(run, tmp_path):
    write(tmp_path, "{{ oops", name="bad.md")

    assert [row["kind"] for row in json.loads(run("list", "--json").stdout)] == ["cannot be used", "personal"]


def test_new_begins_a_template_that_can_be_used_and_overwrites_nothing(run, tmp_path):
    assert run("new", "spring").exit_code == 0
    assert run("check", "spring").exit_code == 0
    assert run("new", "spring").exit_code == 2
    assert run("new", "../spring").exit_code == 2
    assert run("new", "autumn", "--like", "note", "--language", "fr").exit_code == 0
    assert "Dear" in (tmp_path / "templates" / "autumn.fr.md").read_text(encoding="utf-8")


def test_a_language_is_understood_by_its_name_and_never_guessed(run, tmp_path):
    assert run("new", "autumn", "--language", "French").exit_code == 0
    assert (tmp_path / "templates" / "autumn.fr.md").is_file()
    refused = run("new", "autumn", "--language", "klingonese")
    assert (refused.exit_code, "“klingonese” is not a language we know." in refused.stderr) == (2, True)


def test_a_variant_that_nobody_would_get_is_told(run, tmp_path):
    for name in ("note.french.md", "note.old.md", "note.pt-br.md"):
        write(tmp_path, "Dear {{ first_name }},", name=name)
    found = json.loads(run("check", "--json").stdout)["problems"]
    assert [each["where"] for each in found if each["kind"] == "no-language"] == ["note.french.md", "note.old.md"]


def test_an_unknown_template_is_a_sentence_and_65(run):
    made = run("show", "nothing")

    assert made.exit_code == 65
    assert "There is no template “nothing”" in made.stderr
    assert "note" in made.stderr
