"""Which keys of a file hold secrets, by their names."""

import re
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
