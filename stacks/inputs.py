"""Everything the program reads, checked as a whole before the first resource is registered."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from model.alarms import AlarmFile
from model.alarms import unknown_overrides as unknown_alarm_overrides
from model.assets import Asset, Assets, BundleKind
from model.catalog import Catalog
from model.names import DEAD_MANS_SWITCH_SECRET
from model.problems import BadInput, Problem, raise_if_any
from model.prometheus_rules import RuleFile
from model.prometheus_rules import unknown_overrides as unknown_alert_overrides
from model.vocabulary import Environment, ReceiverKind, Severity
from stacks.secrets import Secrets
from stacks.settings import NAMESPACE, Settings

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Settings, what is watched here, shipped assets, and the secrets that all of it needs."""

    settings: Settings
    catalog: Catalog
    assets: Assets
    secrets: Secrets
    rules: dict[str, RuleFile]
    alarms: tuple[AlarmFile, ...]
    dashboards: tuple[Asset, ...]


def load(root: Path = ROOT) -> Inputs:
    """Read and check everything below ``root`` and the stack's configuration. Raises BadInput with all mistakes."""
    problems: list[Problem] = []
    settings = catalog = assets = None
    try:
        settings = Settings.load()
    except BadInput as error:
        problems += error.problems
    try:
        catalog = Catalog.load(root / "catalog")
    except BadInput as error:
        problems += error.problems
    try:
        assets = Assets.load(root)
    except BadInput as error:
        problems += error.problems
    raise_if_any(problems)
    assert settings
    assert catalog
    assert assets
    inputs = Inputs(
        settings=settings,
        catalog=catalog.only(settings.systems) if settings.systems else catalog,
        assets=assets,
        secrets=Secrets(),
        rules={asset.bundle.name: RuleFile.parse(asset) for asset in assets.of(BundleKind.PROMETHEUS)},
        alarms=tuple(AlarmFile.parse(asset) for asset in assets.of(BundleKind.CLOUDWATCH)),
        dashboards=assets.of(BundleKind.GRAFANA),
    )
    raise_if_any(_across(inputs))
    return inputs


def needed_secrets(catalog: Catalog, settings: Settings) -> tuple[str, ...]:
    """Names of the secrets that this environment cannot do without, sorted."""
    outside = {DEAD_MANS_SWITCH_SECRET} if settings.alerting.dead_mans_switch else set()
    return tuple(sorted({*catalog.secrets, *outside}))


def _across(inputs: Inputs) -> Iterator[Problem]:
    """What only all parts together can show."""
    settings, file = inputs.settings, f"Pulumi.{inputs.settings.environment}.yaml: {NAMESPACE}"
    yield from inputs.secrets.missing(needed_secrets(inputs.catalog, settings))
    alerts = {alert for rules in inputs.rules.values() for alert in rules.alerts}
    yield from unknown_alert_overrides(settings.alerting.overrides, alerts, f"{file}:alerting.overrides")
    for system in inputs.catalog.systems:
        yield from unknown_alarm_overrides(inputs.alarms, system, f"catalog/{system.system}.yaml")
    bundles = {asset.bundle.name: asset.bundle for asset in inputs.assets.items}
    for name, major in sorted(settings.rules.pins.items()):
        if name not in bundles:
            yield Problem(f"{file}:rules.pins.{name}", "found an unknown bundle", ", ".join(sorted(bundles)))
        elif bundles[name].major != major:
            yield Problem(
                f"{file}:rules.pins.{name}", f"found major version {major}", f"{bundles[name].version} is here"
            )
    for bundle in bundles.values():
        if bundle.owner not in inputs.catalog.teams:
            yield Problem(
                f"manifests: {bundle.name}.owner",
                f"found unknown team {bundle.owner!r}",
                ", ".join(sorted(inputs.catalog.teams)),
            )
    if settings.environment is Environment.PROD:
        yield from _unpaged(inputs.catalog)


def _unpaged(catalog: Catalog) -> Iterator[Problem]:
    """Production refuses an owner whom no critical alert can wake."""
    owners = {catalog.organization.platform_team}
    for system in catalog.systems:
        owners |= {system.owner, *(part.owner for part in (*system.components, *system.resources) if part.owner)}
    for owner in sorted(owners):
        receivers = catalog.teams[owner].receivers
        if not any(r.kind is ReceiverKind.PAGERDUTY and Severity.CRITICAL in r.severities for r in receivers):
            yield Problem(
                f"catalog/teams.yaml: teams[{owner}].receivers",
                "found no paging receiver, which is unsafe in prod",
                "a pagerduty receiver for critical alerts: otherwise an outage at night waits for the morning",
            )
