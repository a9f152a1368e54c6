"""Everything the program reads, checked as a whole before the first resource is registered."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import pulumi

from model import labels, names
from model.alarms import forwarding_watch
from model.alarms.alarm import AlarmFile, doubled_names
from model.alarms.alarm import unknown_overrides as unknown_alarm_overrides
from model.alarms.budget import over_budget
from model.alarms.plan import AlarmPlan
from model.alarms.scopes import Account, AlarmForwarder, AlarmTopic, Cluster
from model.alerting.aws_alarms import alert_name
from model.alerting.maintenance import endless
from model.alerting.maintenance import problems as muting_problems
from model.alerting.prometheus_rules import RuleFile, for_environment, protected_overrides
from model.alerting.prometheus_rules import unknown_overrides as unknown_alert_overrides
from model.assets import Asset, Assets, BundleKind
from model.catalog.catalog import Catalog
from model.catalog.resource_base import Subject
from model.grafana.dashboards import chosen_labels
from model.metrics.database_exporters import problems as database_problems
from model.metrics.database_exporters import targets as database_targets
from model.names import DEAD_MANS_SWITCH_SECRET, GRAFANA_SIGN_ON_SECRET, PAGER_SECRET
from model.problems import BadInput, Problem, raise_if_any
from model.sizing.platform import Sizing
from model.vocabulary import Environment, ReceiverKind, Severity
from stacks import log_configs, size_checks, sizes
from stacks.platform_settings import SecretSource
from stacks.secrets import Secrets
from stacks.settings import NAMESPACE, Settings, given_keys

ROOT = Path(__file__).parent.parent
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)  # no slots: the plan is kept
class Inputs:
    """Settings, what is watched here, shipped assets, and the secrets that all of it needs.

    ``stated``: the settings as the stack's file has them. ``lacking``: resources and probes that the environment does
    not have. ``renamed``: how boards name a thing of AWS -> how this environment does.
    """

    stated: Settings
    catalog: Catalog
    assets: Assets
    rules: dict[str, RuleFile]
    log_rules: dict[str, RuleFile]
    alarms: tuple[AlarmFile, ...]
    dashboards: tuple[Asset, ...]
    lacking: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def size(self) -> Sizing:
        """What the load needs."""
        return sizes.computed(self.stated, self.catalog)

    @cached_property
    def settings(self) -> Settings:
        """With the sizes that the file leaves out."""
        return sizes.filled(self.stated, self.size)

    @cached_property
    def secrets(self) -> Secrets:
        """The secrets of the stack that runs; asked for inside the engine only."""
        return Secrets()

    @cached_property
    def alarm_plan(self) -> AlarmPlan:
        """Every CloudWatch alarm of this environment."""
        return AlarmPlan.of(self.alarms, self.catalog, self.scopes, self.settings.alarms.pack)

    @cached_property
    def rules_here(self) -> dict[str, RuleFile]:
        """Bundle -> rules for Prometheus as this environment gets them: its overrides, its links."""
        return self._of_environment(self.rules)

    @cached_property
    def log_rules_here(self) -> dict[str, RuleFile]:
        """The same for Loki."""
        return self._of_environment(self.log_rules)

    def _of_environment(self, rules: Mapping[str, RuleFile]) -> dict[str, RuleFile]:
        overrides, links = self.settings.alerting.overrides, self.settings.links
        return {name: for_environment(file, overrides, links, self.boards) for name, file in rules.items()}

    @property
    def scopes(self) -> tuple[Subject, ...]:
        """What is watched besides resources of the catalog."""
        settings, systems = self.settings, self.catalog.systems
        kinds = frozenset(resource.kind for system in systems for resource in system.resources)
        return (
            Account(
                name="account",
                region=settings.region,
                uses=kinds,
                monthly_budget_usd=settings.cost.monthly_budget_usd,
            ),
            Cluster(
                name="cluster",
                cluster=settings.cluster.name,
                thresholds=tuple(self.catalog.organization.node_thresholds.values()),
            ),
            *([self._forwarder] if self.forwards_alarms else []),
            *(
                AlarmTopic(name=f"{s}-topic", topic=f"{self.own_prefix}-{s}", severity=s)
                for s in (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
            ),
        )

    @property
    def forwards_alarms(self) -> bool:
        """Whether CloudWatch alarms reach Alertmanager: where workloads of the cluster are given rights in AWS."""
        return self.settings.cluster.identity is not None

    @property
    def reads_security_posture(self) -> bool:
        """Whether a pod asks the account's security services for their numbers: it needs rights in AWS."""
        return self.settings.security.posture and self.settings.cluster.identity is not None

    @property
    def api_secrets(self) -> dict[str, str]:
        """Team -> secret with a key of PagerDuty's API, where acknowledgements can be read: beside the forwarder."""
        teams = self.catalog.teams if self.forwards_alarms else {}
        return {name: team.api_secret for name, team in sorted(teams.items()) if team.api_secret}

    @property
    def own_prefix(self) -> str:
        """Starts names in AWS of what is one for an environment."""
        return f"{labels.PROJECT}-{self.settings.environment}"

    @property
    def alarm_prefixes(self) -> tuple[str, ...]:
        """What names of alarms begin with, before a hyphen: of the plan's, and of Belfry's own."""
        return (str(self.settings.environment), self.own_prefix)

    @property
    def _forwarder(self) -> AlarmForwarder:
        return AlarmForwarder(
            name=names.ALARM_FORWARDER,
            environment=self.settings.environment,
            queue=forwarding_watch.queue(self.own_prefix),
            dead_letter_queue=forwarding_watch.dead_letter_queue(self.own_prefix),
        )

    @cached_property
    def boards(self) -> dict[str, frozenset[str]]:
        """Uid -> labels that the board chooses by, of Grafana's boards; a board's file is named after its uid."""
        return {asset.bundle.name: chosen_labels(asset.text) for asset in self.dashboards}

    def owner_of_system(self, system: str) -> str:
        """The team that answers for a system; for Belfry itself the platform team."""
        owners = {one.system: one.owner for one in self.catalog.systems}
        return owners.get(system, self.catalog.organization.platform_team)


