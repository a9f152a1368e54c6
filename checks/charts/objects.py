"""Objects of Kubernetes and the pods they make, as far as the checks look at them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Labels = Mapping[str, str]
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """One object; ``release`` is the release's resource in the program, or ``belfry``."""

    release: str
    namespace: str
    body: Body

    @property
    def kind(self) -> str:
        """Its kind."""
        return str(self.body.get("kind", ""))

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Its metadata."""
        return self.body.get("metadata") or {}

    @property
    def spec(self) -> Mapping[str, Any]:
        """Its specification, empty where it has none."""
        return self.body.get("spec") or {}

    @property
    def name(self) -> str:
        """Kind, namespace and name, as a failure shows them."""
        return "/".join(part for part in (self.kind, self.namespace, str(self.metadata.get("name", ""))) if part)

    @property
    def hook(self) -> bool:
        """Whether it is there while a release changes, and gone afterwards."""
        return "helm.sh/hook" in (self.metadata.get("annotations") or {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pods:
    """The pods that one object makes. ``replicas`` none: one on each node. ``passing``: ends by itself."""

    of: Object
    labels: Labels
    spec: Mapping[str, Any]
    replicas: int | None
    passing: bool = False

    @property
    def namespace(self) -> str:
        """Where they run."""
        return self.of.namespace

    def containers(self) -> Iterator[Mapping[str, Any]]:
        """All containers, those of the start first."""
        yield from self.spec.get("initContainers") or []
        yield from self.spec.get("containers") or []

    def port(self, wanted: int | str) -> int | None:
        """The number behind a port's name; a number is itself."""
        if isinstance(wanted, int) or wanted.isdigit():
            return int(wanted)
        ports = [port for container in self.containers() for port in container.get("ports") or []]
        return next((int(port["containerPort"]) for port in ports if port.get("name") == wanted), None)


def matches(selector: Mapping[str, Any] | None, labels: Labels) -> bool:
    """A label selector of Kubernetes; an empty one takes everything."""
    wanted = selector or {}
    if not (wanted.get("matchLabels") or {}).items() <= labels.items():
        return False
    return all(_expression(one, labels) for one in wanted.get("matchExpressions") or [])


def _expression(one: Mapping[str, Any], labels: Labels) -> bool:
    there, values = one["key"] in labels, one.get("values") or []
    match one["operator"]:
        case "In":
            return there and labels[one["key"]] in values
        case "NotIn":
            return not there or labels[one["key"]] not in values
        case "Exists":
            return there
        case _:
            return not there
