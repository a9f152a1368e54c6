"""Falco and falcosidekick: nothing changes by itself, nothing leaks, and what is found reaches somebody."""

from dataclasses import replace

import pulumi_kubernetes as kubernetes
import pytest
import yaml

from components.chart import Chart, check_values
from components.falco import CONTAINER_PLUGIN, STOCK_RULES, Falco, FalcoArgs, sidekick_values, values
from model import names
from model.cluster.falco import SEVERITIES, FalcoPriority, pairs
from model.vocabulary import Environment, Severity
from tests.components.examples import EXAMPLES, deploy
from tests.components.guard_rail_examples import ELASTICSEARCH_OUTPUT, FALCO
from tests.rules.falco.ruleset import load
from tests.tools import PROJECT

Release = kubernetes.helm.v3.Release
Budget = kubernetes.policy.v1.PodDisruptionBudget

SHIPPED = (PROJECT / "rules" / "falco" / "belfry.yaml").read_text(encoding="utf-8")
BARE = replace(
    FALCO, loki=None, log_group=None, queue_url=None, agent_priority_class=None, priority_class=None, replicas=1
)


ELASTIC = replace(FALCO, elasticsearch=ELASTICSEARCH_OUTPUT)


def as_map(text: str) -> dict[str, str]:
    """How falcosidekick reads a map: at commas, then at the first colon."""
    return {name: value for name, _, value in (pair.partition(":") for pair in text.split(","))}


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(FALCO, id="usual"),
        pytest.param(BARE, id="bare"),
        pytest.param(ELASTIC, id="elasticsearch"),
        pytest.param(replace(FALCO, role_arn="arn:r", artifact_index="https://index.example.com"), id="irsa"),
    ],
)
def test_every_value_is_one_that_the_charts_have(args: FalcoArgs) -> None:
    assert check_values("falco", values(args)) == []
    assert check_values("falcosidekick", sidekick_values(args)) == []


def test_trap_the_default_driver_is_privileged_and_builds_a_kernel_module() -> None:
    assert values(FALCO)["driver"] == {"kind": "modern_ebpf", "modernEbpf": {"leastPrivileged": True}}


def test_trap_with_both_falcoctls_off_pods_wait_for_a_config_map_that_is_never_made() -> None:
    artifact = values(FALCO)["falcoctl"]["artifact"]
    assert artifact["install"]["enabled"]
    assert artifact["install"]["resources"]["requests"] == {"cpu": "20m", "memory": "64Mi"}
    assert artifact["follow"] == {"enabled": False}


def test_trap_falcoctl_follows_a_floating_tag_every_week() -> None:
    config = values(FALCO)["falcoctl"]["config"]

    assert config["artifact"] == {"install": {"refs": [STOCK_RULES]}, "follow": {"refs": [STOCK_RULES]}}
    assert STOCK_RULES.partition(":")[2].count(".") == CONTAINER_PLUGIN.rpartition(":")[2].count(".") == 2
    assert "indexes" not in config
    mirrored = values(replace(FALCO, artifact_index="https://index.example.com"))["falcoctl"]["config"]
    assert mirrored["indexes"] == [{"name": "mirror", "url": "https://index.example.com"}]


def test_the_versions_that_the_rules_were_written_for_are_those_that_run() -> None:
    needs = load(SHIPPED).needs["required_plugin_versions"]

    assert needs == [{"name": "container", "version": CONTAINER_PLUGIN.rpartition(":")[2]}]
    (bundle,) = (
        b for b in yaml.safe_load((PROJECT / "rules" / "manifest.yaml").read_text())["bundles"] if b["kind"] == "falco"
    )
    assert bundle["needs"]["falco-rules"] == STOCK_RULES.partition(":")[2]


def test_trap_an_old_sub_chart_and_removed_keys_are_not_used() -> None:
    given = values(FALCO)

    assert "falcosidekick" not in given  # the sub-chart is older than the chart apart
    assert not {"grpc", "grpc_output"} & set(given["falco"])
    assert set(given["collectors"]) == {"containerEngine"}


def test_the_shipped_rules_arrive_as_they_lie() -> None:
    """The template indents the text, takes it as a YAML block without its last line end, and renders nothing in it."""
    given = values(replace(FALCO, rules={"belfry.yaml": SHIPPED}))["customRules"]["belfry.yaml"]
    assert given == SHIPPED

    indented = "\n".join(f"    {line}" for line in given.split("\n"))
    config_map = yaml.safe_load(f"data:\n  belfry.yaml: |-\n{indented}\n")
    assert config_map["data"]["belfry.yaml"] == SHIPPED.rstrip("\n")


