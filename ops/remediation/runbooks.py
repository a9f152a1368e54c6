"""runbook: an Automation runbook of Systems Manager, on one target at a time; the first error ends it."""

from dataclasses import dataclass
from typing import Any, Protocol

from model.catalog.remediation import Remediation, Runbook
from model.catalog.system import System
from ops.remediation.actors import Refused
from ops.remediation.aws import asking, client

_ONE, _NONE = "1", "0"


class Automation(Protocol):
    """Of Systems Manager's client."""

    def describe_document(self, **values: Any) -> Any:
        """As AWS answers."""

    def start_automation_execution(self, **values: Any) -> Any:
        """As AWS answers."""


@dataclass(frozen=True, slots=True)
class RunbookActor:
    """Starts a runbook that is there, with the parameters that it has."""

    automation: Automation

    @classmethod
    def of(cls, region: str) -> "RunbookActor":
        """With a client of ``region``."""
        return cls(client("ssm", region))

    def act(self, system: System, rule: Remediation) -> str:
        """Start it; whether it helped, the objective says. Raises Refused and Unreachable."""
        action = rule.action
        if not isinstance(action, Runbook):
            raise Refused(f"{rule.action.kind} is no runbook")
        with asking(f"runbook {action.document}"):
            document = self.automation.describe_document(Name=action.document)["Document"]
            if (document["DocumentType"], document["Status"]) != ("Automation", "Active"):
                found = f"{document['DocumentType']}, {document['Status']}"
                raise Refused(f"{action.document} is {found}, not an active Automation runbook")
            known = {one["Name"]: one for one in document.get("Parameters", [])}
            wrong = sorted(action.parameters.keys() - known.keys())
            required = {name for name, one in known.items() if "DefaultValue" not in one}
            if wrong or (missing := sorted(required - action.parameters.keys())):
                raise Refused(
                    f"{action.document} has no parameter {', '.join(wrong)}"
                    if wrong
                    else f"{action.document} requires the parameter {', '.join(missing)}"
                )
            started = self.automation.start_automation_execution(
                DocumentName=action.document,
                Parameters={name: list(values) for name, values in sorted(action.parameters.items())},
                MaxConcurrency=_ONE,
                MaxErrors=_NONE,
            )["AutomationExecutionId"]
        return f"started the runbook {action.document} ({started})"
