"""Grafana's first account."""

import pulumi_kubernetes as kubernetes
import pulumi_random as random

from components.grafana_admin import GrafanaAdmin
from tests.components.examples import EXAMPLES, deploy


def test_the_password_is_random_and_long_and_survives_a_shell() -> None:
    password = deploy(EXAMPLES[GrafanaAdmin]).only(random.RandomPassword).inputs

    assert password["length"] >= 32
    assert not password["special"]


def test_user_and_password_stand_under_the_keys_that_the_chart_reads() -> None:
    secret = deploy(EXAMPLES[GrafanaAdmin]).only(kubernetes.core.v1.Secret).inputs

    assert secret["metadata"]["name"] == "grafana-admin"
    assert secret["metadata"]["namespace"] == "monitoring"
    assert secret["stringData"] == {"admin-user": "admin", "admin-password": "made-up-password"}


def test_the_password_is_secret_and_only_the_name_of_its_secret_is_put_out() -> None:
    result = deploy(EXAMPLES[GrafanaAdmin])

    assert result.only(kubernetes.core.v1.Secret).secrets == {"stringData"}
    assert result.only(GrafanaAdmin).outputs == {"secret": "grafana-admin"}
