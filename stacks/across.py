"""What only several of settings, catalog and shipped files together can show."""

from collections.abc import Iterator
from dataclasses import dataclass

from model import labels, names
from model.alarms.alarm import AlarmFile, doubled_names
from model.alarms.alarm import unknown_overrides as unknown_alarm_overrides
from model.alarms.security_events import EventRule
from model.alerting.aws_alarms import alert_name
from model.alerting.inhibitions import alertmanager_config
from model.alerting.maintenance import problems as muting_problems
from model.alerting.prometheus_rules import RuleFile
from model.alerting.prometheus_rules import unknown_overrides as unknown_alert_overrides
from model.assets import Assets
from model.catalog import table_checks
from model.catalog.catalog import Catalog, located
from model.metrics.database_exporters import problems as database_problems
from model.problems import Problem, or_problems
from model.remediation import known_alerts
from model.yaml_file import parse_yaml
from stacks import log_configs, production
from stacks.settings import NAMESPACE, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The shipped files of what is watched here, as their programs read them."""

    assets: Assets
    rules: dict[str, RuleFile]
    log_rules: dict[str, RuleFile]
    alarms: tuple[AlarmFile, ...]
    security_events: tuple[EventRule, ...]

    @property
    def alerts(self) -> frozenset[str]:
        """Names of the alerts of all rules."""
        return frozenset(alert for file in (*self.rules.values(), *self.log_rules.values()) for alert in file.alerts)


def problems(settings: Settings | None, catalog: Catalog | None, files: Files | None, today: str) -> Iterator[Problem]:
    """Every mistake that can be seen with what could be read; None is what could not."""
    if settings:
        yield from production.problems(settings, catalog, today)
    if files:
        yield from doubled_names(files.alarms)
    if settings and catalog:
        at = _at(settings)
        yield from database_problems(settings.exporters.databases, catalog, f"{at}:exporters.databases")
        yield from log_configs.problems(at, settings, catalog)
        yield from located(table_checks.own_region(catalog.systems, settings.region, "catalog"), catalog.systems)
    if settings and files:
        yield from unknown_alert_overrides(
            settings.alerting.overrides, files.alerts, f"{_at(settings)}:alerting.overrides"
        )
        yield from _pins(settings, files)
    if catalog and files:
        yield from _owners(catalog, files)
        for system in catalog.systems:
            unknown = unknown_alarm_overrides(files.alarms, system, f"catalog/{system.system}.yaml")
            yield from located(unknown, [system])
        yield from _remediation(catalog, files)
    if settings and catalog and files:
        yield from _mutings(settings, catalog, files)


def _at(settings: Settings) -> str:
    return f"Pulumi.{settings.environment}.yaml: {NAMESPACE}"


def _mutings(settings: Settings, catalog: Catalog, files: Files) -> Iterator[Problem]:
    known = {
        "teams": catalog.teams,
        "systems": [*(system.system for system in catalog.systems), labels.OWN_SYSTEM],
        "components": [part.name for s in catalog.systems for part in (*s.components, *s.resources)],
        # Copies for higher levels reach Alertmanager under the name of the alert that they follow.
        "alerts": {*(files.alerts - {names.ESCALATION}), *_alarm_alerts(files)},
    }
    alerting = settings.alerting
    yield from muting_problems(alerting.mute_times, alerting.maintenance, known, f"{_at(settings)}:alerting")


def _alarm_alerts(files: Files) -> set[str]:
    """Names of the alerts that CloudWatch alarms become."""
    return {alert_name(row.name) for file in files.alarms for row in file.alarms}


def _remediation(catalog: Catalog, files: Files) -> Iterator[Problem]:
    """Mistakes of Alertmanager's configuration itself are found where it is read for its own sake."""
    if not any(system.remediation for system in catalog.systems):
        return
    unread: list[Problem] = []
    config = or_problems(lambda: alertmanager_config(files.assets), unread)
    inhibitions = parse_yaml(config, "alertmanager.yaml").get("inhibit_rules") if config else ()
    rules = (*files.rules.values(), *files.log_rules.values())
    found = known_alerts.problems(catalog.systems, rules, _alarm_alerts(files), inhibitions or (), "catalog")
    yield from located(found, catalog.systems)


def _pins(settings: Settings, files: Files) -> Iterator[Problem]:
    bundles = {asset.bundle.name: asset.bundle for asset in files.assets.items}
    for name, major in sorted(settings.rules.pins.items()):
        where = f"{_at(settings)}:rules.pins.{name}"
        if name not in bundles:
            yield Problem(where, "found an unknown bundle", ", ".join(sorted(bundles)))
        elif bundles[name].major != major:
            yield Problem(where, f"found major version {major}", f"{bundles[name].version} is here")


def _owners(catalog: Catalog, files: Files) -> Iterator[Problem]:
    for bundle in (asset.bundle for asset in files.assets.items):
        if bundle.owner not in catalog.teams:
            where = f"manifests: {bundle.name}.owner"
            yield Problem(where, f"found unknown team {bundle.owner!r}", ", ".join(sorted(catalog.teams)))
