"""Objectives and their error budgets. The target itself has no cluster: it is the same in all of them."""

from authoring.dashboards.queries import chosen
from model.metrics import metric_names as names

_BY = f"system, component, objective, {names.FEATURE}"


def remaining() -> str:
    """What is left of each budget, 1 to below 0; of several clusters the least."""
    return f"min by ({_BY}) ({chosen.component(names.BUDGET_REMAINING)})"


def least_left(count: int = 15) -> str:
    """The objectives with the least left."""
    return f"sort(bottomk({count}, {remaining()}))"


def burn_rate(window: str) -> str:
    """Burn rate of an error budget; of several clusters the worst."""
    return f"max by ({_BY}) ({chosen.component(names.burn_rate(window))})"


def burning() -> str:
    """Number of objectives with a burn rate above 1."""
    return f"count({burn_rate('1h')} > 1) or vector(0)"


def missed() -> str:
    """Number of missed objectives: the error budget is exhausted."""
    return f"count({remaining()} <= 0) or vector(0)"


def kept() -> str:
    """Share of objectives with something left of their budget."""
    return f"avg({remaining()} > bool 0)"


def seconds_left() -> str:
    """Until a budget is used up at the burn rate of the last six hours; only what burns."""
    return f"sort(min by ({_BY}) ({chosen.component(names.BUDGET_EXHAUSTION)}))"


def target() -> str:
    """The target: the share of good events."""
    return f"max by ({_BY}) ({chosen.without_cluster(names.OBJECTIVE_RATIO, 'system', 'component')})"


def bad_events(window: str) -> str:
    """Bad events in a window."""
    bad = chosen.component(names.events(window), where=f'{names.OUTCOME}="{names.BAD}"')
    return f"sum by ({_BY}) ({bad})"


def consumed(window: str, count: int = 10) -> str:
    """Which objectives lost the most of their budget in a window, as a share of the whole budget."""
    series = chosen.component(names.BUDGET_REMAINING)
    return f"topk({count}, max by ({_BY}) ({series} offset {window} - {series}) > 0)"


def first_to_end() -> str:
    """Seconds until the first of all budgets is used up."""
    return f"min({chosen.component(names.BUDGET_EXHAUSTION)})"


def left_in_a_week() -> str:
    """Each budget a week from now, as the last day went: today's, and seven times today's change."""
    series = chosen.component(names.BUDGET_REMAINING)
    return f"min by ({_BY}) ({series} + 7 * ({series} - {series} offset 1d))"


def events(window: str) -> str:
    """All events in a window."""
    total = chosen.component(names.events(window), where=f'{names.OUTCOME}="{names.TOTAL}"')
    return f"sum by ({_BY}) ({total})"


def state() -> str:
    """0 broken, 1 burning, 2 kept, for timelines."""
    kept = f"({remaining()} > bool 0)"
    # Without events nothing burns, and there is no burn rate.
    return f"{kept} * (2 - ({burn_rate('6h')} > bool 1)) or {kept} * 2"


def budget_by_system() -> str:
    """The least that is left of any budget of a system."""
    return f"min by (system) ({chosen.component(names.BUDGET_REMAINING)})"
