"""The version of every EKS add-on and of the nodes' image, pinned for each Kubernetes version of a cluster.

AWS moves neither when the control plane is upgraded: a node keeps the kubelet of its group's version, and an add-on
its own. So both follow the cluster's version from one table, and a plan is the same tomorrow.
"""

from model.account.instance_types import is_arm
from model.problems import Problem
from model.versions import FILE, EksPins, MachineImage, versions


def pins(version: str) -> EksPins:
    """What is pinned for a Kubernetes version; :func:`pin_problems` refuses one that the table does not have."""
    return versions().eks.versions[version]


def pin_problems(where: str, version: str) -> list[Problem]:
    """A mistake for a version that EKS offers, but for which nobody has pinned add-ons and images."""
    known = versions().eks.versions
    if version in known:
        return []
    return [
        Problem(
            where,
            f"found version {version}, for which {FILE} pins no add-ons and no node image",
            f"{', '.join(known)}, or entries of your own in that file",
        )
    ]


def machine_image(pinned: EksPins, instance_type: str) -> MachineImage:
    """The image for an instance type's processor."""
    return pinned.images[ami_type(instance_type)]


def ami_type(instance_type: str) -> str:
    """EKS's name for the image that fits an instance type's processor."""
    return "AL2023_ARM_64_STANDARD" if is_arm(instance_type) else "AL2023_x86_64_STANDARD"
