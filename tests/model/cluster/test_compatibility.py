"""What is installed and scraped on which kinds of nodes, and what is said of the rest."""

import re
from pathlib import Path

import pytest
import yaml

from components.chart import chart_table
from model.alerting.prometheus_rules import RuleFile, without_readers
from model.assets import Assets, BundleKind
from model.cluster import compatibility
from model.cluster.compatibility import FILE, Part, affinity, node_selector, possible, table, unreadable, unseen
from model.cluster.compute import Architecture, Compute, ComputeKind, IpFamily, aws_environment
from model.problems import BadInput
from stacks.inputs import ROOT

RULES = {asset.bundle.name: RuleFile.parse(asset) for asset in Assets.load(ROOT).of(BundleKind.PROMETHEUS)}
AUTO, MANAGED, FARGATE = ComputeKind.AUTO, ComputeKind.MANAGED, ComputeKind.FARGATE


def test_dns_is_scraped_where_any_node_needs_a_coredns_of_the_cluster() -> None:
    assert not possible(Part.COREDNS_METRICS, Compute(kinds=(AUTO,)))
    assert possible(Part.COREDNS_METRICS, Compute(kinds=(AUTO, MANAGED)))


@pytest.mark.parametrize("part", [Part.NODE_EXPORTER, Part.COLLECTOR_AGENT, Part.FALCO])
def test_daemonsets_keep_off_fargate_by_the_label_of_the_node_where_there_is_fargate(part: Part) -> None:
    kept = affinity(part, Compute(kinds=(MANAGED, FARGATE)))
    (term,) = kept["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    assert term == {
        "matchExpressions": [{"key": "eks.amazonaws.com/compute-type", "operator": "NotIn", "values": ["fargate"]}]
    }
    assert affinity(part, Compute(kinds=(MANAGED, AUTO))) == {}


def test_kubelets_of_fargate_are_no_targets() -> None:
    assert (
        node_selector(Part.KUBELET_METRICS, Compute(kinds=(MANAGED, FARGATE)))
        == "eks.amazonaws.com/compute-type!=fargate"
    )
    assert node_selector(Part.KUBELET_METRICS, Compute()) == ""


def test_every_kind_says_what_is_not_seen_and_the_usual_nodes_lack_nothing() -> None:
    assert unseen(Compute(kinds=(MANAGED, ComputeKind.KARPENTER))) == []
    said = unseen(Compute(kinds=(AUTO, FARGATE)))
    assert [line for line in said if line.startswith("auto: DNS queries of pods")]
    assert [line for line in said if line.startswith("fargate: log files of containers")]


def test_rules_that_read_what_no_node_has_are_left_out_and_no_others() -> None:
    kept = without_readers(RULES, unreadable(Compute(kinds=(AUTO,))))
    gone = {alert for name, file in RULES.items() for alert in file.alerts if alert not in kept[name].alerts}
    assert gone == {"DnsDown", "DnsErrors", "DnsSlow"}
    texts = [rule.expr for file in kept.values() for group in file.groups for rule in group.rules]
    assert not [text for text in texts if re.search("coredns|kube-dns", text)]
    assert without_readers(RULES, unreadable(Compute(kinds=(AUTO, MANAGED)))) == RULES


def test_a_group_without_rules_and_a_bundle_without_groups_are_left_out() -> None:
    network = RULES["network"]
    dns = network.model_copy(
        update={
            "groups": tuple(
                group.model_copy(update={"rules": tuple(r for r in group.rules if r.alert == "DnsDown")})
                for group in network.groups
                if any(rule.alert == "DnsDown" for rule in group.rules)
            )
        }
    )
    assert without_readers({"network": dns}, unreadable(Compute(kinds=(AUTO,)))) == {}


def test_only_pods_with_ipv6_alone_ask_aws_for_endpoints_of_both_families() -> None:
    assert Compute(family=IpFamily.IPV6).aws_environment == [{"name": "AWS_USE_DUALSTACK_ENDPOINT", "value": "true"}]
    assert aws_environment(ipv6=False) == []


@pytest.mark.parametrize(
    ("part", "change", "message"),
    [
        ("falco", None, "found no row of falco"),
        ("falco", {"limits": [{"kind": "auto", "effect": "absent", "unseen": "x", "source": "hearsay"}]}, "'hearsay'"),
    ],
)
def test_a_part_without_a_row_and_a_row_without_a_source_are_refused(
    part: str, change: object, message: str, tmp_path: Path
) -> None:
    content = yaml.safe_load((ROOT / FILE).read_text())
    content["parts"][part] = change
    if change is None:
        del content["parts"][part]
    path = tmp_path / "table.yaml"
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(BadInput, match=message):
        compatibility.table(path)


def test_the_table_has_no_source_that_nothing_names() -> None:
    named = {limit.source for row in table().parts.values() for limit in row.limits}
    assert named == set(table().sources)


def test_every_chart_says_whether_its_images_are_verified_for_arm64_and_a_preview_names_those_that_are_not() -> None:
    assert set(table().arm64_images) == set(chart_table().charts)
    (said,) = unseen(Compute(architectures=(Architecture.ARM64,)))
    assert "loki" in said
    assert "falcosidekick" not in said
