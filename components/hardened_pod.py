"""What every pod of Belfry's own has in common: no root, no rights beyond its own, and the place it is given.

Pod Security's level `restricted` asks for the first two (`names.POD_SECURITY`).
"""

from collections.abc import Mapping
from typing import Any

import pulumi_kubernetes as kubernetes


def container_security() -> kubernetes.core.v1.SecurityContextArgsDict:
    """Each container's security context: what it writes, it writes into a volume."""
    return {
        "allow_privilege_escalation": False,
        "read_only_root_filesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def pod_security(user: int, *, owns_volumes: bool = True) -> kubernetes.core.v1.PodSecurityContextArgsDict:
    """The pod's security context: everything runs as ``user``, which ``owns_volumes`` of its files."""
    context: kubernetes.core.v1.PodSecurityContextArgsDict = {
        "run_as_non_root": True,
        "run_as_user": user,
        "run_as_group": user,
        "seccomp_profile": {"type": "RuntimeDefault"},
    }
    return {**context, "fs_group": user} if owns_volumes else context


def placed(placement: Mapping[str, Any] | None, priority_class: str | None) -> dict[str, Any]:
    """Where the pod runs, and what it may displace; nothing where neither is given."""
    return {
        **({"priority_class_name": priority_class} if priority_class else {}),
        **({"node_selector": placement["nodeSelector"], "tolerations": placement["tolerations"]} if placement else {}),
    }
