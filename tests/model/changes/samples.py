"""Three sample changes, and their comments in docs/pull-requests.md: `python -m tests.model.changes.samples`."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from engine.plan import replaces
from model.changes.build import Routing, Sides, build
from model.changes.markdown import MARKER, markdown
from model.plan import PlannedResource
from model.vocabulary import Environment
from tests.plans import plan_document, planned_resource
from tests.tools import PROJECT

PAGE = PROJECT / "docs" / "pull-requests.md"
ROUTES: dict[str, Any] = yaml.safe_load((PROJECT / "rules" / "alertmanager" / "alertmanager.yaml").read_text())
LABELS = {"team": "cloudmart", "system": "cloudmart", "component": "backend"}
_PART = re.compile(r"(<!-- sample (\w+) -->\n).*?(<!-- end -->\n)", re.DOTALL)


def rules(environment: str, threshold: str) -> PlannedResource:
    alerts = [
        ("HighErrorRate", "critical", f"error_ratio > {threshold}"),
        ("HighLatency", "warning", "latency_p95 > 0.5"),
    ]
    given = [
        {
            "alert": name,
            "expr": expr,
            "labels": {**LABELS, "severity": severity},
            "annotations": {"summary": f"cloudmart/backend: {name}"},
        }
        for name, severity, expr in alerts
    ]
    spec = {"groups": [{"name": "cloudmart", "rules": given}]}
    return planned_resource(
        "kubernetes:monitoring.coreos.com/v1:PrometheusRule", "rules-cloudmart", environment, inputs={"spec": spec}
    )


def table(environment: str, key: str) -> PlannedResource:
    inputs = {"name": f"cloudmart-orders-{environment}", "hashKey": key, "billingMode": "PAY_PER_REQUEST"}
    return planned_resource("aws:dynamodb/table:Table", "orders", environment, inputs=inputs)


def sides(before: Mapping[str, str], after: Mapping[str, str]) -> list[Sides]:
    """Staging and prod; ``threshold`` of the alert, and the table's ``key``."""

    def plan(environment: str, given: Mapping[str, str]) -> Any:
        return plan_document(
            rules(environment, given.get("threshold", "0.05")),
            table(environment, given.get("key", "id")),
            environment=environment,
        )

    return [
        Sides(
            environment=each,
            before=plan(each, before),
            after=plan(each, after),
            usd_before=Decimal(usd),
            usd_after=Decimal(usd),
        )
        for each, usd in ((Environment.STAGING, "1080.42"), (Environment.PROD, "1980.17"))
    ]


def other_channel() -> dict[str, Any]:
    """The shipped routes, with another channel for critical alerts of cloudmart in production."""
    changed: dict[str, Any] = yaml.safe_load(yaml.safe_dump(ROUTES))
    for receiver in changed["receivers"]:
        if receiver["name"] == "cloudmart-critical-page":
            receiver["slack_configs"][0]["channel"] = "#cloudmart-sre"
    return changed


def comments() -> Iterator[tuple[str, str]]:
    """Name of a sample, and its comment."""
    given: dict[str, tuple[list[Sides], dict[str, Any]]] = {
        "threshold": (sides({}, {"threshold": "0.1"}), ROUTES),
        "route": (sides({}, {}), other_channel()),
        "table": (sides({}, {"key": "customer"}), ROUTES),
    }
    for name, (both, after) in given.items():
        routing = Routing(before=ROUTES, after=after)
        report = build(both, routing, replaces, base="3f2a9c1b7d40", head="8d41c07e55aa")
        yield name, markdown(report).removeprefix(MARKER).strip()


def written(page: str) -> str:
    """The page with the comments of today's code, each as a quotation."""
    said = dict(comments())

    def quoted(part: re.Match[str]) -> str:
        lines = (f"> {line}".rstrip() for line in said[part[2]].splitlines())
        return f"{part[1]}\n" + "\n".join(lines) + f"\n\n{part[3]}"

    return _PART.sub(quoted, page)


def main(path: Path = PAGE) -> None:
    """Write the page again."""
    path.write_text(written(path.read_text()))


if __name__ == "__main__":
    main()
