"""A ceiling on this process's memory: by the system where it has one, else by a watchdog that ends the process."""

from __future__ import annotations

import sys
import threading

#: Bytes.
CEILING = 1 << 30


def limit_memory(ceiling: int = CEILING) -> None:
    """Let this process use no more than `ceiling` bytes from now on."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (ceiling, ceiling))
    else:
        threading.Thread(target=_watch, args=(ceiling,), daemon=True).start()


def _watch(ceiling: int) -> None:
    import os

    while _used() <= ceiling:
        threading.Event().wait(0.1)
    os._exit(1)


def _used() -> int:
    """Bytes in use; 0 where the system does not tell."""
    if sys.platform == "win32":
        return _used_on_windows()
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _used_on_windows() -> int:
    import ctypes
    from ctypes import wintypes

    class Counters(ctypes.Structure):
        """PROCESS_MEMORY_COUNTERS of psapi.h."""

        _fields_ = [
            ("size", wintypes.DWORD),
            ("faults", wintypes.DWORD),
            *((name, ctypes.c_size_t) for name in ("peak", "working", "a", "b", "c", "d", "pages", "peak_pages")),
        ]

    counters = Counters()
    counters.size = ctypes.sizeof(counters)
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    handle = kernel.GetCurrentProcess()
    found = kernel.K32GetProcessMemoryInfo(handle, ctypes.byref(counters), counters.size)
    return int(counters.working) if found else 0
