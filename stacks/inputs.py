"""Everything the program reads, checked as a whole before the first resource is registered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pulumi

from configs.iam import karpenter
from model import labels, names
from model.account import shared_account
from model.alarms import forwarding_watch
from model.alarms.alarm import AlarmFile
from model.alarms.budget import over_budget
from model.alarms.plan import AlarmPlan
from model.alarms.scopes import (
    BROWSER_LOAD_BALANCER,
    LOAD_BALANCER,
    Account,
    AlarmForwarder,
    AlarmTopic,
    Cluster,
    Container,
    MadeLoadBalancer,
    MadeNatGateway,
    MadeWebAcl,
    NodeGroup,
    NodeProvisioning,
    Service,
)
from model.alarms.security_events import EventFile, EventRule
from model.alerting.prometheus_rules import RuleFile, for_environment, without_readers
from model.assets import Asset, Assets, BundleKind
from model.catalog.catalog import Catalog
from model.catalog.resource_base import Subject
from model.cluster import compatibility
from model.cluster.ingress import BROWSERS
from model.dashboards import chosen_labels
from model.metrics.database_exporters import DatabaseTarget
from model.metrics.database_exporters import targets as database_targets
from model.names import DEAD_MANS_SWITCH_SECRET, GRAFANA_SIGN_ON_SECRET, INGRESS_SIGN_ON_SECRET, PAGER_SECRET
from model.plain_secrets import plain_secrets_in
from model.problems import Problem, or_problems, raise_if_any
from model.sizing.platform import Sizing
from model.vocabulary import ComponentKind, Severity
from stacks import across, size_checks, sizes
from stacks.account_settings import CreatedCluster
from stacks.across import Files
from stacks.ingress_settings import exposed, needs_sign_on_secret
from stacks.platform_settings import SecretSource
from stacks.secrets import Secrets
from stacks.settings import NAMESPACE, Settings, given_keys
from stacks.shared_account import other_environments, this_environment, watched_twice

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, kw_only=True)  # no slots: the plan is kept
class Inputs:
    """Settings, what is watched here, shipped assets, and the secrets that all of it needs.

    ``stated``: the settings as the stack's file has them. ``lacking``: resources and probes that the environment does
    not have. ``renamed``: how boards name a thing of AWS -> how this environment does. ``warnings``: what is accepted,
    and only other environments' files can show.
    """

    stated: Settings
    catalog: Catalog
    assets: Assets
    rules: dict[str, RuleFile]
    log_rules: dict[str, RuleFile]
    alarms: tuple[AlarmFile, ...]
    security_events: tuple[EventRule, ...]
    dashboards: tuple[Asset, ...]
    lacking: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

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
        return self._of_environment(without_readers(self.rules, compatibility.unreadable(self.settings.compute)))

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
        account = Account(
            name="account",
            region=settings.region,
            uses=kinds,
            # AWS's metric of the bill is of the whole account.
            monthly_budget_usd=settings.cost.monthly_budget_usd if settings.cost.counts == "account" else None,
        )
        return (
            *([account] if settings.watches_region else []),
            Cluster(
                name="cluster",
                cluster=settings.cluster.name,
                thresholds=tuple(self.catalog.organization.node_thresholds.values()),
                container_insights=settings.cluster.container_insights,
                container_alarms=settings.alarms.containers,
                **_pods(self.catalog),
            ),
            *(_made(settings.cluster) if isinstance(settings.cluster, CreatedCluster) else []),
            *([MadeLoadBalancer.of(LOAD_BALANCER, exposed(settings))] if settings.ingress else []),
            *(
                [
                    MadeLoadBalancer.of(BROWSER_LOAD_BALANCER, [BROWSERS]),
                    MadeWebAcl(name=f"{BROWSERS}-web-acl", acl=f"{self.own_prefix}-{BROWSERS}"),
                ]
                if settings.ingress and settings.ingress.browsers
                else []
            ),
            *([self._forwarder] if self.forwards_alarms else []),
            *(
                [NodeProvisioning(name=names.KARPENTER, queue=karpenter.queue_name(self.own_prefix))]
                if isinstance(settings.cluster, CreatedCluster) and settings.cluster.grows
                else []
            ),
            *(
                AlarmTopic(name=f"{s}-topic", topic=f"{self.own_prefix}-{s}", severity=s)
                for s in (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
            ),
        )

    @property
    def runs_programs(self) -> bool:
        """Whether Belfry's own programs run in the cluster: where its workloads are given rights in AWS."""
        return self.settings.cluster.identity is not None

    @property
    def forwards_alarms(self) -> bool:
        """Whether CloudWatch alarms reach Alertmanager."""
        return self.runs_programs

    @property
    def api_secrets(self) -> dict[str, str]:
        """Team -> secret with a key of PagerDuty's API, where acknowledgements can be read: beside the forwarder."""
        teams = self.catalog.teams if self.forwards_alarms else {}
        return {name: team.api_secret for name, team in sorted(teams.items()) if team.api_secret}

    @property
    def database_secrets(self) -> frozenset[str]:
        """Names of belfry:secrets, among them passwords of databases; none where secrets are elsewhere."""
        return self.secrets.names if self.settings.secret_source is SecretSource.STACK else frozenset()

    @property
    def databases(self) -> tuple[DatabaseTarget, ...]:
        """The databases that an exporter asks here: by the settings, or since their password is there."""
        return database_targets(self.settings.exporters.databases, self.catalog, self.database_secrets)

    @property
    def demanded_secrets(self) -> tuple[str, ...]:
        """Names of belfry:secrets that must be set, sorted: those that no other place has."""
        settings, elsewhere = self.settings, self.settings.secret_source is not SecretSource.STACK
        databases = database_targets(settings.exporters.databases, self.catalog)
        of_programs = {
            *needed_secrets(self.catalog, settings),
            *(target.secret for target in databases if target.access.password),
            *self.api_secrets.values(),
        }
        pager = {PAGER_SECRET} if settings.notifications.pager else set()
        sign_on = {GRAFANA_SIGN_ON_SECRET} if settings.grafana.sign_on else set()
        ingress = {INGRESS_SIGN_ON_SECRET} if needs_sign_on_secret(settings) else set()
        return tuple(sorted(pager | sign_on | ingress | (set() if elsewhere else of_programs)))

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


