"""Alarms and monthly cost of CloudWatch, ours from the plan, beside the naive form.

    .venv/bin/python -m benchmarks.alarm_cost

Naive is what a team gets that follows the usual guides to the end: one alarm for each metric and resource (for each
index, node or target group where the metric has those), no composites, a Prometheus exporter that asks for each of
those metrics every 60 s, and Container Insights on everything. Counted in favour of the naive form: one alarm where a
metric also has an operation or a zone, no logs of Container Insights, no exporter pod, no dashboards.

Ours is every CloudWatch line that `make cost` finds in the plan, dashboards included. That each must-have alarm is kept
is checked, not believed: its resource has to be in the plan.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from engine.belfry import ROOT, belfry
from engine.driver import Driver
from engine.modes import Choice, Mode
from model.alarms.alarm import AlarmFile, AlarmPack, alarms_for
from model.alarms.scopes import Cluster
from model.assets import Assets, BundleKind
from model.catalog.catalog import Catalog
from model.catalog.resource_base import Subject
from model.cost import prices
from model.cost.monthly import Cost, Line, cost_of
from model.dimensions import shipped
from model.plan import Plan, number
from model.quantities import HOURS_A_MONTH
from model.vocabulary import ComponentKind, Environment

ENVIRONMENTS = (Environment.DEV, Environment.STAGING, Environment.PROD)
# How many times cheaper we mean to be.
GOALS = {Environment.DEV: 5, Environment.PROD: 2}
CLOUDWATCH = ("alarm-metric", "alarm-metric-high-resolution", "composite-alarm", "dashboard", "custom-metric")
ALARMS = ("alarm-metric", "alarm-metric-high-resolution", "composite-alarm")

POLLS_A_MONTH = HOURS_A_MONTH * 60
# Metrics of Container Insights: github.com/aws/containers-roadmap issue 672.
OF_CLUSTER, OF_NODE, OF_POD, OF_SERVICE = 24, 8, 9, 6
# The catalog does not say how many pods a component has: one outside production's shape, else two.
PODS = {Environment.DEV: 1, Environment.STAGING: 2, Environment.PROD: 2}
SHARED = "(cluster, account)"


@dataclass(kw_only=True)
class Naive:
    """The naive form of one system."""

    alarms: int = 0
    insights: int = 0

    def usd(self) -> Decimal:
        """Dollars a month: alarms, polling of the same metrics, metrics of Container Insights."""
        table = prices.shipped()
        polled = POLLS_A_MONTH / 1000 * table.by_key["metric-polled"].usd
        per_alarm = table.by_key["alarm-metric"].usd + polled
        return self.alarms * per_alarm + self.insights * table.by_key["custom-metric"].usd


@dataclass(kw_only=True)
class Compared:
    """One environment."""

    environment: Environment
    cost: Cost
    naive: Mapping[str, Naive]
    missing: Sequence[str] = field(default_factory=tuple)


def naive_alarms(files: Sequence[AlarmFile], subject: Subject) -> int:
    """One alarm for each metric of the subject's namespaces, once for each sort of part it is sent for."""
    used = [file for file in files if file.applies_to == subject.kind and alarms_for(file, subject)]
    own = {key for file in used for row in file.alarms if row.each == "resource" for key in _keys(file, row.name)}
    part_keys = {
        row.each: set(_keys(file, row.name)) - own for file in used for row in file.alarms if row.each != "resource"
    }
    count = 0
    for namespace in {file.namespace for file in used}:
        for facts in shipped().namespaces[namespace].metrics:
            sorts = {
                tuple(sorted(sort for sort, keys in part_keys.items() if keys & set(dimensions)))
                for dimensions in facts.dimensions
                if dimensions
            }
            count += len(facts.names) * sum(_parts(subject, sort) for sort in sorts)
    return count


def compare(environment: Environment) -> Compared:
    """Plan the environment with the offline providers and price both forms."""
    driver = Driver(root=ROOT, program=belfry())
    choice = Choice(mode=Mode.OFFLINE, reason="a benchmark", other="none")
    plan = driver.preview(environment, choice, plan=True).plan
    assert plan is not None
    catalog = Catalog.load(ROOT / "catalog")
    files = tuple(AlarmFile.parse(asset) for asset in Assets.load(ROOT).of(BundleKind.CLOUDWATCH))
    return Compared(
        environment=environment,
        cost=cost_of(plan["resources"], catalog, prices.shipped()),
        naive=_naive(environment, plan, catalog, files),
        missing=tuple(_missing(plan, catalog, files)),
    )