def load(root: Path = ROOT, checked: Inputs | None = None) -> Inputs:
    """Read and check everything below ``root`` and the stack's configuration. Raises BadInput with all mistakes.

    ``checked`` is what :func:`read` returned in this process a moment ago: it is taken as it is, unless the engine
    hands over other settings than the stack's file has (an encrypted key, which only the engine can read).
    """
    stack, given, inputs = pulumi.get_stack(), given_keys(), checked
    if inputs is None or inputs.stated != Settings.of(stack, given):
        inputs = read(stack, given, root)
    pager = (PAGER_SECRET,) if inputs.settings.notifications.pager else ()
    ours = inputs.settings.secret_source is SecretSource.STACK
    needed = needed_secrets(inputs.catalog, inputs.settings)
    ours_alone = (*needed, *_database_secrets(inputs), *inputs.api_secrets.values()) if ours else ()
    sign_on = (GRAFANA_SIGN_ON_SECRET,) if inputs.settings.grafana.sign_on else ()
    missing = inputs.secrets.missing((*ours_alone, *pager, *sign_on))
    raise_if_any([*missing, *inputs.secrets.malformed(pager)])
    return inputs


def read(stack: str, given: Mapping[str, Any], root: Path = ROOT) -> Inputs:
    """The same from the ``given`` keys of a stack and without a look at its secrets; needs no engine."""
    problems: list[Problem] = []
    settings = _or_problems(lambda: Settings.of(stack, given), problems)
    catalog = _or_problems(lambda: Catalog.load(root / "catalog"), problems)
    assets = _or_problems(lambda: Assets.load(root), problems)
    raise_if_any(problems)
    assert settings
    assert catalog
    assert assets
    raise_if_any(_strange_systems(catalog, assets))
    everywhere = catalog.only(settings.systems) if settings.systems else catalog
    catalog, lacking = everywhere.in_environment(settings.environment)
    assets = assets.watching([system.system for system in catalog.systems])
    inputs = Inputs(
        stated=settings,
        catalog=catalog,
        lacking=lacking,
        renamed=_renamed(everywhere, catalog),
        assets=assets,
        rules={asset.bundle.name: RuleFile.parse(asset) for asset in assets.of(BundleKind.PROMETHEUS)},
        log_rules={asset.bundle.name: RuleFile.parse(asset) for asset in assets.of(BundleKind.LOKI)},
        alarms=tuple(AlarmFile.parse(asset) for asset in assets.of(BundleKind.CLOUDWATCH)),
        dashboards=assets.of(BundleKind.GRAFANA),
    )
    raise_if_any(_across(inputs))
    return inputs


