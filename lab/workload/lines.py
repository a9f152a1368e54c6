"""Log lines of a container, in the file in which a node would have them."""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from lab.events import append
from lab.workload.plan import Part
from model.vocabulary import LogFormat

# The kubelet's own limit of a container's log file.
ROTATED_BYTES = 10 * 1024**2


def access_line(method: str, path: str, status: int, *, client: str, request_id: str, seconds: float) -> str:
    """A line of a web server's access log, in the Common Log Format with what the contract adds."""
    at = datetime.now(UTC).strftime("%d/%b/%Y:%H:%M:%S %z")
    return (
        f'{client} - - [{at}] "{method} {path} HTTP/1.1" {status} 512 "-" "demo" '
        f"request_id={request_id} request_time={seconds:.3f}"
    )


def structured_line(part: Part, level: str, message: str, fields: Mapping[str, object]) -> str:
    """A line of the structured contract."""
    return json.dumps({"timestamp": _now(), "level": level, "service": part.name, "message": message, **fields})


class PodLog:
    """The log of one part's container; ``folder`` is that of all pods. Lines wait until they are written together."""

    def __init__(self, folder: Path, part: Part) -> None:
        uid = uuid.uuid5(uuid.NAMESPACE_DNS, f"{part.name}.{part.system}")
        self._file = folder / f"{part.namespace}_{part.pod}_{uid}" / part.name / "0.log"
        self._waiting: list[str] = []
        self.lines = self.dropped = 0

    def write(self, line: str) -> None:
        """Take a line, as the container's runtime would."""
        self._waiting.append(f"{_now()} stdout F {line}\n")
        self.lines += 1

    def flush(self) -> None:
        """Write what waits. What a full disk refuses is dropped and counted: memory has an end too."""
        if not self._waiting:
            return
        try:
            # Not its parents: of a checkout that was moved nothing is made again.
            for folder in (self._file.parent.parent, self._file.parent):
                folder.mkdir(exist_ok=True)
            # The agent holds the old file open until it has read it.
            if self._file.exists() and self._file.stat().st_size > ROTATED_BYTES:
                self._file.replace(self._file.with_name("0.log.1"))
            append(self._file, "".join(self._waiting))
        except OSError:
            self.dropped += len(self._waiting)
        self._waiting.clear()


def is_access_log(part: Part) -> bool:
    """Whether the catalog declares an access log for ``part``."""
    return part.component is not None and part.component.telemetry.logs is LogFormat.COMMON_LOG


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
