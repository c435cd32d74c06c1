"""Whether the site of an instance runs: its processes hold a lock, which ends with them, however they end."""

import ctypes
import fcntl
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

LOCK = "running.lock"
PR_SET_PDEATHSIG = 1
_held: list[int] = []


def announce(instance: Path) -> None:
    """Say, until this process ends, that a process of the site runs; several may."""
    instance.mkdir(parents=True, exist_ok=True)
    handle = os.open(instance / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(handle, fcntl.LOCK_SH)
    _held.append(handle)


def is_running(instance: Path) -> bool:
    """Tell whether a process of the site runs."""
    with suppress(FileNotFoundError):
        handle = os.open(instance / LOCK, os.O_RDWR)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
    return False


def end_with_parent() -> None:
    """Let the kernel end this process when the one that made it ends, so that none keeps the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
