"""Roles may do what they need and nothing else."""

from collections.abc import Iterator
from typing import Final

from model.account.iam_actions import WITHOUT_RESOURCE
from model.policies.documents import ANYBODY, Statement, condition_keys, statements
from model.policies.rule import Resource, Rule

_POLICIES: Final = {
    f"aws:iam/{name[0].lower()}{name[1:]}:{name}" for name in ("GroupPolicy", "Policy", "RolePolicy", "UserPolicy")
}
_ATTACHMENTS: Final = {
    f"aws:iam/{name[0].lower()}{name[1:]}:{name}"
    for name in ("GroupPolicyAttachment", "RolePolicyAttachment", "UserPolicyAttachment")
}
_ROLE: Final = "aws:iam/role:Role"
# AWS's own policies that give a whole service, or everything.
_BROAD: Final = ("AdministratorAccess", "PowerUserAccess", "IAMFullAccess")
# Conditions that narrow `Resource: *` down to single things: their tags, their names, whose they are.
_NARROWS: Final = ("aws:resourcetag/", "aws:requesttag/", "aws:resourceaccount", "kms:viaservice")


def _wildcards(resource: Resource) -> Iterator[str]:
    if resource.type in _POLICIES:
        for statement in statements(resource.inputs.get("policy")):
            yield from _broad(statement)
    elif resource.type in _ATTACHMENTS:
        name = str(resource.inputs.get("policyArn", "")).rpartition("/")[2]
        if name in _BROAD or name.endswith("FullAccess"):
            yield f"AWS's policy {name} is attached"
    elif resource.type == _ROLE:
        for statement in statements(resource.inputs.get("assumeRolePolicy")):
            yield from _trust(statement)


def _broad(statement: Statement) -> Iterator[str]:
    if not statement.allows:
        return
    where = f"statement {statement.sid or 'without an id'}"
    for key in statement.inverted:
        yield f"{where}: {key} allows all that it does not name"
    for action in statement.actions:
        if "*" in action:
            yield f"{where}: the action {action} allows more than anybody has read"
    if "*" not in statement.resources or _narrowed(statement):
        return
    for action in statement.actions:
        if "*" not in action and action not in WITHOUT_RESOURCE:
            yield f"{where}: {action} on every resource"


def _narrowed(statement: Statement) -> bool:
    return any(key.lower().startswith(_NARROWS) for _, key, _ in condition_keys(statement))


def _trust(statement: Statement) -> Iterator[str]:
    if not statement.allows:
        return
    if ANYBODY in statement.principals and not statement.condition:
        yield "anybody may take the role"
    for operator, key, value in condition_keys(statement):
        values = value if isinstance(value, list) else [value]
        if operator.startswith("StringLike") and key.endswith(":sub") and any("*" in str(each) for each in values):
            yield f"whoever fits the pattern {', '.join(map(str, values))} may take the role"


RULE = Rule(
    name="iam-wildcards",
    title="No right on all actions of a service, and none on all resources where AWS knows a narrower one",
    fix="Name the actions and the ARNs; an action without resource level belongs into configs/iam/policy.py.",
    one=_wildcards,
)
