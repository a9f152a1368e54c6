"""What no rule of auto-remediation can know by itself: its target, whether the action fits it, and other rules."""

from collections.abc import Iterator

from model.catalog.components import Component
from model.catalog.dynamodb import DynamoDbTable
from model.catalog.remediation import CAPACITY_ALERTS, Breaker, Remediation, ScaleOut, TableCapacity
from model.catalog.resource_base import ResourceBase, ResourceKind
from model.catalog.system import System
from model.problems import Problem, duplicates
from model.sentences import listed
from model.vocabulary import ComponentKind

# Frontends run in browsers, and external services elsewhere: there is no pod of theirs.
WITH_PODS = (
    ComponentKind.HTTP_SERVICE,
    ComponentKind.WORKER,
    ComponentKind.AI_SERVICE,
    ComponentKind.LOAD_BALANCER,
)
_OF_PODS = ("restart-pod", "rollout-restart", "scale-out")
_OF_COMPONENTS = ("breaker", "rollback")


def of_system(system: System, where: str) -> Iterator[Problem]:
    """All mistakes of the system's rules; ``where`` is the system's file."""
    here = f"{where}: remediation"
    yield from duplicates(here, [rule.name for rule in system.remediation])
    # Two rules for one alert of one part would be a choice that nobody wrote down.
    yield from duplicates(here, [f"{rule.alert} of {rule.component}" for rule in system.remediation])
    parts: dict[str, Component | ResourceBase] = {p.name: p for p in (*system.components, *system.resources)}
    for rule in system.remediation:
        mine = f"{here}[{rule.name}]"
        part = parts.get(rule.component)
        if part is None:
            yield Problem(f"{mine}.component", f"found unknown component {rule.component!r}", listed(sorted(parts)))
        else:
            yield from _action(rule, part, f"{mine}.action")
        yield from _proof(rule, parts, mine)


def has_pods(part: Component | ResourceBase) -> bool:
    """Whether it runs as pods of its own in the system's namespace."""
    return isinstance(part, Component) and part.kind in WITH_PODS and part.program is None


def _action(rule: Remediation, part: Component | ResourceBase, here: str) -> Iterator[Problem]:
    kind = rule.action.kind
    component = isinstance(part, Component)
    if kind in _OF_PODS and not has_pods(part):
        yield Problem(
            here, f"found {kind} of {part.name}, which has no pods", f"a component of kind {listed(WITH_PODS)}"
        )
    elif isinstance(rule.action, ScaleOut) and isinstance(part, Component):
        yield from _autoscaler(rule.action, part, here)
    elif kind in _OF_COMPONENTS and not component:
        yield Problem(here, f"found {kind} of the resource {part.name}", "a component, which is a program")
    elif isinstance(rule.action, Breaker) and isinstance(part, Component) and rule.action.flag not in part.flags:
        found = f"found {rule.action.flag!r}, which {part.name} does not read"
        yield Problem(f"{here}.flag", found, listed(part.flags) or f"a flag of {part.name}; it has no flags")
    elif kind == "zonal-shift" and not (not component and part.kind == ResourceKind.LOAD_BALANCER):
        yield Problem(here, f"found zonal-shift of {part.name}", "a resource of kind load-balancer")
    elif isinstance(rule.action, TableCapacity):
        if isinstance(part, DynamoDbTable):
            if rule.alert not in CAPACITY_ALERTS:
                found = f"found table-capacity for {rule.alert}, which a hot key or the account's quota may raise too"
                yield Problem(here, found, listed(sorted(CAPACITY_ALERTS)))
            yield from _capacity(rule.action, part, here)
        else:
            yield Problem(here, f"found table-capacity of {part.name}", "a resource of kind dynamodb-table")


def _autoscaler(action: ScaleOut, part: Component, here: str) -> Iterator[Problem]:
    """A plain scale would be undone by whoever deploys it, and beyond its maximum the autoscaler goes back."""
    if part.autoscaler is None:
        yield Problem(here, f"found scale-out of {part.name}, which has no autoscaler", "a component with autoscaler")
    elif action.most > part.autoscaler.most:
        yield Problem(f"{here}.most", f"found {action.most}", f"at most {part.autoscaler.most}, as its autoscaler")


def _capacity(action: TableCapacity, table: DynamoDbTable, here: str) -> Iterator[Problem]:
    """On-demand tables without a ceiling of their own have nothing that could be raised."""
    now = table.capacity if table.billing == "provisioned" else table.maximum
    if now is None:
        yield Problem(here, f"found table-capacity of {table.name}, which has no ceiling", "a table with a maximum")
        return
    for key, most, present in (("most_read", action.most_read, now.read), ("most_write", action.most_write, now.write)):
        if most <= present:
            yield Problem(f"{here}.{key}", f"found {most}", f"above {present}, which the table has already")


def _proof(rule: Remediation, parts: dict[str, Component | ResourceBase], here: str) -> Iterator[Problem]:
    if rule.proof is None:
        part = parts.get(rule.component)
        if part is not None and not part.objectives:
            yield Problem(here, f"found no proof: {part.name} has no objective", "proof, with component and objective")
        return
    part = parts.get(rule.proof.component)
    if part is None:
        found = f"found unknown component {rule.proof.component!r}"
        yield Problem(f"{here}.proof", found, listed(sorted(name for name, one in parts.items() if one.objectives)))
    elif rule.proof.objective not in (known := [objective.name for objective in part.objectives]):
        found = f"found unknown objective {rule.proof.objective!r} of {part.name}"
        yield Problem(f"{here}.proof", found, listed(known) or "none: it has no objectives")
