"""What every component shares: a literal type token and the parent rule."""

from typing import Any

import pulumi


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
