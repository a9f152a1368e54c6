"""No secret lies readable in a Helm release: Helm keeps values in the cluster, Pulumi in its state."""

import re
from collections.abc import Iterator
from typing import Final

from model.plan import SECRET_TEXT, UNKNOWN_TEXT
from model.policies import types
from model.policies.rule import Resource, Rule, walk
from model.secret_shapes import NAMED, shapes_in

# Keys of charts that sound like a secret and hold none.
_NO_SECRET: Final = re.compile(
    r"(^|\.)extraEnvSecrets\.\w+\.secret$"  # where the secret is: a Secret's name
    r"|\.load_?balancing\.routing_key$"  # by what the collector chooses its backend: traceID
)


def _readable(resource: Resource) -> Iterator[str]:
    if resource.type != types.RELEASE:
        return
    for path, value in walk(resource.inputs.get("values")):
        if not isinstance(value, str) or value == UNKNOWN_TEXT:
            continue
        key = path.rpartition(".")[2]
        if SECRET_TEXT in value:
            yield f"values.{path} holds a secret of the stack"
        elif NAMED.search(key) and _is_literal(value) and not _NO_SECRET.search(path):
            yield f"values.{path} is written out"
        for shape in shapes_in(value):
            yield f"values.{path} holds {shape}"


def _is_literal(value: str) -> bool:
    """A reference says where the secret is: ``$__file{...}``, ``${env:...}``, ``{{ ... }}``."""
    return bool(value) and not any(mark in value for mark in ("${", "$__", "{{"))


RULE = Rule(
    name="helm-secrets",
    title="No secret stands in the values of a Helm release",
    fix="Put it into a Kubernetes Secret and name that in the values.",
    one=_readable,
)
