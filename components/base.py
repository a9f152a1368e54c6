"""What every component shares: a literal type token and the parent rule; and what pods share that a component makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi


@dataclass(frozen=True, slots=True, kw_only=True)
class PodArgs:
    """Where pods run. ``placement``: nodeSelector and tolerations of the nodes that watch."""

    namespace: pulumi.Input[str]
    priority_class: str | None = None
    placement: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsPodArgs(PodArgs):
    """Pods that ask AWS. ``role_arn`` is for IRSA alone; none: EKS Pod Identity."""

    role_arn: pulumi.Input[str] | None = None
    pod_annotations: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)


class Component(pulumi.ComponentResource):
    """A component whose type token is the literal given to ``@pulumi.type_token``.

    The token is part of the URN of the component and of all its children. It is written out and never derived from
    the class, because a renamed class would then replace everything below it.
    """

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        cls = type(self)
        token = pulumi.get_type_token(cls)
        # An inherited token would give two classes one type.
        if not token or token in {pulumi.get_type_token(base) for base in cls.__bases__}:
            raise TypeError(f'{cls.__name__} needs its own @pulumi.type_token("belfry:<group>:<Name>")')
        super().__init__(token, name, None, opts)

    def child(self, **options: Any) -> pulumi.ResourceOptions:
        """Options of a child: this component is the parent, ``options`` are the child's own.

        The caller's options are never copied. Providers and ``protect`` reach children through the parent; merged
        options would carry the caller's ``parent`` and ``aliases`` too, and the child would leave this component.
        """
        return pulumi.ResourceOptions(parent=self, **options)
