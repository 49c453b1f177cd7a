"""The files that make the operating system keep the schedule, or open the desk, from log-in on.

Pure: the texts and the commands that go with them. Writing and running them is the command line's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from xml.sax.saxutils import escape

from mailer.scheduling import icons


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
    name = f"mailer-{_mark(config)}"
    if platform == "win32":
        return _task(name, program, config)
    if platform == "darwin":
        return _agent(f"local.{name}", (str(program), "--config", str(config), "run"), config, home, restarts=True)
    return _unit(name, program, config, home)


def desk_at_login(platform: str, *, program: Path, config: Path, home: Path) -> Service:
    """The entry that opens the desk at every log-in, and so keeps the schedule while somebody is at work."""
    name, words = f"mailer-desk-{_mark(config)}", (str(program), "--config", str(config), "desk")
    if platform == "win32":
        folder = home / "AppData" / "Roaming" / "Microsoft" / "Windows" / "Start Menu" / "Programs" / "Startup"
        return Service(name, folder / f"{name}.cmd", icons.batch(words), start=(), stop=(), status=())
    if platform == "darwin":
        return _agent(f"local.{name}", words, config, home, restarts=False)
    path = home / ".config" / "autostart" / f"{name}.desktop"
    text = icons.entry(f"Mailer {config.parent.name}", words, config.parent, in_terminal=False)
    return Service(name, path, text, start=(), stop=(), status=())


def _mark(config: Path) -> str:
    return hashlib.blake2b(str(config).encode(), digest_size=4).hexdigest()


def _unit(name: str, program: Path, config: Path, home: Path) -> Service:
    """A systemd user unit (systemd.service(5)); `%`, and `$` behind the program, are its own signs and are doubled."""
    argument = _systemd(config).replace("$", "$$")
    text = (
        "[Unit]\n"
        f"Description=Mailer keeps the schedule of {_systemd(config.parent)}\n"
        "\n"
        "[Service]\n"
        f'ExecStart="{_systemd(program)}" --config "{argument}" run\n'
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


def _agent(name: str, words: Sequence[str], config: Path, home: Path, *, restarts: bool) -> Service:
    """A launchd agent (launchd.plist(5)); one that `restarts` is started again after a crash."""
    arguments = "".join(f"    <string>{escape(each)}</string>\n" for each in words)
    keep_alive = "  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>\n" if restarts else ""
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n'
        '<plist version="1.0">\n<dict>\n'
        f"  <key>Label</key><string>{name}</string>\n"
        f"  <key>ProgramArguments</key>\n  <array>\n{arguments}  </array>\n"
        f"  <key>WorkingDirectory</key><string>{escape(str(config.parent))}</string>\n"
        "  <key>RunAtLoad</key><true/>\n"
        f"{keep_alive}"
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
