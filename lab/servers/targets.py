"""Targets of the demo workload, in files that Prometheus reads again when they change.

Prometheus scrapes and probes only these: the addresses of the deployment lead into a cluster or to the internet, and
nothing leaves this machine.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from lab.layout import PROBED, SCRAPED, Layout

# Not a ServiceMonitor: series of exporters that the workload simulates.
SIMULATED = "simulated-exporters"


def monitor_file(folder: Path, monitor: str) -> Path:
    """Targets of a ServiceMonitor, by its name."""
    return folder / SCRAPED / f"{monitor}.json"


def probe_file(folder: Path, probe: str) -> Path:
    """The local stand-in of a Probe's target, by the Probe's name."""
    return folder / PROBED / f"{probe}.json"


def scrape(folder: Path, monitor: str, addresses: Sequence[str], labels: Mapping[str, str] | None = None) -> None:
    """Have Prometheus scrape ``addresses`` (host:port) by the rules of ``monitor``; an empty list ends it.

    ``labels`` are what Kubernetes would know of the pods: ``pod``, ``container``, ``node``.
    """
    _write(monitor_file(folder, monitor), addresses, labels)


def answer_probe(folder: Path, probe: str, target: str) -> None:
    """Have ``probe`` request ``target`` (a URL or host:port, depending on its kind) instead of the deployed one."""
    _write(probe_file(folder, probe), [target], None)


def forget_all(folder: Path) -> None:
    """Scrape and probe nothing any more."""
    for kind in (SCRAPED, PROBED):
        for file in (folder / kind).glob("*.json"):
            file.unlink()


def _write(file: Path, addresses: Sequence[str], labels: Mapping[str, str] | None) -> None:
    group = {"targets": list(addresses), **({"labels": dict(labels)} if labels else {})}
    file.parent.mkdir(parents=True, exist_ok=True)
    Layout(file.parent).write(file, json.dumps([group] if addresses else []))
