"""Who carries out actions. The local environment has no cluster: there the demo workload's own control API does it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from model.catalog.remediation import Remediation, Rollback
from model.catalog.system import System
from ops.http import Unreachable, ask


class Refused(Exception):
    """The action's own limits do not allow it; nothing was done."""


class Actor(Protocol):
    """Carries out one kind of action."""

    def act(self, system: System, rule: Remediation) -> str:
        """Do it, and say what was done.

        Raises Refused where nothing was done, and Unreachable where nobody knows whether anything was.
        """


# What a restart cures in the demo workload. Traffic and attacks come from outside, and costs from the provider.
_CURED = ("errors", "down", "slower", "consumers_stopped", "memory", "cpu")
_PART = {"system", "component"}


@dataclass(frozen=True, slots=True)
class DemoWorkload:
    """Restarts a component of the demo workload at ``url``: its faults that a restart would cure are taken away."""

    url: str

    def act(self, system: System, rule: Remediation) -> str:
        """Restart it."""
        effects = self._effects()
        kept = [self._restarted(effect, system.system, rule.component) for effect in effects]
        if kept == effects:
            raise Refused(f"{rule.component} has no fault that a restart cures")
        ask("PUT", f"{self.url}/effects", [effect for effect in kept if effect.keys() > _PART])
        return f"restarted {system.system}/{rule.component} of the demo workload"

    def _effects(self) -> list[Mapping[str, Any]]:
        found = ask("GET", f"{self.url}/effects")
        if not isinstance(found, list) or not all(isinstance(one, dict) and one.keys() >= _PART for one in found):
            raise Unreachable(f"{self.url} does not answer as the demo workload does")
        return found

    @staticmethod
    def _restarted(effect: Mapping[str, Any], system: str, component: str) -> Mapping[str, Any]:
        if (effect["system"], effect["component"]) != (system, component):
            return effect
        return {key: value for key, value in effect.items() if key not in _CURED}


@dataclass(frozen=True, slots=True)
class ByHand:
    """Whoever approves it does it: the engine never rolls back."""

    def act(self, system: System, rule: Remediation) -> str:
        """Say what the person does."""
        assert isinstance(rule.action, Rollback)
        return f"by the person who approved it: {rule.action.how}"


def local_actors(workload: str) -> dict[str, Actor]:
    """Kind of action -> its actor in the local environment; none while no workload runs."""
    demo = DemoWorkload(workload)
    return {"restart-pod": demo, "rollout-restart": demo, "rollback": ByHand()} if workload else {}
