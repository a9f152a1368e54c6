"""Folders that live as long as one run: of a killed run, the next one removes them."""

import fcntl
import os
import re
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

_NAME = re.compile(r"belfry-[a-z]+-(\d+)-\w+")
_LOCK = "in-use"


@contextmanager
def throwaway(environment: str) -> Iterator[Path]:
    """A new folder for this process, gone at the end, also when SIGTERM ends the process.

    SIGKILL leaves it behind. The folder's name has the number of the process, so the next run sees whose it is.
    """
    place = Path(tempfile.gettempdir())
    remove_left_behind(place)
    with (
        _ended_by_signal(),
        # The engine may still write there while it ends; what is left is the next run's to remove.
        tempfile.TemporaryDirectory(
            prefix=f"belfry-{environment}-{os.getpid()}-", dir=place, ignore_cleanup_errors=True
        ) as folder,
        (Path(folder) / _LOCK).open("w") as lock,
    ):
        # Process ids are unique within one container only; the lock is seen by all that share the folder.
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield Path(folder)


def remove_left_behind(place: Path) -> None:
    """Remove the folders in ``place`` whose process is gone: our own alone, and none that a live process holds."""
    for folder in place.glob("belfry-*-*-*"):
        named = _NAME.fullmatch(folder.name)
        if named and not folder.is_symlink() and not _is_alive(int(named[1])) and _is_ours(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    try:
        if folder.stat().st_uid != os.getuid():
            return False
        with (folder / _LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # another's, held, or removed by a run beside this one
        return False
    return True


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):  # another user's; no number of a process
        return True
    return True


@contextmanager
def _ended_by_signal() -> Iterator[None]:
    """SIGTERM as an exception: Python would otherwise end without removing anything."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
