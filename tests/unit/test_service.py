"""What the operating systems are given to keep the schedule."""

import plistlib
from configparser import RawConfigParser
from pathlib import Path

from mailer.scheduling.service import desk_at_login, service_for

PROGRAM = Path("/opt/mailer & co/bin/mailer")
CONFIG = Path("/home/ada/100% thanks/config.yaml")
HOME = Path("/home/ada")


def made(platform):
    return service_for(platform, program=PROGRAM, config=CONFIG, home=HOME)


def test_linux_gets_a_user_unit_that_starts_again_after_a_crash():
    unit = RawConfigParser()
    unit.optionxform = str
    unit.read_string(made("linux").text)
    command = '"/opt/mailer & co/bin/mailer" --config "/home/ada/100%% thanks/config.yaml" run'
    assert unit["Service"]["ExecStart"] == command
    assert unit["Service"]["Restart"] == "on-failure"
    assert made("linux").path.parent == HOME / ".config/systemd/user"


def test_what_systemd_would_put_in_for_a_dollar_sign_is_doubled_behind_the_program_only():
    program, config = Path("/opt/${HOME}/mailer"), Path("/home/${HOME}/config.yaml")
    text = service_for("linux", program=program, config=config, home=HOME).text
    assert 'ExecStart="/opt/${HOME}/mailer" --config "/home/$${HOME}/config.yaml" run' in text


def test_macos_gets_an_agent():
    agent = plistlib.loads(made("darwin").text.encode())
    assert agent["ProgramArguments"] == [str(PROGRAM), "--config", str(CONFIG), "run"]
    assert agent["RunAtLoad"] is True
    assert made("darwin").path.name == f"{agent['Label']}.plist"


def test_windows_gets_a_task_that_does_one_pass_every_ten_minutes():
    task = made("win32")
    assert task.path is None
    assert task.start[0][:7] == ("schtasks", "/Create", "/F", "/SC", "MINUTE", "/MO", "10")
    assert task.start[0][-1].endswith("run --once")


def test_each_workspace_has_a_name_of_its_own_that_stays():
    other = service_for("linux", program=PROGRAM, config=Path("/srv/config.yaml"), home=HOME)
    assert made("linux").name == made("linux").name != other.name


def at_login(platform):
    return desk_at_login(platform, program=PROGRAM, config=CONFIG, home=HOME)


def test_the_desk_at_log_in_is_an_entry_of_its_own_beside_the_schedule():
    assert at_login("linux").path.parent == HOME / ".config/autostart"
    assert "Terminal=false" in at_login("linux").text
    agent = plistlib.loads(at_login("darwin").text.encode())
    assert agent["ProgramArguments"] == [str(PROGRAM), "--config", str(CONFIG), "desk"]
    assert "KeepAlive" not in agent
    assert at_login("win32").path.parent.name == "Startup"
    assert f'"{PROGRAM}" "--config" "{CONFIG.parent.parent}/100%% thanks/config.yaml" "desk"' in at_login("win32").text
    assert at_login("linux").name != made("linux").name
