"""Commands of runbooks, and what is wrong with one: asked of botocore's models for AWS, of lists for the other tools.

A command that the tool refuses costs minutes at night, and a JMESPath query over a name that does not exist answers
``null`` without an error.
"""

import functools
import itertools
import re
import shlex
from collections.abc import Iterator
from typing import Any

import botocore.session
import jmespath  # type: ignore[import-untyped]
from botocore import xform_name
from botocore.model import OperationModel, Shape, StructureShape

TOOLS = ("aws", "kubectl", "amtool", "promtool", "curl", "openssl", "redis-cli", "grep", "tail", "sort", "jq")
# Of every command of the AWS CLI.
AWS_FLAGS = {"query", "output", "region", "profile"}
# Of those whose answer comes in pages.
PAGES = {"max-items", "page-size", "starting-token"}
# The AWS CLI's own commands, which are no operation of a service -> their flags.
AWS_OWN = {("logs", "tail"): {"since", "filter-pattern", "follow", "format"}}
AWS_NAMES = {"s3api": "s3", "configservice": "config"}

KUBECTL = {
    "annotate": set[str](),
    "auth": {"list", "as"},
    "cordon": set[str](),
    "create": {"from"},
    "debug": {"image", "i", "t", "it"},
    "delete": {"cascade"},
    "describe": {"l"},
    "drain": {"ignore-daemonsets", "delete-emptydir-data"},
    "edit": set[str](),
    "exec": {"c", "it"},
    "get": {
        "l",
        "selector",
        "L",
        "o",
        "A",
        "all-namespaces",
        "field-selector",
        "sort-by",
        "raw",
        "watch",
        "show-labels",
    },
    "label": set[str](),
    "logs": {"c", "l", "since", "tail", "previous", "all-containers", "prefix"},
    "port-forward": set[str](),
    "rollout": {"timeout", "to-revision"},
    "scale": {"replicas"},
    "top": {"l", "A", "all-namespaces", "sort-by", "containers"},
    "uncordon": set[str](),
}
EVERYWHERE = {"n", "namespace", "A", "all-namespaces"}
KINDS = {
    *("alertmanager", "apiservice", "apiservices", "certificate", "certificatesigningrequests", "clusterrolebindings"),
    *(
        "clusterroles",
        "cm",
        "configmap",
        "cronjob",
        "daemonset",
        "deploy",
        "deployment",
        "deployments",
        "elasticsearch",
    ),
    *("endpointslices", "event", "events", "externalsecrets", "hpa", "job", "jobs", "mutatingwebhookconfigurations"),
    *("namespaces", "networkpolicies", "networkpolicy", "node", "nodes", "pdb", "pod", "pods", "prometheus"),
    *(
        "prometheusrules",
        "pv",
        "pvc",
        "resourcequota",
        "rolebindings",
        "services",
        "servicemonitors",
        "statefulset",
        "svc",
    ),
    "validatingwebhookconfigurations",
}
AMTOOL = {"check-config", "cluster", "config", "silence", "alert"}
PROMTOOL = {"check", "query", "test", "tsdb"}

SCALARS = {"boolean": True, "integer": 1, "long": 1, "float": 1.0, "double": 1.0}
# Shapes may hold themselves.
DEEPEST = 12

PLACEHOLDER = re.compile(r"[A-Z][A-Z0-9_]*|\$\w+")


def commands(text: str) -> Iterator[str]:
    """Every command in a page: lines of shell blocks, and code in a sentence that begins with a tool's name."""
    for block in re.findall(r"^```sh\n(.+?)\n```$", text, re.MULTILINE | re.DOTALL):
        yield from re.sub(r"\\\n\s*", "", block).splitlines()
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    for code in re.findall(r"`([^`]+)`", prose):
        line = " ".join(code.split())
        if re.match(rf"({'|'.join(TOOLS)}) [a-z-]", line):
            yield line


def mistakes(command: str) -> Iterator[str]:
    """What the tools would refuse, or answer with nothing."""
    words = shlex.split(command, comments=True)
    segments: list[list[str]] = [[]]
    for word in words:
        if word == "|":
            segments.append([])
        else:
            segments[-1].append(word)
    for segment in segments:
        tool, *rest = segment
        if tool not in TOOLS:
            yield f"unknown tool {tool}"
        elif tool == "aws":
            yield from _aws(rest)
        elif tool == "kubectl":
            yield from _kubectl(rest)
        elif tool in ("amtool", "promtool"):
            known = AMTOOL if tool == "amtool" else PROMTOOL
            verb = next(word for word in rest if not word.startswith("-"))
            if verb not in known:
                yield f"{tool} has no command {verb}"


def _flags(words: list[str]) -> Iterator[tuple[str, list[str]]]:
    """(flag, its values), for flags of two dashes."""
    for word in words:
        if word.startswith("--"):
            name, _, value = word[2:].partition("=")
            found = (name, [value] if value else [])
            yield found
        elif "found" in locals():
            found[1].append(word)


