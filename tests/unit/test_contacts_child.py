"""A large or doubtful file is read in a child process, with the same result and the same sentences."""

import io
import pickle
import subprocess
import sys

import pytest

from mailer.contacts import worker
from mailer.contacts.child import ChildBook
from mailer.contacts.opening import open_book
from mailer.errors import ContactsError
from tests.workbooks import HEADER, workbook


def test_a_large_file_is_read_in_a_child_process_with_the_same_result(tmp_path):
    rows = [(str(at), f"p{at}@x.example", "word " * 40) for at in range(9000)]
    book = open_book(workbook(tmp_path / "a.xlsx", HEADER, *rows), "en", "NG")
    assert isinstance(book, ChildBook)
    assert sum(1 for _ in book.rows("Clients")) == 9001
    assert [row.number for row, _ in zip(book.rows("Clients"), range(3), strict=False)] == [1, 2, 3]
    assert book.merged("Clients") == ()
    book.close()


def test_a_child_that_does_not_answer_is_given_up(tmp_path):
    pipe = tmp_path / "a.csv"
    pipe.write_text("E-mail\n", encoding="utf-8")
    with pytest.raises(ContactsError, match="no progress"):
        ChildBook(pipe, "en", "NG", patience=0.0)


def test_a_refusal_in_the_child_is_the_same_sentence_here(tmp_path):
    (tmp_path / "a.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(ContactsError, match=r"a\.xls is damaged"):
        ChildBook(tmp_path / "a.xls", "en", "NG")


def test_a_child_that_dies_is_told_in_a_sentence(tmp_path):
    book = ChildBook(workbook(tmp_path / "a.xlsx", HEADER), "en", "NG")
    book._process.kill()
    with pytest.raises(ContactsError, match="damaged, or far larger"):
        list(book.rows("Clients"))
    book.close()


def test_the_worker_answers_questions_until_nobody_asks(tmp_path):
    path = workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "Ada"))
    questions, answers = io.BytesIO(), io.BytesIO()
    for question in ((1, "outline", ""), (2, "start", "Clients"), (3, "more", "Clients"), (4, "merged", "Clients")):
        pickle.dump(question, questions)
    questions.seek(0)
    worker.serve(path, "en", "NG", questions, answers)
    answers.seek(0)
    found = [pickle.load(answers) for _ in range(4)]
    assert found[0][1].sheets[0].name == "Clients"
    assert [len(found[1][1]), found[2], found[3]] == [2, (3, []), (4, ())]


def test_a_file_of_the_user_called_like_one_of_pythons_stands_in_for_none(tmp_path, monkeypatch):
    (tmp_path / "pickle.py").write_text("raise SystemExit", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    book = ChildBook(workbook(tmp_path / "a.xlsx", HEADER), "en", "NG")
    assert [sheet.name for sheet in book.outline.sheets] == ["Clients"]
    book.close()


def test_a_process_that_wants_more_memory_than_it_may_have_ends():
    code = "from mailer.contacts.memory import limit_memory\nlimit_memory(1 << 28)\nbytes(bytearray(b'x' * (1 << 29)))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
