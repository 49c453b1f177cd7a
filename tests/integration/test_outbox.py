"""The rehearsal's outbox: one whole file per mail."""

from email import message_from_bytes
from email.policy import default

import pytest

from mailer.config.models import Account
from mailer.errors import ServerError
from mailer.model import Message, Outcome
from mailer.transports import Ready, transport_of
from mailer.transports.outbox import Outbox, file_name


def message(number=1, subject="Thank you, Bob"):
    content = f"Subject: {subject}\r\n\r\nhello\r\n.\r\n".encode()
    return Message("ada@firm.example", ("bob@example.com", "secret@example.com"), f"<{number:032x}@firm>", content)


def send(outbox, *messages):
    outbox.open()
    receipts = []
    outbox.offer(0, messages[0])
    following = [*messages[1:], None]
    while following:
        for _, event in outbox.wait(0):
            if isinstance(event, Ready):
                outbox.send(0, following.pop(0))
            else:
                receipts.append(event)
    receipts += [event for _, event in outbox.wait(0)]
    outbox.close()
    return receipts


def test_each_mail_becomes_a_file_that_a_mail_program_opens(tmp_path):
    receipts = send(Outbox(tmp_path / "outbox"), message(1), message(2))
    assert [receipt.outcome for receipt in receipts] == [Outcome.ACCEPTED] * 2
    files = sorted((tmp_path / "outbox").iterdir())
    assert [file.suffix for file in files] == [".eml"] * 2
    assert message_from_bytes(files[0].read_bytes(), policy=default)["Subject"] == "Thank you, Bob"
    assert files[0].read_bytes() == message().content


def test_whom_a_bcc_went_to_stands_nowhere(tmp_path):
    send(Outbox(tmp_path), message())
    (file,) = tmp_path.iterdir()
    assert "secret" not in file.name
    assert b"secret" not in file.read_bytes()


def test_the_same_mail_again_replaces_its_file(tmp_path):
    send(Outbox(tmp_path), message(), message())
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("subject", ["../../etc/passwd", "a/b\\c:d*?", "x" * 400, "", "感謝" * 200])
def test_a_subject_never_leaves_the_folder_nor_the_length_of_a_name(subject):
    name = file_name(message(subject=subject))
    assert name.startswith("bob@example.com-")
    assert not set(name) & set('/\\:*?"<>|')
    assert len(name.encode()) < 120


def test_a_dropped_mail_is_not_written(tmp_path):
    outbox = Outbox(tmp_path)
    outbox.offer(0, message())
    outbox.wait(0)
    outbox.drop(0)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_stops_the_account_and_leaves_no_half_file(tmp_path):
    outbox = Outbox(tmp_path / "outbox")
    outbox.open()
    (tmp_path / "outbox").rmdir()
    outbox.offer(0, message())
    outbox.wait(0)
    outbox.send(0, None)
    ((_, receipt),) = outbox.wait(0)
    assert receipt.outcome is Outcome.STOPPED
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_one_sentence(tmp_path):
    (tmp_path / "outbox").write_text("")
    with pytest.raises(ServerError, match="cannot be made"):
        Outbox(tmp_path / "outbox").open()


def test_an_account_with_an_outbox_has_no_server(tmp_path):
    transport = transport_of(Account(outbox="outbox/"), folder=tmp_path)
    transport.open()
    assert (tmp_path / "outbox").is_dir()
