"""What Belfry tells an Amazon OpenSearch Service domain that holds traces: when to delete them."""

from typing import Any

from configs.stores.jaeger import INDEX_PREFIX

POLICY = "belfry-traces"
PATTERN = f"{INDEX_PREFIX}-jaeger-*"
# Above the policies that a domain may have for everything.
PRIORITY = 100


def retention_policy(days: int) -> dict[str, Any]:
    """A policy of Index State Management. An index holds one day, so its last line is a day younger than the index.

    https://docs.opensearch.org/latest/im-plugin/ism/policies/
    """
    return {
        "policy": {
            "description": f"Traces are kept for {days} days. Written by Belfry.",
            "default_state": "kept",
            "states": [
                {
                    "name": "kept",
                    "actions": [],
                    "transitions": [{"state_name": "deleted", "conditions": {"min_index_age": f"{days + 1}d"}}],
                },
                {"name": "deleted", "actions": [{"delete": {}}], "transitions": []},
            ],
            "ism_template": [{"index_patterns": [PATTERN], "priority": PRIORITY}],
        }
    }
