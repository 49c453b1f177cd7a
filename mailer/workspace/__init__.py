"""The folder one works in, and the passes run in it: what the command line, the desk and the schedule share."""

from mailer.workspace.opening import Clock, Workspace, stamp_of

__all__ = ["Clock", "Workspace", "stamp_of"]
