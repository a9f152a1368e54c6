"""Where an environment's servers are and where its incidents are kept: from options, or from the local environment."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from model.addresses import check_url
from model.catalog.catalog import Catalog
from model.file import read_json
from model.incidents.parts import Parts
from model.problems import BadInput, Problem, raise_if_any
from model.vocabulary import Environment
from ops.incidents.alertmanager import Alertmanager
from ops.incidents.cloudtrail import CloudTrail
from ops.incidents.collect import Collector
from ops.incidents.evidence import Jaeger, Loki
from ops.incidents.local import Inbox, LocalEvents
from ops.incidents.prometheus import Prometheus
from ops.incidents.sources import Evidence, Source
from ops.incidents.store import Store

LOCAL: Final = Path(".local/lab/endpoints.json")
INCIDENTS: Final = Path(".local/incidents")
LAB: Final = "belfry lab"
"""Author of the silences of what the local environment does not have; they are no trace of a person."""

REQUIRED: Final = ("prometheus", "alertmanager")
OPTIONAL: Final = ("loki", "jaeger")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """URLs and folder by option; None: not given. ``region``: whose CloudTrail is read."""

    prometheus: str | None = None
    alertmanager: str | None = None
    loki: str | None = None
    jaeger: str | None = None
    store: Path | None = None
    region: str | None = None


def environment(name: str) -> Environment:
    """Raises BadInput for an unknown one."""
    known = {str(one): one for one in Environment}
    if name not in known:
        raise BadInput([Problem("--env", f"found {name!r}", ", ".join(known))])
    return known[name]


def store(root: Path, where: Environment, given: Path | None) -> Store:
    """The incidents of an environment, by default below the project's folder."""
    return Store(given if given is not None else root / INCIDENTS / str(where))


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
    prometheus = Prometheus(at["prometheus"])
    sources: list[Source] = [prometheus, Alertmanager(at["alertmanager"], programs=(LAB,))]
    if local.get("inbox"):
        sources += [Inbox(str(local["inbox"])), LocalEvents(root / LOCAL.parent / "events.jsonl")]
    if given.region:
        sources.append(CloudTrail.of(given.region))
    evidence: list[Evidence] = []
    if at["loki"]:
        evidence.append(Loki(at["loki"]))
    if at["jaeger"]:
        evidence.append(Jaeger(at["jaeger"]))
    return Collector(
        environment=where,
        parts=Parts.of(Catalog.load(root / "catalog")),
        store=store(root, where, given.store),
        sources=sources,
        evidence=evidence,
        prometheus=prometheus,
    )


def local_prometheus(root: Path, where: Environment) -> str:
    """The URL of the running local environment's; empty where none runs, and for other environments."""
    return str(_endpoints(root).get("prometheus") or "") if where is Environment.LOCAL else ""


def _endpoints(root: Path) -> dict[str, Any]:
    """Of the running local environment; empty when it does not run: options may name servers."""
    file = root / LOCAL
    found = read_json(file, str(LOCAL)) if file.is_file() else {}
    return found if isinstance(found, dict) else {}
