"""What Prometheus can see of the forwarder."""

from prometheus_client import Counter, Gauge

from ops.serving import Served


class Metrics(Served):
    """Counters and gauges of one forwarder, in a registry of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.messages = Counter(
            "alarm_forwarder_messages",
            "Messages received from the queue: `told` (posted), `old` (a duplicate or out of order), `unknown` (no "
            "alarm of the table), `malformed`.",
            ["outcome"],
            registry=self.registry,
        )
        self.failures = Counter(
            "alarm_forwarder_failures",
            "Calls that failed after all retries: of AWS by their names, and Alertmanager.",
            ["call"],
            registry=self.registry,
        )
        self.corrected = Counter(
            "alarm_forwarder_corrected_states",
            "States read from CloudWatch that no event had reported.",
            registry=self.registry,
        )
        self.delivered = Gauge(
            "alarm_forwarder_last_delivery_timestamp_seconds",
            "Time of the last confirmed delivery to an Alertmanager.",
            registry=self.registry,
        )
        self.age = Gauge(
            "alarm_forwarder_oldest_message_age_seconds",
            "How long the oldest message of the last batch had waited; 0 when the queue was empty.",
            registry=self.registry,
        )
        self.firing = Gauge("alarm_forwarder_firing_alarms", "Alarms that fire.", registry=self.registry)
