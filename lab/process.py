"""Processes that outlive the command that starts them. Only those that we started are ever signalled."""

import http.client
import os
import resource
import sys
import time
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pydantic

from engine.stopping import held_back
from lab.errors import LabError
from lab.layout import Layout
from lab.servers.server import Command, Server
from model.base import Model

START_SECONDS = 90.0
STOP_SECONDS = 20.0
# Go collects garbage harder from here on; the kernel refuses memory at the second. Not the size of the address space:
# programs in Go reserve far more of it than they use.
SOFT_LIMIT_MIB, HARD_LIMIT_BYTES = 700, 1024**3
LOG_BYTES = 10 * 1024**2
_TAIL_BYTES, _TAIL_LINES = 4096, 4
# In the environment of each server: a number of its own, the lab's folder, and its name.
_MARK, _FOLDER, _NAME = "BELFRY_LAB_MARK", "BELFRY_LAB_FOLDER", "BELFRY_LAB_SERVER"


class Record(Model):
    """Which process a server is.

    ``mark`` stands in its environment, and tells it from a later one with the same number; ``created`` (seconds since
    1970) does where no environment can be read. Trap avoided: when the system's clock is set, so is the time at which
    every process seems to have begun. ``folder``: that of the lab which started it.

    ``stopping``: somebody stops it, so its end is no crash, though it ends before the record goes away.
    """

    pid: int
    created: float
    fingerprint: str
    run: Command
    stopping: bool = False
    mark: str = ""
    folder: str = ""

    def process(self) -> psutil.Process | None:
        """The living process; None when it ended, or when the number belongs to another by now."""
        try:
            found = psutil.Process(self.pid)
            ours = self._is(found) and found.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return found if ours else None

    def _is(self, found: psutil.Process) -> bool:
        # A process that was started this instant has no environment yet.
        if self.mark and (environment := _environment(found)):
            return environment.get(_MARK) == self.mark
        return abs(found.create_time() - self.created) < 1


def read_record(layout: Layout, name: str) -> Record | None:
    """The record of a server; None when it was not started. Raises ValueError when the file is damaged."""
    file = layout.record(name)
    if not file.exists():
        return None
    try:
        return Record.model_validate_json(file.read_bytes())
    except (pydantic.ValidationError, IsADirectoryError) as error:
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
    home, mark = str(layout.folder), uuid.uuid4().hex
    environment = {"PATH": os.defpath, "GOMEMLIMIT": f"{SOFT_LIMIT_MIB}MiB", **run.environment}
    environment |= {_MARK: mark, _FOLDER: home, _NAME: run.name}
    # Between the start and the record a signal would leave a process that nobody knows.
    with held_back():
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
                setsigmask=(),
            )
        except OSError as error:
            raise LabError(f"{run.name} cannot be started: {error}") from None
        process = psutil.Process(pid)
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            if sys.platform == "linux":
                resource.prlimit(pid, resource.RLIMIT_DATA, (HARD_LIMIT_BYTES, HARD_LIMIT_BYTES))
        created = process.create_time()
        record = Record(pid=pid, created=created, fingerprint=fingerprint, run=run, mark=mark, folder=home)
        try:
            _write(layout, record)
        except OSError:
            end([process])
            _reap(pid)
            raise
    return record


def strays(layout: Layout) -> dict[str, psutil.Process]:
    """Servers of this lab that run and have no record, by name: their starter was killed, or the record is damaged."""
    known = {record.pid for record in records(layout).values()}
    found = {}
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid in known or os.getsid(process.pid) != process.pid:
                continue  # what servers start themselves is in their session
            environment = process.environ()
            if environment.get(_FOLDER) == str(layout.folder) and process.status() != psutil.STATUS_ZOMBIE:
                found[environment[_NAME]] = process
    return found


def wait_ready(layout: Layout, record: Record, seconds: float = START_SECONDS) -> None:
    """Wait until the server answers. Raises LabError with the last lines of its log."""
    end = time.monotonic() + seconds
    while True:
        if record.process() is None:
            _reap(record.pid)
            raise LabError(f"{record.run.name} exited immediately; {tail(layout.log(record.run.name))}")
        if record.run.ready is None or (answers(record.run.ready) and _listens(record)):
            return
        if time.monotonic() > end:
            raise LabError(f"{record.run.name} is not ready after {seconds:.0f} s; {tail(layout.log(record.run.name))}")
        time.sleep(0.1)


def stop(layout: Layout, stopped: Iterable[Record]) -> None:
    """Ask them to end, together, and make them when they do not. The records go away."""
    stopped = list(stopped)
    living = [process for record in stopped if (process := record.process())]
    for record in stopped:
        with suppress(OSError):  # a full disk: at worst the watch calls it a crash
            _write(layout, record.model_copy(update={"stopping": True}))
    end(living)
    for record in stopped:
        _reap(record.pid)
        layout.record(record.run.name).unlink(missing_ok=True)


def end(living: Sequence[psutil.Process]) -> None:
    """Ask processes to end, together, and make them when they do not."""
    for process in living:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, left = psutil.wait_procs(living, timeout=STOP_SECONDS)
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=STOP_SECONDS)


def reload(record: Record) -> None:
    """Have a running server read its files again. Raises LabError with what it says against them."""
    assert record.run.reload
    status, said = request("POST", record.run.reload)
    if status != HTTPStatus.OK:
        raise LabError(f"{record.run.name} rejects its new configuration and keeps the old one: {said.strip()}")


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


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except psutil.AccessDenied:  # not on every system may one look
        return {}


def _listens(record: Record) -> bool:
    """Whether the one that answers is the process itself, and no other one on its port."""
    port = urlsplit(record.run.ready or "").port
    process = record.process()
    if process is None:
        return False
    try:
        held = [each.laddr.port for each in process.net_connections("tcp") if each.status == psutil.CONN_LISTEN]
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True
    return port in held


def tail(log: Path) -> str:
    """The last lines of a log, with where the rest is."""
    if not log.exists():
        return f"it wrote no output to {log}"
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
