"""The command: plans environments, checks them, shows what is broken."""

import dataclasses
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from checks.charts.check import RENDERS, RULES, Checked, Planned, check
from checks.charts.compute import VARIANTS
from checks.charts.helm import Helm, find_helm
from engine.belfry import ROOT
from engine.driver import Driver
from engine.modes import Choice, Mode
from engine.stack_config import offline_config
from model.charts import read_charts
from model.cluster.compute import Compute
from model.problems import BadInput, Problem
from model.sizing.load import Profile
from model.vocabulary import Environment

_OFFLINE = Choice(mode=Mode.OFFLINE, reason="a plan needs no account", other="")


def checked(
    driver: Driver,
    environments: Sequence[Environment],
    mirror: str | None,
    screen: Console,
    profiles: Sequence[Profile] = (),
    *,
    kinds: bool = False,
) -> list[Checked]:
    """Plan ``environments`` offline, as their files have them and with each of ``profiles`` forced, and check them.

    ``screen`` sees each step. Production is never single, so that one is left out. ``kinds``: the last environment also
    as an adopted cluster of each kind of compute.

    Raises BadInput, EngineError and, when a chart is not to be had, ChartsUnreachable.
    """
    refuse_mirror(mirror)
    program = find_helm(driver.tools)
    plans = [
        _plan(driver, environment, profile, screen)
        for environment in environments
        for profile in (None, *profiles)
        if not (environment is Environment.PROD and profile is Profile.SINGLE)
    ]
    last = environments[-1]
    if kinds:
        plans += [_plan_kind(driver, last, words, compute, screen) for words, compute in VARIANTS.items()]
    with tempfile.TemporaryDirectory(prefix="belfry-charts-") as folder:
        helm = Helm(program, Path(folder), mirror)
        charts = read_charts(ROOT / "components")
        return check(plans, charts, helm, lambda line: screen.print(escape(line), highlight=False))


def refuse_mirror(mirror: str | None) -> None:
    """A mirror is a folder that is there, or the URL of a repository."""
    if mirror and "://" not in mirror and not Path(mirror).is_dir():
        raise BadInput([Problem("CHART_MIRROR", f"no folder {mirror}", "a folder of packaged charts, or a URL")])


def show(console: Console, results: Sequence[Checked]) -> None:
    """Broken rules one by one, then a line for each environment."""

    # One line each, whatever the width: a name that is cut or folded cannot be searched for.
    for one in results:
        for found in one.findings:
            text = f"{one.name} {found.source} {found.subject}: {found.check}: {found.message}"
            console.print(escape(text), highlight=False, soft_wrap=True)
    summary = Table(
        "stack",
        "forced",
        "releases",
        "objects",
        "pods",
        "CPU",
        "GiB",
        "CPU, GiB each node",
        "broken",
        # Nine columns in 80: no lines between them.
        box=None,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for column in summary.columns[:2]:
        column.no_wrap = True
    for one in results:
        count = len(one.findings)
        colour = "red" if count else "green"
        asked = one.requested
        summary.add_row(
            *(
                one.environment,
                one.profile or one.nodes or "as stated",
                str(one.releases),
                str(one.objects),
                str(asked.pods),
            ),
            *(f"{asked.cpu:.1f}", f"{asked.memory_gib:.1f}"),
            f"{asked.each_node_cpu:.2f}, {asked.each_node_memory_gib:.2f}",
            f"[{colour}]{count}[/]",
        )
    console.print(summary)
    rules = len(RULES) + 1
    console.print(f"{rules} rules ({RENDERS}, {', '.join(RULES)})", highlight=False, soft_wrap=True)


def machine_readable(results: Sequence[Checked]) -> dict[str, Any]:
    """The same for machines."""
    return {"environments": [_machine_readable(one) for one in results], "broken": broken(results)}


def _machine_readable(checked: Checked) -> dict[str, Any]:
    found = dataclasses.asdict(checked)
    del found["findings"]
    failures = [
        {
            "environment": checked.name,
            "release": one.source,
            "object": one.subject,
            "rule": one.check,
            "found": one.message,
        }
        for one in checked.findings
    ]
    return {**found, "failures": failures}


def broken(results: Iterable[Checked]) -> int:
    """How many rules are broken in all."""
    return sum(len(one.findings) for one in results)


def _plan(driver: Driver, environment: Environment, profile: Profile | None, screen: Console) -> Planned:
    changes = {"belfry:sizing": {"profile": str(profile)}} if profile else {}
    screen.print(f"planning {environment}" + (f" ({profile})" if profile else ""), highlight=False)
    outcome = driver.preview(environment, _OFFLINE, plan=True, changes=changes)
    assert outcome.plan is not None
    return Planned(plan=outcome.plan, profile=profile, compute=_stated(driver, environment))


def _plan_kind(driver: Driver, environment: Environment, words: str, compute: Compute, screen: Console) -> Planned:
    """As if the environment were in a cluster of these nodes that somebody else made."""
    screen.print(f"planning {environment} ({words})", highlight=False)
    theirs = {"mode": "adopt", "name": "theirs", "identity": "pod-identity", "compute": compute.model_dump(mode="json")}
    config = _config(driver, environment)
    changes: dict[str, dict[str, Any]] = {
        "belfry:cluster": {**dict.fromkeys(config.get("belfry:cluster") or {}), **theirs},
        "belfry:storage": {"class": "gp3"},
    }
    outcome = driver.preview(environment, _OFFLINE, plan=True, changes=changes)
    assert outcome.plan is not None
    return Planned(plan=outcome.plan, nodes=words, compute=compute)


def _stated(driver: Driver, environment: Environment) -> Compute:
    """The nodes of an adopted cluster, as the file says; of one that Belfry makes nothing here depends on them."""
    cluster = _config(driver, environment).get("belfry:cluster") or {}
    return Compute.model_validate(cluster.get("compute") or {})


def _config(driver: Driver, environment: Environment) -> Mapping[str, Any]:
    config: Mapping[str, Any] = offline_config(driver.root, environment, {}).settings["config"]
    return config
