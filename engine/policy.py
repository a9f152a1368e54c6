"""The policies over a plan, as a person and as a machine read what they find."""

from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from engine.belfry import ROOT, today
from model.plan import Plan
from model.policies.exceptions import Exceptions, Judged, judge
from model.policies.registry import RULES, findings
from model.policies.rule import Finding, Level, Resource

_TITLES = {rule.name: rule.title for rule in RULES}
MANDATORY_FOUND = 3
"""Exit code; 1 and 2 are taken by failures and bad input."""


def violations(plan: Plan) -> tuple[Finding, ...]:
    """What the policies find in ``plan``, excepted or not."""
    return findings(map(Resource.of, plan["resources"]), plan["environment"])


def judged(plan: Plan, root: Path | None = None) -> Judged:
    """What the policies find in ``plan``, without what the file below ``root`` (the project) excepts today.

    Raises BadInput for a wrong exception.
    """
    resources = [Resource.of(planned) for planned in plan["resources"]]
    return judge(violations(plan), Exceptions.load(root or ROOT), resources, plan["environment"], today())


def mandatory(judged: Judged) -> bool:
    """Whether a finding stops a deployment."""
    return any(each.level is Level.MANDATORY for each in judged.open)


def machine_readable(environment: str, judged: Judged) -> dict[str, Any]:
    """The findings for ``--json``."""
    return {
        "environment": environment,
        "findings": [asdict(each) for each in judged.open],
        "excepted": [asdict(each) | {"reason": reason} for each, reason in judged.excepted],
    }


def show(console: Console, environment: str, judged: Judged) -> None:
    """Findings by rule with what to do, then what is excepted and why, and one closing sentence."""
    for rule, found in groupby(judged.open, key=lambda each: each.rule):
        findings_of_rule = list(found)
        level, fix = findings_of_rule[0].level, findings_of_rule[0].fix
        style = "red" if level is Level.MANDATORY else "yellow"
        console.print(f"[{style}]{level} {rule}[/]: {escape(_TITLES[rule])}", highlight=False)
        for each in findings_of_rule:
            console.print(f"  {escape(each.name)}: {escape(each.message)}", highlight=False)
            console.print(f"    {escape(each.urn)}", highlight=False, soft_wrap=True, style="dim")
        console.print(f"  What to do: {escape(fix)}", highlight=False)
    for each, reason in judged.excepted:
        line = f"excepted {each.rule}: {each.name}: {each.message}. {reason}"
        console.print(escape(line), highlight=False, style="dim")
    console.print(escape(_closing(environment, judged)), highlight=False)


def _closing(environment: str, judged: Judged) -> str:
    if not judged.open:
        return f"{environment}: no findings, {len(judged.excepted)} excepted."
    levels = ", ".join(f"{_count(judged.open, level)} {level}" for level in Level)
    return f"{environment}: {levels}, {len(judged.excepted)} excepted."


def _count(found: tuple[Finding, ...], level: Level) -> int:
    return sum(each.level is level for each in found)
