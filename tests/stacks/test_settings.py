"""The stack's configuration: what is accepted, and the message for each mistake."""

from typing import Any

import pytest
import yaml
from pydantic.fields import FieldInfo

from model.problems import BadInput
from stacks.account_settings import AdoptedCluster, CreatedCluster
from stacks.inputs import ROOT
from stacks.settings import Settings, StackFile, given_keys
from tests.stacks.deployment import ENVIRONMENTS, as_pulumi_hands_it, stack_config
from tests.synth import synth


def load(stack: str = "dev", **changes: Any) -> Settings:
    """The settings of a stack whose configuration has some keys replaced; None takes a key away."""
    loaded: list[Settings] = []
    config = {**stack_config(stack), **{f"belfry:{key}": value for key, value in changes.items()}}
    synth(
        lambda: loaded.append(Settings.of(stack, given_keys())),
        stack=stack,
        config={key: as_pulumi_hands_it(value) for key, value in config.items() if value is not None},
    )
    return loaded[0]


_LINKS = stack_config("dev")["belfry:links"]


@pytest.mark.parametrize("stack", ENVIRONMENTS)
def test_each_shipped_stack_file_is_accepted(stack: str) -> None:
    assert load(stack).environment == stack


def test_scalars_that_pulumi_hands_over_as_text_get_their_types() -> None:
    settings = load("prod")
    assert settings.protect is True
    assert settings.metrics.volume_gib == 200
    assert isinstance(settings.cluster, CreatedCluster)


def test_an_empty_value_is_a_value_and_not_broken_json() -> None:
    """Pulumi fills an absent key with the default of Pulumi.yaml, and the account's is empty."""
    assert load("dev", account="").account == ""


@pytest.mark.parametrize(("key", "field"), StackFile.model_fields.items())
def test_a_key_that_may_be_left_out_has_a_default_that_is_accepted(key: str, field: FieldInfo) -> None:
    """Pulumi refuses a stack without a key that Pulumi.yaml describes and gives no default."""
    described = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"][f"belfry:{key}"]
    if field.is_required():
        return
    given = {name.removeprefix("belfry:"): value for name, value in stack_config("dev").items()}
    assert Settings.of("dev", {**given, key: described["default"]})


def test_an_adopted_cluster_is_only_named() -> None:
    adopted = load(cluster={"mode": "adopt", "name": "theirs"}, storage={"class": "gp3"})
    assert adopted.cluster == AdoptedCluster(mode="adopt", name="theirs")
    assert adopted.storage.class_ == "gp3"


