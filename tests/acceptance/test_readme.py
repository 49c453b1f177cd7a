"""What the README and the tutorial tell people to type works, in a fresh folder, from the first line to the last."""

import email
import email.policy
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", "docs/tutorial.md"]


def walk(page: str) -> str:
    """The shell lines of a page, in order."""
    return "".join(re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL))


@pytest.mark.parametrize("page", PAGES)
def test_the_walk_ends_with_one_mail_for_each_person(page, tmp_path):
    home = tmp_path / "home"
    done = subprocess.run(
        ["/bin/sh", "-eu"],
        input=walk(page),
        cwd=tmp_path,
        env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    mails = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in (tmp_path / "our-thanks" / "outbox").rglob("*.eml")
    ]
    assert len(mails) >= 15
    assert len({mail["To"] for mail in mails}) == len(mails)
    assert (tmp_path / "our-thanks" / "preview" / "index.html").is_file()


def test_the_walk_is_what_a_person_would_type():
    for page in PAGES:
        commands = [line.partition("#")[0].split() for line in walk(page).splitlines()]
        assert {words[0] for words in commands} == {"mailer", "cd"}
