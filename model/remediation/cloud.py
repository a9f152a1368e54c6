"""What the engine of auto-remediation is called in AWS: names and ARNs that its parts agree on before any is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ENGINE = "engine"
"""The function that decides and keeps the ledger; the others are called as their families."""
EXPIRES = "expires"
"""The ledger's attribute by which DynamoDB deletes: Unix time, seconds."""
ENVIRONMENT_VARIABLE, CLUSTER_VARIABLE = "BELFRY_ENVIRONMENT", "BELFRY_CLUSTER"
LEDGER_VARIABLE, TOPIC_VARIABLE = "BELFRY_LEDGER", "BELFRY_TOPIC"
FAMILY_VARIABLE, SYSTEMS_VARIABLE = "BELFRY_FAMILY", "BELFRY_SYSTEMS"
"""What functions know of their place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """``prefix`` starts the names of what is one for an environment; ``cluster`` is the cluster's name."""

    region: str
    account: str
    prefix: str
    cluster: str

    @property
    def name(self) -> str:
        """Of table, machine, queue and pipe."""
        return f"{self.prefix}-remediation"

    @property
    def news_name(self) -> str:
        """Of the topic that Alertmanager publishes to."""
        return f"{self.name}-news"

    @property
    def news_topic(self) -> str:
        """Its ARN."""
        return self._arn("sns", self.news_name)

    @property
    def queue(self) -> str:
        """The ARN of the queue of news."""
        return self._arn("sqs", self.name)

    @property
    def table(self) -> str:
        """The ARN of the ledger."""
        return self._arn("dynamodb", f"table/{self.name}")

    @property
    def machine(self) -> str:
        """Its ARN."""
        return self._arn("states", f"stateMachine:{self.name}")

    @property
    def boundary(self) -> str:
        """The ARN of the policy beyond which no role of these gives anything."""
        return f"arn:aws:iam::{self.account}:policy/{self.name}-boundary"

    @property
    def cluster_arn(self) -> str:
        """Of the cluster."""
        return self._arn("eks", f"cluster/{self.cluster}")

    def function_name(self, family: str) -> str:
        """Of ENGINE, or of a family."""
        return f"{self.name}-{family}"

    def function(self, family: str) -> str:
        """Its ARN."""
        return self._arn("lambda", f"function:{self.function_name(family)}")

    def log_group(self, family: str) -> str:
        """The ARN of a function's log group, whose name AWS gives."""
        return self._arn("logs", f"log-group:/aws/lambda/{self.function_name(family)}")

    def _arn(self, service: str, rest: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{rest}"


# As much of a webhook's body as the engine reads: SNS cuts messages of 256 KiB. `%q` quotes as JSON does, but for
# characters that none of these labels can have.
_LABELS = ("alertname", "system", "component", "environment")
_ALERT = (
    '{"status":{{ printf "%q" .Status }},"fingerprint":{{ printf "%q" .Fingerprint }},'
    '"startsAt":"{{ .StartsAt.UTC.Format "2006-01-02T15:04:05.000Z" }}","labels":{'
    + ",".join(f'"{label}":{{{{ printf "%q" .Labels.{label} }}}}' for label in _LABELS)
    + "}}"
)
MESSAGE = (
    '{"version":"4","alerts":[{{ range $number, $alert := .Alerts }}{{ if $number }},{{ end }}{{ with $alert }}'
    f"{_ALERT}{{{{ end }}}}{{{{ end }}}}]}}"
)


def news(cloud: Cloud) -> Mapping[str, Any]:
    """Integrations of Alertmanager's receiver: its own way to SNS, signed with the pod's role."""
    publish = {"topic_arn": cloud.news_topic, "sigv4": {"region": cloud.region}, "message": MESSAGE}
    return {"sns_configs": [{**publish, "subject": "alert", "send_resolved": True}]}
