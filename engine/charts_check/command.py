"""The command: plans environments, checks them, shows what is broken."""

import dataclasses
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from engine.belfry import ROOT
from engine.charts_check.check import RENDERS, RULES, Checked, Planned, check
from engine.charts_check.helm import Helm, find_helm
from engine.driver import Driver
from engine.modes import Choice, Mode
from model.charts import read_charts
from model.problems import BadInput, Problem
from model.sizing.load import Profile
from model.vocabulary import Environment

_OFFLINE = Choice(mode=Mode.OFFLINE, reason="a plan needs no account", other="")


def checked(
    driver: Driver,
    environments: Iterable[Environment],
    mirror: str | None,
    screen: Console,
    profiles: Sequence[Profile] = (),
) -> list[Checked]:
    """Plan ``environments`` offline, as their files have them and with each of ``profiles`` forced, and check them.

    ``screen`` sees each step. Production is never single, so that one is left out.

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
    failures = [failure for one in results for failure in one.failures]
    # A line each, whatever the width: a name that is cut or folded cannot be looked for.
    for failure in failures:
        where = f"{failure.environment} {failure.release} {failure.object}"
        console.print(escape(f"{where}: {failure.rule}: {failure.found}"), highlight=False, soft_wrap=True)
    summary = Table(
        "environment", "profile", "releases", "objects", "pods", "CPU", "GiB", "CPU, GiB each node", "broken rules"
    )
    for column in summary.columns[:2]:
        column.no_wrap = True
    for one in results:
        count = len(one.failures)
        colour = "red" if count else "green"
        asked = one.requested
        summary.add_row(
            *(one.environment, one.profile or "as stated", str(one.releases), str(one.objects), str(asked.pods)),
            *(f"{asked.cpu:.1f}", f"{asked.memory_gib:.1f}"),
            f"{asked.each_node_cpu:.2f}, {asked.each_node_memory_gib:.2f}",
            f"[{colour}]{count}[/]",
        )
    console.print(summary)
    rules = len(RULES) + 1
    console.print(f"{rules} rules ({RENDERS}, {', '.join(RULES)})", highlight=False, soft_wrap=True)


def machine_readable(results: Sequence[Checked]) -> dict[str, Any]:
    """The same for machines."""
    return {"environments": [dataclasses.asdict(one) for one in results], "broken": broken(results)}


def broken(results: Iterable[Checked]) -> int:
    """How many rules are broken in all."""
    return sum(len(one.failures) for one in results)


def _plan(driver: Driver, environment: Environment, profile: Profile | None, screen: Console) -> Planned:
    changes = {"belfry:sizing": {"profile": str(profile)}} if profile else {}
    screen.print(f"planning {environment}" + (f" ({profile})" if profile else ""), highlight=False)
    outcome = driver.preview(environment, _OFFLINE, plan=True, changes=changes)
    assert outcome.plan is not None
    return Planned(plan=outcome.plan, profile=profile)
