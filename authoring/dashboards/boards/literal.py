"""Text of the catalog in a board, shown as it was written.

Grafana puts values for `$name`, `${name}` and `[[name]]` into titles, descriptions, display names and text panels, and
knows no way to escape them: `$$name` becomes a dollar sign and the value (grafana/grafana issues 40603 and 71424). A
space without width behind the first sign is invisible, and no name begins with it.
"""

import re
from typing import Final

_VARIABLE: Final = re.compile(r"\$(?=[\w{])|\[(?=\[)")
_NO_WIDTH: Final = "\u200b"


def literal(text: str) -> str:
    """``text`` without references to variables of the board."""
    return _VARIABLE.sub(lambda sign: sign[0] + _NO_WIDTH, text)
