"""What senders get wrong: marked on the item, counted by service, then repaired or dropped, so that it costs only them.

A store refuses a whole request for one item that it cannot take, and a request holds the items of many services.
"""

from enum import StrEnum

from configs.collector.parts import Config

MARK = "telemetry.fault"
COUNT = "signal_to_metrics/faults"
METRIC = "telemetry.faults"


class Fault(StrEnum):
    """Values of the label `telemetry_fault`. docs/runbooks/TelemetryFaulty.md says what each means to the sender."""

    # The item is kept, repaired.
    DELTA = "delta-temporality"
    LABEL_CUT = "label-cut"
    ATTRIBUTES_CUT = "attributes-cut"
    BODY_CUT = "body-cut"
    RESOURCE_CUT = "resource-cut"
    # The item is dropped: no store could take it.
    NAME = "invalid-name"
    TEMPORALITY = "unconvertible-temporality"
    TIMESTAMP = "timestamp-out-of-range"
    HISTOGRAM = "inconsistent-histogram"
    LABELS = "too-many-labels"

    @property
    def dropped(self) -> bool:
        """Whether the item is dropped."""
        return self in {Fault.NAME, Fault.TEMPORALITY, Fault.TIMESTAMP, Fault.HISTOGRAM, Fault.LABELS}


def counter() -> dict[str, Config]:
    """The connector that counts marked items by service and fault."""

    def counted(context: str) -> list[Config]:
        mark = f'{context}.attributes["{MARK}"]'
        return [
            {
                "name": METRIC,
                "description": "Items with a fault of their sender's.",
                "unit": "{item}",
                "include_resource_attributes": [{"key": "service.namespace"}, {"key": "service.name"}],
                "attributes": [{"key": MARK}],
                "conditions": [f"{mark} != nil"],
                "sum": {"value": "1", "monotonic": True},
            }
        ]

    return {
        COUNT: {
            "error_mode": "silent",
            "datapoints": counted("datapoint"),
            "logs": counted("log"),
            "spans": counted("span"),
        }
    }
