"""The secret that Grafana proves itself with to the company's sign-on."""

import pulumi_kubernetes as kubernetes

from components.grafana_sign_on import GrafanaSignOn
from tests.components.examples import EXAMPLES, deploy


def test_the_clients_secret_stands_in_the_secret_that_grafana_mounts_and_is_secret() -> None:
    made = deploy(EXAMPLES[GrafanaSignOn]).only(kubernetes.core.v1.Secret)

    assert made.inputs["metadata"]["name"] == "grafana-sign-on"
    assert made.inputs["metadata"]["namespace"] == "monitoring"
    assert made.inputs["stringData"] == {"client-secret": "hush"}
    assert made.secrets == {"stringData"}
