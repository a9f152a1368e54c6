"""Brings the servers up, takes them down, and knows how they are."""

import fcntl
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from engine.stopping import held_back
from lab.context import Context
from lab.deployment import Deployment
from lab.endpoints import Endpoints
from lab.errors import LabError
from lab.layout import Layout
from lab.ports import Ports
from lab.process import Record, end, read_record, records, reload, start, stop, strays, wait_ready, write_files
from lab.remedy import Remedy
from lab.remedy import remedy as remedy_of
from lab.servers import alarm_forwarder
from lab.servers.blackbox import NAME as BLACKBOX
from lab.servers.server import Server
from lab.servers.silences import silence_absent
from lab.servers.table import OPTIONAL, PROGRAMS, WATCH, endpoints, missing_tools, servers, waiting
from lab.workload.demand import Demand
from model import names
from model.problems import BadInput, Problem, raise_if_any

# A day of the demo workload takes some 200 MB; a full disk corrupts what servers keep.
NEEDED_BYTES = 1024**3
# Releases that have another name than their server here.
_RELEASES = {BLACKBOX: names.BLACKBOX_EXPORTER}


class Action(StrEnum):
    """What an `up` did with a server."""

    KEPT = "kept"
    RELOADED = "reloaded"
    STARTED = "started"
    RESTARTED = "restarted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an `up` did; ``notes`` by server: what differs from the deployment, and why.

    ``absent``: servers that the deployment has no release of. ``waiting``: servers whose program is not there, and the
    tool that brings it; the workload waits with the collectors.
    """

    actions: Mapping[str, Action]
    notes: Mapping[str, Sequence[str]]
    endpoints: Endpoints
    seconds: float
    moved: str = ""
    absent: tuple[str, ...] = ()
    waiting: Mapping[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class Manager:
    """Servers of one checkout. ``tell`` hears what is being done."""

    layout: Layout
    tell: Callable[[str], None] = field(default=lambda text: None)

    def up(
        self,
        read: Callable[[], Deployment],
        environment: str,
        demand: Demand | None = None,
        remedy: Remedy | None = None,
    ) -> Outcome:
        """Have every server of the deployment running with its present configuration.

        A server that runs with the same files stays; one that can read new files does so; others are restarted. Should
        one fail, those that this call started are stopped again. ``remedy`` None: as it was. Raises BadInput and
        LabError.
        """
        began = time.monotonic()
        raise_if_any([*missing_tools(self.layout), *self._too_full()])
        with self._locked():
            moved = " ".join(self._set_damaged_aside())
            self._stop_strays()
            self.layout.folder.mkdir(exist_ok=True)
            self.layout.folder.chmod(0o700)  # logs and notifications are nobody else's
            self.tell("reading the deployment")
            deployment = read()
            release = {server: _RELEASES.get(server, server) for server in PROGRAMS}
            missing = {
                server: tool for server, tool in waiting(self.layout).items() if deployment.release(release[server])
            }
            deployment = deployment.without([release[server] for server in missing])
            # Without the agent nobody takes what the workload measures, and every objective would be without data.
            demand = None if names.COLLECTOR_AGENT in missing else demand
            running = {name: one for name, one in records(self.layout).items() if one.process()}
            ports = Ports.read(self.layout, running)
            context = Context(
                layout=self.layout,
                deployment=deployment,
                ports=ports,
                environment=environment,
                demand=demand,
                remedy=remedy or remedy_of(self.layout),
            )
            wanted = servers(context)
            for folder in self.layout.watched:
                folder.mkdir(parents=True, exist_ok=True)
            ports.write()
            actions = self._converge(wanted, running)
            self._forget([record for name, record in records(self.layout).items() if name not in actions])
            silence_absent(context)
            alarm_forwarder.watch(context)
            where = endpoints(context)
            where.write(self.layout)
        notes = {
            server.name: [*server.notes, *([ports.taken[server.name]] if server.name in ports.taken else [])]
            for server in wanted
        }
        seconds = time.monotonic() - began
        absent = tuple(name for name in OPTIONAL if name not in {*actions, *missing})
        return Outcome(
            actions=actions,
            notes=notes,
            endpoints=where,
            seconds=seconds,
            moved=moved,
            absent=absent,
            waiting=missing,
        )

    def down(self) -> list[str]:
        """Stop every server and keep what it has; returns who ran. What is not ours is left alone."""
        with self._locked():
            before = self._running()
            self._set_damaged_aside()
            known = records(self.layout)
            self.layout.endpoints.unlink(missing_ok=True)
            # The watch first, or it would call this a crash.
            for group in ([WATCH], [name for name in known if name != WATCH]):
                stop(self.layout, [known[name] for name in group if name in known])
            return sorted({*before, *self._stop_strays()})

    def _running(self) -> list[str]:
        """Names of those whose records can be read."""
        found = []
        for file in self.layout.servers.glob("*/process.json"):
            with suppress(ValueError):
                record = read_record(self.layout, file.parent.name)
                found += [file.parent.name] if record and record.process() else []
        return found

    def restart(self, name: str, pause: float = 0) -> Record:
        """Stop a server and start it again with the same files, ``pause`` seconds later."""
        with self._locked():
            record = self._known(name)
            stop(self.layout, [record])
            self._stop_strays()  # of a record that is stale, the process still holds the port
            try:
                time.sleep(pause)
            finally:
                again = start(self.layout, record.run, record.fingerprint)
            wait_ready(self.layout, again)
            return again

    def _known(self, name: str) -> Record:
        known = records(self.layout)
        if name not in known:
            allowed = ", ".join(known) or "none: the local environment is down, `make up`"
            raise BadInput([Problem("NAME", f"found no server {name!r}", allowed)])
        return known[name]

    def _forget(self, superfluous: Sequence[Record]) -> None:
        """Stop what the deployment has no more."""
        if superfluous:
            self.tell(f"stopping {', '.join(record.run.name for record in superfluous)}")
            stop(self.layout, superfluous)

    def _converge(self, wanted: Sequence[Server], running: Mapping[str, Record]) -> dict[str, Action]:
        actions = {server.name: _action(server, running.get(server.name)) for server in wanted}
        if restarted := [running[name] for name, action in actions.items() if action is Action.RESTARTED]:
            self.tell(f"stopping {', '.join(record.run.name for record in restarted)}")
            stop(self.layout, restarted)
        started: list[Record] = []
        try:
            for server in wanted:
                action = actions[server.name]
                if action is Action.KEPT:
                    continue
                write_files(self.layout, server)
                if action is Action.RELOADED:
                    self.tell(f"reloading {server.name}")
                    self._reload(server, running[server.name])
                else:
                    self.tell(f"starting {server.name}")
                    started.append(start(self.layout, server.run, server.fingerprint))
            for record in started:
                self.tell(f"waiting for {record.run.name}")
                wait_ready(self.layout, record)
        except BaseException:
            self.tell("stopping the started servers")
            with held_back():
                stop(self.layout, started)
            raise
        return actions

    def _reload(self, server: Server, record: Record) -> None:
        reload(record)
        current = record.model_copy(update={"fingerprint": server.fingerprint})
        self.layout.write(self.layout.record(server.name), current.model_dump_json(indent=2) + "\n")

    def _too_full(self) -> Iterator[Problem]:
        at = next(folder for folder in (self.layout.folder, *self.layout.folder.parents) if folder.exists())
        free = shutil.disk_usage(at).free
        if free < NEEDED_BYTES:
            found, allowed = f"{free // 1024**2} MiB are free", f"{NEEDED_BYTES // 1024**2} MiB or more"
            yield Problem(f"the disk of {self.layout.folder}", found, allowed)

    def _set_damaged_aside(self) -> list[str]:
        """Rename files that cannot be read, and stop whom they may name; returns a sentence for each.

        Without ports nobody can be kept: all that runs is stopped, and takes the same ports again.
        """
        done = []
        for file in sorted(self.layout.servers.glob("*/process.json")):
            try:
                read_record(self.layout, file.parent.name)
            except ValueError:
                done.append(_aside(file))
        try:
            Ports.read(self.layout)
        except (ValueError, IsADirectoryError):
            done.append(_aside(self.layout.ports))
            stop(self.layout, records(self.layout).values())
        return done

    def _stop_strays(self) -> list[str]:
        """Stop servers without a record; returns their names."""
        found = strays(self.layout)
        if found:
            self.tell(f"stopping {', '.join(found)}, started by a command that was killed")
            end(list(found.values()))
        return list(found)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One at a time: two would start everything twice."""
        # Beside the folder: that one may be moved while it is held.
        lock = self.layout.folder.parent / "lab.lock"
        self.layout.require()
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LabError("another `python -m lab` is at work here; wait until it is done") from None
            yield


def _aside(file: Path) -> str:
    """Rename a file, never over another."""
    number = 1
    while (aside := file.with_name(f"{file.name}.damaged-{number}")).exists():
        number += 1
    file.rename(aside)
    return f"{file} was damaged and is now {aside.name}; its servers are stopped and started again."


def _action(server: Server, record: Record | None) -> Action:
    if record is None:
        return Action.STARTED
    if record.run.model_dump() != server.run.model_dump():
        return Action.RESTARTED
    if record.fingerprint == server.fingerprint:
        return Action.KEPT
    return Action.RELOADED if server.run.reload else Action.RESTARTED
