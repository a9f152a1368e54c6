"""What a fault or a game day leaves behind when it is killed: effects on the workload, and servers that wait less."""

import os
from contextlib import suppress

from engine.state import deployed
from lab.deployment import Deployment
from lab.endpoints import read_endpoints
from lab.errors import LabError
from lab.faults.hurry import demand
from lab.faults.lock import held
from lab.faults.runner import Tell
from lab.layout import Layout
from lab.manager import Manager
from lab.remedy import Remedy
from lab.workload import control
from model.problems import BadInput


def leftovers(layout: Layout) -> list[str]:
    """A sentence for each thing that is still done to the local environment although no fault runs."""
    if held(layout):
        return []
    found = []
    with suppress(BadInput, LabError):
        at = read_endpoints(layout.root)
        parts = [f"{one.system}/{one.component}" for one in (control.present(at.workload) if at.workload else ())]
        if parts:
            found.append(f"A fault that was killed still affects {', '.join(parts)}.")
        if layout.hurried.exists():
            found.append("A game day that was killed left waits shortened.")
    return found


def take_back(layout: Layout, tell: Tell) -> None:
    """Undo them. For those who hold the lock of faults. Raises BadInput and LabError."""
    at = read_endpoints(layout.root)
    if at.workload and control.present(at.workload):
        tell("taking back the effects of a fault that was killed")
        control.clear(at.workload)
    if layout.hurried.exists():
        tell("restoring the waits that a killed game day had shortened")
        whole = Deployment.of(deployed(layout.root, os.environ))
        try:
            before = Remedy.model_validate_json(layout.hurried.read_bytes())
        except ValueError:
            before = Remedy()
        Manager(layout=layout, tell=tell).up(lambda: whole, at.environment, demand(layout), before)
        layout.hurried.unlink()
