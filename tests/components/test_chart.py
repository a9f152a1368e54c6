"""One way to install a chart: pinned, checked, never with a secret in its values."""

from pathlib import Path
from typing import Any, cast

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pytest

from components.chart import Chart, ChartArgs, chart_table, check_values
from model.problems import BadInput
from tests.synth import UNKNOWN, Resource, synth

Release = kubernetes.helm.v3.Release
MIRROR = "https://charts.example.com/mirror"


def release(args: ChartArgs) -> Resource:
    return synth(lambda: Chart("logs", args)).only(Release)


def test_a_release_installs_the_pinned_version_from_the_charts_own_repository() -> None:
    inputs = release(ChartArgs(chart="loki", values={"singleBinary": {"replicas": 3}})).inputs

    assert inputs == {
        "name": "loki",
        "namespace": "logging",
        "chart": "loki",
        "version": chart_table().charts["loki"].version,
        "repositoryOpts": {"repo": "https://grafana-community.github.io/helm-charts"},
        "values": {"singleBinary": {"replicas": 3}},
        "atomic": True,
        "cleanupOnFail": True,
        "skipCrds": False,
        "timeout": 600,
        "createNamespace": False,
        "compat": "true",
    }


def test_the_release_hangs_under_its_component_which_puts_out_what_was_installed() -> None:
    result = synth(lambda: Chart("logs", ChartArgs(chart="loki")))

    assert result.only(Release).parent == ("belfry:kubernetes:Chart", "logs")
    assert result.only(Chart).outputs == {"release_name": "loki", "namespace": "logging", "version": "18.11.0"}


def test_a_chart_installed_twice_takes_its_own_names() -> None:
    inputs = release(ChartArgs(chart="opentelemetry-collector", release="agent", namespace="agents")).inputs

    assert (inputs["name"], inputs["namespace"]) == ("agent", "agents")


def test_an_oci_chart_is_named_whole_and_has_no_repository() -> None:
    inputs = release(ChartArgs(chart="karpenter")).inputs

    assert inputs["chart"] == "oci://public.ecr.aws/karpenter/karpenter"
    assert "repositoryOpts" not in inputs


@pytest.mark.parametrize("chart", sorted(chart_table().charts))
def test_a_mirror_serves_every_chart(chart: str) -> None:
    inputs = release(ChartArgs(chart=chart, mirror=MIRROR)).inputs
    assert (inputs["chart"], inputs["repositoryOpts"]) == (chart_table().charts[chart].chart, {"repo": MIRROR})

    inputs = release(ChartArgs(chart=chart, mirror="oci://registry.example.com/charts/")).inputs
    assert inputs["chart"] == f"oci://registry.example.com/charts/{chart_table().charts[chart].chart}"
    assert "repositoryOpts" not in inputs


@pytest.mark.parametrize(
    ("mirror", "message"),
    [
        pytest.param("charts.example.com", "no URL of a mirror", id="no scheme"),
        pytest.param("https://me:hush@charts.example.com", "a user or password in the URL", id="credentials"),
    ],
)
def test_a_mirror_that_is_no_plain_url_is_refused(mirror: str, message: str) -> None:
    with pytest.raises(BadInput, match=message) as refused:
        release(ChartArgs(chart="loki", mirror=mirror))

    assert "hush" not in str(refused.value)


def test_trap_charts_take_misspelt_keys_in_silence_so_all_are_refused_at_once_with_the_key_meant() -> None:
    values = {"loki": {"storage": {"bucketNam": {"chunks": "c"}}}, "lokki": {}, "singleBinary": {"replica": 3}}

    with pytest.raises(BadInput) as refused:
        release(ChartArgs(chart="loki", values=values))

    assert [(problem.where, problem.allowed) for problem in refused.value.problems] == [
        ("chart loki: loki.storage.bucketNam", "perhaps loki.storage.bucketNames"),
        ("chart loki: lokki", "perhaps loki"),
        ("chart loki: singleBinary.replica", "perhaps singleBinary.replicas"),
    ]


