"""The rules as policies of the engine: what it hands over becomes plain resources, findings become violations."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pulumi
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from model.plan import UNKNOWN_TEXT
from model.policies.exceptions import Exceptions
from model.policies.registry import RULES
from model.policies.rule import Resource, Resources, Rule
from model.vocabulary import Environment

LEVEL = EnforcementLevel.MANDATORY
"""For production; `--policy-pack-config policy/advisory.json` makes all of them advisory elsewhere."""


def policies(exceptions: Exceptions, today: str) -> list[Policy]:
    """One policy a rule. An exception whose last day is before ``today`` no longer counts."""
    excepted = {(each.rule, urn) for each in exceptions.exceptions if each.until >= today for urn in each.urns}
    return [_policy(rule, excepted) for rule in RULES]


def _policy(rule: Rule, excepted: set[tuple[str, str]]) -> Policy:
    def report(violation: ReportViolation, found: Iterable[tuple[Resource, str]]) -> None:
        for resource, message in found:
            if (rule.name, resource.urn) not in excepted and _environment(resource.urn) in rule.environments:
                violation(f"{message}. {rule.fix}", resource.urn)

    def one(args: ResourceValidationArgs, violation: ReportViolation) -> None:
        resource = resource_of(args, ())
        report(violation, rule.broken_by(Resources((resource,))))

    def every(args: StackValidationArgs, violation: ReportViolation) -> None:
        resources = tuple(resource_of(each, tuple(other.urn for other in each.dependencies)) for each in args.resources)
        report(violation, rule.broken_by(Resources(resources)))

    if rule.one is not None:
        return ResourceValidationPolicy(rule.name, rule.title, one, LEVEL)
    return StackValidationPolicy(rule.name, rule.title, every, LEVEL)


def resource_of(given: ResourceValidationArgs | PolicyResource, dependencies: tuple[str, ...]) -> Resource:
    """The resource as a plan has it."""
    provider = given.provider
    return Resource(
        urn=given.urn,
        type=given.resource_type,
        name=given.name,
        inputs=plain(given.props),
        protect=bool(given.opts.protect),
        provider=provider.urn if provider else "",
        dependencies=dependencies,
    )


def plain(value: Any) -> Any:
    """``value`` without the engine's proxies, which raise for what is not known in a preview; that becomes a word.

    A rule then looks at all that is known. Raising would leave the whole rule out for that resource.
    """
    if isinstance(value, Mapping):
        return {str(key): _or_unknown(lambda key=key: value[key]) for key in value}  # type: ignore[misc]
    if isinstance(value, (str, bool, int, float)) or value is None:
        return value
    if isinstance(value, (pulumi.Asset, pulumi.Archive)):
        return type(value).__name__
    return [_or_unknown(lambda index=index: value[index]) for index in range(len(value))]  # type: ignore[misc]


def _or_unknown(get: Callable[[], Any]) -> Any:
    try:
        return plain(get())
    except UnknownValueError:
        return UNKNOWN_TEXT


def _environment(urn: str) -> Environment | None:
    stack = urn.removeprefix("urn:pulumi:").partition("::")[0]
    return next((each for each in Environment if each == stack), None)
