"""What the offline provider knows of Kubernetes: metadata, Helm releases, and which fields cannot change."""

from collections.abc import Mapping

from pulumi.provider.experimental.property_value import PropertyValue

from engine.offline.package import Made, Package, type_of
from engine.offline.values import Json, Properties, autoname, digest, mapping, text, value

RELEASE = "kubernetes:helm.sh/v3:Release"
SECRET = "kubernetes:core/v1:Secret"  # noqa: S105 (a type token)
SERVICE = "kubernetes:core/v1:Service"
INGRESS = "kubernetes:networking.k8s.io/v1:Ingress"

IMMUTABLE: Mapping[str, tuple[tuple[str, ...], ...]] = {
    # Not their data: the program asks pulumi-kubernetes to change these two in place (stacks/foundation.py).
    "kubernetes:core/v1:ConfigMap": (("immutable",),),
    SECRET: (("type",), ("immutable",)),
    "kubernetes:apps/v1:DaemonSet": (("spec", "selector"),),
    "kubernetes:apps/v1:Deployment": (("spec", "selector"),),
    "kubernetes:apps/v1:StatefulSet": (("spec", "selector"), ("spec", "serviceName"), ("spec", "volumeClaimTemplates")),
    "kubernetes:batch/v1:Job": (("spec",),),
    "kubernetes:core/v1:PersistentVolumeClaim": (("spec", "storageClassName"), ("spec", "accessModes")),
    "kubernetes:storage.k8s.io/v1:StorageClass": (("parameters",), ("provisioner",), ("reclaimPolicy",)),
    RELEASE: (("name",), ("namespace",)),
}
"""Paths whose change replaces the object; name, namespace, kind and apiVersion do so for every type."""

_IDENTITY = (("metadata", "name"), ("metadata", "namespace"), ("apiVersion",), ("kind",))


class Kubernetes(Package):
    """Every object with metadata, and Helm releases."""

    name = "kubernetes"

    def check(self, urn: str, old: Properties, new: Properties) -> Properties:
        """Fill in the name (kept once given); mark the content of a Secret secret, as the real provider does."""
        checked = dict(new)
        if type_of(urn) == RELEASE:
            if "name" not in new:
                checked["name"] = value(text(old, "name") or autoname(urn))
            return checked
        metadata = mapping(new, "metadata")
        if "name" not in metadata and "generateName" not in metadata:
            name = text(mapping(old, "metadata"), "name") or autoname(urn)
            checked["metadata"] = PropertyValue({**metadata, "name": value(name)})
        if type_of(urn) == SECRET:
            checked |= {key: checked[key].with_secret(True) for key in ("data", "stringData") if key in checked}
        return checked

    def make(self, urn: str, inputs: Properties) -> Made:
        """Uid and resource version of an object, status of a release, address of a service."""
        if type_of(urn) == RELEASE:
            return _release(inputs)
        metadata = mapping(inputs, "metadata")
        name, namespace = text(metadata, "name"), text(metadata, "namespace")
        outputs: dict[str, Json] = {"metadata": {"uid": _uuid(urn), "resourceVersion": "1", "generation": 1}}
        if type_of(urn) == SERVICE:
            third, fourth = (int(digest(urn, 4)[at : at + 2], 16) for at in (0, 2))
            outputs["spec"] = {"clusterIP": f"10.100.{third}.{fourth}"}
        if type_of(urn) == INGRESS:
            address = f"{digest(urn, 10)}.elb.offline.invalid"
            outputs["status"] = {"loadBalancer": {"ingress": [{"hostname": address}]}}
        return Made(id=f"{namespace}/{name}" if namespace else name, outputs=outputs)

    def replaces(self, urn: str, path: tuple[str | int, ...]) -> bool:
        """A change inside an immutable path."""
        kind = type_of(urn)
        fixed = IMMUTABLE.get(kind, ()) + (() if kind == RELEASE else _IDENTITY)
        return any(path[: len(prefix)] == prefix for prefix in fixed)

    def physical_name(self, urn: str) -> tuple[str, ...]:
        """``metadata.name``, or ``name`` of a release."""
        return ("name",) if type_of(urn) == RELEASE else ("metadata", "name")


def _release(inputs: Properties) -> Made:
    name, namespace = text(inputs, "name"), text(inputs, "namespace", "default")
    status: Json = {
        "name": name,
        "namespace": namespace,
        "chart": text(inputs, "chart"),
        "version": text(inputs, "version"),
        "revision": 1,
        "status": "deployed",
    }
    return Made(id=f"{namespace}/{name}", outputs={"status": status})


def _uuid(urn: str) -> str:
    hashed = digest(urn, 32)
    return f"{hashed[:8]}-{hashed[8:12]}-{hashed[12:16]}-{hashed[16:20]}-{hashed[20:]}"
