"""The offline provider: Pulumi's provider protocol over the knowledge of one package."""

import pulumi
from pulumi.provider.experimental import provider as protocol

from engine.offline.differences import differences, forced
from engine.offline.package import Made, Package, stack_of
from engine.offline.values import Properties, mapping, merge, value
from model.changes.difference import spelled

LOCAL_STACK = "local"
"""The only stack with simulated state."""

VERSION = "99.0.0+offline"


class LockedError(Exception):
    """A real change was asked of a provider that makes nothing."""

    def __init__(self, action: str, urn: str) -> None:
        super().__init__(
            f"refused to {action} {urn}: this is Belfry's offline provider. It creates nothing and simulates its "
            f"outputs, so it works only for the stack '{LOCAL_STACK}' and for previews; the state of '{stack_of(urn)}' "
            "must come from the real provider plugins"
        )


class OfflineProvider(protocol.Provider):
    """State is the checked inputs plus made-up outputs; nothing exists outside of it."""

    def __init__(self, package: Package, *, simulated: bool = False) -> None:
        self.package, self.simulated = package, simulated
        # The SDK's DiffRequest carries the old outputs only. The engine calls check right before diff, with the old
        # inputs, and a removed key differs from a computed one only by comparing inputs with inputs.
        self.old_inputs: dict[str, Properties] = {}
        # Nor does an uploaded file reach diff as one: the engine sends a map with an empty checksum in its place.
        self.assets: dict[str, Properties] = {}
        self.autonamed: set[str] = set()

    async def get_schema(self, request: protocol.GetSchemaRequest) -> protocol.GetSchemaResponse:
        """No schema: types are taken as they come."""
        return protocol.GetSchemaResponse("{}")

    async def check_config(self, request: protocol.CheckRequest) -> protocol.CheckResponse:
        """Any configuration is accepted."""
        return protocol.CheckResponse(request.new_inputs)

    async def diff_config(self, request: protocol.DiffRequest) -> protocol.DiffResponse:
        """A change of the configuration never replaces resources here."""
        return protocol.DiffResponse(changes=False)

    async def configure(self, request: protocol.ConfigureRequest) -> protocol.ConfigureResponse:
        """Keep the configuration (region); ask for secrets and for calls in preview."""
        self.package.config = dict(request.args)
        return protocol.ConfigureResponse(accept_secrets=True, supports_preview=True)

    async def check(self, request: protocol.CheckRequest) -> protocol.CheckResponse:
        """Complete the inputs as the real provider would."""
        self.old_inputs[request.urn] = request.old_inputs
        checked = self.package.check(request.urn, request.old_inputs, request.new_inputs)
        self.assets[request.urn] = {key: item for key, item in checked.items() if isinstance(item.value, pulumi.Asset)}
        name = self.package.physical_name(request.urn)
        if name and not _has(request.new_inputs, name):
            self.autonamed.add(request.urn)
        return protocol.CheckResponse(checked)

    async def diff(self, request: protocol.DiffRequest) -> protocol.DiffResponse:
        """Inputs against inputs; a replacement where the real provider would need one."""
        old = self.old_inputs.get(request.urn) or request.old_state
        new = {**request.new_inputs, **self.assets.get(request.urn, {})}
        changed = dict(differences(old, new))
        paths = {path for path in changed if self.package.replaces(request.urn, path)}
        replaces = sorted(spelled(path) for path in paths)
        return protocol.DiffResponse(
            changes=bool(changed),
            replaces=replaces,
            # A name the program gave cannot exist twice, so the old one must go first.
            delete_before_replace=bool(
                replaces and self.package.physical_name(request.urn) and request.urn not in self.autonamed
            ),
            diffs=sorted({str(path[0]) for path in changed}),
            detailed_diff={
                spelled(path): protocol.PropertyDiff(forced(kind) if path in paths else kind, input_diff=True)
                for path, kind in changed.items()
            },
        )

    async def create(self, request: protocol.CreateRequest) -> protocol.CreateResponse:
        """Simulated id and outputs; in a preview they are unknown, as in real life, where nobody asks for more."""
        if request.preview and not self.simulated:
            return protocol.CreateResponse("", self._state(request.urn, request.properties, known=False))
        if not request.preview:
            self._refuse_unless_local("create", request.urn)
        made = self.package.make(request.urn, request.properties)
        return protocol.CreateResponse(made.id, self._state(request.urn, request.properties, known=True))

    async def update(self, request: protocol.UpdateRequest) -> protocol.UpdateResponse:
        """New inputs over the outputs that were simulated at creation."""
        if not request.preview:
            self._refuse_unless_local("update", request.urn)
        outputs = self.package.make(request.urn, request.news).outputs
        kept = {key: item for key, item in request.olds.items() if key in outputs and key not in request.news}
        return protocol.UpdateResponse({**self._state(request.urn, request.news, known=True), **kept})

    async def delete(self, request: protocol.DeleteRequest) -> None:
        """Forget it."""
        self._refuse_unless_local("delete", request.urn)

    async def read(self, request: protocol.ReadRequest) -> protocol.ReadResponse:
        """State as it is; a resource that is only referred to gets made-up outputs."""
        if request.properties:
            return protocol.ReadResponse(request.resource_id, request.properties, request.inputs)
        state = self._state(request.urn, {}, known=True)
        return protocol.ReadResponse(request.resource_id, {**state, "id": value(request.resource_id)}, {})

    async def invoke(self, request: protocol.InvokeRequest) -> protocol.InvokeResponse:
        """Made-up answers to the functions Belfry calls."""
        answer = self.package.invoke(request.tok, request.args)
        return protocol.InvokeResponse({key: value(item) for key, item in answer.items()})

    def _refuse_unless_local(self, action: str, urn: str) -> None:
        if stack_of(urn) != LOCAL_STACK:
            raise LockedError(action, urn)

    def _state(self, urn: str, inputs: Properties, *, known: bool) -> Properties:
        made: Made = self.package.make(urn, inputs)
        outputs = {key: merge(inputs.get(key), item, known=known) for key, item in made.outputs.items()}
        secret = {key: item.with_secret(True) for key, item in outputs.items() if key in made.secret}
        return {**inputs, **outputs, **secret}


def _has(properties: Properties, path: tuple[str, ...]) -> bool:
    for part in path[:-1]:
        properties = mapping(properties, part)
    return path[-1] in properties
