"""The limits inside actions, asked of the actors themselves: the cluster and AWS answer as a situation says."""

from collections.abc import Mapping
from typing import Any

from model.catalog.remediation import Remediation
from model.catalog.system import System
from model.remediation.zones import TargetHealth, bad_zone
from ops.remediation.actors import Refused
from ops.remediation.capacity import CapacityActor
from ops.remediation.kubernetes import Cluster, KubernetesActor

_REPLICAS = 3


class _Cluster(Cluster):
    """Without a network. It lets every write pass: what is refused, the actor refuses."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        super().__init__("")
        object.__setattr__(self, "told", told)

    told: Mapping[str, Any]

    def get(self, path: str) -> Any:
        meta = {"generation": 1, "resourceVersion": "1"}
        pods = int(self.told.get("pods", _REPLICAS))
        if "horizontalpodautoscalers" in path:
            scale = self.told["autoscaler"]
            status, spec = {"currentReplicas": scale["now"]}, {"minReplicas": 2, "maxReplicas": scale["most"]}
            return {"metadata": meta, "spec": spec, "status": status}
        if "/pods?" in path:
            leaving = int(self.told.get("leaving", 0))
            names = [{"name": f"p{number}", "creationTimestamp": f"2027-01-{number + 1:02}"} for number in range(pods)]
            gone = [{**one, "deletionTimestamp": "2027-01-15"} for one in names[:leaving]]
            return {"items": [{"metadata": one} for one in [*gone, *names[leaving:]]]}
        ready = int(self.told.get("ready", _REPLICAS))
        status = {"observedGeneration": 1, "replicas": pods, "updatedReplicas": pods, "readyReplicas": ready}
        spec = {"replicas": pods, "selector": {"matchLabels": {"app": "it"}}}
        return {"metadata": meta, "spec": spec, "status": status}

    def post(self, path: str, body: object) -> Any:
        return {}

    def patch(self, path: str, body: object) -> Any:
        return {}


class _Tables:
    """DynamoDB and its auto scaling, of one table without a scalable target."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.told = told

    def describe_table(self, **values: Any) -> Any:
        read, write = self.told["read"], self.told["write"]
        table: dict[str, Any] = {"TableStatus": self.told.get("status", "ACTIVE")}
        if self.told.get("ceiling"):
            table["BillingModeSummary"] = {"BillingMode": "PAY_PER_REQUEST"}
            table["OnDemandThroughput"] = {"MaxReadRequestUnits": read, "MaxWriteRequestUnits": write}
        else:
            table["ProvisionedThroughput"] = {"ReadCapacityUnits": read, "WriteCapacityUnits": write}
        return {"Table": table}

    def describe_scalable_targets(self, **values: Any) -> Any:
        return {"ScalableTargets": []}

    def update_table(self, **values: Any) -> Any:
        return {}

    def register_scalable_target(self, **values: Any) -> Any:
        return {}


def refusal(system: System, rule: Remediation, told: Mapping[str, Any]) -> str:
    """Why the action's own limits refuse it; empty where they do not."""
    try:
        match rule.action.kind:
            case "restart-pod" | "rollout-restart" | "scale-out":
                KubernetesActor(_Cluster(told), now=lambda: 0.0).act(system, rule)
            case "table-capacity":
                tables = _Tables(told["table"])
                CapacityActor(tables, tables).act(system, rule)
            case "zonal-shift":
                return bad_zone(_targets(told["targets"]))[1]
    except Refused as error:
        return str(error)
    return ""


def _targets(told: Mapping[str, str]) -> list[TargetHealth]:
    found = []
    for zone, words in told.items():
        healthy, of = map(int, words.split("/"))
        found += [TargetHealth(zone, number < healthy) for number in range(of)]
    return found
