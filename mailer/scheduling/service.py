"""The files that make the operating system keep the schedule: systemd, launchd, or the Task Scheduler.

Pure: the texts and the commands that go with them. Writing and running them is the command line's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from xml.sax.saxutils import escape


@dataclass(frozen=True, slots=True)
class Service:
    """One workspace's entry in one operating system."""

    #: What the system calls it; the same workspace always gets the same name.
    name: str
    #: Where its description lies; None where the system keeps it itself (Windows).
    path: Path | None
    text: str
    #: What starts it now and at every log-in.
    start: tuple[tuple[str, ...], ...]
    #: What stops it for good.
    stop: tuple[tuple[str, ...], ...]
    #: What shows how it is.
    status: tuple[str, ...]


def service_for(platform: str, *, program: Path, config: Path, home: Path) -> Service:
    """The entry for "linux", "darwin" or "win32"; `program` is the installed `mailer`."""
    name = f"mailer-{hashlib.blake2b(str(config).encode(), digest_size=4).hexdigest()}"
    if platform == "win32":
        return _task(name, program, config)
    if platform == "darwin":
        return _agent(f"local.{name}", program, config, home)
    return _unit(name, program, config, home)


def _unit(name: str, program: Path, config: Path, home: Path) -> Service:
    """A systemd user unit (systemd.service(5)); `%` is its own sign and is doubled."""
    text = (
        "[Unit]\n"
        f"Description=Mailer keeps the schedule of {_systemd(config.parent)}\n"
        "\n"
        "[Service]\n"
        f'ExecStart="{_systemd(program)}" --config "{_systemd(config)}" run\n'
        f"WorkingDirectory={_systemd(config.parent)}\n"
        "Restart=on-failure\n"
        "RestartSec=60\n"
        "TimeoutStopSec=660\n"
        "\n"
        "[Install]\n"
        "WantedBy=default.target\n"
    )
    control = ("systemctl", "--user")
    return Service(
        name,
        home / ".config" / "systemd" / "user" / f"{name}.service",
        text,
        start=((*control, "daemon-reload"), (*control, "enable", "--now", name)),
        stop=((*control, "disable", "--now", name),),
        status=(*control, "status", "--no-pager", name),
    )


def _systemd(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")


def _agent(name: str, program: Path, config: Path, home: Path) -> Service:
    """A launchd agent (launchd.plist(5))."""
    arguments = "".join(f"    <string>{escape(str(each))}</string>\n" for each in (program, "--config", config, "run"))
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n'
        '<plist version="1.0">\n<dict>\n'
        f"  <key>Label</key><string>{name}</string>\n"
        f"  <key>ProgramArguments</key>\n  <array>\n{arguments}  </array>\n"
        f"  <key>WorkingDirectory</key><string>{escape(str(config.parent))}</string>\n"
        "  <key>RunAtLoad</key><true/>\n"
        "  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>\n"
        f"  <key>StandardErrorPath</key><string>{escape(str(config.parent / 'mailer.log'))}</string>\n"
        "</dict>\n</plist>\n"
    )
    path = home / "Library" / "LaunchAgents" / f"{name}.plist"
    return Service(
        name,
        path,
        text,
        start=(("launchctl", "load", "-w", str(path)),),
        stop=(("launchctl", "unload", "-w", str(path)),),
        status=("launchctl", "list", name),
    )


def _task(name: str, program: Path, config: Path) -> Service:
    """A Task Scheduler entry: one pass every ten minutes, so that nothing has to stay alive."""
    command = f'"{PureWindowsPath(program)}" --config "{PureWindowsPath(config)}" run --once'
    create = ("schtasks", "/Create", "/F", "/SC", "MINUTE", "/MO", "10", "/TN", name, "/TR", command)
    return Service(
        name,
        None,
        f"Every 10 minutes: {command}\n",
        start=(create,),
        stop=(("schtasks", "/Delete", "/F", "/TN", name),),
        status=("schtasks", "/Query", "/TN", name),
    )