def test_nothing_is_registered_when_a_value_is_refused() -> None:
    seen: list[str] = []

    def program() -> None:
        with pytest.raises(BadInput):
            Chart("logs", ChartArgs(chart="loki", values={"lokki": {}}))
        seen.append("refused")

    assert synth(program).keys() == set()
    assert seen == ["refused"]


def test_an_unknown_chart_is_refused_with_the_charts_there_are() -> None:
    with pytest.raises(BadInput, match=r"no chart loky; allowed: .*loki"):
        release(ChartArgs(chart="loky"))


def test_a_leaf_that_helm_cannot_read_is_refused() -> None:
    found = check_values("loki", {"loki": {"limits_config": {"ingestion_rate_mb": {1, 2}, "folder": Path("x")}}})

    assert [str(problem) for problem in found] == [
        "chart loki: loki.limits_config.ingestion_rate_mb: found a set; allowed: plain data or an Output",
        "chart loki: loki.limits_config.folder: found a PosixPath; allowed: plain data or an Output",
    ]


def test_an_output_among_the_values_arrives_and_is_unknown_in_a_preview() -> None:
    def program() -> None:
        topic = aws.sns.Topic("chunks")
        chunks = {"bucketNames": {"chunks": topic.arn, "ruler": "rules"}}
        Chart("logs", ChartArgs(chart="loki", values={"loki": {"storage": chunks, "rulerConfig": None}}))

    def shown(preview: bool) -> Any:
        return synth(program, preview=preview).only(Release)

    arn = "arn:aws:mock:eu-central-1:123456789012:chunks"
    storage = {"bucketNames": {"chunks": arn, "ruler": "rules"}}
    assert shown(preview=False).inputs["values"] == {"loki": {"storage": storage, "rulerConfig": None}}
    assert shown(preview=False).dependencies == {("aws:sns/topic:Topic", "chunks")}
    assert shown(preview=True).inputs["values"]["loki"]["storage"] == {
        "bucketNames": {"chunks": UNKNOWN, "ruler": "rules"}
    }


SECRETS = {
    "a secret": lambda: pulumi.Output.secret("hush"),
    "a text made of a secret": lambda: pulumi.Output.concat("key=", pulumi.Output.secret("hush")),
    "a secret inside an output": lambda: pulumi.Output.from_input("x").apply(
        lambda _: {"deep": [pulumi.Output.secret("hush")]}
    ),
    "a secret of the config": lambda: pulumi.Config("belfry").require_secret("token"),
}


@pytest.mark.parametrize("preview", [False, True], ids=["update", "preview"])
@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS.keys())
@pytest.mark.parametrize("wrap", [lambda leaf: leaf, lambda leaf: [{"item": leaf}]], ids=["leaf", "in a list"])
def test_a_secret_among_the_values_is_refused_and_never_printed(secret: Any, wrap: Any, preview: bool) -> None:
    def program() -> None:
        values = {"loki": {"structuredConfig": {"ruler": wrap(secret())}}}
        Chart("logs", ChartArgs(chart="loki", values=values))

    with pytest.raises(BadInput, match=r"loki\.structuredConfig\.ruler.*: found a secret") as refused:
        synth(program, preview=preview, secret_config={"token": "hush"})

    assert "hush" not in str(refused.value)
    assert "hush" not in repr(refused.value)


def test_a_secret_that_a_preview_does_not_know_yet_is_refused_in_the_preview() -> None:
    def program() -> None:
        topic = aws.sns.Topic("alarms")
        hidden: pulumi.Output[Any] = pulumi.Output.secret(cast(Any, topic.arn))
        Chart("logs", ChartArgs(chart="loki", values={"loki": {"structuredConfig": {"key": hidden}}}))

    with pytest.raises(BadInput, match="found a secret"):
        synth(program, preview=True)
