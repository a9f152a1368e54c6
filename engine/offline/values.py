"""Property values between plain Python and the engine's wire form, and names derived from a URN by hash."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from google.protobuf import struct_pb2
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime.rpc import UNKNOWN, _special_asset_sig, _special_sig_key

Json: TypeAlias = "bool | float | str | Sequence[Json] | Mapping[str, Json] | None"
Properties: TypeAlias = dict[str, PropertyValue]


def value(plain: Json, *, secret: bool = False) -> PropertyValue:
    """``plain`` as a property value; integers become floats, as they are on the wire."""
    if isinstance(plain, bool) or plain is None or isinstance(plain, str):
        return PropertyValue(plain, is_secret=secret)
    if isinstance(plain, int | float):
        return PropertyValue(float(plain), is_secret=secret)
    if isinstance(plain, Mapping):
        return PropertyValue({key: value(item) for key, item in plain.items()}, is_secret=secret)
    return PropertyValue([value(item) for item in plain], is_secret=secret)


def unknown() -> PropertyValue:
    """A value known only after the update.

    The SDK's own ``PropertyValue.computed()`` cannot be sent: its ``marshal`` has no case for it, and ``unmarshal``
    leaves the engine's sentinel a plain string. So the sentinel itself is used, in both directions.
    """
    return PropertyValue(UNKNOWN)


def is_unknown(item: PropertyValue) -> bool:
    """Whether ``item`` is known only after the update."""
    return bool(item.value == UNKNOWN)


def text(properties: Mapping[str, PropertyValue], key: str, default: str = "") -> str:
    """The string under ``key``, or ``default`` when it is missing, unknown or no string."""
    item = properties.get(key)
    if item is None or not isinstance(item.value, str) or is_unknown(item):
        return default
    return item.value


def mapping(properties: Mapping[str, PropertyValue], key: str) -> Properties:
    """The map under ``key``, empty when there is none."""
    item = properties.get(key)
    return dict(item.value) if item is not None and isinstance(item.value, Mapping) else {}


def digest(urn: str, length: int) -> str:
    """``length`` hexadecimal digits (at most 64) that only ``urn`` decides."""
    return hashlib.sha256(urn.encode()).hexdigest()[:length]


def autoname(urn: str) -> str:
    """The physical name of a resource that was given none: ``<name>-<7 hex digits>``, as the real providers do."""
    return f"{urn.rsplit('::', 1)[-1]}-{digest(urn, 7)}"


def merge(inputs: PropertyValue | None, outputs: Json, *, known: bool) -> PropertyValue:
    """``inputs`` with the made-up ``outputs`` laid under it; when not ``known``, what is made up is unknown."""
    if not isinstance(outputs, Mapping) or (inputs is not None and not isinstance(inputs.value, Mapping)):
        return inputs if inputs is not None else value(outputs) if known else unknown()
    if inputs is None and not known:
        return unknown()
    given: Mapping[str, PropertyValue] = inputs.value if inputs and isinstance(inputs.value, Mapping) else {}
    added = {key: merge(given.get(key), item, known=known) for key, item in outputs.items()}
    return PropertyValue({**given, **added}, is_secret=bool(inputs and inputs.is_secret))


def accept_assets_by_hash() -> None:
    """Let the SDK read an asset of an old state, which the engine hands over by its hash alone when it deletes.

    The SDK knows only assets with a path, a text or a URL, and fails the whole deletion on any other.
    """
    read = PropertyValue.unmarshal

    def unmarshal(sent: struct_pb2.Value) -> PropertyValue:
        fields = sent.struct_value.fields
        is_asset = _special_sig_key in fields and fields[_special_sig_key].string_value == _special_asset_sig
        if is_asset and not any(fields[key].string_value for key in ("path", "text", "uri") if key in fields):
            return PropertyValue({"hash": PropertyValue(fields["hash"].string_value)})
        return read(sent)

    PropertyValue.unmarshal = staticmethod(unmarshal)  # type: ignore[assignment,method-assign]