def test_the_folder_of_custom_rules_is_read_and_after_the_stock_rules() -> None:
    assert values(FALCO)["falco"]["rules_files"] == ["/etc/falco/falco_rules.yaml", "/etc/falco/rules.d"]


def test_trap_with_the_default_matching_a_stock_rule_hides_ours() -> None:
    assert values(FALCO)["falco"]["rule_matching"] == "all"


def test_falco_speaks_json_to_falcosidekick_by_the_name_of_its_service() -> None:
    falco = values(FALCO)["falco"]

    assert falco["json_output"] is True
    assert falco["http_output"]["enabled"] is True
    assert falco["http_output"]["url"] == "http://falcosidekick.falco.svc:2801"
    assert sidekick_values(FALCO)["service"]["port"] == names.FALCOSIDEKICK_PORT


def test_falcosidekick_is_there_before_falco_which_keeps_no_queue() -> None:
    result = deploy(EXAMPLES[Falco])

    assert result.of(Release)["falco-sidekick-release"].key in result.of(Chart)["falco-agent"].dependencies
    assert {release.inputs["chart"] for release in result.of(Release).values()} == {"falco", "falcosidekick"}
    assert {release.inputs["namespace"] for release in result.of(Release).values()} == {names.FALCO}


def test_falco_runs_on_every_node_and_is_not_throttled() -> None:
    given = values(FALCO)

    assert given["tolerations"] == [{"operator": "Exists"}]
    assert given["resources"]["limits"]["cpu"] is None
    assert given["resources"]["requests"]["memory"]
    assert given["podPriorityClassName"] == "belfry-node-agents"
    assert "podPriorityClassName" not in values(BARE)
    assert "priorityClassName" not in sidekick_values(BARE)


def test_metrics_are_on_and_scraped() -> None:
    given = values(FALCO)

    assert given["metrics"]["enabled"] is True
    assert given["serviceMonitor"]["create"] is True
    assert sidekick_values(FALCO)["serviceMonitor"]["enabled"] is True
    for monitor in (given["serviceMonitor"], sidekick_values(FALCO)["serviceMonitor"]["additionalProperties"]):
        assert [each["targetLabel"] for each in monitor["relabelings"]] == ["system", "component"]


def test_trap_the_alertmanager_api_v1_is_gone() -> None:
    assert sidekick_values(FALCO)["config"]["alertmanager"]["endpoint"] == "/api/v2/alerts"


def test_trap_alertmanagers_do_not_share_alerts() -> None:
    assert sidekick_values(FALCO)["config"]["alertmanager"]["hostport"].split(",") == [
        names.alertmanager_replica(index) for index in range(3)
    ]


def test_trap_its_own_severities_are_words_that_no_route_knows() -> None:
    mapped = as_map(sidekick_values(FALCO)["config"]["alertmanager"]["customseveritymap"])

    assert mapped == {str(priority): str(severity) for priority, severity in SEVERITIES.items()}
    assert set(mapped) == {str(priority) for priority in FalcoPriority}
    assert set(mapped.values()) == {"critical", "warning", "info"} <= {str(severity) for severity in Severity}


def test_an_alert_has_all_that_routes_read() -> None:
    config = sidekick_values(FALCO)["config"]
    found = as_map(config["customfields"]) | as_map(config["alertmanager"]["extralabels"])

    assert found == {
        "cluster": "main",
        "environment": str(Environment.PROD),  # without it a critical finding pages nobody
        "team": "platform",
        "system": "platform",
        "component": "falco",
    }
    assert as_map(config["alertmanager"]["extraannotations"]) == {
        "runbook_url": "https://runbooks.example.com/falco/README.md"
    }


def test_a_map_with_a_comma_in_it_is_refused() -> None:
    with pytest.raises(AssertionError):
        pairs({"a": "b,c"})


def test_only_critical_ones_page_and_all_are_stored_elsewhere() -> None:
    config = sidekick_values(FALCO)["config"]

    assert config["alertmanager"]["minimumpriority"] == "critical"
    assert config["loki"]["minimumpriority"] == config["aws"]["sqs"]["minimumpriority"] == "notice"
    assert values(FALCO)["falco"]["priority"] == "notice"
    louder = sidekick_values(replace(FALCO, alert_from=FalcoPriority.WARNING))["config"]
    assert louder["alertmanager"]["minimumpriority"] == "warning"


def test_trap_dropped_events_are_critical_by_default() -> None:
    alertmanager = sidekick_values(FALCO)["config"]["alertmanager"]

    assert alertmanager["dropeventdefaultpriority"] == "warning"
    assert as_map(alertmanager["dropeventthresholds"]) == {"1": "warning"}


