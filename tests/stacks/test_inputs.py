"""What only settings, catalog, assets and secrets together can show. Nothing is registered when one is wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi_aws as aws
import pytest
import yaml

from model.assets import digest
from model.problems import BadInput
from stacks.inputs import Inputs, load, needed_secrets, read
from stacks.settings import given_keys
from tests.stacks.deployment import TODAY, as_pulumi_hands_it, copy_of_project, deploy, made_up_secrets, stack_config
from tests.synth import synth


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project's input that a test may change."""
    return copy_of_project(tmp_path)


def edit(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a YAML file of the copy."""
    document = yaml.safe_load(path.read_text())
    change(document)
    path.write_text(yaml.safe_dump(document, sort_keys=False))


def refusal(root: Path, stack: str = "dev", **options: Any) -> str:
    """The one message with which the program refuses to start."""
    with pytest.raises(BadInput) as mistakes:
        deploy(stack, root=root, **options)
    return str(mistakes.value)


def test_a_missing_secret_is_named_with_the_command_that_sets_it(project: Path) -> None:
    secrets = made_up_secrets(project)
    del secrets["slack-webhook"]
    message = refusal(project, secrets=secrets)
    assert "belfry:secrets.slack-webhook: the secret is missing" in message
    assert "pulumi config set --stack dev --secret --path 'belfry:secrets.slack-webhook'" in message
    assert "https://secret.example.com" not in message


def test_the_dead_mans_switch_is_needed_only_where_it_is_switched_on(project: Path) -> None:
    secrets = made_up_secrets(project)
    del secrets["dead-mans-switch"]
    deploy("dev", root=project, secrets=secrets)
    reported = refusal(project, "staging", secrets=secrets, changes={"secret_source": "stack"})
    assert "belfry:secrets.dead-mans-switch: the secret is missing" in reported


def test_a_system_whose_logs_this_environment_keeps_nowhere_is_refused(project: Path) -> None:
    catalog = project / "catalog" / "order-processor.yaml"
    catalog.write_text(catalog.read_text().replace("destinations: [loki]", "destinations: [cloudwatch]"))
    assert "catalog/order-processor.yaml: logs.destinations: found cloudwatch, none of which" in refusal(project)


def test_logs_of_a_tenant_that_outlive_their_bucket_are_refused(project: Path) -> None:
    logs = {"tenants": [{"name": "shop", "retention": "90d"}]}
    assert "logs.tenants[0].retention: found 90d, longer than the bucket" in refusal(project, changes={"logs": logs})


def test_two_lokis_are_refused_because_two_of_three_copies_must_be_written(project: Path) -> None:
    assert "belfry:logs.replicas: found 2" in refusal(project, changes={"logs": {"replicas": 2}})


def test_a_secret_in_plain_text_is_refused_by_its_name(project: Path) -> None:
    def leak(stack: dict[str, Any]) -> None:
        stack["config"]["belfry:secrets"] = {"slack-webhook": "https://hooks.example.com/T0/hunter2"}
        stack["config"]["aws:secretKey"] = "hunter2"

    edit(project / "Pulumi.dev.yaml", leak)
    given = {key.removeprefix("belfry:"): value for key, value in stack_config("dev").items() if "belfry:" in key}
    with pytest.raises(BadInput) as caught:
        read("dev", given, project, today=TODAY)
    assert "Pulumi.dev.yaml: belfry:secrets.slack-webhook: found a secret in plain text; allowed: `pulumi" in str(
        caught.value
    )
    assert "Pulumi.dev.yaml: aws:secretKey: found a secret in plain text" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_an_unknown_system_is_refused_with_the_known_ones(project: Path) -> None:
    message = refusal(project, changes={"systems": ["cloudmart", "cloudmarkt"]})
    assert "found unknown system 'cloudmarkt'; allowed: alchemorsel, bakhmach, cloudmart" in message


def test_only_the_systems_of_the_environment_are_watched(project: Path) -> None:
    few = deploy("dev", root=project, changes={"systems": ["cloudmart"]})
    ours = ("audit-", "heartbeat-", "belfry-", "alarm-events-")  # on the platform itself
    alarms = [name for name in few.of(aws.cloudwatch.MetricAlarm) if not name.startswith(ours)]
    assert alarms
    assert all(name.startswith("cloudmart-") for name in alarms)


def test_an_override_of_an_unknown_alert_is_refused(project: Path) -> None:
    alerting = {**stack_config("dev")["belfry:alerting"], "overrides": {"Watchdogg": {"for": "1h", "reason": "Typo."}}}
    message = refusal(project, changes={"alerting": alerting})
    assert "belfry:alerting.overrides.Watchdogg: found an override of an unknown alert; allowed: " in message
    assert "Watchdog" in message


@pytest.mark.parametrize("name", ["Watchdog", "Escalation", "AlertsNotDelivered", "AlarmForwarderDown"])
@pytest.mark.parametrize("override", [{"enabled": False}, {"for": "30d"}, {"severity": "info"}])
def test_prod_refuses_an_override_of_an_alert_that_watches_alerting(
    project: Path, name: str, override: dict[str, Any]
) -> None:
    overrides = {name: {**override, "reason": "It is loud."}}
    alerting = {**stack_config("prod")["belfry:alerting"], "overrides": overrides}
    message = refusal(project, "prod", changes={"alerting": alerting})
    found = "found an override of an alert that monitors alerting itself, which is unsafe in prod"
    assert f"Pulumi.prod.yaml: belfry:alerting.overrides.{name}: {found}" in message


def test_prod_refuses_a_mute_time_that_never_ends(project: Path) -> None:
    always = {
        "name": "always",
        "reason": "Peace.",
        "time_zone": "UTC",
        "times": [{"start": "00:00", "end": "24:00"}],
        "severities": ["critical", "warning", "info"],
    }
    alerting = {**stack_config("prod")["belfry:alerting"], "mute_times": [always]}
    message = refusal(project, "prod", changes={"alerting": alerting})
    found = "found critical alerts muted for more than 31 days on end, which is unsafe in prod"
    assert f"Pulumi.prod.yaml: belfry:alerting.mute_times[always]: {found}" in message


def test_an_override_of_an_unknown_alarm_is_refused(project: Path) -> None:
    def misspell(system: dict[str, Any]) -> None:
        table = next(part for part in system["resources"] if part["kind"] == "dynamodb-table")
        table["alarms"] = [{"alarm": "read-trottles", "threshold": 5, "reason": "Typo."}]

    edit(project / "catalog" / "cloudmart.yaml", misspell)
    message = refusal(project)
    assert "catalog/cloudmart.yaml: products.alarms: found unknown alarm 'read-trottles'; allowed: " in message
    assert "read-throttles" in message


def test_an_override_of_a_known_alarm_is_seen_in_the_plan(project: Path) -> None:
    def raise_threshold(system: dict[str, Any]) -> None:
        table = next(part for part in system["resources"] if part["kind"] == "dynamodb-table")
        table["alarms"] = [
            {"alarm": "read-throttles", "threshold": 7, "reason": "A nightly export is allowed to wait."}
        ]
        system["changed"] = table.pop("changed", None)
        del system["changed"]

    before = deploy("dev", root=project).of(aws.cloudwatch.MetricAlarm)
    edit(project / "catalog" / "cloudmart.yaml", raise_threshold)
    after = deploy("dev", root=project).of(aws.cloudwatch.MetricAlarm)
    changed = [name for name in after if after[name].inputs["threshold"] != before[name].inputs["threshold"]]
    assert len(changed) == 1
    assert after[changed[0]].inputs["threshold"] == 7


@pytest.mark.parametrize(
    ("pins", "message"),
    [
        pytest.param({"platfrom": 1}, "rules.pins.platfrom: found an unknown bundle", id="an unknown bundle"),
        pytest.param({"dynamodb": 9}, "rules.pins.dynamodb: found major version 9; allowed: ", id="another major"),
    ],
)
def test_a_pin_holds_back_a_bundle_that_changed_its_meaning(project: Path, pins: dict[str, int], message: str) -> None:
    assert message in refusal(project, changes={"rules": {"pins": pins}})


def test_bytes_that_changed_without_a_version_are_refused(project: Path) -> None:
    rules = project / "rules" / "cloudwatch" / "dynamodb.yaml"
    rules.write_text(rules.read_text().replace("threshold: 0", "threshold: 1", 1))
    assert "rules/manifest.yaml: dynamodb: the file changed but the version is still" in refusal(project)


def test_a_bundle_of_an_unknown_owner_is_refused(project: Path) -> None:
    edit(project / "rules" / "manifest.yaml", lambda manifest: manifest["bundles"][0].update(owner="nobody"))
    assert "owner: found unknown team 'nobody'" in refusal(project)


def test_prod_refuses_an_owner_whom_nothing_wakes(project: Path) -> None:
    def quiet(organization: dict[str, Any]) -> None:
        team = next(team for team in organization["teams"] if team["name"] == "platform")
        team["receivers"] = [receiver for receiver in team["receivers"] if receiver["kind"] != "pagerduty"]

    edit(project / "catalog" / "teams.yaml", quiet)
    message = refusal(project, "prod")
    assert "catalog/teams.yaml: teams[platform].receivers: found no paging receiver, which is unsafe in prod" in message
    deploy("staging", root=project)


def test_mistakes_in_settings_catalog_and_assets_are_reported_together(project: Path) -> None:
    edit(project / "catalog" / "cloudmart.yaml", lambda system: system.update(ownr="x"))
    (project / "rules" / "prometheus" / "stray.yaml").write_text("groups: []\n")
    message = refusal(project, changes={"regoin": "x"})
    assert "Pulumi.dev.yaml: belfry:regoin: unknown key" in message
    assert "catalog/cloudmart.yaml: ownr: unknown key" in message
    assert "rules/prometheus/stray.yaml: the file has no entry in rules/manifest.yaml" in message


def test_a_bundle_of_a_system_that_the_catalog_no_longer_has_is_refused(project: Path) -> None:
    manifests = project / "rules" / "manifest"
    (manifests / "bakhmach.yaml").rename(manifests / "bookshop.yaml")
    message = refusal(project)
    assert "system: found unknown system 'bookshop'; allowed: alchemorsel, bakhmach" in message


def test_rules_and_boards_of_a_system_go_only_where_it_runs(project: Path) -> None:
    few = deploy("prod", root=project, changes={"systems": ["cloudmart"]})
    rules = few.of("kubernetes:monitoring.coreos.com/v1:PrometheusRule")
    assert "rules-slo-cloudmart" in rules
    assert "rules-slo-bakhmach" not in rules
    assert {name for name in few.of(aws.cloudwatch.Dashboard) if "-aws-" in name} == {"cloudwatch-aws-cloudmart"}


def test_what_was_checked_before_the_engine_started_is_read_again_only_for_other_settings(project: Path) -> None:
    found: list[Inputs] = []

    def loaded(use: Callable[[], Inputs], **changes: Any) -> Inputs:
        config = {**stack_config("dev", project), **{f"belfry:{key}": value for key, value in changes.items()}}
        synth(
            lambda: found.append(use()),
            config={key: as_pulumi_hands_it(value) for key, value in config.items()},
            secret_config={"secrets": made_up_secrets(project)},
        )
        return found.pop()

    checked = loaded(lambda: read("dev", given_keys(), project, today=TODAY))
    assert loaded(lambda: load(project, checked, today=TODAY)) is checked
    fewer = loaded(lambda: load(project, checked, today=TODAY), systems=["cloudmart"])
    assert [system.system for system in fewer.catalog.systems] == ["cloudmart"]


def test_mistakes_of_all_files_are_reported_together_however_deep_they_are(project: Path) -> None:
    """None of them hides another: a broken file, a reference, a rule, an override, and what prod refuses."""
    edit(project / "catalog" / "teams.yaml", lambda teams: teams.update(platform_team="nobody"))
    edit(project / "catalog" / "cloudmart.yaml", lambda system: system["components"][0].update(owner="nobody"))
    edit(project / "catalog" / "bakhmach.yaml", lambda system: system.update(ownr="x"))
    message = refusal(
        project,
        "prod",
        changes={
            "protect": False,
            "alerting": {
                **stack_config("prod")["belfry:alerting"],
                "overrides": {"Watchdogg": {"for": "1h", "reason": "Typo."}},
            },
            "rules": {"pins": {"platfrom": 1}},
        },
    )
    for found in (
        "catalog/teams.yaml: platform_team: found unknown team 'nobody'",
        "catalog/cloudmart.yaml: frontend.owner: found unknown team 'nobody'",
        "catalog/bakhmach.yaml: ownr: unknown key",
        "Pulumi.prod.yaml: belfry:protect: found false, which is unsafe in prod",
        "Pulumi.prod.yaml: belfry:alerting.overrides.Watchdogg: found an override of an unknown alert",
        "Pulumi.prod.yaml: belfry:rules.pins.platfrom: found an unknown bundle",
    ):
        assert found in message
    assert "6 errors" in message


def test_two_broken_rule_files_are_reported_together(project: Path) -> None:
    for name in ("dynamodb", "rds"):
        (project / "rules" / "cloudwatch" / f"{name}.yaml").write_text("applies_to: nothing\n")
    edit(project / "rules" / "manifest.yaml", lambda manifest: _lock(project, manifest))
    message = refusal(project, changes={"systems": ["cloudmarkt"]})
    assert "rules/cloudwatch/dynamodb.yaml: alarms: missing" in message
    assert "rules/cloudwatch/rds.yaml: alarms: missing" in message
    assert "Pulumi.dev.yaml: belfry:systems: found unknown system 'cloudmarkt'" in message


def _lock(project: Path, manifest: dict[str, Any]) -> None:
    for bundle in manifest["bundles"]:
        bundle["sha256"] = digest((project / "rules" / bundle["path"]).read_bytes())


def test_the_key_of_a_pagerduty_receiver_is_demanded(project: Path) -> None:
    teams = project / "catalog" / "teams.yaml"
    receiver = "{kind: pagerduty, secret: pagerduty-cloudmart}"
    assert receiver in teams.read_text()
    teams.write_text(teams.read_text().replace(receiver, f"{receiver[:-1]}, api_secret: cloudmart-api}}"))
    given = {key.removeprefix("belfry:"): value for key, value in stack_config("dev", project).items()}
    inputs = read("dev", given, project, today=TODAY)
    assert "cloudmart-api" in inputs.demanded_secrets
    assert "cloudmart-api" not in needed_secrets(inputs.catalog, inputs.settings), "Alertmanager never sees it"
    message = refusal(project)
    assert "belfry:secrets.cloudmart-api: the secret is missing" in message
