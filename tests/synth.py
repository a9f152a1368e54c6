"""Run a program against Pulumi's mocks and hand back plain data, so that a test is about data and never about Outputs.

    from tests.synth import synth

    result = synth(lambda: Topic("alarms", TopicArgs(...)))
    topic = result.of(aws.sns.Topic)["alarms-topic"]          # by class (or by type token), then by name
    assert topic.inputs["tags"] == {"team": "platform"}       # provider spelling (camelCase), plain values
    assert topic.parent == ("belfry:alarms:Topic", "alarms")  # None: it hangs off the stack
    assert topic.secrets == {"kmsKey"}                        # paths of the inputs that are secret
    assert result.only(Topic).outputs == {"arn": "arn:..."}   # what a component gave to register_outputs

- Resources are keyed by (type, name), never by position: the order of registration differs from run to run.
- ``preview=True`` gives true unknowns: what a real preview does not know stands as :data:`UNKNOWN`. A component must
  register the same resources in preview and update: ``assert synth(p).keys() == synth(p, preview=True).keys()``.
- An invoke (a provider function such as ``aws.get_region``) fails the test unless ``invokes`` answers it.
- In an update a custom resource has the id ``<name>-id``, its inputs as outputs, an ``arn``, and what ``state`` adds.
- An exception of the program reaches the test as it is. Mocks run no transforms, and ``pulumi.export`` is not seen:
  test the transform as a function, and what ``build()`` returns.
- Write no ``apply`` with an assertion in a test: it may be lost. Assert on what ``synth`` returns.
"""

import asyncio
import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from google.protobuf import struct_pb2
from pulumi.runtime import mocks, rpc
from pulumi.runtime.config import set_all_config

PROJECT = "belfry"
UNKNOWN = "<unknown>"  # a value that a real preview would not know

Key = tuple[str, str]  # type token, name


@dataclass(frozen=True)
class Resource:
    """One registered resource as plain data."""

    type: str
    name: str
    parent: Key | None  # None: the stack itself
    inputs: dict[str, Any]  # as the provider gets them; secrets unwrapped, unknowns as UNKNOWN
    secrets: frozenset[str]  # dotted paths in inputs that are secret: "stringData.routing-key"
    dependencies: frozenset[Key]  # explicit (depends_on) and by the Outputs among the inputs
    provider: str  # name of the explicit provider, "" for the default one
    protect: bool
    aliases: tuple[str, ...]  # names (or URNs) this resource had before
    outputs: dict[str, Any] = field(default_factory=dict)  # of components: what register_outputs got
    retained: bool = False  # stays in the cloud when the program has it no more
    ignored: tuple[str, ...] = ()  # paths of inputs whose changes the engine does not look at

    @property
    def key(self) -> Key:
        """Type token and name."""
        return self.type, self.name


@dataclass(frozen=True)
class Synth:
    """What a program registered, keyed by (type, name)."""

    resources: dict[Key, Resource] = field(default_factory=dict)

    def keys(self) -> set[Key]:
        """(type, name) of everything registered."""
        return set(self.resources)

    def of(self, kind: type[pulumi.Resource] | str) -> dict[str, Resource]:
        """The resources of one class or type token, by name; empty when there are none."""
        token = _token(kind)
        return {name: resource for (type_, name), resource in sorted(self.resources.items()) if type_ == token}

    def only(self, kind: type[pulumi.Resource] | str) -> Resource:
        """The one resource of a class or type token; fails when there are none or several."""
        found = self.of(kind)
        assert len(found) == 1, f"expected one {_token(kind)}, found {sorted(found)} among {sorted(self.resources)}"
        return next(iter(found.values()))

    def children(self, parent: Resource) -> dict[Key, Resource]:
        """The direct children of a resource."""
        return {key: resource for key, resource in sorted(self.resources.items()) if resource.parent == parent.key}


def synth(
    program: Callable[[], object],
    *,
    stack: str = "dev",
    preview: bool = False,
    config: Mapping[str, Any] | None = None,
    secret_config: Mapping[str, Any] | None = None,
    invokes: Mapping[str, Mapping[str, Any]] | None = None,
    state: Callable[[pulumi.runtime.MockResourceArgs], Mapping[str, Any]] | None = None,
) -> Synth:
    """Run ``program`` as an update (or preview) of ``stack`` and return what it registered.

    ``config`` and ``secret_config`` are stack configuration (keys without a colon belong to the project; values that
    are not text become JSON, as structured config is). ``invokes`` answers provider functions by token
    (``{"aws:index/getRegion:getRegion": {"name": "eu-central-1"}}``). ``state`` adds output properties to a custom
    resource in an update, by its type and name.
    """
    monitor = _Monitor(_Cloud(invokes or {}, state))
    asyncio.set_event_loop(_event_loop())
    pulumi.runtime.set_mocks(monitor.mocks, project=PROJECT, stack=stack, preview=preview, monitor=monitor)
    secrets = _config(secret_config)
    set_all_config({**_config(config), **secrets}, sorted(secrets))

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def run() -> None:
        program()

    run()
    return monitor.synth