def _naive(environment: Environment, plan: Plan, catalog: Catalog, files: Sequence[AlarmFile]) -> Mapping[str, Naive]:
    pods = PODS[environment]
    found = {}
    for system in catalog.systems:
        inside = [component for component in system.components if component.kind is not ComponentKind.EXTERNAL_SERVICE]
        found[system.system] = Naive(
            alarms=sum(naive_alarms(files, resource) for resource in system.resources),
            insights=len(inside) * (pods * OF_POD + OF_SERVICE),
        )
    nodes = sum(
        number(each["inputs"]["scalingConfig"], "desiredSize") or 0
        for each in plan["resources"]
        if each["type"] == "aws:eks/nodeGroup:NodeGroup"
    )
    found[SHARED] = Naive(
        alarms=naive_alarms(files, Cluster(name="cluster", cluster="main")), insights=OF_CLUSTER + int(nodes) * OF_NODE
    )
    return found


def _missing(plan: Plan, catalog: Catalog, files: Sequence[AlarmFile]) -> Iterator[str]:
    """Must-have alarms of the catalog's resources that the plan does not have."""
    names = {resource["name"] for resource in plan["resources"]}
    for system in catalog.systems:
        for resource in system.resources:
            for file in files:
                if file.applies_to == resource.kind:
                    wanted = alarms_for(file, resource, AlarmPack.REDUCED)
                    expected = (f"{system.system}-{resource.name}-{alarm.key}" for alarm in wanted)
                    yield from (name for name in expected if name not in names)


def _keys(file: AlarmFile, row: str) -> Iterator[str]:
    for each in file.alarms:
        if each.name == row:
            for metric in each.metrics:
                yield from file.dimensions_of(metric)


def _parts(subject: Subject, sorts: Sequence[str]) -> int:
    count = 1
    for sort in sorts:
        count *= len(subject.parts(sort))
    return count


def main() -> None:
    """Print the table, system by system, and whether the goals are met."""
    console = Console()
    title = "CloudWatch: ours from the plan, and the naive form"
    table = Table("env", "system", title=title, title_justify="left")
    for name in ("alarms", "USD", "naive alarms", "Insights metrics", "naive USD", "ratio"):
        table.add_column(name, justify="right")
    verdicts = []
    for environment in ENVIRONMENTS:
        console.print(f"planning {environment}", highlight=False)
        compared = compare(environment)
        lines = [line for line in compared.cost.lines if line.price in CLOUDWATCH]
        for system, naive in compared.naive.items():
            _add(table, environment, system, [line for line in lines if (line.system or SHARED) == system], [naive])
        times = _add(table, environment, "all", lines, list(compared.naive.values()))
        table.add_section()
        kept = "every must-have alarm is included"
        if compared.missing:
            kept = f"{len(compared.missing)} must-have alarms are MISSING, such as {compared.missing[0]}"
        goal = GOALS.get(environment)
        met = f", goal {goal}: {'met' if times >= goal else 'MISSED'}" if goal else ""
        verdicts.append(f"{environment}: {times:.1f} times cheaper{met}; {kept}; {_alone(compared, lines)}")
        if any("(metric-polled)" in price for each in compared.cost.by_use for price in each.prices):
            verdicts.append(f"{environment}: the plan polls CloudWatch too, which is NOT counted for ours")
    console.print(table)
    for verdict in verdicts:
        console.print(verdict, highlight=False)


def _alone(compared: Compared, lines: Sequence[Line]) -> str:
    """The alarms without polling, Container Insights and dashboards: metric math costs ours what it saves in noise."""
    ours = sum((line.usd for line in lines if line.price in ALARMS), Decimal(0))
    one = prices.shipped().by_key["alarm-metric"].usd
    naive = one * sum(each.alarms for each in compared.naive.values())
    return f"alarms alone: ${ours:.2f}, naive ${naive:.2f}"


def _add(table: Table, environment: str, system: str, own: Sequence[Line], naive: Sequence[Naive]) -> Decimal:
    """One row. Returns how many times cheaper ours is."""
    alarms = sum(line.price in ALARMS for line in own)
    usd, theirs = sum((line.usd for line in own), Decimal(0)), sum((each.usd() for each in naive), Decimal(0))
    times = theirs / usd if usd else Decimal(0)
    table.add_row(
        environment,
        system,
        str(alarms),
        f"{usd:.2f}",
        str(sum(each.alarms for each in naive)),
        str(sum(each.insights for each in naive)),
        f"{theirs:.2f}",
        f"{times:.1f}" if usd else "",
    )
    return times


if __name__ == "__main__":
    main()
