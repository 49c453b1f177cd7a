"""The icon on the desktop that opens the desk."""

import base64
import shlex
from configparser import RawConfigParser
from pathlib import Path

from mailer.scheduling.icons import icon_for

FOLDER = Path('/home/ada/100% "thanks" $HOME')
WORDS = ["/opt/mailer & co/bin/mailer", "--config", f"{FOLDER}/config.yaml", "desk"]
DESKTOP = Path("/home/ada/Desktop")


def made(platform, title="Mailer Harbour & Vale: a/b"):
    return icon_for(platform, title=title, words=WORDS, folder=FOLDER, desktop=DESKTOP)


def test_linux_gets_a_desktop_entry_whose_words_survive_both_escapings():
    entry = RawConfigParser()
    entry.optionxform = str
    entry.read_string(made("linux").text)
    line = entry["Desktop Entry"]["Exec"].replace("\\\\", "\\")
    assert [word.replace("%%", "%").replace("\\$", "$") for word in shlex.split(line)] == WORDS
    assert entry["Desktop Entry"]["Terminal"] == "true"
    assert made("linux").path == DESKTOP / "Mailer Harbour & Vale a b.desktop"


def test_macos_gets_a_command_file():
    first, second = made("darwin").text.splitlines()
    assert first == "#!/bin/sh"
    assert shlex.split(second) == ["exec", *WORDS]
    assert made("darwin").path.suffix == ".command"


def test_windows_gets_a_link_made_by_powershell_without_quoting_between():
    icon = made("win32", title="Mailer O'Hara’s")
    *_, option, encoded = icon.make
    script = base64.b64decode(encoded).decode("utf-16-le")
    assert (icon.make[0], option, icon.text) == ("powershell", "-EncodedCommand", "")
    assert f"CreateShortcut('{DESKTOP}/Mailer O''Hara’’s.lnk')" in script
    assert "$link.TargetPath = '/opt/mailer & co/bin/mailer'" in script
    assert script.endswith("$link.Save()")


def test_a_title_of_several_lines_makes_no_further_keys():
    assert "\nExec=evil" not in made("linux", title="Mailer\nExec=evil").text
