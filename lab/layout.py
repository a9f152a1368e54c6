"""Where the local environment keeps what it has: one folder, `.local/lab`."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Below the folder of targets.
SCRAPED, PROBED = "monitors", "probes"


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths below one checkout. Readable by nobody else: logs and notifications are in it."""

    root: Path

    @property
    def folder(self) -> Path:
        """Everything of the lab."""
        return self.root / ".local" / "lab"

    @property
    def tools(self) -> Path:
        """The built command-line tools."""
        return self.root / ".tools" / "bin"

    @property
    def endpoints(self) -> Path:
        """The addresses, for other programs."""
        return self.folder / "endpoints.json"

    @property
    def ports(self) -> Path:
        """Ports by server, kept between runs."""
        return self.folder / "ports.json"

    @property
    def lock(self) -> Path:
        """Held by whoever starts or stops servers."""
        return self.folder / "lock"

    @property
    def fault(self) -> Path:
        """The name of the fault that runs, and held by it: beside the folder, which may be moved meanwhile."""
        return self.folder.parent / "fault.lock"

    @property
    def hurried(self) -> Path:
        """There while servers wait less than deployed: for a game day in a hurry."""
        return self.folder.parent / "hurried"

    @property
    def inbox(self) -> Path:
        """Notifications, one JSON object a line."""
        return self.folder / "inbox.jsonl"

    @property
    def events(self) -> Path:
        """What happened to servers, one JSON object a line."""
        return self.folder / "events.jsonl"

    @property
    def targets(self) -> Path:
        """Files of scrape and probe targets, which Prometheus reads as they change."""
        return self.folder / "targets"

    @property
    def pod_logs(self) -> Path:
        """Container logs, as a node has them below /var/log/pods."""
        return self.folder / "pods"

    @property
    def certificate(self) -> Path:
        """What local servers of TLS show, and the prober trusts."""
        return self.folder / "certificates" / "certificate.pem"

    @property
    def certificate_key(self) -> Path:
        """Its private key."""
        return self.folder / "certificates" / "key.pem"

    @property
    def watched(self) -> tuple[Path, ...]:
        """Folders that servers look into as soon as they start."""
        return (self.targets / SCRAPED, self.targets / PROBED, self.pod_logs)

    @property
    def servers(self) -> Path:
        """A folder for each server."""
        return self.folder / "servers"

    def config(self, server: str) -> Path:
        """Configuration files of a server: rewritten by each start."""
        return self.servers / server / "config"

    def data(self, server: str) -> Path:
        """What a server keeps."""
        return self.servers / server / "data"

    def log(self, server: str) -> Path:
        """What a server prints."""
        return self.servers / server / "output.log"

    def record(self, server: str) -> Path:
        """Which process it is."""
        return self.servers / server / "process.json"

    def write(self, path: Path, text: str) -> None:
        """Write a file whole or not at all: a crash in between must not leave half of it. Raises OSError."""
        self.require()
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            partial.write_text(text, encoding="utf-8")
            partial.chmod(0o600)
            partial.replace(path)
        except OSError:
            partial.unlink(missing_ok=True)
            raise

    def require(self) -> None:
        """Raise FileNotFoundError when the checkout was moved: what still runs must not make the old path again."""
        if not self.root.is_dir():
            raise FileNotFoundError(f"the checkout {self.root} is missing; if it was moved, run this in its new place")
