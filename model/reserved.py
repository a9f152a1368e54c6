"""Names that the platform, Kubernetes or AWS owns: nothing of a catalog may bear one of them."""

from collections.abc import Iterator

from model import labels, names
from model.problems import Problem

# Kubernetes makes `default` and reserves the prefix for itself ("Namespaces"); EKS add-ons make the other two.
_OF_THE_CLUSTER = ("amazon-cloudwatch", "amazon-guardduty", "default")
_PREFIX = "kube-"
NAMES = frozenset({*names.POD_SECURITY, labels.OWN_SYSTEM, *_OF_THE_CLUSTER})
# Receivers, databases and the platform share one list of secrets: two of one name would be one value.
SECRETS = frozenset({names.PAGER_SECRET, *(value for key, value in vars(names).items() if key.endswith("_SECRET"))})


def name_problems(where: str, name: str) -> Iterator[Problem]:
    """A mistake for a system, component or namespace that would be mixed up with a part of the platform."""
    if name in NAMES or name.startswith(_PREFIX):
        yield Problem(
            where,
            f"found {name!r}, which the platform or Kubernetes owns",
            f"any name but {', '.join(sorted(NAMES))} and {_PREFIX}...",
        )


def secret_problems(where: str, secret: str) -> Iterator[Problem]:
    """A mistake for a receiver whose secret is one of the platform's own, or the password of a database."""
    if secret in SECRETS or secret.startswith(names.DATABASE_SECRETS):
        yield Problem(
            where,
            f"found the secret {secret!r}, which is not a receiver's",
            f"any name but {', '.join(sorted(SECRETS))} and {names.DATABASE_SECRETS}...",
        )
