"""The produced configurations at work: agent, gateway and sampler as three processes, wired as in a cluster."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from configs.collector.parts import Runtime
from tests.configs.collectors import wait_for
from tests.configs.sink import Record, Sink

SECONDS = 15
POD = "cloudmart_backend-7d9f_0b1c2d3e-0000-4000-8000-000000000001"


@dataclass(frozen=True)
class Platform:
    """Three running collectors and the sink behind them."""

    sink: Sink
    agent: Runtime
    gateway: Runtime
    files: Path

    def write(self, pod: str, container: str, *lines: str) -> None:
        """Lines of a container, as the runtime writes them."""
        folder = self.files / pod / container
        folder.mkdir(parents=True, exist_ok=True)
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        with (folder / "0.log").open("a", encoding="utf-8") as file:
            file.writelines(f"{now} stdout F {line}\n" for line in lines)

    def log(self, part: str) -> Record:
        """The one record whose body holds ``part``."""
        found = wait_for(lambda: [record for record in self.sink.logs if part in record.name], SECONDS)
        assert len(found) == 1, f"{part}: {[record.name for record in self.sink.logs]}"
        return found[0]

    def points(self, name: str, **wanted: Any) -> list[Record]:
        """Data points of a metric with the given attributes (dots written as underscores)."""
        return [
            point
            for point in list(self.sink.points)
            if point.name == name
            and wanted.items() <= {key.replace(".", "_"): value for key, value in point.attributes.items()}.items()
        ]


def structured(**fields: Any) -> str:
    """A line of the contract."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"timestamp": now, "level": "INFO", "service": "backend", **fields})
