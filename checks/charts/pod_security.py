"""Pod Security Standards, as https://kubernetes.io/docs/concepts/security/pod-security-standards/ has them (v1.34).

Linux pods only. Checked is what the charts can get wrong; ephemeral containers and Windows are left out.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from checks.charts.objects import Pods
from checks.charts.rendered_cluster import Objections, RenderedCluster
from model.names import PodSecurity

_CAPABILITIES = frozenset(
    [
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    ]
)
_VOLUMES = frozenset(
    ("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret")
)
_SYSCTLS = frozenset(
    (
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_wmem",
    )
)
_PROFILES = ("RuntimeDefault", "Localhost")


def pod_security(cluster: RenderedCluster) -> Objections:
    """Pods that their namespace's level would refuse."""
    for pods in cluster.pods:
        level = cluster.levels.get(pods.namespace, PodSecurity.PRIVILEGED)
        if level == PodSecurity.PRIVILEGED:
            continue
        broken = [*_baseline(pods), *(_restricted(pods) if level == PodSecurity.RESTRICTED else [])]
        for found in broken:
            yield pods.of, f"{found}, which {level} refuses"


def _baseline(pods: Pods) -> Iterator[str]:
    spec, context = pods.spec, pods.spec.get("securityContext") or {}
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(key):
            yield key
    for volume in spec.get("volumes") or []:
        if "hostPath" in volume:
            yield f"volume {volume['name']} of the host"
    for sysctl in context.get("sysctls") or []:
        if sysctl["name"] not in _SYSCTLS:
            yield f"sysctl {sysctl['name']}"
    if (context.get("seccompProfile") or {}).get("type") == "Unconfined":
        yield "seccomp Unconfined"
    yield from _baseline_containers(pods)


def _baseline_containers(pods: Pods) -> Iterator[str]:
    for name, container, own in _containers(pods):
        if own.get("privileged"):
            yield f"{name} is privileged"
        if added := set((own.get("capabilities") or {}).get("add") or []) - _CAPABILITIES:
            yield f"{name} adds {', '.join(sorted(added))}"
        if any(port.get("hostPort") for port in container.get("ports") or []):
            yield f"{name} uses a host port"
        if own.get("procMount", "Default") != "Default":
            yield f"{name} sees all of /proc"
        if (own.get("seccompProfile") or {}).get("type") == "Unconfined":
            yield f"{name} has seccomp Unconfined"


def _restricted(pods: Pods) -> Iterator[str]:
    context = pods.spec.get("securityContext") or {}
    for volume in pods.spec.get("volumes") or []:
        if kinds := set(volume) - _VOLUMES - {"name", "hostPath"}:
            yield f"volume {volume['name']} of kind {', '.join(sorted(kinds))}"
    for name, _, own in _containers(pods):
        if own.get("allowPrivilegeEscalation") is not False:
            yield f"{name} may escalate privileges"
        if own.get("runAsNonRoot", context.get("runAsNonRoot")) is not True:
            yield f"{name} may run as root"
        if own.get("runAsUser", context.get("runAsUser")) == 0:
            yield f"{name} runs as root"
        if (own.get("seccompProfile") or context.get("seccompProfile") or {}).get("type") not in _PROFILES:
            yield f"{name} has no seccomp profile"
        capabilities = own.get("capabilities") or {}
        if "ALL" not in (capabilities.get("drop") or []):
            yield f"{name} keeps capabilities"
        if added := set(capabilities.get("add") or []) - {"NET_BIND_SERVICE"}:
            yield f"{name} adds {', '.join(sorted(added))}"


def _containers(pods: Pods) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    for container in pods.containers():
        yield f"container {container['name']}", container, container.get("securityContext") or {}
