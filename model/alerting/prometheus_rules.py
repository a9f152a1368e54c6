"""Prometheus rule files: their shape, what every alert must carry, and how an environment may bend them."""

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Final, Self

import pydantic
from pydantic import ConfigDict, Field, model_validator

from model import labels
from model.addresses import WebAddress
from model.alerting import explore
from model.alerting.protected import PROTECTED
from model.assets import Asset
from model.base import Model
from model.dashboards import Board
from model.problems import BadInput, Problem, from_validation
from model.quantities import Duration
from model.query_text import quoted
from model.vocabulary import Notified, Severity
from model.yaml_file import parse_yaml


class Rule(Model):
    """One recording or alerting rule, in the words of Prometheus."""

    model_config = ConfigDict(populate_by_name=True)

    record: str | None = None
    alert: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]*$", description="CamelCase.")] | None = None
    expr: Annotated[str, Field(min_length=1)]
    hold: Duration | None = Field(default=None, alias="for")
    keep_firing_for: Duration | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    annotations: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.record is None) == (self.alert is None):
            raise ValueError("found neither or both of record and alert; allowed: exactly one of them")
        if self.alert is None:
            return self
        severity = self.labels.get(labels.SEVERITY)
        if severity not in list(Severity):
            raise ValueError(f"alert {self.alert}: found severity {severity!r}; allowed: {', '.join(Severity)}")
        missing = [name for name in (labels.TEAM,) if name not in self.labels]
        missing += [name for name in (labels.SUMMARY, labels.DESCRIPTION) if name not in self.annotations]
        if missing:
            raise ValueError(f"alert {self.alert}: found no {', '.join(missing)}; every alert needs them")
        return self

    def as_prometheus(self) -> dict[str, Any]:
        """The rule as Prometheus reads it."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


class Group(Model):
    """Rules that are evaluated in order, with one timestamp."""

    name: Annotated[str, Field(min_length=1)]
    interval: Duration | None = None
    limit: int | None = None
    rules: Annotated[tuple[Rule, ...], Field(min_length=1, description="An empty group is most likely a typo.")]


class RuleFile(Model):
    """A Prometheus rule file."""

    groups: Annotated[tuple[Group, ...], Field(min_length=1)]

    @classmethod
    def parse(cls, asset: Asset) -> Self:
        """The rules of a bundle. Raises BadInput."""
        try:
            return cls.model_validate(parse_yaml(asset.text, asset.file))
        except pydantic.ValidationError as error:
            raise BadInput(from_validation(asset.file, error, cls)) from None

    @property
    def alerts(self) -> tuple[str, ...]:
        """Names of the alerts, in order, each once."""
        return tuple(dict.fromkeys(r.alert for g in self.groups for r in g.rules if r.alert is not None))

    def as_prometheus(self) -> dict[str, Any]:
        """The file as Prometheus reads it; also the `spec` of a PrometheusRule."""
        return {
            "groups": [
                {**group.model_dump(mode="json", exclude_none=True), "rules": [r.as_prometheus() for r in group.rules]}
                for group in self.groups
            ]
        }


class AlertOverride(Model):
    """What an environment may change of an alert, by its exact name."""

    model_config = ConfigDict(populate_by_name=True)

    enabled: bool = True
    severity: Notified | None = None
    hold: Duration | None = Field(default=None, alias="for")
    reason: Annotated[str, Field(min_length=1)]


class Links(Model):
    """Where alerts lead: the bases of runbook and dashboard links."""

    runbooks: WebAddress = Field(description="Base URL; <alert>.md is added.")
    grafana: WebAddress = Field(description="Grafana's own root URL.")
    prometheus: WebAddress | None = Field(
        default=None, description="Where people reach Prometheus; absent: links to queries lead into the cluster."
    )
    alertmanager: WebAddress | None = Field(
        default=None, description="Where people reach Alertmanager; absent: links to silences lead into the cluster."
    )


def for_environment(
    rules: RuleFile, overrides: Mapping[str, AlertOverride], links: Links, boards: Mapping[str, Collection[str]]
) -> RuleFile:
    """The rules as one environment gets them: overrides applied, disabled alerts gone, links made absolute.

    The files name a dashboard by its path (``/d/<uid>``) and no runbook: both hosts differ per company. ``boards`` are
    the shipped ones, uid -> labels that they choose by; a link to another leads to the platform's home, for an alert
    must never lead nowhere. Boards open where the alert is: at its cluster, node, namespace, component, as far as the
    board chooses by it. Explore opens with the first queries of the runbook.
    """
    groups = []
    for group in rules.groups:
        kept = [
            _linked(_overridden(rule, overrides), links, boards) for rule in group.rules if _enabled(rule, overrides)
        ]
        if kept:  # Prometheus Operator's admission webhook refuses a group without rules.
            groups.append(group.model_copy(update={"rules": tuple(kept)}))
    return rules.model_copy(update={"groups": tuple(groups)})


def without_readers(rules: Mapping[str, RuleFile], series: str) -> dict[str, RuleFile]:
    """Bundle -> rules without those that read what the expression ``series`` finds; an empty one finds nothing.

    An alert that asks whether a target is absent would fire forever where it cannot exist.
    """
    if not series:
        return dict(rules)
    kept = {name: _without(file, re.compile(series)) for name, file in rules.items()}
    return {name: file for name, file in kept.items() if file.groups}


def _without(rules: RuleFile, series: re.Pattern[str]) -> RuleFile:
    groups = (
        group.model_copy(update={"rules": tuple(rule for rule in group.rules if not series.search(rule.expr))})
        for group in rules.groups
    )
    return rules.model_copy(update={"groups": tuple(group for group in groups if group.rules)})


def unknown_overrides(overrides: Mapping[str, AlertOverride], known: Collection[str], where: str) -> list[Problem]:
    """A mistake for every override of an alert that no bundle has."""
    return [
        Problem(f"{where}.{name}", "found an override of an unknown alert", ", ".join(sorted(known)))
        for name in sorted(overrides)
        if name not in known
    ]


def protected_overrides(overrides: Mapping[str, AlertOverride], where: str) -> list[Problem]:
    """A mistake for every override of an alert that watches alerting itself, which is unsafe in prod."""
    return [
        Problem(f"{where}.{name}", "found an override of an alert that monitors alerting itself", "none in prod")
        for name in sorted(PROTECTED & set(overrides))
    ]


def _enabled(rule: Rule, overrides: Mapping[str, AlertOverride]) -> bool:
    return rule.alert is None or rule.alert not in overrides or overrides[rule.alert].enabled


def _overridden(rule: Rule, overrides: Mapping[str, AlertOverride]) -> Rule:
    override = overrides.get(rule.alert or "")
    if override is None:
        return rule
    changed: dict[str, Any] = {}
    if override.severity is not None:
        changed["labels"] = {**rule.labels, labels.SEVERITY: str(override.severity)}
    if override.hold is not None:
        changed["hold"] = override.hold
    return rule.model_copy(update=changed)


def _linked(rule: Rule, links: Links, boards: Mapping[str, Collection[str]]) -> Rule:
    if rule.alert is None:
        return rule
    # Named by the rule itself where it speaks for another alert, as an escalated copy does.
    page = rule.annotations.get(labels.RUNBOOK_URL, f"{rule.alert}.md")
    annotations = {**rule.annotations, labels.RUNBOOK_URL: f"{links.runbooks}/{page}"}
    if path := rule.annotations.get(labels.DASHBOARD_URL):
        shipped = path.removeprefix("/d/")
        uid = shipped if shipped in boards else str(Board.PLATFORM_HOME)
        annotations[labels.DASHBOARD_URL] = f"{links.grafana}/d/{uid}{_place(rule, boards.get(uid, ()))}"
    if queries := explore.shipped().get(rule.alert):
        annotations[labels.EXPLORE_URL] = explore.explore_url(links.grafana, queries, rule.labels)
    return rule.model_copy(update={"annotations": annotations})


_FROM_SERIES: Final = r"\{\{ \$labels\.(\w+) \}\}"
# Where the series that fires has no cluster, Grafana's word for all.
_CLUSTER: Final = f'?var-{labels.CLUSTER}={{{{ or $labels.{labels.CLUSTER} "$__all" | urlquery }}}}'


def _place(rule: Rule, chosen: Collection[str]) -> str:
    """The query string that opens a board where the alert is; more can be put behind it, as ``&from=``."""
    shown = _CLUSTER
    for label in sorted(set(chosen) - {labels.CLUSTER}):
        # The platform's own parts are in no board's list of systems.
        if label in (labels.SYSTEM, labels.COMPONENT) and rule.labels.get(labels.SYSTEM) == labels.OWN_SYSTEM:
            continue
        value = rule.labels.get(label, f"{{{{ $labels.{label} }}}}")
        if alone := re.fullmatch(_FROM_SERIES, value):
            # Without the label the board keeps its own choice: a variable of one value has no "all".
            shown += f"{{{{ with $labels.{alone[1]} }}}}&var-{label}={{{{ . | urlquery }}}}{{{{ end }}}}"
        else:
            # A text, a label's name, a text, and so on.
            parts = enumerate(re.split(_FROM_SERIES, value))
            escaped = (f"{{{{ $labels.{part} | urlquery }}}}" if n % 2 else _escaped(part) for n, part in parts)
            shown += f"&var-{label}={''.join(escaped)}"
    return shown


def _escaped(text: str) -> str:
    """A text as a part of an address; Prometheus escapes what needs it."""
    return text if re.fullmatch(r"[\w.-]*", text, re.ASCII) else f"{{{{ {quoted(text)} | urlquery }}}}"
