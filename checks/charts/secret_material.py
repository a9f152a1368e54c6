"""Secrets that would lie readable in a release: Helm keeps values and manifests in the cluster."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from checks.charts.objects import Object
from checks.charts.rendered_cluster import OWN, Objections, RenderedCluster
from model.plan import SECRET_TEXT, UNKNOWN_TEXT
from model.secret_shapes import NAMED, shapes_in

_DEFINITION = "CustomResourceDefinition"


def secret_material(cluster: RenderedCluster) -> Objections:
    """Masked secrets, things of the shape of one, and literals under a name that says what they are.

    What Belfry registers itself is passed over: the engine marks those secrets and encrypts them in the state.
    """
    for one in cluster.objects:
        if one.release == OWN:
            continue
        for path, text in _texts(one.body, ""):
            if one.kind == _DEFINITION and path.endswith(".description"):
                continue  # prose of a schema, which shows by examples how a key looks
            if SECRET_TEXT in text:
                yield one, f"{path} holds a secret of the stack"
            yield from _shaped(one, path, text)
        if one.kind == "Secret":
            yield from _data(one)
    yield from _variables(cluster)


def _variables(cluster: RenderedCluster) -> Objections:
    for pods in cluster.pods:
        mounted = {(volume.get("secret") or {}).get("secretName") for volume in pods.spec.get("volumes") or []}
        for container in pods.containers() if pods.of.release != OWN else ():
            for variable in container.get("env") or []:
                value = variable.get("value")
                # `WEBHOOK_SECRET: elastic-webhook-server-cert` is where a secret lies, not what it is.
                if NAMED.search(str(variable.get("name"))) and value and value not in mounted:
                    yield pods.of, f"container {container['name']}: the variable {variable['name']} is written out"


def _data(one: Object) -> Objections:
    decoded = {key: _decoded(str(text)) for key, text in (one.body.get("data") or {}).items()}
    for key, text in sorted({**decoded, **(one.body.get("stringData") or {})}.items()):
        if text and text != UNKNOWN_TEXT and NAMED.search(key):
            yield one, f"{key} is written out"
        yield from _shaped(one, key, text)


def _shaped(one: Object, path: str, text: str) -> Objections:
    for shape in shapes_in(text):
        yield one, f"{path} holds {shape}"


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text).decode(errors="replace")
    except binascii.Error:
        return text


def _texts(node: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping):
        for key, below in node.items():
            yield from _texts(below, f"{path}.{key}".removeprefix("."))
    elif isinstance(node, list):
        for index, below in enumerate(node):
            yield from _texts(below, f"{path}[{index}]")
    elif isinstance(node, str):
        yield path, node
