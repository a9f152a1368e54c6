"""Logs that AWS's own services write: saved queries where there is a log, and groups only where they are asked for."""

from pathlib import Path

import pulumi_aws as aws
import pytest

from model.account import log_queries
from model.problems import BadInput
from tests.stacks.foundation import ADOPTED, THEIR_STORAGE, deploy, every_environment, plan

FUNCTION = "/aws/lambda/cloudmart-warehouse-export"


@every_environment
def test_every_saved_query_is_about_a_log_group_that_there_is(stack: str) -> None:
    result = plan(stack)
    made = {group.inputs["name"] for group in result.of(aws.cloudwatch.LogGroup).values()}
    queries = result.of(aws.cloudwatch.QueryDefinition)

    assert {name.removeprefix("queries-").rpartition("-")[0].split("-")[0] for name in queries} >= {"control", "flow"}
    for query in queries.values():
        (first, *_) = query.inputs["logGroupNames"]
        assert first in made or first.startswith("/aws/lambda/")
        assert query.inputs["name"].startswith(f"belfry-{stack}/"), "two environments of one account have their own"
        assert "limit" in query.inputs["queryString"] or "bin(" in query.inputs["queryString"]


def test_an_adopted_cluster_without_audit_log_or_network_of_ours_has_queries_of_functions_alone() -> None:
    found = deploy("prod", cluster={**ADOPTED, "identity": "pod-identity"}, storage=THEIR_STORAGE).of(
        aws.cloudwatch.QueryDefinition
    )

    assert found
    assert {name.split("-")[1] for name in found} == {"lambda"}


def test_log_groups_of_functions_are_made_only_where_asked_for_and_outlive_belfry() -> None:
    def groups(**storage: object) -> dict[str, object]:
        result = deploy("prod", storage=storage)
        return {g.inputs["name"]: g.inputs for g in result.of(aws.cloudwatch.LogGroup).values()}

    assert FUNCTION not in groups()
    made = groups(function_log_groups=True, log_group_days=60)[FUNCTION]
    assert isinstance(made, dict)
    assert made["retentionInDays"] == 60
    assert made["kmsKeyId"]


def test_a_mistake_in_the_file_of_queries_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "log_queries.yaml"
    file.write_text("control-plane: {}\nlambda: {x: y}\n", encoding="utf-8")
    log_queries.shipped.cache_clear()
    monkeypatch.setattr(log_queries, "FILE", file)
    with pytest.raises(BadInput, match=r"log_queries.yaml.*flow-logs"):
        log_queries.shipped()
    log_queries.shipped.cache_clear()
