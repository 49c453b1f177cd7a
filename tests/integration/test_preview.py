"""`mailer preview`: what stands beside the drafts, and what shows only when they lie side by side."""

from click.testing import CliRunner

from mailer.cli import cli
from tests.workspaces import TEMPLATE, row


def preview(firm) -> str:
    options = ["--config", str(firm.folder / "config.yaml"), "preview", "thanks", "--out", str(firm.folder / "out")]
    ran = CliRunner().invoke(cli, options, catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    return (firm.folder / "out" / "index.html").read_text(encoding="utf-8")


def test_the_page_says_which_mails_are_nearly_alike(firm):
    firm.write_template(TEMPLATE.replace("thank you for", "a year is a long time, and we thank you all for " * 8))

    assert "words are for this person alone" in preview(firm)


def test_the_page_says_when_a_personal_file_goes_to_two_people(firm):
    firm.write_sheet([row(number) for number in range(1, 5)])
    firm.write_template(TEMPLATE.replace("---\nDear", 'attachments: "files/{{ client_no }}.txt"\n---\nDear'))
    (firm.folder / "files").mkdir()
    for number, words in enumerate(["one", "two", "three", "three"], 1):
        (firm.folder / "files" / f"C{number:04}.txt").write_text(words, encoding="utf-8")

    html = preview(firm)

    assert "C0003.txt goes to 2 people" in html
    assert "C0001.txt goes to" not in html
