"""What secrets look like: names of keys that hold one, and texts that are one."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

SECRETS_KEY: Final = "belfry:secrets"
"""The one structured secret of the project: name -> value."""

# The end of a key that holds a secret: ``aws:secretKey``, ``datadog:apiKey``, ``cloudflare:apiToken``. A key that ends
# in another word names one (``secret_source``, ``sharedCredentialsFiles``) or switches something.
_SECRET: Final = re.compile(
    r"(password|passphrase|passwd|secret|secrets|token|credentials?|(secret|private|api|access|signing|routing)[-_]?key)$",
    re.IGNORECASE,
)
# An access key of AWS is the name of the secret key.
_NAMES: Final = {"aws:accessKey"}


def holds_secret(key: str) -> bool:
    """Whether the name of ``key`` says that its value is a secret."""
    return key not in _NAMES and _SECRET.search(key) is not None


NAMED: Final = re.compile(
    r"(^|[._-])(passwords?|passwd|tokens?|secrets?|api_?key|access_?key|secret_?access_?key|private_?key|routing_?key"
    r"|webhook_?url|credentials?|tls\.key)$",
    re.IGNORECASE,
)
# Of a private key the first line of its material too: prose names the `-----BEGIN ...` alone.
SHAPES: Final[Mapping[str, re.Pattern[str]]] = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----(\\[nr]|\s)+([\w-]+: .*\s+)*[A-Za-z0-9+/=]{32}"),
    "an AWS access key": re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b"),
    "a Slack webhook": re.compile(r"https://hooks\.slack\.com/services/T\w+/B\w+/\w+"),
    "a Slack token": re.compile(r"\bxox[abprs]-[0-9A-Za-z-]{10,}"),
    "a password in a URL": re.compile(r"[a-z]+://[^\s/:@$%{]+:[^\s/:@$%{]+@"),
}


def shapes_in(text: str) -> Iterator[str]:
    """Names of the kinds of secret that ``text`` holds."""
    return (shape for shape, pattern in SHAPES.items() if pattern.search(text))


def one_line(text: str, longest: int) -> str:
    """One line of ``longest`` characters at most, without control characters and anything of the shape of a secret."""
    line = "".join(character if character.isprintable() else " " for character in text)
    if any(shapes_in(line)):
        return "[secret]"
    return line if len(line) <= longest else f"{line[: longest - 3]}..."
