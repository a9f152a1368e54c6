"""The engine's event stream, gathered into one step a resource."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pulumi.automation import EngineEvent
from pulumi.automation.events import DiagnosticEvent, OpType, PolicyEvent, StepEventMetadata
from pulumi.runtime.rpc import UNKNOWN, _special_asset_sig, _special_secret_sig, _special_sig_key

from engine.errors import readable
from model.plan import SECRET_TEXT, STACK_TYPE, UNKNOWN_TEXT

# The engine says so for each plugin that it takes from PATH. Offline that is what we want, and we say it ourselves.
_EXPECTED_WARNINGS = ("using pulumi-resource-", "using pulumi-analyzer-policy-python")


class Change(StrEnum):
    """What happens to one resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    READ = "read"
    SAME = "same"


_CHANGES: Mapping[OpType, Change] = {
    OpType.SAME: Change.SAME,
    OpType.CREATE: Change.CREATE,
    OpType.IMPORT: Change.CREATE,
    OpType.UPDATE: Change.UPDATE,
    OpType.DELETE: Change.DELETE,
    OpType.REPLACE: Change.REPLACE,
    OpType.CREATE_REPLACEMENT: Change.REPLACE,
    OpType.IMPORT_REPLACEMENT: Change.REPLACE,
    OpType.DELETE_REPLACED: Change.REPLACE,
    OpType.READ: Change.READ,
    OpType.READ_REPLACEMENT: Change.REPLACE,
}


@dataclass(slots=True)
class Step:
    """One resource in one run. ``inputs`` are masked; ``changed`` are the property paths that differ.

    ``before`` are the masked inputs in the state, empty where the resource is new.
    """

    urn: str
    type: str
    change: Change
    parent: str
    inputs: Mapping[str, Any]
    changed: tuple[str, ...]
    before: Mapping[str, Any] = field(default_factory=dict)
    provider: str = ""
    protect: bool = False

    @property
    def name(self) -> str:
        """The resource's logical name."""
        return self.urn.rsplit("::", 1)[-1]


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """What a policy pack found at a resource; ``level`` is mandatory or advisory."""

    policy: str
    urn: str
    level: str
    message: str

    @classmethod
    def of(cls, event: PolicyEvent) -> "Violation":
        """The violation of an event."""
        level = "mandatory" if event.enforcement_level == "mandatory" else "advisory"
        return cls(event.policy_name, event.resource_urn or "", level, readable(event.message))


@dataclass(slots=True)
class Recorder:
    """Listens to one run. ``tell`` is called after each change of the counts, from the engine's thread."""

    tell: Callable[["Recorder"], None] = lambda recorder: None
    steps: dict[str, Step] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    leaks: set[str] = field(default_factory=set)
    violations: set[Violation] = field(default_factory=set)
    done: int = 0
    current: str = ""

    def __call__(self, event: EngineEvent) -> None:
        """Take one event of the engine."""
        if event.resource_pre_event:
            self._step(event.resource_pre_event.metadata)
        elif event.res_outputs_event:
            self._finished(event.res_outputs_event.metadata)
        elif event.diagnostic_event:
            self._diagnostic(event.diagnostic_event)
        elif event.policy_event:
            self.violations.add(Violation.of(event.policy_event))

    @property
    def changes(self) -> Mapping[Change, int]:
        """How many resources change, by kind of change, in the order of :class:`Change`."""
        counted = Counter(step.change for step in self.steps.values())
        return {change: counted[change] for change in Change if counted[change]}

    def _step(self, metadata: StepEventMetadata) -> None:
        change = _CHANGES.get(metadata.op)
        if change is None or made_by_engine(metadata.urn):
            return
        known = self.steps.get(metadata.urn)
        self.current = metadata.urn.rsplit("::", 1)[-1]
        state = metadata.new or metadata.old
        if metadata.new and has_plain_secret(metadata.new.inputs):
            self.leaks.add(metadata.urn)
        # A replacement comes as several steps of one URN; the new state is the one to keep.
        if known is None or metadata.new is not None:
            self.steps[metadata.urn] = Step(
                urn=metadata.urn,
                type=metadata.type,
                change=Change.REPLACE if known and Change.REPLACE in (known.change, change) else change,
                parent=state.parent if state else "",
                inputs=masked(state.inputs or {}) if state else {},
                changed=tuple(sorted(metadata.detailed_diff or ())),
                before=masked(metadata.old.inputs or {}) if metadata.old else (known.before if known else {}),
                provider=state.provider or "" if state else "",
                protect=bool(state and state.protect),
            )
        self.tell(self)

    def _finished(self, metadata: StepEventMetadata) -> None:
        if made_by_engine(metadata.urn):
            return
        self.done += 1
        if metadata.type == STACK_TYPE and metadata.new and metadata.new.outputs:
            self.outputs = masked(metadata.new.outputs)
        self.tell(self)

    def _diagnostic(self, event: DiagnosticEvent) -> None:
        if event.severity not in ("error", "warning"):
            return
        message = readable(event.message)
        if not message or any(message.startswith(expected) for expected in _EXPECTED_WARNINGS):
            return
        text = f"{event.urn.rsplit('::', 1)[-1]}: {message}" if event.urn else message
        found = self.errors if event.severity == "error" else self.warnings
        if text not in found:
            found.append(text)


def made_by_engine(urn: str) -> bool:
    """Default providers: the engine registers them, the program does not, and it does not count them either."""
    return "::pulumi:providers:" in urn and urn.rsplit("::", 1)[-1].startswith("default")


def has_plain_secret(value: Any) -> bool:
    """Whether plain text of a secret stands in an event's ``value``.

    A value that is marked secret comes as an object. The engine also blots out the text of every configuration secret
    from its events, wherever it stands: blotted text outside of such an object was plain, and would be so in the state.
    """
    if isinstance(value, Mapping):
        return value.get(_special_sig_key) != _special_secret_sig and any(map(has_plain_secret, value.values()))
    if isinstance(value, list):
        return any(map(has_plain_secret, value))
    return isinstance(value, str) and SECRET_TEXT in value


def masked(value: Any) -> Any:
    """``value`` with secrets and unknowns as words, and without the providers' notes (keys beginning with ``__``).

    A file is known by its checksum: where it lies differs between machines.
    """
    if isinstance(value, Mapping):
        if value.get(_special_sig_key) == _special_asset_sig:
            return {key: text for key, text in sorted(value.items()) if key != "path"}
        if value.get(_special_sig_key) == _special_secret_sig:
            return SECRET_TEXT
        return {key: masked(value[key]) for key in sorted(value) if not key.startswith("__")}
    if isinstance(value, list):
        return [masked(item) for item in value]
    return UNKNOWN_TEXT if value == UNKNOWN else value
