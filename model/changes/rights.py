"""Who may do what in AWS and in Kubernetes: statements that come and go, in words."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from model.changes.difference import by_key
from model.changes.report import Action, Topic
from model.changes.rules import Change
from model.plan import UNKNOWN_TEXT, Plan, PlannedResource, mapping, mappings
from model.policies.documents import Statement, statements
from model.sentences import some

_SHOWN: Final = 6
_RBAC: Final = {
    f"kubernetes:rbac.authorization.k8s.io/v1:{kind}"
    for kind in ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")
}


def changes(before: Plan, after: Plan) -> Iterator[Change]:
    """Rights that are given and taken, by the resource that gives them."""
    old, new = _rights(before), _rights(after)
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key, {}), new.get(key, {})
        if UNKNOWN_TEXT in was or UNKNOWN_TEXT in now:
            continue
        subject = key.rpartition("::")[2]
        for sentence in sorted(now.keys() - was.keys()):
            yield Topic.RIGHTS, Action.NEW, subject, sentence
        for sentence in sorted(was.keys() - now.keys()):
            yield Topic.RIGHTS, Action.REMOVED, subject, sentence


def _rights(plan: Plan) -> dict[str, dict[str, None]]:
    """Key of a resource -> sentences; only of resources that give rights."""
    found = {key: dict.fromkeys(_sentences(resource)) for key, resource in by_key(plan).items()}
    return {key: sentences for key, sentences in found.items() if sentences}


def _sentences(resource: PlannedResource) -> Iterator[str]:
    type_, inputs = resource["type"], resource["inputs"]
    if type_.startswith("aws:"):
        for key in ("policy", "assumeRolePolicy"):
            if inputs.get(key) == UNKNOWN_TEXT:
                yield UNKNOWN_TEXT
            yield from (_words(statement) for statement in statements(inputs.get(key)))
        if "Attachment" in type_ and isinstance(inputs.get("policyArn"), str):
            yield f"has AWS's policy {inputs['policyArn'].rpartition('/')[2]}"
    elif type_ in _RBAC:
        for rule in mappings(inputs, "rules"):
            names = rule.get("resourceNames")
            only = f" named {_list(names)}" if names else ""
            yield f"may {_list(rule.get('verbs'))} {_list(rule.get('resources'))}{only}"
        for subject in mappings(inputs, "subjects"):
            role = mapping(inputs, "roleRef").get("name")
            yield f"gives {role} to {subject.get('kind')} {subject.get('namespace', '')}/{subject.get('name')}"


def _words(statement: Statement) -> str:
    verb = "may" if statement.allows else "may not"
    who = f"{_list(list(statement.principals))} " if statement.principals else ""
    what = _list(list(statement.actions) or list(statement.inverted))
    on = f" on {_list(list(statement.resources))}" if statement.resources else ""
    condition = f" if {_condition(statement.condition)}" if statement.condition else ""
    return f"{who}{verb} {what}{on}{condition}"


def _condition(condition: Mapping[str, Any]) -> str:
    tests = [
        f"{key} {operator} {_list(value)}"
        for operator, each in sorted(condition.items())
        if isinstance(each, Mapping)
        for key, value in sorted(each.items())
    ]
    return " and ".join(tests)


def _list(values: Any) -> str:
    return some(values if isinstance(values, list) else [values], _SHOWN)