def test_trap_rules_of_the_chart_fire_at_the_first_finding() -> None:
    assert sidekick_values(FALCO)["prometheusRules"] == {"enabled": False}


def test_trap_the_web_page_has_a_well_known_password() -> None:
    assert sidekick_values(FALCO)["webui"] == {"enabled": False}


def test_trap_a_log_stream_that_is_named_is_never_made() -> None:
    aws = sidekick_values(FALCO)["config"]["aws"]

    assert aws["cloudwatchlogs"]["loggroup"] == "/belfry/prod/security"
    assert "logstream" not in aws["cloudwatchlogs"]


def test_trap_its_account_is_annotated_by_a_role_alone_and_pod_identity_needs_none() -> None:
    assert "rolearn" not in sidekick_values(FALCO)["config"]["aws"]
    assert sidekick_values(replace(BARE, role_arn="arn:r"))["config"]["aws"] == {
        "region": "eu-central-1",
        "useirsa": True,
        "rolearn": "arn:r",
    }
    assert not {"accesskeyid", "secretaccesskey"} & set(sidekick_values(FALCO)["config"]["aws"])


def test_findings_reach_eventbridge_by_a_queue_as_there_is_no_output_for_it() -> None:
    assert sidekick_values(FALCO)["config"]["aws"]["sqs"]["url"] == FALCO.queue_url


def test_what_is_not_asked_for_is_not_sent_to() -> None:
    bare = sidekick_values(BARE)["config"]
    assert set(bare) == {"customfields", "alertmanager", "timescaledb"}
    # The output is off without a host; the chart would write its default password all the same.
    assert bare["timescaledb"] == {"password": ""}


def test_loki_gets_whole_findings_and_no_dashboard_of_the_charts() -> None:
    loki = sidekick_values(replace(FALCO, loki_tenant="security"))["config"]["loki"]

    assert loki["hostport"] == "http://loki-gateway.logging.svc:80"
    assert loki["format"] == "json"
    assert loki["tenant"] == "security"
    assert loki["grafanaDashboard"] == {"enabled": False}


def test_trap_the_password_is_in_a_secret_of_our_own_which_wins_over_the_charts() -> None:
    result = deploy(lambda: Falco("falco", ELASTIC))
    secret = result.only(kubernetes.core.v1.Secret)
    sidekick = result.of(Release)["falco-sidekick-release"]

    assert secret.inputs["stringData"] == {"ELASTICSEARCH_PASSWORD": "hush"}
    assert secret.secrets == {"stringData"}
    assert sidekick.inputs["values"]["config"]["existingSecret"] == secret.inputs["metadata"]["name"]
    assert "password" not in sidekick.inputs["values"]["config"]["elasticsearch"]
    assert "hush" not in str(sidekick.inputs)
    assert secret.key in result.of(Chart)["falco-sidekick"].dependencies


def test_elasticsearchs_certificate_is_checked_against_its_own_authority() -> None:
    given = sidekick_values(ELASTIC)

    assert "checkcert" not in given["config"]["elasticsearch"]  # the default checks
    assert given["config"]["tlsclient"] == {"cacertfile": "/etc/certs/elasticsearch/ca.crt"}
    assert given["extraVolumes"][0]["secret"] == {"secretName": names.ELASTICSEARCH_CA_SECRET}
    assert given["extraVolumeMounts"][0]["mountPath"] == "/etc/certs/elasticsearch"
    assert "extraVolumes" not in sidekick_values(FALCO)


def test_without_elasticsearch_there_is_no_secret() -> None:
    assert deploy(EXAMPLES[Falco]).of(kubernetes.core.v1.Secret) == {}


def test_falcosidekick_meets_the_level_restricted_although_its_namespace_asks_for_nothing() -> None:
    given = sidekick_values(FALCO)

    assert given["podSecurityContext"]["runAsNonRoot"] is True
    assert given["podSecurityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert given["securityContext"]["allowPrivilegeEscalation"] is False
    assert given["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_trap_the_chart_has_no_disruption_budget_and_one_replica_must_have_none() -> None:
    budget = deploy(EXAMPLES[Falco]).only(Budget)

    # Never minAvailable beside it: the API server refuses both.
    assert budget.inputs["spec"] == {
        "maxUnavailable": 1,
        "selector": {"matchLabels": {"app.kubernetes.io/name": "falcosidekick"}},
    }
    assert deploy(lambda: Falco("falco", BARE)).of(Budget) == {}


def test_falcos_namespace_lets_it_do_its_work() -> None:
    assert names.POD_SECURITY[names.FALCO] is names.PodSecurity.PRIVILEGED
