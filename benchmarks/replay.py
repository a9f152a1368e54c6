"""A program's resources, written down, and the bare program that registers exactly these and does nothing else.

The bare program is what a person would have written who knew the result: the same types, names, inputs, parents,
dependencies, providers, secrets and protection, by the classes of the SDKs. It has no catalog, no settings, no checks,
no components of its own, and no output that another resource waits for: each value stands where it belongs.
"""

import importlib
import inspect
import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi

if TYPE_CHECKING:
    from tests.synth import Synth

Record = dict[str, Any]
PROVIDER = "pulumi:providers:"


def write(synth: "Synth", file: Path) -> None:
    """Every resource in the order of its registration, so that whatever it refers to comes before it."""
    records = [
        {**asdict(resource), "secrets": sorted(resource.secrets), "dependencies": sorted(resource.dependencies)}
        for resource in synth.resources.values()
    ]
    file.write_text(json.dumps(records))


def read(file: Path) -> list[Record]:
    """What :func:`write` wrote."""
    records: list[Record] = json.loads(file.read_text())
    return records


def replay(records: list[Record]) -> None:
    """Register them."""
    made: dict[tuple[str, str], pulumi.Resource] = {}
    providers: dict[str, pulumi.ProviderResource] = {}
    for record in records:
        options = pulumi.ResourceOptions(
            parent=made[tuple(record["parent"])] if record["parent"] else None,
            depends_on=[made[tuple(key)] for key in record["dependencies"]],
            provider=providers.get(record["provider"]),
            protect=record["protect"] or None,
        )
        type_, name = record["type"], record["name"]
        if type_.startswith("belfry:"):
            component = pulumi.ComponentResource(type_, name, None, options)
            component.register_outputs(record["outputs"])
            made[type_, name] = component
            continue
        inputs = _with_secrets(record["inputs"], "", frozenset(record["secrets"]))
        if type_.startswith(PROVIDER):
            # Not by its class, which would encode inputs that are encoded already.
            package = type_.removeprefix(PROVIDER)
            importlib.import_module(f"pulumi_{package}")
            made[type_, name] = providers[name] = pulumi.ProviderResource(package, name, inputs, options)
            continue
        class_ = _class(type_)
        made[type_, name] = class_(name, opts=options, **_arguments(class_, inputs))


def _with_secrets(value: Any, path: str, secrets: frozenset[str]) -> Any:
    if path in secrets:
        return pulumi.Output.secret(value)
    if isinstance(value, Mapping):
        return {key: _with_secrets(item, f"{path}.{key}" if path else key, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_secrets(item, f"{path}[{index}]", secrets) for index, item in enumerate(value)]
    return value


def _class(token: str) -> Any:
    """``aws:sns/topic:Topic`` -> ``pulumi_aws.sns.Topic``; a Kubernetes kind without a class is a CustomResource."""
    package, module, name = token.split(":")
    folder, _, version = module.partition("/")
    path = {"index": "", "helm.sh": f".helm.{version}"}.get(folder, f".{folder.partition('.')[0]}")
    if package == "kubernetes" and folder != "helm.sh":
        path += f".{version}"
    try:
        # By attribute: the SDKs import their modules on first use, and so would a person's program.
        found: Any = importlib.import_module(f"pulumi_{package}")
        for part in filter(None, path.split(".")):
            found = getattr(found, part)
        return getattr(found, name)
    except AttributeError:
        return importlib.import_module("pulumi_kubernetes").apiextensions.CustomResource


def _arguments(class_: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs by the names that Python has for them."""
    if class_.__name__ == "CustomResource":
        return {re.sub(r"^apiVersion$", "api_version", key): value for key, value in inputs.items()}
    names = {name.replace("_", ""): name for name in inspect.signature(class_._internal_init).parameters}
    return {
        names[key.lower()]: value
        for key, value in inputs.items()
        # A class of the Kubernetes SDK says these two by itself.
        if not (class_.__module__.startswith("pulumi_kubernetes") and key in ("apiVersion", "kind"))
    }