def test_an_unknown_environment_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match="found unknown environment 'qa'; allowed: local, dev, staging, prod"):
        Settings.of("qa", {})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            {"exporters": {"metrics_server": True}},
            r"exporters.metrics_server: found true, but a cluster that Belfry creates .*; allowed: false",
            id="a second metrics server",
        ),
        pytest.param({"regoin": "x"}, r"Pulumi.dev.yaml: belfry:regoin: unknown key", id="an unknown key"),
        pytest.param({"region": None}, r"belfry:region: missing", id="a missing key"),
        pytest.param({"region": "Frankfurt"}, r"belfry:region: found 'Frankfurt'", id="a region that is none"),
        pytest.param({"protect": "perhaps"}, r"belfry:protect: found 'perhaps'", id="a wrong type"),
        pytest.param({"account": "12"}, r"belfry:account: found '12'", id="an account of two digits"),
        pytest.param({"environment": "prod"}, r"belfry:environment: unknown key", id="the stack's name"),
        pytest.param({"metrics": {"replicas": 0, "volume_gib": 1}}, r"belfry:metrics.replicas: found 0", id="none"),
        pytest.param({"traces": {"storage": "tape"}}, r"belfry:traces.storage: found 'tape'", id="a storage"),
        pytest.param({"logs": {"backends": ["splunk"]}}, r"belfry:logs.backends.0.: found 'splunk'", id="a backend"),
        pytest.param({"logs": {"backends": ["cloudwatch"]}}, r"belfry:logs: found backends without loki", id="no Loki"),
        pytest.param({"logs": {"mode": "simple"}}, r"belfry:logs.mode: found 'simple'", id="a mode of Loki"),
        pytest.param({"logs": {"tenants": [{}]}}, r"belfry:logs.tenants.0..name: missing", id="a nameless tenant"),
        pytest.param(
            {"traces": {"storage": "elasticsearch"}},
            r"belfry:traces.storage: found elasticsearch, but this environment has none; allowed: logs.backends",
            id="traces in an Elasticsearch that is not there",
        ),
        pytest.param(
            {"traces": {"storage": "opensearch"}}, r"belfry:traces: found storage opensearch without", id="no domain"
        ),
        pytest.param(
            {"secret_source": "aws-secrets-manager", "cluster": {"mode": "adopt", "name": "theirs"}},
            r"belfry:secret_source: found aws-secrets-manager while workloads get no rights",
            id="secrets that nobody may read",
        ),
        pytest.param(
            {
                "cluster": {"mode": "adopt", "name": "theirs"},
                "metrics": {"replicas": 1, "volume_gib": 1, "long_term": {"store": "thanos"}},
            },
            r"belfry:metrics.long_term: found thanos while workloads get no rights",
            id="long-term metrics that nobody may write",
        ),
        pytest.param(
            {"cluster": {"mode": "adopt", "name": "theirs"}, "security": {"posture": True}},
            r"belfry:security.posture: found true, but workloads have no AWS permissions; allowed: .* or posture false",
            id="a security posture that nobody may read",
        ),
        pytest.param({"security": {"posture": "some"}}, r"security.posture: found 'some'", id="half a posture"),
        pytest.param(
            {
                "metrics": {"volume_gib": 1, "long_term": {"store": "thanos"}},
                "storage": {"metrics": "9d"},
            },
            r"belfry:storage.metrics: found 9d while Thanos keeps long-term metrics; allowed: 10d or longer",
            id="long-term metrics that end before they are downsampled",
        ),
        pytest.param({"security": {"alert_from": "loud"}}, r"security.alert_from: found 'loud'", id="a priority"),
        pytest.param({"charts": {"mirror": "ftp://x"}}, r"belfry:charts.mirror: found", id="a mirror that is no URL"),
        pytest.param(
            {"cluster": {"mode": "rent", "name": "x"}},
            r"belfry:cluster.mode: found .rent.; allowed: create, adopt",
            id="an unknown mode",
        ),
        pytest.param(
            {"metrics": {"volume_gib": 1, "keep": ["(["]}},
            r"belfry:metrics.keep.0.: found '\(\[', which is no regular expression: .*; allowed: the syntax of RE2",
            id="metrics by what is no regular expression",
        ),
        pytest.param(
            {"metrics": {"volume_gib": 1, "retention": "0s"}},
            r"belfry:metrics.retention: found 0s; allowed: 1d to 365d",
            id="a retention of nothing, which Prometheus reads as its default",
        ),
        pytest.param({"metrics": {"volume_gib": 10**9}}, r"belfry:metrics.volume_gib: found 1000000000", id="a volume"),
        pytest.param({"sizing": {"load_percent": "1e-300"}}, r"belfry:sizing.load_percent: found 1E-300", id="a load"),
        pytest.param(
            {"links": {**_LINKS, "grafana": "https://example.com/{{.X}}"}},
            r"belfry:links.grafana: found 'https://example.com/\{\{.X\}\}'",
            id="a link that is a template",
        ),
        pytest.param(
            {"links": {**_LINKS, "grafana": "https://admin:hunter2@example.com"}},
            r"belfry:links.grafana: found",
            id="a link with a password",
        ),
        pytest.param({"collectors": {"browser_origins": ["*"]}}, r"browser_origins.0.: found '\*'", id="any page"),
        pytest.param(
            {"collectors": {"browser_origins": ['https://a"\n']}}, r"browser_origins.0.: found", id="an origin's quote"
        ),
        pytest.param({"cluster": {"mode": "adopt"}}, r"belfry:cluster.name: missing", id="adopt without a name"),
        pytest.param(
            {"cluster": {**stack_config("dev")["belfry:cluster"], "nodes": {"minimum": 5, "maximum": 2}}},
            r"found minimum 5 above maximum 2; allowed: at most the maximum",
            id="more nodes at least than at most",
        ),
    ],
)
def test_a_mistake_names_file_key_and_what_was_found(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        load(**changes)


def test_all_mistakes_are_reported_at_once() -> None:
    with pytest.raises(BadInput, match="3 errors") as mistakes:
        load(regoin="x", region="Frankfurt", traces={"storage": "tape"})
    assert len(mistakes.value.problems) == 3
