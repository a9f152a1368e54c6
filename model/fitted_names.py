"""Names that AWS limits: one that is too long ends in a checksum of itself, always the same."""

import hashlib
from typing import Final

BUCKET: Final = 63
"""Amazon S3 user guide, "General purpose bucket naming rules"."""

ALARM: Final = 255
"""CloudWatch API reference, PutMetricAlarm and PutCompositeAlarm."""

_MARK = 8  # hexadecimal digits: of a thousand names, two are alike in one of 10,000 accounts


def fitted(name: str, longest: int) -> str:
    """``name`` with at most ``longest`` characters; as it is where it fits."""
    if len(name) <= longest:
        return name
    mark = hashlib.sha256(name.encode()).hexdigest()[:_MARK]
    return f"{name[: longest - _MARK - 1]}-{mark}"
