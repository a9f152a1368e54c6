"""A real Alertmanager with the shipped routes and inhibitions. Its receivers are empty: it notifies nobody."""

import http.client
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from model.alerting.inhibitions import with_inhibitions
from tests.configs.collectors import START_SECONDS, free_ports, wait_for
from tests.configs.servers import get, running
from tests.tools import PROJECT

_FOLDER = PROJECT / "rules" / "alertmanager"
# As an environment that watches every system gets it.
CONFIG = with_inhibitions(
    "alertmanager.yaml",
    (_FOLDER / "alertmanager.yaml").read_text(encoding="utf-8"),
    {path.name: path.read_text(encoding="utf-8") for path in _FOLDER.glob("inhibitions-*.yaml")},
)


@dataclass(frozen=True)
class Alertmanager:
    """One that runs on this machine."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def tell(self, alerts: Iterable[Mapping[str, str]], **more: object) -> None:
        """Alerts with these labels fire from now on. ``more``: of each of them, as Alertmanager's API has it."""
        self._post("/api/v2/alerts", [{"labels": labels, **more} for labels in alerts])

    def resolve(self, alerts: Iterable[Mapping[str, str]]) -> None:
        """Alerts with these labels have ended."""
        now = datetime.now(UTC)
        period = {"startsAt": (now - timedelta(minutes=1)).isoformat(), "endsAt": now.isoformat()}
        self._post("/api/v2/alerts", [{"labels": labels, **period} for labels in alerts])

    def silence(self, **labels: str) -> None:
        """Silence what has exactly these values, for an hour far from now."""
        matchers = [{"name": name, "value": value, "isRegex": False} for name, value in labels.items()]
        period = {"startsAt": "2020-01-01T00:00:00Z", "endsAt": "2099-01-01T00:00:00Z"}
        self._post("/api/v2/silences", {"matchers": matchers, **period, "createdBy": "test", "comment": "test"})

    def alerts(self) -> list[dict[str, Any]]:
        """Everything that fires, with its state."""
        found: list[dict[str, Any]] = get(self.url, "/api/v2/alerts")
        return found

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        """Its alerts as soon as it knows this many: on a slow machine one may end before it is asked again."""
        enough = wait_for(lambda: found if len(found := self.alerts()) >= count else [], START_SECONDS)
        assert enough, f"{len(self.alerts())} of {count} alerts"
        return enough

    def _post(self, path: str, body: object) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)
        try:
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            assert answer.status == http.HTTPStatus.OK, answer.read()
        finally:
            connection.close()


@contextmanager
def alertmanager(folder: Path, document: dict[str, Any] | None = None) -> Iterator[Alertmanager]:
    """With the shipped routes, and receivers that send nothing; or with ``document``."""
    if document is None:
        document = yaml.safe_load(CONFIG)
        document["receivers"] = [{"name": receiver["name"]} for receiver in document["receivers"]]
    (folder / "alertmanager.yaml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    (port,) = free_ports(1)
    arguments = [
        f"--config.file={folder / 'alertmanager.yaml'}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with running("alertmanager", arguments, folder, f"http://127.0.0.1:{port}/-/ready"):
        yield Alertmanager(port)
