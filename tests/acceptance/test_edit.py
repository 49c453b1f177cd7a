"""One's own words, typed into an editor."""

import os
import pty
import subprocess

import pytest

from tests.workspaces import COMMAND, Firm


def edit_with(firm: Firm, editor: str) -> subprocess.CompletedProcess[str]:
    """Let a person at a terminal edit draft 1 with this program."""
    keyboard, terminal = pty.openpty()
    command, environment = [COMMAND, "drafts", "edit", "1"], {**firm.environment(), "VISUAL": editor}
    done = subprocess.run(
        command, stdin=terminal, stderr=terminal, stdout=subprocess.PIPE, text=True,
        cwd=firm.folder, env=environment, check=False, timeout=60,
    )  # fmt: skip
    os.close(keyboard)
    os.close(terminal)
    return done


@pytest.fixture
def signed(firm):
    """A firm whose account has a signature, and three drafts."""
    signature = firm.folder / "templates" / "ada.md"
    signature.write_text("Ada Obi\\\nHarbour & Vale LLP", encoding="utf-8")
    firm.write_config(account="outbox: outbox/\n    signature: templates/ada.md")
    firm.run("campaigns", "prepare", "thanks")
    return firm


def test_the_editor_has_the_words_above_the_signature_which_stays_once(signed):
    done = edit_with(signed, "sed -i s/Dear/Hello/")
    assert "Hello Bob1," in done.stdout
    assert done.stdout.count("Harbour & Vale LLP") == 1


def test_the_editor_begins_with_what_was_written_before(signed):
    edit_with(signed, "sed -i s/Dear/Hello/")
    done = edit_with(signed, "sed -i s/Bob1/Bobby/")
    assert "Hello Bobby," in done.stdout
    assert done.stdout.count("Harbour & Vale LLP") == 1


def test_an_editor_that_is_closed_without_a_change_changes_nothing(signed):
    assert edit_with(signed, "touch").returncode == 2
    assert edit_with(signed, "truncate -s 0").returncode == 2
    assert "no words" in signed.run("drafts", "edit", 1, "--body", "-", stdin="\n", code=2).err
    assert signed.run("drafts", "diff", 1).out == "Nothing changed since it was made.\n"


def test_a_draft_of_an_account_that_was_removed_can_still_be_edited(signed):
    config = signed.folder / "config.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("  ada:\n", "  ben:\n").replace("from: ada", "from: ben"), encoding="utf-8")
    done = edit_with(signed, "sed -i s/Dear/Hello/")
    assert (done.returncode, done.stdout.count("Harbour & Vale LLP")) == (0, 1)
    assert "Hello Bob1," in done.stdout


def test_what_a_plain_draft_of_a_removed_account_was_signed_with_is_not_guessed(signed):
    (signed.folder / "templates" / "thanks.md").rename(signed.folder / "templates" / "thanks.txt")
    signed.run("campaigns", "prepare", "thanks")
    config = signed.folder / "config.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("  ada:\n", "  ben:\n").replace("from: ada", "from: ben"), encoding="utf-8")
    done = edit_with(signed, "sed -i s/Dear/Hello/")
    assert (done.returncode, done.stdout) == (2, "")