def load(root: Path = ROOT, checked: Inputs | None = None, *, today: str) -> Inputs:
    """Read and check everything below ``root`` and the stack's configuration. Raises BadInput with all mistakes.

    ``checked`` is what :func:`read` returned in this process a moment ago: it is taken as it is, unless the engine
    hands over other settings than the stack's file has (an encrypted key, which only the engine can read). ``today`` is
    the day as ISO text: whoever starts the program has the clock.
    """
    stack, given, inputs = pulumi.get_stack(), given_keys(), checked
    if inputs is None or inputs.stated != Settings.of(stack, given):
        inputs = read(stack, given, root, today=today)
    pager = (PAGER_SECRET,) if inputs.settings.notifications.pager else ()
    missing = inputs.secrets.missing(inputs.demanded_secrets)
    raise_if_any([*missing, *inputs.secrets.malformed(pager)])
    return inputs


def read(stack: str, given: Mapping[str, Any], root: Path = ROOT, *, today: str) -> Inputs:
    """The same from the ``given`` keys of a stack and without a look at its secrets; needs no engine.

    What could not be read hides no mistake of the rest: each check runs as soon as all that it needs is there.
    """
    problems: list[Problem] = []
    settings = or_problems(lambda: Settings.of(stack, given), problems)
    problems += or_problems(partial(plain_secrets_in, root, stack), problems) or ()
    everywhere = catalog = or_problems(lambda: Catalog.load(root / "catalog"), problems)
    assets = or_problems(lambda: Assets.load(root), problems)
    if catalog and assets:
        problems += _strange_systems(catalog, assets)
    if catalog and settings and settings.systems:
        at = f"Pulumi.{stack}.yaml: {NAMESPACE}:systems"
        catalog = or_problems(partial(catalog.only, settings.systems, at), problems)
    if catalog and assets:
        assets = assets.watching([system.system for system in catalog.systems])
    files = _parsed(assets, problems) if assets else None
    watched = catalog.in_environment(settings.environment) if catalog and settings else None
    problems += across.problems(settings, watched[0] if watched else catalog, files, today)
    inputs = _together(settings, catalog, files)
    if settings:
        here = this_environment(settings)
        others = list(other_environments(root, settings.environment))
        problems += shared_account.problems(here, others)
        if inputs is not None:
            doubled = watched_twice(everywhere, here, others) if everywhere else ()
            inputs = replace(inputs, warnings=(*shared_account.warnings(here, others), *doubled))
    if inputs is not None:
        at = f"Pulumi.{stack}.yaml: {NAMESPACE}"
        problems += over_budget(inputs.alarm_plan.count(), inputs.settings.alarms.budget, f"{at}:alarms.budget")
        problems += size_checks.problems(inputs, at)
    raise_if_any(problems)
    assert inputs
    return inputs


