"""Locks of the engine's ``file://`` backend: each names its process and host, and outlives a process that is killed."""

import json
import os
import platform
import time
from pathlib import Path

# The engine writes a lock in one go: one that cannot be read for longer than this was torn by a kill or a full disk.
_TORN_SECONDS = 10


def remove_dead(folder: Path) -> None:
    """Remove the locks below ``folder`` whose process ended. Those of other hosts stay: nobody here can know."""
    for file in sorted(folder.rglob("*.json")):
        if not _holder(file):
            for each in (file, file.with_name(f"{file.name}.attrs")):
                each.unlink(missing_ok=True)


def holders(folder: Path) -> str:
    """Who holds locks, for people; empty when nobody does."""
    return ", ".join(holder for file in sorted(folder.rglob("*.json")) if (holder := _holder(file)))


def _holder(file: Path) -> str:
    """Process and host that hold a lock; empty when the process ended."""
    try:
        age = time.time() - file.stat().st_mtime
        lock = json.loads(file.read_bytes())
        pid, host = int(lock["pid"]), str(lock["hostname"])
    except FileNotFoundError:
        return ""
    except (ValueError, LookupError, TypeError):
        return "a process that is just starting" if 0 <= age < _TORN_SECONDS else ""
    return f"process {pid} on {host}" if host != platform.node() or _is_engine(pid) else ""


def _is_engine(pid: int) -> bool:
    """Whether an engine runs by that number: another program may have it by now."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").startswith("pulumi")
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # another user's
        return True
    except FileNotFoundError:  # no Linux: its name is not known
        return True
