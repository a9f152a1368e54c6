"""Processes that outlive the command that starts them. Only those that we started are ever signalled."""

import http.client
import os
import resource
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pydantic

from lab.errors import LabError
from lab.layout import Layout
from lab.server import Command, Server
from model.base import Model

START_SECONDS = 90.0
STOP_SECONDS = 20.0
# Go collects garbage harder from here on; the kernel refuses memory at the second. Not the size of the address space:
# programs in Go reserve far more of it than they use.
SOFT_LIMIT_MIB, HARD_LIMIT_BYTES = 700, 1024**3
LOG_BYTES = 10 * 1024**2
_TAIL_BYTES, _TAIL_LINES = 4096, 4


class Record(Model):
    """Which process a server is. ``created`` (seconds since 1970) tells it from a later one with the same number.

    ``stopping``: somebody stops it, so its end is no crash, though it ends before the record goes away.
    """

    pid: int
    created: float
    fingerprint: str
    run: Command
    stopping: bool = False

    def process(self) -> psutil.Process | None:
        """The living process; None when it ended, or when the number belongs to another by now."""
        try:
            found = psutil.Process(self.pid)
            ours = abs(found.create_time() - self.created) < 1 and found.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return found if ours else None


def read_record(layout: Layout, name: str) -> Record | None:
    """The record of a server; None when it was not started. Raises ValueError when the file is damaged."""
    file = layout.record(name)
    if not file.exists():
        return None
    try:
        return Record.model_validate_json(file.read_text("utf-8"))
    except pydantic.ValidationError as error:
        raise ValueError(f"{file} is damaged") from error


def records(layout: Layout) -> dict[str, Record]:
    """All servers that were started and not stopped. Raises ValueError when a file is damaged."""
    found = {file.parent.name: read_record(layout, file.parent.name) for file in layout.servers.glob("*/process.json")}
    return {name: record for name, record in sorted(found.items()) if record}


def start(layout: Layout, run: Command, fingerprint: str) -> Record:
    """Start it; it lives on after us, in a session of its own. Raises LabError."""
    for folder in (layout.data(run.name), layout.log(run.name).parent):
        folder.mkdir(parents=True, exist_ok=True)
    log = layout.log(run.name)
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    # Nothing of the user's environment: proxies, tokens and settings of other installations stay out.
    environment = {"PATH": os.defpath, "GOMEMLIMIT": f"{SOFT_LIMIT_MIB}MiB", **run.environment}
    try:
        # Not a Popen: that belongs to the one who waits for it, and nobody does.
        pid = os.posix_spawn(
            run.command[0],
            list(run.command),
            environment,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )
    except OSError as error:
        raise LabError(f"{run.name} cannot be started: {error}") from None
    with suppress(psutil.NoSuchProcess, ProcessLookupError):
        if sys.platform == "linux":
            resource.prlimit(pid, resource.RLIMIT_DATA, (HARD_LIMIT_BYTES, HARD_LIMIT_BYTES))
    record = Record(pid=pid, created=psutil.Process(pid).create_time(), fingerprint=fingerprint, run=run)
    _write(layout, record)
    return record


def wait_ready(layout: Layout, record: Record, seconds: float = START_SECONDS) -> None:
    """Wait until the server answers. Raises LabError with the last lines of its log."""
    end = time.monotonic() + seconds
    while True:
        if record.process() is None:
            _reap(record.pid)
            raise LabError(f"{record.run.name} ended at once; {tail(layout.log(record.run.name))}")
        if record.run.ready is None or answers(record.run.ready):
            return
        if time.monotonic() > end:
            raise LabError(f"{record.run.name} is not ready after {seconds:.0f} s; {tail(layout.log(record.run.name))}")
        time.sleep(0.1)


def stop(layout: Layout, stopped: Iterable[Record]) -> None:
    """Ask them to end, together, and make them when they do not. The records go away."""
    stopped = list(stopped)
    living = [process for record in stopped if (process := record.process())]
    for record in stopped:
        _write(layout, record.model_copy(update={"stopping": True}))
    for process in living:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, left = psutil.wait_procs(living, timeout=STOP_SECONDS)
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=STOP_SECONDS)
    for record in stopped:
        _reap(record.pid)
        layout.record(record.run.name).unlink(missing_ok=True)


def reload(record: Record) -> None:
    """Have a running server read its files again. Raises LabError with what it says against them."""
    assert record.run.reload
    status, said = request("POST", record.run.reload)
    if status != HTTPStatus.OK:
        raise LabError(f"{record.run.name} refuses its new configuration and keeps the old one: {said.strip()}")


def write_files(layout: Layout, server: Server) -> None:
    """The configuration folder, with exactly the server's files."""
    folder = layout.config(server.name)
    for relative, text in server.files.items():
        layout.write(folder / relative, text)
    for file in folder.rglob("*"):
        if file.is_file() and file.relative_to(folder).as_posix() not in server.files:
            file.unlink()


def answers(url: str) -> bool:
    """Whether a GET is answered with 200."""
    return request("GET", url, timeout=2)[0] == HTTPStatus.OK


def request(method: str, url: str, *, body: str | None = None, timeout: float = 30) -> tuple[int, str]:
    """Status and body of the answer to a JSON ``body``; status 0 when nobody answers. Never through a proxy."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=timeout)
    try:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        connection.request(method, f"{parts.path}?{parts.query}" if parts.query else parts.path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return 0, "no answer"
    finally:
        connection.close()


def tail(log: Path) -> str:
    """The last lines of a log, with where the rest is."""
    if not log.exists():
        return f"it wrote nothing to {log}"
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
        lines = file.read().decode(errors="replace").splitlines()
    return "\n".join([f"the end of {log}:", *(f"  {line[:300]}" for line in lines[-_TAIL_LINES:])])


def _write(layout: Layout, record: Record) -> None:
    layout.write(layout.record(record.run.name), record.model_dump_json(indent=2) + "\n")


def _reap(pid: int) -> None:
    """Take leave of a child; of a process whose starter is gone the system does."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
