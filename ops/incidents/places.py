"""Where an environment's servers are and where its incidents are kept: from options, or from the local environment."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from model.addresses import check_url
from model.catalog.catalog import Catalog
from model.file import read_json
from model.incidents.from_catalog import scope
from model.problems import BadInput, Problem, raise_if_any
from model.vocabulary import Environment
from ops.incidents import servers
from ops.incidents.bucket import S3
from ops.incidents.collect import Collector
from ops.incidents.files import Disk
from ops.incidents.remediation import Ledger
from ops.incidents.servers import Servers
from ops.incidents.store import Store
from ops.options import word

LOCAL: Final = Path(".local/lab/endpoints.json")
INCIDENTS: Final = Path(".local/incidents")
LOCAL_LEDGER: Final = Path(".local/remediation/ledger.sqlite")
REQUIRED: Final = ("prometheus", "alertmanager")
OPTIONAL: Final = ("loki", "jaeger")
# Amazon S3 User Guide, "General purpose bucket naming rules".
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """URLs and place by option; None: not given. ``region``: whose CloudTrail is read."""

    prometheus: str | None = None
    alertmanager: str | None = None
    loki: str | None = None
    jaeger: str | None = None
    store: str | None = None
    region: str | None = None


def environment(name: str) -> Environment:
    """Raises BadInput for an unknown one."""
    return word("--env", name, Environment)


def store(root: Path, where: Environment, given: str | None) -> Store:
    """The incidents of an environment, by default below the project's folder. Raises BadInput for no bucket's name."""
    if given is None:
        return Store(Disk(root / INCIDENTS / str(where)))
    if given.startswith(S3) and not _BUCKET.fullmatch(given.removeprefix(S3).rstrip("/")):
        raise BadInput([Problem("--store", f"found {given!r}", "a folder, or s3://BUCKET")])
    return servers.store_at(given, where)


def collector(root: Path, where: Environment, given: Given) -> Collector:
    """All sources that the environment has. Raises BadInput for what is missing or no URL."""
    local = _endpoints(root) if where is Environment.LOCAL else {}
    urls = {name: getattr(given, name) or local.get(name) for name in (*REQUIRED, *OPTIONAL)}
    raise_if_any(
        Problem(f"--{name}", "it is missing", f"the URL of {where}'s {name.capitalize()}")
        for name in REQUIRED
        if not urls[name]
    )
    problems = []
    for name, url in urls.items():
        try:
            check_url(url or "http://unused")
        except ValueError as error:
            problems.append(Problem(f"--{name}", str(error)))
    raise_if_any(problems)
    at = {name: str(url or "").rstrip("/") for name, url in urls.items()}
    inbox = str(local.get("inbox") or "")
    found = Servers(
        prometheus=[at["prometheus"]],
        alertmanager=[at["alertmanager"]],
        loki=at["loki"],
        jaeger=at["jaeger"],
        inbox=inbox,
        events=root / LOCAL.parent / "events.jsonl" if inbox else None,
        ledger=Ledger.at(root / LOCAL_LEDGER) if inbox else None,
        region=given.region or "",
    )
    catalog = Catalog.load(root / "catalog")
    return servers.collector(where, scope(catalog), found, store(root, where, given.store))


def local_prometheus(root: Path, where: Environment) -> str:
    """The URL of the running local environment's; empty where none runs, and for other environments."""
    return str(_endpoints(root).get("prometheus") or "") if where is Environment.LOCAL else ""


def _endpoints(root: Path) -> dict[str, Any]:
    """Of the running local environment; empty when it does not run: options may name servers."""
    file = root / LOCAL
    found = read_json(file, str(LOCAL)) if file.is_file() else {}
    return found if isinstance(found, dict) else {}