@functools.cache
def _event_loop() -> asyncio.AbstractEventLoop:
    """One loop for all runs; it says nothing about what a failed program leaves behind.

    The first exception ends a run and reaches the test. The futures that also hold it would be logged with a
    traceback whenever the garbage collector meets them; inside another ``ast.parse`` that is a SystemError of
    Python 3.11 ("AST constructor recursion depth mismatch"), far from the test that failed on purpose.
    Not a loop for each run: closing one ends its worker threads, and the mock monitor left loops of its own in those.
    """
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, _context: None)
    return loop


class _Cloud(pulumi.runtime.Mocks):
    def __init__(
        self,
        invokes: Mapping[str, Mapping[str, Any]],
        state: Callable[[pulumi.runtime.MockResourceArgs], Mapping[str, Any]] | None,
    ) -> None:
        self._invokes = invokes
        self._state = state

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if pulumi.runtime.is_dry_run():
            return None, args.inputs
        made_up = {"arn": f"arn:aws:mock:eu-central-1:123456789012:{args.name}"} if args.custom else {}
        more = self._state(args) if self._state and args.custom else {}
        return f"{args.name}-id", {**made_up, **args.inputs, **more}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        if args.token not in self._invokes:
            raise AssertionError(f"unexpected invoke: {args.token}")
        return dict(self._invokes[args.token]), []


class _Monitor(mocks.MockMonitor):
    def __init__(self, cloud: _Cloud) -> None:
        super().__init__(cloud)
        self.synth = Synth()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 (gRPC name)
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type == "pulumi:pulumi:Stack":
            return response
        key = (request.type, request.name)
        assert key not in self.synth.resources, f"two resources of one type and name: {key}"
        secrets: set[str] = set()
        inputs = _plain(request.object, "", secrets)
        self.synth.resources[key] = Resource(
            type=request.type,
            name=request.name,
            parent=_key(request.parent),
            inputs=inputs,
            secrets=frozenset(secrets),
            dependencies=frozenset(filter(None, map(_key, request.dependencies))),
            provider=request.provider.rpartition("::")[0].rpartition("::")[2],
            protect=request.protect,
            retained=request.retainOnDelete,
            ignored=tuple(sorted(request.ignoreChanges)),
            aliases=tuple(sorted(alias.urn or alias.spec.name for alias in request.aliases)),
        )
        return response

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 (gRPC name)
        key = _key(request.urn)
        if key in self.synth.resources:
            self.synth.resources[key].outputs.update(_plain(request.outputs, "", set()))
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]


def _token(kind: type[pulumi.Resource] | str) -> str:
    token = kind if isinstance(kind, str) else pulumi.get_type_token(kind)
    assert token, f"{kind} has no type token"
    return token


def _config(values: Mapping[str, Any] | None) -> dict[str, str]:
    return {
        key if ":" in key else f"{PROJECT}:{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in (values or {}).items()
    }


def _key(urn: str) -> Key | None:
    """Type and name of a URN; None for the stack."""
    if not urn:
        return None
    qualified, name = urn.split("::", 3)[2:]
    type_ = qualified.rpartition("$")[2]
    return None if type_ == "pulumi:pulumi:Stack" else (type_, name)


def _special(value: struct_pb2.Struct, signature: str) -> Any:
    """Assets and archives by where their content comes from; resource references as they are."""
    if signature in (rpc._special_asset_sig, rpc._special_archive_sig):
        found: Any = value
        content = {key: found[key] for key in ("path", "text", "uri") if key in found}
        parts = dict(found.items()).get("assets", {})
        return {**content, **{name: _plain(parts[name], "", set()) for name in sorted(parts)}}
    return rpc.deserialize_properties(value, keep_unknowns=True)


def _plain(value: Any, path: str, secrets: set[str]) -> Any:
    """Plain data of a protobuf value; paths of secrets are added to ``secrets``.

    Own walk, because ``rpc.deserialize_properties`` drops nulls and lifts a nested secret to its topmost object,
    which hides what exactly is secret.
    """
    if isinstance(value, struct_pb2.Struct):
        signature = value.fields[rpc._special_sig_key].string_value if rpc._special_sig_key in value else ""
        if signature == rpc._special_secret_sig:
            secrets.add(path)
            return _plain(value["value"], path, set())
        if signature:
            return _special(value, signature)
        return {key: _plain(value[key], f"{path}.{key}" if path else key, secrets) for key in sorted(value)}
    if isinstance(value, struct_pb2.ListValue):
        return [_plain(item, f"{path}[{index}]", secrets) for index, item in enumerate(value)]
    if isinstance(value, float) and value.is_integer():
        return int(value)  # protobuf has no integers
    return UNKNOWN if value == rpc.UNKNOWN else value
