"""Files that may only be read, or not even that: what can be done is done, the rest is one sentence and its cure."""

from contextlib import contextmanager

import pytest

from tests.workspaces import AS_ANYBODY


@contextmanager
def allowed(path, mode):
    """A file or folder with these rights, for a while."""
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(before)


@pytest.fixture
def prepared(firm):
    """A firm with three drafts."""
    firm.run("campaigns", "prepare", "thanks")
    return firm


def run(firm, *arguments, **options):
    return firm.run(*arguments, under=AS_ANYBODY, **options)


def test_a_ledger_in_a_folder_that_may_only_be_read_is_listed(prepared):
    with allowed(prepared.folder / "rehearsal.db", 0o444), allowed(prepared.folder, 0o555):
        assert len(run(prepared, "drafts", "list", "--json").json) == 3
        assert "Dear Bob1" in run(prepared, "drafts", "show", "1").out


def test_what_would_change_a_ledger_that_may_only_be_read_is_refused_in_one_sentence(prepared):
    with allowed(prepared.folder / "rehearsal.db", 0o444):
        refused = run(prepared, "drafts", "approve", "thanks", "--all", "--yes", code=74)
    assert refused.err.splitlines()[-2:] == [
        f"Error: {prepared.folder / 'rehearsal.db'} cannot be written.",
        "→ Make the file and its folder writable.",
    ]


def test_who_only_read_a_ledger_bars_nobodys_way_to_write_later(prepared):
    with allowed(prepared.folder / "rehearsal.db", 0o444):
        run(prepared, "drafts", "list")
    run(prepared, "drafts", "approve", "thanks", "--all", "--yes")


def test_a_ledger_that_cannot_be_made_is_said_so(firm):
    with allowed(firm.folder, 0o555):
        refused = run(firm, "drafts", "list", code=74)
    assert "cannot be made" in refused.err
    assert "→ Make its folder writable." in refused.err


def test_a_template_that_may_not_be_read_is_named_with_its_cure(firm):
    template = firm.folder / "templates" / "thanks.md"
    with allowed(template, 0):
        refused = run(firm, "campaigns", "prepare", "thanks", code=65)
    assert "thanks.md cannot be read" in refused.err
    assert f"→ Make {template} a file that you may read." in refused.err


def test_an_outbox_that_may_not_be_written_stops_before_the_first_mail(prepared):
    prepared.run("drafts", "approve", "thanks", "--all", "--yes")
    outbox = prepared.folder / "outbox"
    outbox.mkdir()
    with allowed(outbox, 0o555):
        refused = run(prepared, "send", "thanks", "--yes", code=69)
    assert refused.err.count(str(outbox)) == 1
    assert "→ Make it writable." in refused.err
    assert "3 sent" in prepared.run("send", "thanks", "--yes").out
