"""Drift as the real engine sees it: a state that somebody changed, and the events of a refresh."""

import json
from pathlib import Path
from typing import Any

import pytest
from pulumi.automation import EngineEvent

from engine.drift import Refreshed, drift, manifests
from engine.driver import Driver, Program
from engine.events import Change, Step
from engine.modes import Choice, Mode
from model.problems import BadInput
from model.vocabulary import Environment
from tests.engine.small_account import SmallAccount


def state_file(root: Path) -> Path:
    (file,) = (root / ".local" / "state").rglob("stacks/**/local.json")
    return file


@pytest.mark.engine
def test_a_state_that_somebody_changed_is_found_and_nothing_else(pulumi_cli: None, tmp_path: Path) -> None:
    account = SmallAccount.create(tmp_path / "belfry")
    account.up()
    before = account.run(lambda driver, choice: drift(driver, Environment.LOCAL, choice, None))
    assert before.program == ()

    file = state_file(account.root)
    document = json.loads(file.read_text())
    resources = document["checkpoint"]["latest"]["resources"]
    (alarm, *_) = [one for one in resources if one["type"] == "aws:cloudwatch/metricAlarm:MetricAlarm"]
    for side in ("inputs", "outputs"):
        alarm[side]["alarmDescription"] = "Somebody's own words."
    file.write_text(json.dumps(document))
    after = account.run(lambda driver, choice: drift(driver, Environment.LOCAL, choice, None))

    (found,) = after.program
    assert (found.urn, found.change, found.paths) == (alarm["urn"], "update", ("alarmDescription",))
    assert after.reality is None
    assert any("the offline providers simulate" in line for line in after.limits)
    assert "Somebody's own words." in file.read_text(), "nothing was changed"


def event(urn: str, old: Any, new: Any, op: str = "refresh") -> EngineEvent:
    """As the engine reports the end of a resource's refresh."""

    def state(outputs: Any) -> Any:
        keys = {"type": "aws:s3/bucket:Bucket", "urn": urn, "id": "1", "parent": "", "inputs": {}, "provider": ""}
        return None if outputs is None else {**keys, "outputs": outputs}

    metadata = {
        "op": op,
        "urn": urn,
        "type": "aws:s3/bucket:Bucket",
        "provider": "",
        "old": state(old),
        "new": state(new),
    }
    return EngineEvent.from_json({"sequence": 1, "timestamp": 1, "resOutputsEvent": {"metadata": metadata}})


def test_a_refresh_names_what_changed_and_what_is_gone_without_values() -> None:
    heard = Refreshed()
    heard(event("urn:same", {"tags": {}}, {"tags": {}}))
    heard(event("urn:changed", {"tags": {"owner": "a"}, "acl": "x"}, {"tags": {"owner": "hunter2"}, "acl": "x"}))
    heard(event("urn:gone", {"tags": {}}, None, "delete"))
    assert [(one.urn, one.change, one.paths) for one in heard.found.values()] == [
        ("urn:changed", "update", ("tags",)),
        ("urn:gone", "delete", ()),
    ]


def step(name: str, kind: str, before: dict[str, Any]) -> Step:
    return Step(
        urn=f"urn:pulumi:prod::belfry::{kind}::{name}",
        type=kind,
        change=Change.SAME,
        parent="",
        inputs=before,
        changed=(),
        before=before,
    )


def test_manifests_are_those_of_the_state_without_secrets_and_a_missing_helm_is_a_failure(tmp_path: Path) -> None:
    metadata = {"name": "one", "namespace": "shop"}
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": "b"}}
    hook = {**config, "metadata": {**metadata, "annotations": {"helm.sh/hook": "pre-install"}}}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": "[secret]"}
    release = {"chart": "loki", "version": "1", "name": "loki", "namespace": "logging"}
    steps = [
        step("one", "kubernetes:core/v1:ConfigMap", config),
        step("hook", "kubernetes:core/v1:ConfigMap", hook),
        step("secret", "kubernetes:core/v1:Secret", secret),
        step("bucket", "aws:s3/bucket:Bucket", {"bucket": "b"}),
    ]
    assert manifests(steps, tmp_path, None) == (
        [config],
        ["1 Kubernetes objects with secrets: their values leave the state masked"],
        [],
    )
    with_release = [*steps, step("loki", "kubernetes:helm.sh/v3:Release", release)]
    _, _, (failure,) = manifests(with_release, tmp_path, str(tmp_path))
    assert failure.startswith("manifests of 1 Helm releases: ")


def test_local_without_a_deployment_is_refused(tmp_path: Path) -> None:
    choice = Choice(mode=Mode.OFFLINE, reason="local", other="")
    driver = Driver(root=tmp_path, program=Program(run=lambda offline: None))
    with pytest.raises(BadInput, match="nothing is deployed"):
        drift(driver, Environment.LOCAL, choice, None)


def test_an_environment_without_credentials_is_refused_instead_of_compared_with_nothing(tmp_path: Path) -> None:
    choice = Choice(mode=Mode.OFFLINE, reason="no AWS credentials were found", other="--real")
    driver = Driver(root=tmp_path, program=Program(run=lambda offline: None))
    with pytest.raises(BadInput, match="no AWS credentials were found"):
        drift(driver, Environment.PROD, choice, None)
