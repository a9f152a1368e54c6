"""What the offline provider knows of ``random``: values derived from the URN by hash.

They are made up and can be guessed by anyone who knows the names: never fit for a real environment, and the lock of
the provider keeps them out of one.
"""

import base64
import hashlib
import string
from collections.abc import Callable, Mapping

from engine.offline.package import Made, Package, type_of
from engine.offline.values import Json, Properties, digest, text

_SPECIAL = "!@#$%&*()-_=+[]{}<>:?"
"""The default special characters of the real provider."""


class Random(Package):
    """The types of the random package; every change of an input replaces, as in the real one."""

    name = "random"

    def check(self, urn: str, old: Properties, new: Properties) -> Properties:
        """Inputs stand as they are."""
        del urn, old
        return new

    def make(self, urn: str, inputs: Properties) -> Made:
        """The value, by type; an unknown type gets a digest as ``result``."""
        return _MAKERS.get(type_of(urn).rsplit(":", 1)[-1], _other)(urn, inputs)

    def replaces(self, urn: str, path: tuple[str | int, ...]) -> bool:
        """Always: a random value cannot be edited."""
        del urn, path
        return True

    def physical_name(self, urn: str) -> tuple[str, ...]:
        """None."""
        del urn
        return ()


def _characters(urn: str, inputs: Properties) -> str:
    alphabet = "".join(
        letters
        for key, letters in (
            ("lower", string.ascii_lowercase),
            ("upper", string.ascii_uppercase),
            ("numeric", string.digits),
            ("special", text(inputs, "overrideSpecial", _SPECIAL)),
        )
        if key not in inputs or inputs[key].value
    )
    stream = hashlib.shake_256(urn.encode()).digest(2 * _number(inputs, "length", 16))
    return "".join(alphabet[byte % len(alphabet)] for byte in stream[::2])


def _password(urn: str, inputs: Properties) -> Made:
    outputs: dict[str, Json] = {"result": _characters(urn, inputs), "bcryptHash": f"$2a$10${digest(urn, 53)}"}
    return Made(id="none", outputs=outputs, secret=frozenset(outputs))


def _identifier(urn: str, inputs: Properties) -> Made:
    raw = hashlib.shake_256(urn.encode()).digest(_number(inputs, "byteLength", 8))
    url = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    prefix = text(inputs, "prefix")
    outputs: dict[str, Json] = {
        "b64Std": prefix + base64.b64encode(raw).decode(),
        "b64Url": prefix + url,
        "dec": f"{prefix}{int.from_bytes(raw)}",
        "hex": prefix + raw.hex(),
    }
    return Made(id=url, outputs=outputs)


def _other(urn: str, inputs: Properties) -> Made:
    del inputs
    return Made(id=digest(urn, 16), outputs={"result": digest(urn, 16)})


def _number(inputs: Properties, key: str, default: int) -> int:
    item = inputs.get(key)
    return int(item.value) if item is not None and isinstance(item.value, float) else default


_MAKERS: Mapping[str, Callable[[str, Properties], Made]] = {
    "RandomId": _identifier,
    "RandomPassword": _password,
}