def _renamed(everywhere: Catalog, here: Catalog) -> dict[str, str]:
    """Names in AWS as the catalog's file has them -> as this environment has them, where they differ."""
    found = {}
    for before, after in zip(everywhere.systems, here.systems, strict=True):
        own = {resource.name: resource for resource in after.resources}
        for resource in before.resources:
            if resource.name in own:
                found.update(resource.differences(own[resource.name]))
    return found


def _or_problems(load_one: Callable[[], T], problems: list[Problem]) -> T | None:
    try:
        return load_one()
    except BadInput as error:
        problems += error.problems
        return None


def needed_secrets(catalog: Catalog, settings: Settings) -> tuple[str, ...]:
    """Names of the secrets that Alertmanager of this environment cannot do without, sorted."""
    outside = {DEAD_MANS_SWITCH_SECRET} if settings.alerting.dead_mans_switch else set()
    return tuple(sorted({*catalog.secrets, *outside}))


def _database_secrets(inputs: Inputs) -> list[str]:
    reached = database_targets(inputs.settings.exporters.databases, inputs.catalog)
    return [target.secret for target in reached if target.access.password]


def _strange_systems(catalog: Catalog, assets: Assets) -> Iterator[Problem]:
    known = [system.system for system in catalog.systems]
    for bundle in (asset.bundle for asset in assets.items):
        if bundle.system is not None and bundle.system not in known:
            where = f"manifests: {bundle.name}.system"
            yield Problem(where, f"found unknown system {bundle.system!r}", f"{', '.join(known)}, or no such bundle")


def _across(inputs: Inputs) -> Iterator[Problem]:
    """What only all parts together can show."""
    settings, file = inputs.settings, f"Pulumi.{inputs.settings.environment}.yaml: {NAMESPACE}"
    alerts = {a for rules in (*inputs.rules.values(), *inputs.log_rules.values()) for a in rules.alerts}
    yield from unknown_alert_overrides(settings.alerting.overrides, alerts, f"{file}:alerting.overrides")
    yield from muting_problems(
        settings.alerting.mute_times,
        settings.alerting.maintenance,
        {
            "teams": inputs.catalog.teams,
            "systems": [*(system.system for system in inputs.catalog.systems), labels.OWN_SYSTEM],
            "components": [p.name for s in inputs.catalog.systems for p in (*s.components, *s.resources)],
            # Copies of the ladder reach Alertmanager under the name of the alert that they follow.
            "alerts": {
                *(alerts - {names.ESCALATION}),
                *(alert_name(row.name) for f in inputs.alarms for row in f.alarms),
            },
        },
        f"{file}:alerting",
    )
    yield from database_problems(settings.exporters.databases, inputs.catalog, f"{file}:exporters.databases")
    yield from log_configs.problems(file, settings, inputs.catalog)
    yield from doubled_names(inputs.alarms)
    yield from over_budget(inputs.alarm_plan.count(), settings.alarms.budget, f"{file}:alarms.budget")
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
    yield from size_checks.problems(inputs, file)
    if settings.environment is Environment.PROD:
        yield from _unpaged(inputs.catalog)
        yield from endless(settings.alerting.mute_times, f"{file}:alerting")
        yield from protected_overrides(settings.alerting.overrides, f"{file}:alerting.overrides")


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
