"""Drift decided: what differs between two states of an object, and what of it is accepted until when."""

from pathlib import Path
from typing import Any

import pytest

from model.drift.allowed import Allowed, AllowList, Finding, findings, judge
from model.drift.objects import differences, title
from model.drift.report import Difference, Side, read_report
from model.problems import BadInput
from model.vocabulary import Environment

LIVE: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "api", "namespace": "shop", "uid": "1", "resourceVersion": "7", "managedFields": [{}]},
    "spec": {"replicas": 2, "template": {"spec": {"containers": [{"name": "api", "image": "api:1"}]}}},
    "status": {"readyReplicas": 2},
}
IMAGE = "spec.template.spec.containers[0].image"
URN = "urn:pulumi:prod::belfry::aws:s3/bucket:Bucket::storage-jobs"
FOUND = Finding(Side.REALITY, URN, "update", "tags.owner")


def changed(**spec: Any) -> dict[str, Any]:
    return {**LIVE, "spec": {**LIVE["spec"], **spec}}


def allowed(**values: Any) -> Allowed:
    good = {
        "side": "reality",
        "about": URN,
        "property": "tags",
        "environments": ["prod"],
        "owner": "platform",
        "reason": "Tagged by the account's owners.",
        "until": "2026-12-31",
    }
    return Allowed.model_validate({**good, **values})


def test_what_the_server_writes_by_itself_is_no_difference() -> None:
    again = {**LIVE, "metadata": {**LIVE["metadata"], "resourceVersion": "8", "managedFields": []}, "status": {}}
    assert differences(LIVE, again) == ()


def test_a_field_that_was_changed_by_hand_is_named_by_its_path() -> None:
    containers = [{"name": "api", "image": "api:2"}]
    assert differences(LIVE, changed(replicas=3)) == ("spec.replicas",)
    assert differences(LIVE, changed(template={"spec": {"containers": containers}})) == (IMAGE,)
    assert differences(LIVE, {**LIVE, "metadata": {**LIVE["metadata"], "labels": {"a": "b"}}}) == ("metadata.labels",)
    longer = [*LIVE["spec"]["template"]["spec"]["containers"], {"name": "sidecar"}]
    assert differences(LIVE, changed(template={"spec": {"containers": longer}})) == ("spec.template.spec.containers",)


def test_an_object_is_named_by_kind_namespace_and_name() -> None:
    assert title(LIVE) == "Deployment/shop/api"
    assert title({"kind": "Namespace", "metadata": {"name": "shop"}}) == "Namespace/shop"


def test_each_property_of_a_resource_is_a_finding_and_a_missing_resource_is_one() -> None:
    update = Difference(urn=URN, change="update", paths=("a", "b"))
    gone = Difference(urn=URN, change="delete")
    assert [one.property for one in findings(Side.PROGRAM, [update])] == ["a", "b"]
    assert list(findings(Side.PROGRAM, [gone])) == [Finding(Side.PROGRAM, URN, "delete")]


@pytest.mark.parametrize(
    ("values", "covers"),
    [
        pytest.param({}, True, id="a property above"),
        pytest.param({"property": "tags.owner"}, True, id="the property"),
        pytest.param({"property": None}, True, id="the whole resource"),
        pytest.param({"property": "tag"}, False, id="a property that begins alike"),
        pytest.param({"property": "tags.owner.x"}, False, id="a property below"),
        pytest.param({"about": URN + "2"}, False, id="another resource"),
        pytest.param({"side": "program"}, False, id="another side"),
        pytest.param({"environments": ["dev"]}, False, id="another environment"),
        pytest.param({"until": "2026-11-30"}, False, id="expired"),
    ],
)
def test_only_what_is_accepted_today_is_no_finding(values: dict[str, Any], covers: bool) -> None:
    judged = judge([FOUND], AllowList(allowed=(allowed(**values),)), Environment.PROD, "2026-12-01")
    assert bool(judged.allowed) is covers
    assert bool(judged.open) is not covers
    assert judged.count(Side.REALITY) == (0 if covers else 1)


def test_an_acceptance_that_is_over_is_named_at_the_finding() -> None:
    judged = judge([FOUND], AllowList(allowed=(allowed(until="2026-11-30"),)), Environment.PROD, "2026-12-01")
    assert judged.open == ((FOUND, "accepted by platform until 2026-11-30, which is over"),)
    last_day = judge([FOUND], AllowList(allowed=(allowed(until="2026-12-01"),)), Environment.PROD, "2026-12-01")
    assert last_day.open == ()


def test_an_acceptance_needs_an_owner_that_exists_a_reason_and_a_last_day(tmp_path: Path) -> None:
    file = tmp_path / "policy" / "drift.yaml"
    file.parent.mkdir()
    who = "owner: nobody, reason: It., until: 2027-01-01"
    entry = f"{{side: cluster, about: Deployment/shop/api, environments: [prod], {who}}}"
    file.write_text(f"allowed:\n  - {entry}\n")
    with pytest.raises(BadInput, match=r"allowed\[0\].owner: found unknown team 'nobody'; allowed: shop"):
        AllowList.load(tmp_path, ["shop"])
    file.write_text("allowed:\n  - {side: cluster, about: a, environments: [prod], owner: shop}\n")
    with pytest.raises(BadInput) as bad:
        AllowList.load(tmp_path, ["shop"])
    assert "reason" in str(bad.value)
    assert "until" in str(bad.value)


def test_a_report_of_another_shape_is_bad_input() -> None:
    with pytest.raises(BadInput, match="engine drift: program"):
        read_report({"environment": "prod", "reality": None, "objects": []}, "engine drift")
