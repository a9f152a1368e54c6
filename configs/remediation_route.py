"""The route by which alerts of auto-remediation reach its engine, beside every other route.

Only where an engine runs: an address that nobody answers would be retried for ever, and reported.
"""

from collections.abc import Collection, Mapping
from typing import Any

from model import labels, names
from model.query_text import matcher, one_of

# One alert a message, at once: a message that was cut, or that waits for others, helps nobody. It is sent again after
# four hours, which the engine knows by its start.
TIMING = {"group_wait": "0s", "group_interval": "15s", "repeat_interval": "4h"}


def with_engine(
    config: Mapping[str, Any], alerts: Collection[str], integrations: Mapping[str, Any]
) -> Mapping[str, Any]:
    """``alertmanager.yaml`` with the route; ``config`` itself where no rule names an alert.

    ``integrations``: of the engine's receiver, such as ``webhook_configs``. Matched by the alert's name: a label of its
    own would make another alert of it, and copies for a higher level are the same news. ``continue`` leaves the routes
    to people as they are: paging never waits for the engine.

    The root handles only what none of its routes took, and the engine's route has taken these. So the last route does
    for them what the root does for all others: it has nothing of its own.
    """
    if not alerts:
        return config
    mine = [one_of("alertname", sorted(alerts)), matcher(labels.LEVEL, "")]
    route = {
        "receiver": names.REMEDIATION,
        "matchers": mine,
        "group_by": ["..."],
        **TIMING,
        "continue": True,
    }
    root = config["route"]
    return {
        **config,
        "route": {**root, "routes": [route, *root.get("routes", ()), {"matchers": mine}]},
        "receivers": [*config["receivers"], {"name": names.REMEDIATION, **integrations}],
    }
