"""A PagerDuty that keeps what it is sent, and real Alertmanagers whose every receiver ends there, in a hurry."""

import http.client
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from lab.servers.alertmanager import into_inbox
from tests.configs.collectors import START_SECONDS, free_ports, wait_for
from tests.configs.servers import running
from tests.rules.alertmanager import Alertmanager
from tests.tools import PROJECT

TEMPLATES = PROJECT / "rules" / "alertmanager"


@dataclass
class Pager:
    """What was sent, in order: the path, which names the receiver, and the body."""

    port: int = 0
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def events(self) -> list[tuple[str, str]]:
        """Action and deduplication key of each event of PagerDuty."""
        return [(body["event_action"], body["dedup_key"]) for path, body in self.sent if path.startswith("/pagerduty/")]

    @property
    def open(self) -> set[str]:
        """Keys of the incidents that are open: triggered, and not resolved since."""
        last = {key: action for action, key in self.events}
        return {key for key, action in last.items() if action == "trigger"}

    def wait_for(self, action: str, count: int = 1) -> None:
        """Until so many events of this action arrived."""
        arrived = wait_for(lambda: sum(one == action for one, _ in self.events) >= count, START_SECONDS)
        assert arrived, f"{self.events} without {count} x {action}"


@contextmanager
def pager() -> Iterator[Pager]:
    """One that listens on this machine."""
    taken = Pager()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            taken.sent.append((self.path, body))
            self.send_response(202)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing: pytest shows what fails."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    taken.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield taken
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class Deployed:
    """An Alertmanager, and how another configuration is deployed to it."""

    alertmanager: Alertmanager
    file: Path
    pager: Pager

    def deploy(self, config: str) -> None:
        """As the operator does: the file is changed and the server reads it again."""
        self.file.write_text(hurried(config, self.pager), encoding="utf-8")
        connection = http.client.HTTPConnection("127.0.0.1", self.alertmanager.port, timeout=START_SECONDS)
        connection.request("POST", "/-/reload")
        assert connection.getresponse().status == http.HTTPStatus.OK
        connection.close()


def hurried(config: str, to: Pager) -> str:
    """The configuration with every address replaced, groups that wait for a second, and no mail."""
    document = into_inbox(yaml.safe_load(config), f"http://127.0.0.1:{to.port}", "127.0.0.1:1")
    document["templates"] = [str(TEMPLATES / "*.tmpl")]
    for receiver in document["receivers"]:
        receiver.pop("email_configs", None)
        receiver.pop("sns_configs", None)
    routes = [document["route"]]
    while routes:
        route = routes.pop()
        route |= {"group_wait": "0s", "group_interval": "1s"}
        routes += route.get("routes", [])
    return yaml.safe_dump(document, sort_keys=False)


@contextmanager
def deployed(folder: Path, config: str, to: Pager, peers: int = 1) -> Iterator[Sequence[Deployed]]:
    """So many Alertmanagers that gossip with each other, each with the configuration."""
    gossip = free_ports(peers)
    with ExitStack() as stack:
        found = []
        for index, port in enumerate(free_ports(peers)):
            file = folder / f"alertmanager-{index}.yaml"
            file.write_text(hurried(config, to), encoding="utf-8")
            others = [f"--cluster.peer=127.0.0.1:{other}" for other in gossip if other != gossip[index]]
            arguments = [
                f"--config.file={file}",
                f"--storage.path={folder / f'data-{index}'}",
                f"--web.listen-address=127.0.0.1:{port}",
                "--web.external-url=https://alertmanager.example.com",
                "--web.route-prefix=/",
                f"--cluster.listen-address={f'127.0.0.1:{gossip[index]}' if peers > 1 else ''}",
                "--cluster.settle-timeout=1s",
                *others,
            ]
            stack.enter_context(running("alertmanager", arguments, folder, f"http://127.0.0.1:{port}/-/ready"))
            found.append(Deployed(Alertmanager(port), file, to))
        yield found
