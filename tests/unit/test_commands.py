"""What a person may type next: it works when it is pasted."""

import re
import shlex
from pathlib import Path

import pytest

import mailer
from mailer.commands import command, quoted


def test_words_that_no_shell_takes_apart_stand_as_they_are():
    assert command("drafts", "show", 12) == "mailer drafts show 12"
    assert command("send", "dank-für-2026") == "mailer send dank-für-2026"
    assert command("suppress", "remove", "o+b@client.example") == "mailer suppress remove o+b@client.example"


def test_a_name_with_spaces_stands_in_double_quotes_which_windows_knows_too():
    assert command("send", "thank you") == 'mailer send "thank you"'
    assert quoted("our thanks") == '"our thanks"'
    assert command("suppress", "remove", "o'brien@client.example") == 'mailer suppress remove "o\'brien@client.example"'


@pytest.mark.parametrize(
    "name", ["", "a b", "it's", 'the "big" one', "5 $HOME", "a`b`", "wow!", "a;b", "x\\y", "é  ü", "*"]
)
def test_a_shell_gives_back_every_word(name):
    assert shlex.split(command("send", name)) == ["mailer", "send", name]


def test_nothing_but_this_writes_a_name_into_a_command():
    spelt = re.compile(r"mailer (?:--?\w+ )*[a-z]+(?: [a-z-]+)* \{\w")
    sources = Path(mailer.__file__).parent.rglob("*.py")
    assert not [path.name for path in sources if spelt.search(path.read_text(encoding="utf-8"))]