def _aws(words: list[str]) -> Iterator[str]:
    if len(words) < 2:
        yield "needs a service and an operation"
        return
    service, operation, *rest = words
    flags = list(_flags(rest))
    if own := AWS_OWN.get((service, operation)):
        yield from (f"aws {service} {operation} has no --{name}" for name, _ in flags if name not in own | AWS_FLAGS)
        return
    try:
        model = _operation(AWS_NAMES.get(service, service), operation)
    except (KeyError, botocore.exceptions.UnknownServiceError):
        yield f"AWS has no operation {service} {operation}"
        return
    flags_here = AWS_FLAGS | (PAGES if _in_pages(AWS_NAMES.get(service, service), model.name) else set())
    members = {xform_name(name, "-"): (name, shape) for name, shape in _members(model.input_shape).items()}
    given = set()
    for flag, values in flags:
        name = flag.removeprefix("no-") if flag not in members else flag
        if name in members:
            given.add(members[name][0])
            yield from _enumeration(flag, values, members[name][1])
        elif flag not in flags_here:
            yield f"{service} {operation} has no --{flag}"
        elif flag == "query":
            yield from (f"--query finds nothing: {text}" for text in values if not _answers(text, model.output_shape))
    # Without any flag it is the name of an operation in a sentence.
    required = set(model.input_shape.required_members) if model.input_shape and flags else set()
    yield from (f"{service} {operation} needs --{xform_name(name, '-')}" for name in sorted(required - given))


def _enumeration(flag: str, values: list[str], shape: Shape) -> Iterator[str]:
    allowed: list[str] = getattr(shape, "enum", None) or getattr(getattr(shape, "member", None), "enum", None) or []
    for value in values if allowed else ():
        if value not in allowed and not PLACEHOLDER.fullmatch(value):
            yield f"--{flag} {value}: allowed is {', '.join(allowed)}"


@functools.cache
def _operation(service: str, operation: str) -> OperationModel:
    model = botocore.session.Session().get_service_model(service)
    names = {xform_name(name, "-"): name for name in model.operation_names}
    found: OperationModel = model.operation_model(names[operation])
    return found


@functools.cache
def _in_pages(service: str, operation: str) -> bool:
    try:
        botocore.session.Session().get_paginator_model(service).get_paginator(operation)
    except (ValueError, botocore.exceptions.UnknownServiceError, botocore.exceptions.DataNotFoundError):
        return False
    return True


def _members(shape: StructureShape | None) -> dict[str, Shape]:
    return dict(shape.members) if shape is not None else {}


class _AnyKey(dict[str, Any]):
    """A map whose keys AWS does not list: whatever is asked for is there."""

    def __init__(self, value: Any) -> None:
        super().__init__(any=value)
        self._value = value

    def get(self, key: str, default: Any = None) -> Any:
        return self._value


def _answers(query: str, shape: StructureShape | None) -> bool:
    """Whether every name of the query is in the answer."""
    return _whole(jmespath.search(query, _sample(shape, 0)))


def _whole(found: Any) -> bool:
    if isinstance(found, dict):
        return all(map(_whole, found.values()))
    if isinstance(found, list):
        return bool(found) and all(map(_whole, found))
    return found is not None


def _sample(shape: Any, depth: int) -> Any:
    """An answer with everything in it that the operation can answer."""
    if shape is None or depth > DEEPEST:
        return "text"
    if shape.type_name == "structure":
        return {name: _sample(member, depth + 1) for name, member in shape.members.items()}
    if shape.type_name == "list":
        return [_sample(shape.member, depth + 1)]
    if shape.type_name == "map":
        value = _sample(shape.value, depth + 1)
        keys = getattr(shape.key, "enum", None)
        return dict.fromkeys(keys, value) if keys else _AnyKey(value)
    return SCALARS.get(shape.type_name, "text")


def _kubectl(words: list[str]) -> Iterator[str]:
    before = words[: words.index("--")] if "--" in words else words
    plain = [word for word in before if not word.startswith("-")]
    skip = {following for flag, following in itertools.pairwise(before) if flag in ("-n", "--namespace")}
    plain = [word for word in plain if word not in skip]
    if not plain:
        yield "needs a command"
        return
    verb, *rest = plain
    if verb not in KUBECTL:
        yield f"kubectl has no command {verb}"
        return
    for word in before:
        name = word.lstrip("-").split("=")[0]
        if word.startswith("-") and name not in KUBECTL[verb] | EVERYWHERE:
            yield f"kubectl {verb} has no flag {word}"
    if verb in ("get", "describe") and "--raw" not in before:
        kinds = rest[0].split("/")[0].split(",") if rest else []
        yield from (f"kubectl {verb}: unknown kind {kind}" for kind in kinds or ["none"] if kind not in KINDS)
