"""Two environments in one account: what the account has once has one alarm, and nobody is left without it."""

import json
from pathlib import Path
from typing import Any

import pulumi_aws as aws
import pytest
import yaml

from model.problems import BadInput
from stacks.inputs import read
from tests.stacks.deployment import TODAY, copy_of_project, deploy, stack_config
from tests.synth import Synth

ACCOUNT = "111122223333"
RULE = aws.cloudwatch.EventRule


@pytest.fixture(scope="module", name="owner")
def owning_environment(tmp_path_factory: pytest.TempPathFactory) -> Synth:
    return deploy("staging", root=shared(tmp_path_factory.mktemp("owner"), staging="all", dev="none"))


@pytest.fixture(scope="module", name="other")
def other_environment(tmp_path_factory: pytest.TempPathFactory) -> Synth:
    return deploy("dev", root=shared(tmp_path_factory.mktemp("other"), staging="all", dev="none"))


def shared(folder: Path, **account_wide: str) -> Path:
    """The project, with these environments in one account."""
    project = copy_of_project(folder)
    for stack, value in account_wide.items():
        change(project, stack, account=ACCOUNT, account_wide=value)
    return project


def change(project: Path, stack: str, **keys: Any) -> None:
    path = project / f"Pulumi.{stack}.yaml"
    document = yaml.safe_load(path.read_text())
    document["config"].update({f"belfry:{key}": value for key, value in keys.items()})
    path.write_text(yaml.safe_dump(document))


def load(project: Path, stack: str) -> tuple[str, ...]:
    """The warnings of an environment. Raises BadInput with its mistakes."""
    given = {key.removeprefix("belfry:"): value for key, value in stack_config(stack, project).items()}
    return read(stack, given, project, today=TODAY).warnings


def patterns(result: Synth) -> set[str]:
    """Event patterns of rules that notify; each Karpenter gets all warnings and acts on its own instances alone."""
    return {
        json.dumps(json.loads(rule.inputs["eventPattern"]), sort_keys=True)
        for name, rule in result.of(RULE).items()
        if "eventPattern" in rule.inputs and not name.startswith("node-provisioning-")
    }


def watched_metrics(result: Synth) -> set[str]:
    """What Belfry's own alarms look at: metric and dimensions. Those of the catalog's resources are the catalog's.

    IDs that AWS gives to an environment's own resources are the same in both plans, since the mocks make them up.
    """
    return {
        json.dumps([alarm.inputs.get(key) for key in ("namespace", "metricName", "dimensions", "metricQueries")])
        for name, alarm in result.of(aws.cloudwatch.MetricAlarm).items()
        if name.startswith(("belfry-", "audit-", "heartbeat-", "alarm-events-"))
        and not (alarm.inputs.get("dimensions") or {}).keys() & {"AutoScalingGroupName", "NatGatewayId", "TopicName"}
    }


def test_no_event_and_no_metric_of_the_account_is_watched_twice(owner: Synth, other: Synth) -> None:
    assert patterns(owner) & patterns(other) == set()
    assert watched_metrics(owner) & watched_metrics(other) == set()


def test_the_owner_has_the_events_the_quotas_and_the_bill(owner: Synth) -> None:
    assert "security-global" in owner.of(RULE)
    assert "security-root-used" in owner.of(RULE)
    assert any(name.startswith("belfry-account-") for name in owner.of(aws.cloudwatch.MetricAlarm))
    assert owner.of("belfry:kubernetes:SecurityPosture")


def test_the_other_keeps_what_is_its_own(other: Synth) -> None:
    alarms = other.of(aws.cloudwatch.MetricAlarm)
    assert not [name for name in alarms if name.startswith("belfry-account-")]
    assert [name for name in alarms if name.startswith("audit-")], "its own cluster's audit log"
    assert "heartbeat-heartbeat" in alarms
    assert not [name for name in other.of(RULE) if name.startswith("security-")]
    assert not other.of("belfry:kubernetes:SecurityPosture")
    assert "alarm-events-changes" in other.of(RULE)


def test_another_region_has_its_events_and_leaves_the_global_ones(tmp_path: Path) -> None:
    project = shared(tmp_path, staging="all", dev="region")
    change(project, "dev", region="eu-west-1")

    assert load(project, "dev") == ()
    rules = deploy("dev", root=project).of(RULE)
    assert "security-guardduty-high" in rules
    assert "security-global" not in rules


