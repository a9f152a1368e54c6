"""What a cluster that exists is made of, from what AWS and its Kubernetes API answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from model import names
from model.cluster.compute import COMPUTE_LABEL, Architecture, Compute, ComputeKind, IpFamily

ARCHITECTURE_LABEL = "kubernetes.io/arch"
# Karpenter labels its nodes, and Auto Mode is a Karpenter too: there the label of the compute type decides.
POOL_LABEL = "karpenter.sh/nodepool"
# Of a Karpenter in the cluster alone; `nodepools.karpenter.sh` exists under Auto Mode as well.
KARPENTER_KIND = "ec2nodeclasses.karpenter.k8s.aws"
DRIVER, AUTO_DRIVER = "ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com"
# What Belfry needs of an adopted cluster and Auto Mode brings by itself: add-on of EKS -> for what.
_NEEDED_ADDONS: Mapping[str, str] = {
    "aws-ebs-csi-driver": "volumes",
    "eks-pod-identity-agent": "cluster.identity pod-identity",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsFacts:
    """``ami_types``: of the node groups. ``fargate``: whether there are profiles; ``fargate_namespaces``: patterns of
    namespaces of which they take every pod.
    """

    auto: bool
    family: IpFamily
    ami_types: tuple[str, ...] = ()
    fargate: bool = False
    fargate_namespaces: tuple[str, ...] = ()
    addons: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeClass:
    """A StorageClass."""

    name: str
    provisioner: str
    default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KubernetesFacts:
    """``nodes``: labels of each. ``kinds``: names of custom resource definitions."""

    nodes: tuple[Mapping[str, str], ...] = ()
    kinds: frozenset[str] = frozenset()
    classes: tuple[VolumeClass, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """The setting, the StorageClass that volumes can have, and what a person should know."""

    compute: Compute
    storage_class: str | None = None
    notes: tuple[str, ...] = field(default=())


def detected(aws: AwsFacts, kubernetes: KubernetesFacts | None) -> Detected:
    """What the cluster is. Without ``kubernetes`` AWS alone is believed, and the notes say what it cannot know."""
    known = kubernetes or KubernetesFacts()
    kinds, architectures = _kinds(aws, known), _architectures(aws, known)
    usual = Compute()
    compute = Compute(kinds=kinds or usual.kinds, architectures=architectures or usual.architectures, family=aws.family)
    storage_class = _storage_class(compute, known.classes)
    notes = [
        *([] if kinds else ["no nodes were found: managed is an assumption"]),
        *([] if architectures else ["no node and no AMI type names a processor: amd64 is an assumption"]),
        *_notes(aws, compute),
        *(_class_notes(compute, known, storage_class) if kubernetes else ()),
    ]
    return Detected(compute=compute, storage_class=storage_class, notes=tuple(notes))


def _kinds(aws: AwsFacts, known: KubernetesFacts) -> tuple[ComputeKind, ...]:
    found = {_kind_of(labels) for labels in known.nodes}
    if aws.ami_types:
        found.add(ComputeKind.MANAGED)
    if aws.auto:
        found.add(ComputeKind.AUTO)
    if KARPENTER_KIND in known.kinds:
        found.add(ComputeKind.KARPENTER)
    if aws.fargate:
        found.add(ComputeKind.FARGATE)
    return tuple(kind for kind in ComputeKind if kind in found)


def _kind_of(labels: Mapping[str, str]) -> ComputeKind:
    match labels.get(COMPUTE_LABEL):
        case "auto":
            return ComputeKind.AUTO
        case "fargate":
            return ComputeKind.FARGATE
        case _:
            return ComputeKind.KARPENTER if POOL_LABEL in labels else ComputeKind.MANAGED


def _architectures(aws: AwsFacts, known: KubernetesFacts) -> tuple[Architecture, ...]:
    found = {labels.get(ARCHITECTURE_LABEL) for labels in known.nodes}
    for ami_type in aws.ami_types:
        if "ARM_64" in ami_type:
            found.add("arm64")
        elif "x86_64" in ami_type:
            found.add("amd64")
    return tuple(each for each in Architecture if str(each) in found)


def _storage_class(compute: Compute, classes: tuple[VolumeClass, ...]) -> str | None:
    """The default one, if its volumes can be attached; else the only one of which that is true."""
    fitting = [each for each in classes if each.provisioner in drivers(compute)]
    default = [each.name for each in fitting if each.default]
    return default[0] if default else fitting[0].name if len(fitting) == 1 else None


def drivers(compute: Compute) -> tuple[str, ...]:
    """Provisioners of EBS whose volumes attach to some node of the cluster."""
    if set(compute.kinds) <= {ComputeKind.AUTO, ComputeKind.FARGATE}:
        return (AUTO_DRIVER,)
    return (DRIVER, AUTO_DRIVER) if ComputeKind.AUTO in compute.kinds else (DRIVER,)


def _notes(aws: AwsFacts, compute: Compute) -> Iterator[str]:
    if set(compute.kinds) == {ComputeKind.FARGATE}:
        yield "Fargate has no volumes for the data stores: add a node group, Auto Mode or Karpenter"
    for pattern in aws.fargate_namespaces:
        if taken := [name for name in names.POD_SECURITY if _matches(pattern, name)]:
            yield (
                f"a Fargate profile selects pods of {', '.join(taken)} ({pattern}), where no pod of Belfry can run: "
                f"restrict it to other namespaces or labels"
            )
    if ComputeKind.AUTO not in compute.kinds:
        for addon, use in _NEEDED_ADDONS.items():
            if addon not in aws.addons:
                yield f"add-on {addon} of EKS is not installed, needed for {use} unless something else serves it"
    if names.METRICS_SERVER in aws.addons:
        yield f"add-on {names.METRICS_SERVER} is installed: leave exporters.metrics_server false"


def _class_notes(compute: Compute, known: KubernetesFacts, chosen: str | None) -> Iterator[str]:
    shown = ", ".join(f"{each.name} ({each.provisioner})" for each in known.classes) or "none"
    if chosen is None:
        yield (
            f"no StorageClass is the one for volumes: found {shown}; required: one of {' or '.join(drivers(compute))}, "
            "for storage.class"
        )


def _matches(pattern: str, name: str) -> bool:
    """As Fargate profiles have it: ``*`` is any text and ``?`` any character; other signs stand for themselves."""
    if not pattern:
        return not name
    if pattern[0] == "*":
        return _matches(pattern[1:], name) or (bool(name) and _matches(pattern, name[1:]))
    return bool(name) and pattern[0] in ("?", name[0]) and _matches(pattern[1:], name[1:])
