"""The page that tells, rule by rule, what became of kube-prometheus-stack's own."""

from pathlib import Path
from typing import Self

from pydantic import model_validator

from model.base import Model, Text
from model.model_file import read_model

SOURCE = "model/alerting/default_rules.yaml"
PATH = "docs/kubernetes-default-rules.md"
PROJECT = Path(__file__).resolve().parents[2]

_HEAD = """\
# kube-prometheus-stack's default rules and their replacements

Generated from {source} by `make assets`; do not edit. {chart} brings {alerts} alerts and {groups} groups of recording
rules on EKS. Belfry installs none of them (`defaultRules.create: false`): an alert without team, test and runbook
helps nobody. {replaced} alerts are replaced by one of Belfry's, {dropped} are dropped with a reason. Alerts on etcd,
scheduler, controller manager and kube-proxy are not listed: AWS runs these components, and the chart omits the alerts
when the components are off.
"""


class Fate(Model):
    """``by``: our alerts that say it. ``dropped``: why nobody needs it."""

    by: tuple[str, ...] = ()
    why: Text | None = None
    dropped: Text | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.by) == bool(self.dropped):
            raise ValueError("found both or neither of by and dropped; allowed: one of them")
        return self


class DefaultRules(Model):
    """The file: every alert and every group of recording rules of the chart."""

    chart: Text
    alerts: dict[str, Fate]
    groups: dict[str, Text]


def load(root: Path) -> DefaultRules:
    """The decisions. Raises BadInput."""
    return read_model(DefaultRules, root / SOURCE, SOURCE)


def generate(root: Path = PROJECT) -> dict[str, str]:
    """Path below the project -> the page."""
    rules = load(root)
    dropped = sum(bool(fate.dropped) for fate in rules.alerts.values())
    head = _HEAD.format(
        source=SOURCE,
        chart=rules.chart,
        alerts=len(rules.alerts),
        groups=len(rules.groups),
        replaced=len(rules.alerts) - dropped,
        dropped=dropped,
    )
    alerts = "".join(_row(name, fate) for name, fate in sorted(rules.alerts.items()))
    groups = "".join(f"| {name} | {text} |\n" for name, text in sorted(rules.groups.items()))
    return {
        PATH: f"{head}\n## Alerts\n\n| default alert | here | reason |\n|---|---|---|\n{alerts}\n"
        f"## Recording rules\n\n| default group | here |\n|---|---|\n{groups}"
    }


def _row(name: str, fate: Fate) -> str:
    if fate.dropped:
        return f"| {name} | dropped | {fate.dropped} |\n"
    ours = ", ".join(f"[{alert}](runbooks/{alert}.md)" for alert in fate.by)
    kept = "kept under its name, by workload or cluster" if fate.by == (name,) else "replaced"
    return f"| {name} | {ours} | {fate.why or kept} |\n"
