"""What a plan costs each month, as a person and as a machine read it."""

from collections import Counter
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from engine.belfry import ROOT
from model.catalog.catalog import Catalog
from model.cost import prices
from model.cost.monthly import NOT_INCLUDED, Cost, Unpriced, cost_of
from model.plan import Plan

# The environment's own, of `cost.monthly_budget_usd`.
BUDGET = "aws:budgets/budget:Budget"
_CENT = Decimal("0.01")
_SHOWN_NAMES = 3


def priced(plan: Plan) -> Cost:
    """The plan's cost, with the load that the catalog expects."""
    return cost_of(plan["resources"], Catalog.load(ROOT / "catalog"), prices.shipped())


def budget_of(plan: Plan, asked: float | None) -> Decimal | None:
    """Dollars a month that the monitoring may cost: as asked, else the environment's budget in AWS.

    That one is for the watched systems too, or for a whole account: one below what the platform alone costs is spent
    before they run.
    """
    planned = [resource["inputs"]["limitAmount"] for resource in plan["resources"] if resource["type"] == BUDGET]
    found = asked if asked is not None else next(iter(planned), None)
    return None if found is None else Decimal(str(found))


def machine_readable(environment: str, cost: Cost, budget: Decimal | None) -> dict[str, Any]:
    """The cost for ``--json``; dollars rounded to cents."""
    return {
        "environment": environment,
        "region": cost.region,
        "known_region": cost.known_region,
        "prices_as_of": cost.as_of,
        "factors": {group: float(factor) for group, factor in cost.factors.items()},
        "unchecked_sources": list(cost.unchecked),
        "usd_per_month": _cents(cost.total),
        "budget_usd": None if budget is None else float(budget),
        "over_budget": over(cost, budget),
        "components": {name: _cents(usd) for name, usd in cost.by_component.items()},
        "lines": [asdict(line) | {"quantity": float(line.quantity), "usd": _cents(line.usd)} for line in cost.lines],
        "by_use": [asdict(each) for each in cost.by_use],
        "unknown": [asdict(each) for each in cost.unknown],
        "free_resources": cost.free,
        "warnings": list(cost.warnings),
        "not_included": list(NOT_INCLUDED),
    }


def show(console: Console, environment: str, cost: Cost, budget: Decimal | None) -> None:
    """Print the table, what is not in it, and the warnings."""
    console.print(_table(environment, cost))
    factors = ", ".join(f"{group} x {factor}" for group, factor in cost.factors.items()) or "none"
    prices_of = f"Prices: us-east-1, as of {cost.as_of}; factors for {cost.region}: {factors}."
    console.print(prices_of, highlight=False, soft_wrap=True)
    if not cost.known_region:
        _warn(console, f"no factors for {cost.region}: priced like us-east-1")
    if cost.unchecked:
        _warn(console, f"price sources that have not been checked again: {', '.join(cost.unchecked)}")
    for warning in cost.warnings:
        _warn(console, warning)
    _list(console, "Billed by use, not in the total:", cost.by_use)
    _list(console, "[red]Unknown price, not in the total:[/]", cost.unknown)
    console.print(f"Not included: {'; '.join(NOT_INCLUDED)}.", highlight=False, soft_wrap=True)
    if budget is not None and over(cost, budget):
        console.print(f"[red]Over the budget of ${budget} a month by ${cost.total - budget:.2f}.[/]")
    elif budget is not None:
        console.print(f"[green]Within the budget of ${budget} a month.[/]", highlight=False)


def _table(environment: str, cost: Cost) -> Table:
    table = Table(
        title=f"cost {environment}: US dollars a month",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    # Both are names, which are looked for: they go on in the next line at a hyphen, and no word is cut.
    table.add_column("component", overflow="fold")
    table.add_column("what", overflow="fold")
    for name in ("quantity", "unit", "USD"):
        table.add_column(name, justify="left" if name == "unit" else "right")
    for component, total in cost.by_component.items():
        lines = [line for line in cost.lines if line.component == component]
        for position, price in enumerate(sorted({line.price for line in lines})):
            of_price = [line for line in lines if line.price == price]
            quantity = sum((line.quantity for line in of_price), Decimal(0))
            usd = sum((line.usd for line in of_price), Decimal(0))
            first = component if position == 0 else ""
            table.add_row(escape(first), price, f"{quantity:,.4g}", of_price[0].unit, f"{usd:,.2f}")
        table.add_row("", "[bold]together[/]", "", "", f"[bold]{total:,.2f}[/]")
        table.add_section()
    table.add_row("[bold]all[/]", f"{cost.free} resources are free", "", "", f"[bold]{cost.total:,.2f}[/]")
    return table


def _list(console: Console, head: str, found: tuple[Unpriced, ...]) -> None:
    """One line for each type and reason, with the first names of the resources."""
    if not found:
        return
    console.print(head, highlight=False)
    kinds = Counter((each.type, each.why, each.prices) for each in found)
    for (type_, why, quoted), count in sorted(kinds.items()):
        names = [each.resource for each in found if (each.type, each.why) == (type_, why)]
        more = f" and {count - _SHOWN_NAMES} more" if count > _SHOWN_NAMES else ""
        price = f"; {', '.join(quoted)}" if quoted else ""
        line = f"  - {type_}: {', '.join(names[:_SHOWN_NAMES])}{more}: {why}{price}"
        console.print(escape(line), highlight=False, soft_wrap=True)


def _warn(console: Console, text: str) -> None:
    console.print(f"[yellow]warning[/] {escape(text)}", highlight=False, soft_wrap=True)


def over(cost: Cost, budget: Decimal | None) -> bool:
    """Whether a budget is given and passed."""
    return budget is not None and cost.total > budget


def _cents(usd: Decimal) -> float:
    return float(usd.quantize(_CENT))
