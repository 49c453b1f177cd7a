"""`mailer demo --schedule`: weeks of a firm's life in seconds."""

import re

from click.testing import CliRunner

from mailer.cli import cli
from mailer.cli.demo_schedule import live


def test_a_week_of_scheduled_life_is_told_line_by_line(tmp_path, capsys):
    CliRunner().invoke(cli, ["init", str(tmp_path / "firm")], catch_exceptions=False)
    live(tmp_path / "firm", weeks=1)
    told = capsys.readouterr().out
    assert "keep-in-touch: when nobody has been in touch for as long as keep_in_touch says" in told
    assert "Mon 23 Nov 09:00  keep-in-touch, round 2026-11-23: 5 drafts for you to read" in told
    assert "Mon 23 Nov 09:30  keep-in-touch, round 2026-11-23: 5 sent" in told
    assert len(list((tmp_path / "firm" / "outbox").glob("*.eml"))) == told_as_sent(told) > 10


def told_as_sent(told: str) -> int:
    return sum(int(count) for count in re.findall(r": (\d+) sent \(", told))