def _pods(catalog: Catalog) -> dict[str, Any]:
    """Namespaces, Services and containers of components that run in the cluster, named as the catalog names them."""
    found = sorted(
        (component.namespace or system.system, component.name)
        for system in catalog.systems
        for component in system.components
        if component.kind is not ComponentKind.EXTERNAL_SERVICE and component.program is None
    )
    return {
        "namespaces": tuple(dict.fromkeys(namespace for namespace, _ in found)),
        "services": tuple(Service(namespace=namespace, service=name) for namespace, name in found),
        "containers": tuple(Container(namespace=namespace, workload=name, container=name) for namespace, name in found),
    }


def _made(cluster: CreatedCluster) -> Iterator[Subject]:
    """What AWS runs for a cluster that Belfry makes; nobody has to enter it in the catalog."""
    yield from map(MadeNatGateway.of, cluster.nat_zones)
    for pool, nodes in cluster.pools.items():
        yield NodeGroup.of(pool, nodes.minimum)


def _renamed(everywhere: Catalog, here: Catalog) -> dict[str, str]:
    """Names in AWS as the catalog's file has them -> as this environment has them, where they differ."""
    found = {}
    for before, after in zip(everywhere.systems, here.systems, strict=True):
        own = {resource.name: resource for resource in after.resources}
        for resource in before.resources:
            if resource.name in own:
                found.update(resource.differences(own[resource.name]))
    return found


def _together(settings: Settings | None, everywhere: Catalog | None, files: Files | None) -> Inputs | None:
    if settings is None or everywhere is None or files is None:
        return None
    catalog, lacking = everywhere.in_environment(settings.environment)
    return Inputs(
        stated=settings,
        catalog=catalog,
        lacking=lacking,
        renamed=_renamed(everywhere, catalog),
        assets=files.assets,
        rules=files.rules,
        log_rules=files.log_rules,
        alarms=files.alarms,
        security_events=files.security_events,
        dashboards=files.assets.of(BundleKind.GRAFANA),
    )


def _parsed(assets: Assets, problems: list[Problem]) -> Files | None:
    """The files of ``assets``; None after their mistakes were added to ``problems``."""
    before = len(problems)
    rules, log_rules = (
        {
            asset.bundle.name: parsed
            for asset in assets.of(kind)
            if (parsed := or_problems(partial(RuleFile.parse, asset), problems))
        }
        for kind in (BundleKind.PROMETHEUS, BundleKind.LOKI)
    )
    every = [or_problems(partial(AlarmFile.parse, asset), problems) for asset in assets.of(BundleKind.CLOUDWATCH)]
    alarms = tuple(file for file in every if file)
    events = [or_problems(partial(EventFile.parse, asset), problems) for asset in assets.of(BundleKind.EVENTBRIDGE)]
    if problems[before:]:
        return None
    return Files(
        assets=assets,
        rules=rules,
        log_rules=log_rules,
        alarms=alarms,
        security_events=tuple(rule for file in events if file for rule in file.rules),
    )


def needed_secrets(catalog: Catalog, settings: Settings) -> tuple[str, ...]:
    """Names of the secrets that Alertmanager of this environment cannot do without, sorted."""
    outside = {DEAD_MANS_SWITCH_SECRET} if settings.alerting.dead_mans_switch else set()
    return tuple(sorted({*catalog.secrets, *outside}))


def _strange_systems(catalog: Catalog, assets: Assets) -> Iterator[Problem]:
    known = [system.system for system in catalog.systems]
    for bundle in (asset.bundle for asset in assets.items):
        if bundle.system is not None and bundle.system not in known:
            where = f"manifests: {bundle.name}.system"
            yield Problem(where, f"found unknown system {bundle.system!r}", f"{', '.join(known)}, or no such bundle")
