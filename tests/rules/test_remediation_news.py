"""What a real Alertmanager publishes for auto-remediation is what the engine in AWS reads."""

import json
import threading
import time
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from configs.remediation_route import with_engine
from model.remediation.cloud import Cloud, news
from ops.remediation import intake
from tests.configs.collectors import free_ports
from tests.configs.servers import running
from tests.rules.alertmanager import Alertmanager

CLOUD = Cloud(region="eu-central-1", account="123456789012", prefix="belfry-dev", cluster="main")
LABELS = {"alertname": "SloOutage", "system": "shop", "component": "api", "environment": "dev", "note": 'said "no"'}
SECONDS = 30


@pytest.fixture
def published() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """The address of an SNS that takes everything, and what was published there."""
    found: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            found.append(dict(urllib.parse.parse_qsl(body)))
            answer = b"<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>"
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", found
        server.shutdown()


def test_alertmanager_publishes_what_the_engine_reads(
    tmp_path: Path, published: tuple[str, list[dict[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "simulated")
    url, messages = published
    integrations: dict[str, Any] = json.loads(json.dumps(news(CLOUD)))
    integrations["sns_configs"][0]["api_url"] = url
    root = {"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]}
    config = tmp_path / "alertmanager.yaml"
    config.write_text(yaml.safe_dump(with_engine(root, ["SloOutage"], integrations)))
    (port,) = free_ports(1)
    arguments = [
        f"--config.file={config}",
        f"--storage.path={tmp_path / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with running("alertmanager", arguments, tmp_path, f"http://127.0.0.1:{port}/-/ready"):
        Alertmanager(port).tell([LABELS], startsAt="2026-12-01T08:00:00.123Z")
        end = time.monotonic() + SECONDS
        while not messages:
            assert time.monotonic() < end, "nothing was published"
            time.sleep(0.1)
    [message] = messages
    assert message["TopicArn"] == "arn:aws:sns:eu-central-1:123456789012:belfry-dev-remediation-news"
    [alert] = intake.read(message["Message"].encode())
    assert (alert.name, alert.system, alert.component, alert.environment) == ("SloOutage", "shop", "api", "dev")
    assert (alert.starts, alert.firing, alert.truncated) == (1796112000.123, True, 0)
