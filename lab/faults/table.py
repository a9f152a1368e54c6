"""All faults, and the choice of one of them and of its target."""

from collections.abc import Collection, Sequence

from lab.faults import attacks, models, restarts, services, stores
from lab.faults.fault import Fault, Target
from model.catalog.catalog import Catalog
from model.problems import BadInput, Problem

# As a game day runs them: the slow burn first, for it takes the longer the longer nothing was wrong.
FAULTS: Sequence[Fault] = (
    *services.FAULTS,
    *stores.FAULTS,
    *models.FAULTS,
    *attacks.FAULTS,
    *restarts.FAULTS,
)


def find(name: str, where: str = "NAME") -> Fault:
    """The fault of that name. Raises BadInput."""
    for fault in FAULTS:
        if fault.name == name:
            return fault
    raise BadInput([Problem(where, f"found unknown fault {name!r}", ", ".join(each.name for each in FAULTS))])


def choose(fault: Fault, catalog: Catalog, running: Collection[str], wanted: str | None = None) -> Target:
    """The target named ``wanted``, or the first, of those in the ``running`` systems. Raises BadInput."""
    targets = fault.of(catalog)
    here = [target for target in targets if runs(target, running)]
    for target in here:
        if wanted in (None, target.name):
            return target
    if wanted is not None:
        allowed = ", ".join(dict.fromkeys(target.name for target in here))
        raise BadInput([Problem("--target", f"found {wanted!r}, {_why(catalog, wanted, targets, running)}", allowed)])
    systems = ", ".join(dict.fromkeys(target.expected.system for target in targets))
    found = f"{fault.name} has no target in {', '.join(sorted(running)) or 'a lab without a workload'}"
    raise BadInput([Problem("--target", found, f"the demo workload of one of: {systems}")])


def runs(target: Target, running: Collection[str]) -> bool:
    """Whether all that the target needs is there."""
    return all(effect.system in running for effect in target.effects)


def _why(catalog: Catalog, wanted: str, targets: Sequence[Target], running: Collection[str]) -> str:
    system, _, part = wanted.partition("/")
    known = {each.system: {one.name for one in (*each.components, *each.resources)} for each in catalog.systems}
    if "/" not in wanted:
        return "which is not of the form system/component"
    if system not in known:
        return f"in an unknown system; known systems: {', '.join(known)}"
    if part not in known[system]:
        return f"and {system} has no such component or resource"
    if any(target.name == wanted for target in targets):
        return f"in a system that does not run; running: {', '.join(sorted(running)) or 'none'}"
    return "which this fault cannot hit"
