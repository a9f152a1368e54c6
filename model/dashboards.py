"""The addresses of Grafana's boards: links in alerts outlive a board's title, so the uid is chosen once and here."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, Self

from model.vocabulary import Vocabulary

RUNBOOKS_VARIABLE: Final = "runbooks"
"""The hidden constant of every board that panels' links to runbooks begin with."""

RUNBOOKS_UNSET: Final = "https://runbooks.invalid"
"""Placeholder in the shipped files, which have no company's address; replaced by the environment's."""

REPORTS_TITLE: Final = "SLO reports"
"""The link of the boards about objectives to what ``ops report`` wrote."""

REPORTS_UNSET: Final = "https://reports.invalid"
"""Placeholder in the shipped files, as RUNBOOKS_UNSET."""


class Board(Vocabulary):
    """A board's uid, which is also the name of its file below ``dashboards/grafana``; ``heading`` is its title."""

    heading: str

    PLATFORM_HOME = (
        "belfry-platform-home",
        "Platform home",
        "What is wrong now, by team, and is the monitoring reliable?",
    )
    API = ("belfry-api", "API overview", "Rate, errors and duration of every component that serves requests.")
    SERVICE = ("belfry-service", "Service detail", "One component: rate, errors, duration, saturation.")
    BUSINESS = ("belfry-business", "Business", "KPIs of a system, with their seasonal bands.")
    SLO = ("belfry-slo", "SLO tracking", "Objectives, error budgets and burn rates.")
    SLO_HISTORY = ("belfry-slo-history", "Error budget history", "What used up the error budgets, and when.")
    INFRASTRUCTURE = (
        "belfry-infrastructure",
        "Infrastructure overview",
        "The highest usage of each limited resource.",
    )
    KUBERNETES = ("belfry-kubernetes", "Kubernetes workloads", "Workloads of the cluster.")
    NODES = ("belfry-nodes", "Kubernetes nodes", "Nodes, their disks and their network.")
    DYNAMODB = ("belfry-dynamodb", "DynamoDB", "Tables: throttles, capacity, latency, errors.")
    AWS = ("belfry-aws", "AWS services", "The other AWS services that systems use.")
    DATABASES = ("belfry-databases", "Databases", "Databases: connections, queries, replication.")
    CACHES = ("belfry-caches", "Caches", "Caches: hits, memory, evictions.")
    QUEUES = ("belfry-queues", "Queues", "Queues: age, depth, throughput, dead letters.")
    NETWORK = ("belfry-network", "Network", "Name resolution, bandwidth, probes and certificates.")
    SECURITY = ("belfry-security", "Security", "Attacks, logins, Falco's events.")
    REAL_USERS = ("belfry-real-users", "Real users", "Web vitals and errors as browsers see them.")
    AI = ("belfry-ai", "AI", "Calls to models: duration, tokens, cost.")
    CAPACITY = ("belfry-capacity", "Capacity", "Forecasts and right-sizing.")
    COST = ("belfry-cost", "Cost", "What clusters and language models cost.")
    EXECUTIVE = ("belfry-executive", "Executive", "Objectives, KPIs and cost on one page.")
    LOGS = ("belfry-logs", "Logs explorer", "Log lines of a component, by level, text and correlation id.")
    TRACES = (
        "belfry-traces",
        "Traces and dependencies",
        "Service graph: rate, errors, duration.",
    )
    MONITORING = (
        "belfry-monitoring",
        "Monitoring of the monitoring",
        "Prometheus, Alertmanager, Loki, Jaeger, collectors.",
    )
    ALERT_NOISE = ("belfry-alert-noise", "Alert noise", "Which alerts fire often, long or without need.")
    INCIDENTS = ("belfry-incidents", "Incidents", "Times to detect, acknowledge and restore; action items.")
    REMEDIATION = ("belfry-remediation", "Auto-remediation", "Verdicts, cures, approvals, and what needs a person.")

    def __new__(cls, word: str, heading: str, sentence: str) -> Self:  # noqa: D102 (the class says it)
        member = str.__new__(cls, word)
        member._value_ = word
        member.heading = heading
        member.sentence = sentence
        return member

    @property
    def path(self) -> str:
        """The link that alerts carry; the environment's Grafana is put before it on deployment."""
        return f"/d/{self}"

    def path_of(self, system: str) -> str:
        """The link to the board of its kind that is about one system."""
        return f"{self.path}-{system}"


def chosen_labels(text: str) -> frozenset[str]:
    """Labels that a board chooses by: those whose values one of its variables lists under the label's own name.

    ``text`` is the board's file. A variable of another name (``traced`` lists components) or of free text is none: a
    link could not set it from a label.
    """
    variables = json.loads(text).get("templating", {}).get("list", [])
    return frozenset(v["name"] for v in variables if v["type"] == "query" and _lists(v["query"], v["name"]))


def _lists(query: str, label: str) -> bool:
    return re.fullmatch(rf"label_values\(.+,\s*{re.escape(label)}\)", query) is not None


def for_environment(text: str, runbooks: str, reports: str = "") -> str:
    """A board's file as one environment gets it: links to runbooks lead below ``runbooks``, a base URL.

    ``reports``: URL of the SLO reports; without one, the boards have no link to them.
    """
    document = json.loads(text)
    document["links"] = list(_with_reports(document.get("links", []), reports))
    for variable in document.get("templating", {}).get("list", []):
        if variable.get("name") == RUNBOOKS_VARIABLE:
            variable["query"] = runbooks
    return _text(document)


def reports_at(text: str, url: str) -> str:
    """A deployed board whose link to the SLO reports, where it has one, leads to ``url`` instead."""
    if REPORTS_TITLE not in text:
        return text
    document = json.loads(text)
    document["links"] = list(_with_reports(document["links"], url))
    return _text(document)


def _with_reports(links: Iterable[dict[str, Any]], url: str) -> Iterator[dict[str, Any]]:
    for link in links:
        if link.get("title") != REPORTS_TITLE:
            yield link
        elif url:
            yield {**link, "url": url}


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