@pytest.mark.parametrize(
    ("staging", "dev", "message"),
    [
        pytest.param(
            "all",
            "all",
            "Pulumi.dev.yaml: belfry:account_wide: found all, as Pulumi.staging.yaml has all, for the same account "
            f"{ACCOUNT}: .*; allowed: all in one of the two files",
            id="both watch the account",
        ),
        pytest.param(
            "all",
            "region",
            "found region, as Pulumi.staging.yaml has all, for the same account .* and region eu-central-1",
            id="both watch the region",
        ),
    ],
)
def test_two_owners_are_refused_with_both_files(tmp_path: Path, staging: str, dev: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        load(shared(tmp_path, staging=staging, dev=dev), "dev")


def test_two_environments_in_one_cluster_are_refused(tmp_path: Path) -> None:
    project = shared(tmp_path, staging="all", dev="none")
    change(project, "dev", cluster={**stack_config("dev")["belfry:cluster"], "name": "belfry-staging"})

    with pytest.raises(BadInput, match=r"belfry:cluster.name: found belfry-staging, as in Pulumi.staging.yaml"):
        load(project, "dev")


def test_a_resource_that_both_watch_is_warned_of(tmp_path: Path) -> None:
    project = shared(tmp_path, staging="all", dev="none")

    (warning,) = load(project, "dev")
    assert "Pulumi.dev.yaml and Pulumi.staging.yaml are of one account and region" in warning
    assert "alchemorsel/" in warning

    change(project, "staging", systems=["cloudmart"])
    change(project, "dev", systems=["bakhmach"])
    assert load(project, "dev") == ()


def test_an_account_without_an_owner_is_warned_of(tmp_path: Path) -> None:
    lacking_account, lacking_region, _ = load(shared(tmp_path, staging="none", dev="none"), "dev")

    assert lacking_account.startswith("Pulumi.dev.yaml: belfry:account_wide is none, and no file of the account")
    assert "root user" in lacking_account
    assert "in eu-central-1 has all or region: nobody is notified of GuardDuty" in lacking_region


def test_an_owner_in_another_region_does_not_watch_this_one(tmp_path: Path) -> None:
    project = shared(tmp_path, staging="all", dev="none")
    change(project, "staging", region="eu-west-1")

    (warning,) = load(project, "dev")
    assert "in eu-central-1 has all or region" in warning


@pytest.mark.parametrize(
    ("content", "account"), [("config: [", ACCOUNT), ("config: {belfry:region: eu-central-1}", ""), ("- 1", "")]
)
def test_another_file_that_says_nothing_of_an_account_hides_nothing(tmp_path: Path, content: str, account: str) -> None:
    project = shared(tmp_path, dev="all")
    (project / "Pulumi.staging.yaml").write_text(content)

    assert load(project, "dev") == (), account


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            {"cost": {"monthly_budget_usd": 100}},
            r"belfry:cost.counts: found a budget of the whole account while account_wide is none; "
            "allowed: counts environment",
            id="a second budget of the account",
        ),
        pytest.param(
            {
                "cost": {
                    "monthly_budget_usd": 100,
                    "counts": "environment",
                    "anomaly_monitor_arn": f"arn:aws:ce::{ACCOUNT}:anomalymonitor/12345678-1234-1234-1234-123456789012",
                }
            },
            "belfry:cost.anomaly_monitor_arn: found a monitor of the account while",
            id="a second reader of the account's monitor",
        ),
        pytest.param(
            {"notifications": {"security_events": True}},
            "belfry:notifications.security_events: found true while account_wide is none",
            id="events that another has",
        ),
        pytest.param({"security": {"posture": True}}, "belfry:security.posture: found true while", id="findings"),
        pytest.param({"account_wide": "some"}, "belfry:account_wide: found 'some'", id="no such share"),
    ],
)
def test_what_asks_for_the_accounts_own_where_another_has_it_is_refused(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    project = shared(tmp_path, staging="all", dev="none")
    change(project, "dev", **changes)

    with pytest.raises(BadInput, match=message):
        load(project, "dev")


def test_a_budget_by_the_environments_tag_is_taken(tmp_path: Path) -> None:
    project = shared(tmp_path, staging="all", dev="none")
    change(project, "dev", cost={"monthly_budget_usd": 100, "counts": "environment"})

    budget = deploy("dev", root=project).only(aws.budgets.Budget)
    assert budget.inputs["costFilters"] == [{"name": "TagKeyValue", "values": ["user:environment$dev"]}]
